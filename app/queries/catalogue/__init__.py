"""Small lists of the catalogue: authors, venues, tags, sections, totals.

Reads only, on `visibility`; imports queries, models and leaves.
"""
