"""Pages of summaries: reading, the editor, drafts, history, sharing, votes.

Imports `http`, `papers`, services and queries.
"""
