"""Import of dblp's XML file: batch by batch, each in one short transaction with how far it came.

Killed at any moment, it goes on where it was; run again, it passes over what has not changed.
Others read and write meanwhile: the slow work is done between the transactions.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import DumpImport, Identifier, Paper
from app.services import links
from app.services.bulk import among
from app.services.dblp_people import People
from app.services.dblp_store import Store
from app.services.dblp_works import Work, head, prepared
from app.services.rerender import mark_stale
from app.sources.dblp_dump import BadDump, DumpPerson, DumpReader, DumpRecord, Wanted

__all__ = ["BadDump", "Progress", "Wanted", "import_dump"]

BATCH = 2000  # works of one transaction: some 0.3 seconds
QUIET = 20  # batches without a change after which it is noted how far it came
SAMPLE = 65_536


@dataclass(frozen=True)
class Progress:
    """Where an import is.

    Attributes:
        position: bytes of the file that were read.
        stage: `works`, `persons` or `links`.
        counts: works `added`, `updated`, `joined`, `unchanged` and `left out`, and `persons`,
            from the beginning, earlier runs of the same import included.
    """

    position: int
    stage: str
    counts: Counter[str]


def import_dump(session: Session, path: Path, wanted: Wanted = Wanted()) -> Iterator[Progress]:
    """Read dblp's file into the library; commits as it goes on.

    Args:
        path: dblp.xml or dblp.xml.gz.
        wanted: which works; of persons those who wrote a paper that is here.

    Raises:
        BadDump: when the file is not dblp's or is damaged. What was read before it stays.
    """
    reader = DumpReader(path, wanted)
    try:
        yield from _Run(session, reader, _fingerprint(path, wanted)).go()
    finally:
        reader.close()


def _fingerprint(path: Path, wanted: Wanted) -> str:
    """Tells one file and choice of works from another, without reading all of it."""
    state = path.stat()
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    told = (state.st_size, state.st_mtime_ns, sorted(wanted.venues), wanted.since, wanted.until)
    return hashlib.sha256(repr(told).encode() + start).hexdigest()


class _Run:
    """One run of an import."""

    def __init__(self, session: Session, reader: DumpReader, fingerprint: str) -> None:
        self._session = session
        self._reader = reader
        self._fingerprint = fingerprint
        self._store = Store(session)
        self._counts: Counter[str] = Counter()
        self._left_out = 0  # before this run
        self._persons = 0
        self._quiet = 0

    def go(self) -> Iterator[Progress]:
        skip = self._begin()
        with People(self._session) as people:
            yield from self._works(skip, people)
            yield from self._people(people)
        self._finish()
        yield self._progress("links")

    def _begin(self) -> int:
        """Take up an import that was broken off; returns how many records it had dealt with."""
        session = self._session
        begin_writing(session)
        row = session.scalar(
            select(DumpImport).where(DumpImport.fingerprint == self._fingerprint)
        )
        if row is None:
            row = DumpImport(fingerprint=self._fingerprint)
            session.add(row)
        if row.finished_at is not None:
            row.records, row.persons, row.counts, row.finished_at = 0, 0, {}, None
        session.flush()
        self._id = row.id
        self._counts.update(row.counts or {})
        self._left_out = self._counts["left out"]
        self._persons = row.persons or 0
        records = row.records or 0
        session.commit()
        session.expunge_all()
        return records

    def _works(self, skip: int, people: People) -> Iterator[Progress]:
        records = self._reader.read(skip)
        while True:
            works: list[DumpRecord] = []
            for record in records:
                if isinstance(record, DumpPerson):
                    people.keep(record)
                    continue
                works.append(record)
                if len(works) == BATCH:
                    break
            self._put(works)
            yield self._progress("works")
            if len(works) < BATCH:
                return

    def _put(self, records: list[DumpRecord]) -> None:
        changed = self._changed(records)
        works = [work for work in map(prepared, changed) if work is not None]
        self._counts["left out"] = self._left_out + self._reader.left_out
        self._left_out += len(changed) - len(works)
        self._counts["left out"] += len(changed) - len(works)
        self._counts["unchanged"] += len(records) - len(changed)
        last = len(records) < BATCH
        self._quiet = 0 if works else self._quiet + 1
        if not works and not last and self._quiet % QUIET:
            return
        before = self._counts.copy()
        try:
            self._write(works)
        except IntegrityError:
            # Somebody removed a row that was remembered, an author joined with another, say.
            self._session.rollback()
            self._store.forget()
            self._counts = before
            self._write(works)

    def _write(self, works: list[Work]) -> None:
        begin_writing(self._session)
        if works:
            lock_papers(self._session, alone=True)
            self._counts += self._store.put(works)
        self._note()
        self._session.commit()

    def _changed(self, records: list[DumpRecord]) -> list[DumpRecord]:
        """The records that are not here as they are, nor belong to a paper by another record."""
        heads = {record.key.lower(): head(record) for record in records}
        query = (
            select(Identifier.folded, Paper.source_stamp)
            .join(Paper, Paper.id == Identifier.paper_id)
            .where(
                Identifier.kind == "key",
                among(self._session, Identifier.folded, heads),
                Paper.source_stamp.is_not(None),
            )
        )
        known = {
            low
            for low, stamp in self._session.execute(query)
            if stamp[:16] == heads[low] or stamp[:8] != heads[low][:8]
        }
        self._session.commit()
        return [record for record in records if record.key.lower() not in known]

    def _people(self, people: People) -> Iterator[Progress]:
        for batch in people.batches(self._persons):
            begin_writing(self._session)
            lock_papers(self._session, alone=True)
            self._counts["persons"] += people.join(batch)
            self._persons += len(batch)
            self._note()
            self._session.commit()
            yield self._progress("persons")

    def _finish(self) -> None:
        session = self._session
        begin_writing(session)
        self._store.finish()
        lock_papers(session, alone=True)
        mark_stale(session, links.resolve_all(session))
        self._note(finished=True)
        session.commit()

    def _note(self, *, finished: bool = False) -> None:
        """Write how far it came; the caller commits it together with what it tells of."""
        row = self._session.get_one(DumpImport, self._id)
        row.records = self._reader.passed
        row.persons = self._persons
        row.counts = dict(self._counts)
        row.finished_at = now() if finished else None
        self._session.flush()

    def _progress(self, stage: str) -> Progress:
        return Progress(self._reader.position, stage, self._counts.copy())
