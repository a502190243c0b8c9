"""Pages of authors, venues and tags, with the bars of their years.

Imports `http`, services and queries.
"""
