"""Shelves: making and sharing them, what is on them, and what merges make of them.

May import `services.summaries` and what lies below.
"""
