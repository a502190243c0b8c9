"""BibTeX from outside: pasted entries read, and taken into the library."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.services.importing.storing import import_files
from app.services.importing.terms import IncomingPaper, Options, Outcome
from app.sources.bibtex.reading import BadEntry, FoundEntry, read_bibtex, read_entries
from app.sources.record import NO_SECTION, PaperRecord

__all__ = [
    "NO_SECTION",
    "BadEntry",
    "FoundEntry",
    "PaperRecord",
    "import_bibtex",
    "read_bibtex",
    "read_entries",
]


def import_bibtex(
    session: Session, text: str, options: Options, name: str = "BibTeX"
) -> Iterator[Outcome]:
    """Add the papers of a BibTeX text; commits after each, so that it can be stopped anywhere.

    Links that waited for them are only marked, as in `importing.import_files`.

    Args:
        options: with `only`, papers that are here are left as they are; else completed.
        name: what the outcomes call the text.

    Yields:
        What became of each entry, in their order: `added`, `changed` (what was empty is filled
        in), `unchanged`, or `refused` with the line and the reason.
    """
    incoming = (IncomingPaper(name, entry) for entry in read_entries(text))
    yield from import_files(session, incoming, options)
