"""Pages of the site itself: front page, about, help, search, feeds, old addresses.

Imports `http`, `papers`, services and queries.
"""
