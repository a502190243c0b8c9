"""Summaries: content, drafts, publishing, merge, deletion, sharing, links.

Imports `pictures`, `votes`, `search_index`, `similar`, `counters`, and the layers below.
"""
