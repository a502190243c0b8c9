"""BibTeX: entries found, mended and read as records, and written.

Pure; of `app` it imports `text`, `references` and `sources`.
"""
