"""A reader's own list, and what stands on it of the papers of any page.

Reads only, for the reader alone; imports queries, search, models and leaves.
"""
