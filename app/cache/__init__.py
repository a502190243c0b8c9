"""Whole pages for guests, kept as long as they are true.

`log.py` reads what was changed, `pages.py` keeps pages until something that they show changes,
`keys.py` says which requests may share a page, `wsgi.py` stands in front of the app. Nothing here
knows what a paper is: a page stands on names, which are paths (`names.py`).
"""
