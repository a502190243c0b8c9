"""Whole pages for guests and parts of pages for all, while they are true.

`log.py` reads what was changed, `store.py` keeps what is made until something that it shows
changes, `pages.py` and `parts.py` say what that is, `keys.py` says which requests may share a page,
`wsgi.py` stands in front of the app. Nothing here knows what a paper is: all of it stands on names,
which are paths (`names.py`).
"""
