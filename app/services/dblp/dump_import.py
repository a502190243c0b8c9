"""Import of dblp's XML file.

Batch by batch, each in one short transaction with how far it came.

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
from app.models import DumpImport, Identifier, Paper, Venue
from app.services.bulk import among
from app.services.dblp.persons import People
from app.services.dblp.reader import Batch, ChildProcessReader, InProcessReader
from app.services.dblp.store import Store
from app.services.dblp.works import DIGEST, HEAD, STREAMS, DumpWork, explain_omission, prepare_work
from app.services.links.resolving import resolve_all_links
from app.services.links.stale import mark_stale
from app.services.similar import similarity
from app.sources.dblp_dump.reader import MAX_PROBLEMS, DumpRecord
from app.sources.dblp_dump.terms import Wanted

LARGE = 5_000_000  # bytes, from which a file is read in a process of its own
MAX_QUIET_BATCHES = 20  # batches without a change after which it is noted how far it came
SAMPLE = 65_536
ALL = Wanted()


@dataclass(frozen=True)
class Progress:
    """Where an import is.

    Attributes:
        position: bytes of the file that were read.
        stage: `works`, `persons` or `links`.
        counts: works `added`, `updated`, `joined`, `unchanged` and `left out`, and `persons`,
            from the beginning, earlier runs of the same import included.
        problems: sentences about what this run did not understand, a few.
    """

    position: int
    stage: str
    counts: Counter[str]
    problems: tuple[str, ...] = ()


def import_dump(session: Session, path: Path, wanted: Wanted = ALL) -> Iterator[Progress]:
    """Read dblp's file into the library; commits as it goes on.

    Args:
        path: dblp.xml or dblp.xml.gz.
        wanted: which works; of persons those who wrote a paper that is here.

    Raises:
        BadDump: when the file is not dblp's or is damaged. What was read before it stays.
    """
    yield from _Run(session, path, wanted).go()


def find_venues_without_papers(session: Session, wanted: Wanted) -> list[str]:
    """Which venues of a choice no paper here is of: their keys may be misspelt."""
    streams = sorted(each for each in wanted.venues if each.startswith(STREAMS))
    there = session.scalars(select(Venue.key).where(Venue.key.in_(streams), Venue.papers_count > 0))
    known = set(there)
    return [each for each in streams if each not in known]


def _fingerprint(path: Path, wanted: Wanted) -> str:
    """Tells one file and choice of works from another, without reading all of it."""
    state = path.stat()
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    told = (state.st_size, state.st_mtime_ns, sorted(wanted.venues), wanted.since, wanted.until)
    return hashlib.sha256(repr(told).encode() + start).hexdigest()


class _Run:
    """One run of an import."""

    def __init__(self, session: Session, path: Path, wanted: Wanted) -> None:
        self._session = session
        self._path = path
        self._wanted = wanted
        self._fingerprint = _fingerprint(path, wanted)
        self._store = Store(session)
        self._counts: Counter[str] = Counter()
        self._before = 0  # works that earlier runs left out
        self._passed = 0
        self._persons = 0
        self._position = 0
        self._quiet = 0
        self._problems: list[str] = []  # what the reader says
        self._unusable: list[str] = []  # what is left out here

    def go(self) -> Iterator[Progress]:
        skip = self._begin()
        large = self._path.stat().st_size > LARGE
        with People(self._session) as people:
            with (ChildProcessReader if large else InProcessReader)(
                self._path, self._wanted, skip
            ) as reader:
                for batch in reader.batches():
                    people.keep(batch.persons)
                    self._problems = batch.problems
                    if batch.passed > skip:
                        self._put(reader, batch)
                    yield self._progress("works")
            yield from self._people(people)
        self._finish()
        yield self._progress("links")

    def _begin(self) -> int:
        """Take up an import that was broken off; returns how many records it had dealt with."""
        session = self._session
        begin_writing(session)
        row = session.scalar(select(DumpImport).where(DumpImport.fingerprint == self._fingerprint))
        if row is None:
            row = DumpImport(fingerprint=self._fingerprint)
            session.add(row)
        if row.finished_at is not None:
            row.records, row.persons, row.counts, row.finished_at = 0, 0, {}, None
        session.flush()
        self._id = row.id
        self._counts.update(row.counts or {})
        self._before = self._counts["left out"]
        self._persons = row.persons or 0
        records = self._passed = row.records or 0
        session.commit()
        session.expunge_all()
        return records

    def _put(self, reader: InProcessReader | ChildProcessReader, batch: Batch) -> None:
        changed = self._changed(batch)
        works = [work if isinstance(work, DumpWork) else prepare_work(work) for work in changed]
        usable = [work for work in works if work is not None]
        self._before += len(changed) - len(usable)
        without = (each for each, work in zip(changed, works, strict=True) if work is None)
        room = max(0, MAX_PROBLEMS - len(self._unusable))
        records = (each for each in without if isinstance(each, DumpRecord))
        self._unusable += map(explain_omission, islice(records, room))
        reader.switch.value = int(2 * len(changed) >= len(batch.works))
        self._passed, self._position = batch.passed, batch.position
        self._counts["left out"] = self._before + batch.left_out
        self._counts["unchanged"] += len(batch.works) - len(changed)
        self._quiet = 0 if usable else self._quiet + 1
        if not usable and self._quiet % MAX_QUIET_BATCHES:
            return
        before = self._counts.copy()
        try:
            self._write(usable)
        except IntegrityError:
            # Somebody removed a row that was remembered, an author joined with another, say.
            self._session.rollback()
            self._store.forget()
            self._counts = before
            self._write(usable)

    def _write(self, works: list[DumpWork]) -> None:
        begin_writing(self._session)
        if works:
            lock_papers(self._session, alone=True)
            self._counts += self._store.put(works)
        self._note()
        self._session.commit()

    def _changed(self, batch: Batch) -> list[DumpWork | DumpRecord]:
        """The works that are not here as they are, nor belong to a paper by another record."""
        heads = batch.heads()
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
            if stamp and (stamp[:HEAD] == heads[low] or stamp[:DIGEST] != heads[low][:DIGEST])
        }
        self._session.commit()
        return [work for work in batch.works if work.key.lower() not in known]

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
        summaries, papers = resolve_all_links(session)
        mark_stale(session, summaries)
        similarity.mark_papers(session, papers)
        self._note(finished=True)
        session.commit()

    def _note(self, *, finished: bool = False) -> None:
        """Write how far it came; the caller commits it together with what it tells of."""
        row = self._session.get_one(DumpImport, self._id)
        row.records = self._passed
        row.persons = self._persons
        row.counts = dict(self._counts)
        row.finished_at = now() if finished else None
        self._session.flush()

    def _progress(self, stage: str) -> Progress:
        problems = (*self._problems, *self._unusable)[:MAX_PROBLEMS]
        return Progress(self._position, stage, self._counts.copy(), problems)
