"""Pages of accounts: signing up and in, settings, users, one's own files.

Imports `accounts.sign_in`, `http`, services and queries.
"""
