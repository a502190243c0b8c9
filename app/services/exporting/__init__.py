"""Gives out what is here: summaries, papers, graphs, and what a person has.

Imports `papers`, `summaries`, `pictures` and what is below them; nothing imports it but views
and commands.
"""
