"""Shelves as one reader may see them.

Imports queries of other rooms, models and leaves.
"""
