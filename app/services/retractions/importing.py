"""Reads Retraction Watch's file into the library, a batch at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import RetractionRecord
from app.queries.identifiers import MAX_NAMES, find_papers
from app.services import changed_pages
from app.services.bulk import among
from app.services.retractions.marking import mark_papers
from app.sources.formats.retraction_watch import BadRetractionFile, BadRow, read_notices
from app.sources.retractions import RetractionNotice, list_names

BATCH = 500  # rows in a transaction
MAX_LINE_BYTES = 1_000_000
MAX_PROBLEMS = 20  # that are told


@dataclass
class RetractionProgress:
    """How far an import is.

    Attributes:
        position: in the file, in bytes.
        counts: records `new`, `changed`, `unchanged`, `left out` (without a DOI or PubMed ID) and
            `bad`, and papers whose mark was `marked` anew.
        problems: of the first bad rows.
    """

    position: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def import_retractions(session: Session, path: Path) -> Iterator[RetractionProgress]:
    """Store the notices of a file, and mark papers; commits after each batch.

    Reading the same file again changes nothing. A notice that is not in the file stays.

    Yields:
        The same object after each batch.

    Raises:
        BadRetractionFile: for another file; what was read before is kept.
        OSError: when it cannot be read.
    """
    progress = RetractionProgress()
    with path.open("rb") as file:
        rows = read_notices(_read_lines(file, progress))
        while batch := list(islice(rows, BATCH)):
            notices: dict[int, RetractionNotice] = {}
            for row in batch:
                if isinstance(row, BadRow):
                    _note_bad(progress, row)
                else:
                    notices[row.number] = row
            _store(session, list(notices.values()), progress.counts)
            yield progress


def _read_lines(file: BinaryIO, progress: RetractionProgress) -> Iterator[str]:
    while line := file.readline(MAX_LINE_BYTES):
        if len(line) == MAX_LINE_BYTES:
            raise BadRetractionFile(f"a line has more than {MAX_LINE_BYTES:,} bytes.")
        progress.position += len(line)
        yield line.decode("utf-8", "replace").replace("\0", "")


def _note_bad(progress: RetractionProgress, row: BadRow) -> None:
    progress.counts["bad" if row.message else "left out"] += 1
    if row.message and len(progress.problems) < MAX_PROBLEMS:
        progress.problems.append(f"line {row.line}: {row.message}")


def _store(session: Session, notices: Sequence[RetractionNotice], counts: Counter[str]) -> None:
    """Write what is new or differs, in one transaction."""
    query = select(RetractionRecord).where(
        among(session, RetractionRecord.id, [each.number for each in notices])
    )
    known = {record.id: record for record in session.scalars(query)}
    written = [
        each for each in notices if each.number not in known or known[each.number].notice != each
    ]
    counts["unchanged"] += len(notices) - len(written)
    session.expunge_all()
    if not written:
        return
    begin_writing(session)
    lock_papers(session, alone=False)  # so that no paper gets another name meanwhile
    new = [each for each in written if each.number not in known]
    changed = [each for each in written if each.number in known]
    if new:
        session.execute(insert(RetractionRecord), [_columns(each) for each in new])
    if changed:
        session.execute(update(RetractionRecord), [_columns(each) for each in changed])
    counts["new"] += len(new)
    counts["changed"] += len(changed)
    # A record may have been about another paper before.
    about = [*written, *(known[each.number].notice for each in changed)]
    marked = mark_papers(session, _find_papers(session, about))
    counts["marked"] += len(marked)
    changed_pages.name_papers(session, marked)
    session.commit()
    session.expunge_all()


def _columns(notice: RetractionNotice) -> dict[str, Any]:
    return {
        "id": notice.number,
        "doi": notice.doi or None,
        "pubmed_id": notice.pubmed_id or None,
        "nature": notice.nature,
        "noticed_on": notice.noticed_on,
        "reasons": list(notice.reasons),
        "url": notice.url,
    }


def _find_papers(session: Session, notices: Sequence[RetractionNotice]) -> set[int]:
    """The papers here that some notices may be about."""
    refs = [ref for each in notices for ref in list_names(each.doi, each.pubmed_id)]
    return {
        paper.id
        for start in range(0, len(refs), MAX_NAMES)
        for paper in find_papers(session, refs[start : start + MAX_NAMES]).values()
    }
