"""Ways to sign in: providers, a proxy's header, passkeys; failed attempts, and what follows.

Imports `summaries`, `http`, services and queries.
"""
