"""Maps: graphs of papers, laid out and drawn.

Imports `http`, services and queries.
"""
