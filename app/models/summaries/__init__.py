"""Tables of summaries: drafts, links, tags, votes, pictures.

Imports `app.db`, leaves, `models.user` and `models.papers`.
"""
