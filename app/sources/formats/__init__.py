"""Formats in which papers and summaries travel: RIS, CSL-JSON, front matter, meta tags.

Pure; of `app` it imports `text`, `references` and `sources`.
"""
