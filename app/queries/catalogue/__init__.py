"""Small lists of the catalogue: authors, venues, tags, sections, totals; sets to export.

Reads only, on `visibility`; imports queries, models and leaves.
"""
