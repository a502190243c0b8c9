"""Summaries as Markdown files: reading what somebody sends, and writing what is exported.

Imports the modules of `summaries`, and the layers below.
"""
