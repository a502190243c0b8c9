"""Accounts: signing up and in, profile, administration, merging.

Imports `summaries` and what is below it.
"""
