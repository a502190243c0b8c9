"""Brings in summaries and papers: opens files, says what they hold, stores it.

Imports `papers`, `accounts`, `summaries` and what is below them.
"""
