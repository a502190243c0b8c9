"""Parts of pages that many pages and readers share: kept, and filled in for who reads.

A part holds nothing that only some may see. Imports `http`, queries and models.
"""
