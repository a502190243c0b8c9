"""Summaries as an electronic book, EPUB 3.2, that readers show without a network.

`xhtml` makes XML of the stored HTML, `chapters` the pages, and `book` the file.
"""
