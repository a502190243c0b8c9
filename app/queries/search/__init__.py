"""Results of a search, what narrows them, and suggestions.

Reads only, on `visibility`; imports `app.search`, queries, models and leaves.
"""
