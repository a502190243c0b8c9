"""Store one batch of dblp's works in the tables.

Which are new, which are known, which are one work.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.db import now
from app.models import AuthorName, Identifier, Paper, PaperAuthor, Venue
from app.models.papers.paper import rank
from app.rendering import RENDERER_VERSION
from app.services.bulk import among, insert_rows, is_sqlite, new_ids
from app.services.counters.differences import CountDifferences, Placement
from app.services.dblp.names import Authors, Venues
from app.services.dblp.same_work import Candidate, agrees, is_distinctive, is_twin
from app.services.dblp.updates import merge_works, update_papers
from app.services.dblp.works import DumpWork
from app.services.search_index.bulk_entries import BulkIndex
from app.services.search_index.indexing import index_papers
from app.sources.sections import section_of_paper

SOURCE = "dblp"
STRONG = ("doi", "arxiv", "openreview", "acl")  # an address may be that of a whole volume
_PAPER = (
    *("id", "key", "title", "title_html", "title_folded", "year", "venue_id", "section_slug"),
    *("doi", "arxiv_id", "url", "abstract", "abstract_html", "keywords", "source"),
    *("source_stamp", "details", "summaries_count", "top_score", "rank", "renderer_version"),
    "added_at",
)
Owner = DumpWork | int  # a work of this batch, or the number of a paper that is here
Names = dict[tuple[str, str], Owner]


@dataclass
class _BatchState:
    """What is found out about one batch.

    Attributes:
        taken: whose each identifier is.
        candidates: what the works are compared with, by number.
        by_title: the same by title, and the new works of the batch.
        new: works that become papers.
        known: works that belong to a paper that is here, with its number.
        names: identifiers that such papers get.
    """

    taken: Names
    candidates: dict[int, Candidate] = field(default_factory=dict)
    by_title: defaultdict[str, list[Candidate | DumpWork]] = field(
        default_factory=lambda: defaultdict(list)
    )
    new: list[DumpWork] = field(default_factory=list)
    known: list[tuple[DumpWork, int]] = field(default_factory=list)
    names: list[tuple[int, str, str, str]] = field(default_factory=list)


class Store:
    """Puts batches into the tables of one session, which writes; the caller commits.

    Attributes:
        authors, venues: what is remembered from batch to batch.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.authors = Authors()
        self.venues = Venues()
        self._index = BulkIndex(session)

    def finish(self) -> None:
        """Write what was put off, when all batches are in."""
        self.venues.choose_names(self._session)
        self._index.finish()

    def forget(self) -> None:
        """After a transaction was undone: rows that it made are gone."""
        self.authors.forget()
        self.venues.forget()
        self._index.forget()

    def put(self, works: Sequence[DumpWork]) -> Counter[str]:
        """Store works that are new or changed.

        Returns:
            How many were `added`, `updated`, `joined` to a paper that is the same work, or are
            `unchanged` after all.
        """
        session = self._session
        self.authors.learn(session, works)
        self.venues.learn(session, works)
        for work in works:
            work.authors = [author.id for author in self.authors.of(work)]
        batch = _BatchState(_taken(session, works))
        _find_candidates(session, batch, works)
        counts = Counter(_place(batch, work) for work in works)
        del counts["known"]
        self._insert(batch.new)
        insert_rows(session, Identifier, ("paper_id", "kind", "value", "folded"), batch.names)
        return counts + update_papers(session, batch.known, {each[0] for each in batch.names}, self)

    def _insert(self, works: Sequence[DumpWork]) -> None:
        session = self._session
        counts = CountDifferences()
        moment = now().replace(tzinfo=None)
        added_at = moment.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite(session) else moment
        papers, identifiers, authorships, searched, known_otherwise = [], [], [], [], []
        otherwise = self._with_other_names(works)
        for number, work in zip(new_ids(session, Paper, len(works)), works, strict=True):
            venue = self.venues.of(work)
            venue_id = None if venue is None else venue.id
            section = section_of_paper("", work.arxiv_id, None if venue is None else venue.section)
            authors = self.authors.of(work)
            papers.append(
                (
                    *(number, work.key, work.title, work.html, work.title_folded, work.year),
                    *(venue_id, section),
                    *(work.doi or None, work.arxiv_id or None, work.url or None, "", "", ""),
                    *(SOURCE, work.stamp, json.dumps(work.details), 0, 0),
                    *(rank(0, work.year, 0), RENDERER_VERSION, added_at),
                )
            )
            identifiers += [(number, *ref) for ref in work.refs]
            authorships += [
                (number, position, author.id, author.printed)
                for position, author in enumerate(authors)
            ]
            where = (venue.called if venue else (), work.year, section)
            if otherwise.isdisjoint(work.authors):
                searched.append((number, work.searched, where))
            else:
                known_otherwise.append(number)
            counts.add(Placement(venue_id, work.year))
        insert_rows(session, Paper, _PAPER, papers)
        insert_rows(session, Identifier, ("paper_id", "kind", "value", "folded"), identifiers)
        insert_rows(
            session, PaperAuthor, ("paper_id", "position", "author_id", "name"), authorships
        )
        self._index.add(searched)
        index_papers(session, known_otherwise)
        counts.write(session)

    def _with_other_names(self, works: Iterable[DumpWork]) -> set[int]:
        """Who of the authors is found by more names than the works have."""
        numbers = {number for work in works for number in work.authors}
        query = select(AuthorName.author_id).where(
            among(self._session, AuthorName.author_id, numbers)
        )
        return set(self._session.scalars(query))


