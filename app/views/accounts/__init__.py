"""Pages of accounts: signing up and in, settings, users, one's own files.

Imports `http`, services and queries.
"""
