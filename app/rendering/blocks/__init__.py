"""Blocks of Markdown: lists, quotes, fences, headings, tables, and the elements they become.

Pure; of `app` it imports `text`, `references` and its neighbours in `rendering`.
"""