def _taken(session: Session, works: Iterable[DumpWork]) -> Names:
    """Which papers here the identifiers of some works belong to."""
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for work in works:
        for kind, _, low in work.refs:
            by_kind[kind].append(low)
    found: Names = {}
    for kind, lows in by_kind.items():
        query = select(Identifier.folded, Identifier.paper_id).where(
            Identifier.kind == kind, among(session, Identifier.folded, lows)
        )
        found |= {(kind, low): number for low, number in session.execute(query)}
    return found


def _find_candidates(session: Session, batch: _BatchState, works: Sequence[DumpWork]) -> None:
    """Load what the works may be the same as: of one title, or with an identifier in common."""
    titles = {work.title_folded for work in works if is_distinctive(work.title_folded)}
    numbers = {number for (kind, _), number in batch.taken.items() if kind in STRONG}
    which = or_(Venue.kind.in_(("preprint", "conference")), Paper.source_stamp.is_(None))
    _load(session, batch, among(session, Paper.title_folded, titles) & which)
    if numbers:
        _load(session, batch, among(session, Paper.id, numbers))
    for candidate in batch.candidates.values():
        batch.by_title[candidate.title_folded].append(candidate)
    if not batch.candidates:
        return
    written = (
        select(PaperAuthor.paper_id, PaperAuthor.author_id)
        .where(among(session, PaperAuthor.paper_id, batch.candidates))
        .order_by(PaperAuthor.paper_id, PaperAuthor.position)
    )
    for number, author in session.execute(written):
        batch.candidates[number].authors.append(author)


def _load(session: Session, batch: _BatchState, which: ColumnElement[bool]) -> None:
    query = (
        select(
            *(Paper.id, Paper.title, Paper.title_folded, Venue.kind, Paper.year),
            Paper.source_stamp,
        )
        .outerjoin(Venue, Venue.id == Paper.venue_id)
        .where(which)
    )
    for number, title, words, kind, year, stamp in session.execute(query):
        batch.candidates[number] = Candidate(
            number, title, words, kind or "", year, stamp is not None
        )


def _place(batch: _BatchState, work: DumpWork) -> str:
    """Decide where a work belongs; returns what became of it."""
    owner = _owner(batch, work)
    free = [ref for ref in work.refs if (ref[0], ref[2]) not in batch.taken]
    if owner is None:
        work.refs = free
        batch.new.append(work)
        batch.by_title[work.title_folded].append(work)
    elif isinstance(owner, int):
        batch.known.append((work, owner))
        batch.names += [(owner, *ref) for ref in free]
    else:
        merge_works(owner, work, free)
    for kind, _, low in free:
        batch.taken[kind, low] = work if owner is None else owner
    if owner is None:
        return "added"
    return "known" if isinstance(owner, int) else "joined"


def _owner(batch: _BatchState, work: DumpWork) -> Owner | None:
    own = batch.taken.get(("key", work.key.lower()))
    if own is not None:
        return own
    for kind, _, low in work.refs:
        found = batch.taken.get((kind, low)) if kind in STRONG else None
        if found is not None and agrees(work, _comparable(batch, found)):
            return found
    twins = [each for each in batch.by_title.get(work.title_folded, ()) if is_twin(work, each)]
    if len(twins) != 1:  # of several none is the one
        return None
    return twins[0].id if isinstance(twins[0], Candidate) else twins[0]


def _comparable(batch: _BatchState, owner: Owner) -> Candidate | DumpWork:
    return batch.candidates[owner] if isinstance(owner, int) else owner
