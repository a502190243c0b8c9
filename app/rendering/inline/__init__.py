"""What stands within a line: emphasis, links, addresses, citations, footnotes.

Pure; of `app` it imports `text`, `references` and its neighbours in `rendering`.
"""
