"""Asks outside sources about a paper: what was typed, who is asked, what is kept.

Imports `papers`, `sources.lookup` and what is below them.
"""
