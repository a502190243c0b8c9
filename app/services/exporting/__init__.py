"""Gives out what is here: files of summaries, BibTeX, citations, graphs.

Imports `papers`, `summaries`, `pictures` and what is below them; nothing imports it but views
and commands.
"""
