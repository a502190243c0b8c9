"""BibTeX files as they come in; called by a process that has no database."""

from __future__ import annotations

from collections.abc import Iterator

from app.services.importing.terms import IncomingPaper
from app.sources.bibtex.reading import decode, read_entries

BIBTEX = (".bib", ".bibtex")
MAX_FILE = 100_000_000  # bytes


def read_incoming_papers(data: bytes, name: str) -> Iterator[IncomingPaper]:
    """The entries of a BibTeX file.

    Args:
        name: of the file, for the report.
    """
    text, note = decode(data)
    for entry in read_entries(text):
        yield IncomingPaper(name, entry, (note,) if note else ())
        note = ""
