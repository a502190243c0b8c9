"""All papers of the library as BibTeX that imports again unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import Paper, PaperAuthor
from app.references.addresses import outside_url
from app.services.exporting.citations import record_of
from app.services.files import READABLE, replace_file
from app.sources.bibtex.writing import entry

BATCH = 500


def count_entries(session: Session) -> int:
    """How many papers there are."""
    return session.scalar(select(func.count()).select_from(Paper)) or 0


def export_bibtex(session: Session, path: Path) -> Iterator[str]:
    """Write every paper, in the order in which they came.

    The file is there whole or not at all.

    Yields:
        The key of each.

    Raises:
        OSError: when it cannot be written.
    """
    with replace_file(path, READABLE) as file:
        for key, text in read_entries(session):
            file.write(text.encode())
            yield key


def read_entries(session: Session) -> Iterator[tuple[str, str]]:
    """Key and text of every paper, in the order in which they came."""
    start = ""
    for paper in _read_papers(session):
        yield paper.key, f"{start}{_entry(paper)}\n"
        start = "\n"


def _read_papers(session: Session) -> Iterator[Paper]:
    """Papers in the order in which they came, with what an entry says of them."""
    last = 0
    query = (
        select(Paper)
        .options(
            joinedload(Paper.venue),
            selectinload(Paper.identifiers),
            selectinload(Paper.authorships).joinedload(PaperAuthor.author),
        )
        .order_by(Paper.id)
        .limit(BATCH)
    )
    while papers := session.scalars(query.where(Paper.id > last)).all():
        yield from papers
        last = papers[-1].id
        session.expunge_all()


def _entry(paper: Paper) -> str:
    names = sorted(paper.identifiers, key=lambda name: name.id)
    known = dict.fromkeys([paper.key, *(each.value for each in names if each.kind == "key")])
    keys = [each for each in known if each != paper.key]
    # With dblp's number of a namesake, or two authors would become one.
    authors = tuple(each.numbered for each in paper.authorships)
    urls = [outside_url("url", name.value) for name in names if name.kind == "url"]
    return entry(
        replace(
            record_of(paper, names),
            authors=authors,
            other_keys=tuple(keys),
            other_urls=tuple(filter(None, urls)),
        )
    )
