"""Papers: adding, facts, completion, duplicates, merging and its undoing.

Imports `summaries` and what is below it.
"""
