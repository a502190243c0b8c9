"""Parts of pages that readers share, and what is filled into them.

A part holds nothing that only some may see. Imports `http`, queries and models.
"""
