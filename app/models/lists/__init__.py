"""Tables of reading lists: entries, labels, copies for undoing.

Imports `app.db`, leaves, `models.user` and `models.papers`.
"""
