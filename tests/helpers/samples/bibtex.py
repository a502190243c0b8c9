"""BibTeX entries brought into a library for tests."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.models import Paper
from app.queries import papers
from app.services.importing.storing import import_files
from app.services.importing.terms import ImportOptions, ImportOutcome, IncomingPaper
from app.sources.bibtex.reading import read_entries


def read(session: Session, text: str, **options: object) -> list[ImportOutcome]:
    incoming = (IncomingPaper("BibTeX", entry) for entry in read_entries(text))
    return list(import_files(session, incoming, ImportOptions(**options)))  # type: ignore[arg-type]


def format_outcomes(outcomes: Iterable[ImportOutcome]) -> list[tuple[str, int, str]]:
    return [(each.status, each.line, each.key) for each in outcomes]


def paper(session: Session, key: str) -> Paper:
    found = papers.find_paper_by_key(session, key)
    assert found is not None, key
    return found
