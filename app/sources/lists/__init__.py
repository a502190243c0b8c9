"""Reading lists of other tools: Zotero, Better BibTeX, JabRef, RIS, CSL-JSON, CSV, notes.

Imports `bibtex`, `formats` and what is below them.
"""
