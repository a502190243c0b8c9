"""Store one batch of dblp's works in the tables.

Which are new, which are known, which are one work.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.db import now
from app.models import Author, AuthorName, Identifier, Paper, PaperAuthor, Venue
from app.models.papers.paper import rank
from app.rendering import RENDERER_VERSION
from app.services.bulk import among, insert_rows, is_sqlite, reserve_ids
from app.services.counters.differences import CountDifferences, Placement
from app.services.dblp.names import Authors, Venues
from app.services.dblp.updates import merge_works, update_papers
from app.services.dblp.works import SOURCE, DumpWork
from app.services.papers.paper_names import known_names
from app.services.retractions.marking import mark_papers
from app.services.search_index.bulk_entries import BulkIndex
from app.services.search_index.indexing import index_papers
from app.sources.record import PaperRecord
from app.sources.same_work import (
    WorkFacts,
    find_same_work,
    is_distinctive,
    is_version,
    kind_of_work,
    title_words,
)
from app.sources.sections import section_of_paper
from app.text.person_names import add_number

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
class _Candidate:
    """A paper in the library; `work` is complete once its authors are read."""

    id: int
    title_folded: str
    work: WorkFacts

    @property
    def facts(self) -> WorkFacts:
        return self.work


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
    candidates: dict[int, _Candidate] = field(default_factory=dict)
    by_title: defaultdict[str, list[_Candidate | DumpWork]] = field(
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
        for number, work in zip(reserve_ids(session, Paper, len(works)), works, strict=True):
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
        mark_papers(session, [row[0] for row in papers])
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
    names = ((kind, low) for work in works for kind, _, low in work.refs)
    return dict(known_names(session, names))


def _find_candidates(session: Session, batch: _BatchState, works: Sequence[DumpWork]) -> None:
    """Load what the works may be the same as: of one title, or with an identifier in common."""
    titles = {work.title_folded for work in works if is_distinctive(title_words(work.title))}
    numbers = {number for (kind, _), number in batch.taken.items() if kind in STRONG}
    # A journal's paper of dblp's is another work than a conference's, and than its preprint.
    may_be = or_(Venue.kind.is_distinct_from("journal"), Paper.source_stamp.is_(None))
    _load(session, batch, among(session, Paper.title_folded, titles) & may_be)
    if numbers:
        _load(session, batch, among(session, Paper.id, numbers))
    for candidate in batch.candidates.values():
        batch.by_title[candidate.title_folded].append(candidate)
    if not batch.candidates:
        return
    written = (
        select(
            *(PaperAuthor.paper_id, PaperAuthor.author_id, PaperAuthor.name),
            *(Author.name, Author.key),
        )
        .join(Author, Author.id == PaperAuthor.author_id)
        .where(among(session, PaperAuthor.paper_id, batch.candidates))
        .order_by(PaperAuthor.paper_id, PaperAuthor.position)
    )
    people: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for number, author, printed, usual, key in session.execute(written):
        people[number].append((author, add_number(printed or usual, key)))
    for number, named in people.items():
        ids, names = zip(*named, strict=True)
        candidate = batch.candidates[number]
        candidate.work = replace(candidate.work, authors=names, author_ids=ids)


def _load(session: Session, batch: _BatchState, which: ColumnElement[bool]) -> None:
    query = (
        select(
            *(Paper.id, Paper.title, Paper.title_folded, Paper.year, Paper.source_stamp),
            *(Paper.doi, Paper.arxiv_id, Paper.details, Venue.kind, Venue.name, Venue.key),
        )
        .outerjoin(Venue, Venue.id == Paper.venue_id)
        .where(which)
    )
    rows: Iterable[Any] = session.execute(query)
    for number, title, words, year, stamp, doi, arxiv_id, details, kind, venue, key in rows:
        record = PaperRecord(
            title,
            venue=venue or "",
            venue_key=key or "",
            doi=doi or "",
            arxiv_id=arxiv_id or "",
            details=details,
        )
        catalogue = "" if stamp is None else SOURCE
        facts = WorkFacts(title, (), year, kind_of_work(record, kind or ""), catalogue=catalogue)
        batch.candidates[number] = _Candidate(number, words, facts)


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
        if found is not None and _may_share(work, _comparable(batch, found)):
            return found
    return _same_work(batch, work)


def _same_work(batch: _BatchState, work: DumpWork) -> Owner | None:
    """Who of the same title is the same work, without any identifier in common."""
    others = batch.by_title.get(work.title_folded)
    if not others or not is_distinctive(title_words(work.title)):
        return None
    facts = [other.facts for other in others]
    same = find_same_work(work.facts, facts, is_complete=False)
    found = next((each for each, its in zip(others, facts, strict=True) if its is same), None)
    return found.id if isinstance(found, _Candidate) else found


def _may_share(work: DumpWork, other: _Candidate | DumpWork) -> bool:
    """Whether an identifier that both have makes them one.

    A volume's DOI stands on its chapters, so two records of dblp's must have one title too, or be a
    preprint and something else.
    """
    facts = other.facts
    if facts.catalogue != SOURCE or work.title_folded == other.title_folded:
        return True
    return is_version(work.facts, facts)


def _comparable(batch: _BatchState, owner: Owner) -> _Candidate | DumpWork:
    return batch.candidates[owner] if isinstance(owner, int) else owner
