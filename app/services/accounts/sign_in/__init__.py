"""Ways to sign in besides a password: accounts elsewhere, recovery, links that work once.

Imports `services.accounts` and what that may.
"""
