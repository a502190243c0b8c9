"""The whole of dblp: its file read ahead, its works stored, its persons joined.

Imports `papers`, `summaries`, `sources.dblp_dump` and what is below them.
"""
