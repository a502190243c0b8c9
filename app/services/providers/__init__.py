"""Signing in with somebody else: OpenID Connect and GitHub. They prove who somebody is.

Imports accounts and the way out of `app.sources.lookup`.
"""
