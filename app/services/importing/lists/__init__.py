"""Reading lists from other tools: read, previewed, stored by a job, undone.

Imports `importing`, `lookup`, `papers`, `lists` and what is below them.
"""
