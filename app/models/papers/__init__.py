"""Tables of papers: authors, venues, identifiers, merges, similar papers.

Imports `app.db`, leaves and `models.user`.
"""
