"""Pages of papers: one paper, adding, citing, merging, links.

Imports `http`, `maps`, services and queries.
"""
