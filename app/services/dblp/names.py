"""The rows of authors and venues that works of dblp's refer to.

They are found or made; memory is bounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import Author, AuthorName, Venue
from app.models.papers.venue import venue_folded
from app.references.identifiers import kind_of_venue
from app.services.bulk import among, insert_rows, reserve_ids
from app.services.dblp.works import DumpWork
from app.sources.sections import section_of_venue
from app.text.person_names import make_author_key, remove_number

MAX_AUTHORS_IN_MEMORY = 50_000  # authors kept in memory
MAX_VENUE_NAMES = 8  # of a venue


class KnownAuthor(NamedTuple):
    """An author's row, by the name under which dblp lists them on a work.

    Attributes:
        printed: that name without number, where it is not the author's usual one.
    """

    id: int
    printed: str | None


class Authors:
    """Authors by name."""

    def __init__(self) -> None:
        self._known: dict[str, KnownAuthor] = {}

    def forget(self) -> None:
        self._known.clear()

    def learn(self, session: Session, works: Iterable[DumpWork]) -> None:
        """Find the rows of all authors of some works, and make those that are missing."""
        if len(self._known) > MAX_AUTHORS_IN_MEMORY:
            self._known.clear()
        names = dict.fromkeys(
            name for work in works for name in work.names if name not in self._known
        )
        keys = {name: make_author_key(name) for name in names}
        found = _by_keys(session, keys.values())
        missing = {key: remove_number(name) for name, key in keys.items() if key not in found}
        numbers = reserve_ids(session, Author, len(missing))
        # Nobody else adds authors meanwhile: whoever does has the lock of `lock_papers`.
        rows = [(number, *each) for number, each in zip(numbers, missing.items(), strict=True)]
        insert_rows(session, Author, ("id", "key", "name"), rows)
        found |= {key: (number, name) for number, key, name in rows}
        for name, key in keys.items():
            number, usual = found[key]
            bare = remove_number(name)
            self._known[name] = KnownAuthor(number, None if bare == usual else bare)

    def of(self, work: DumpWork) -> list[KnownAuthor]:
        """The authors of a work that was learnt, in its order."""
        return [self._known[name] for name in work.names]


def _by_keys(session: Session, keys: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Number and usual name of the authors whose key, or that of another name of theirs, is one."""
    keys = list(dict.fromkeys(keys))
    if not keys:
        return {}
    own = select(Author.key, Author.id, Author.name).where(among(session, Author.key, keys))
    found = {key: (number, name) for key, number, name in session.execute(own)}
    others = [key for key in keys if key not in found]
    if others:
        variant = (
            select(AuthorName.key, Author.id, Author.name)
            .join(Author, Author.id == AuthorName.author_id)
            .where(among(session, AuthorName.key, others))
        )
        found |= {key: (number, name) for key, number, name in session.execute(variant)}
    return found


@dataclass
class KnownVenue:
    """A venue's row; `called` are its key, name and title.

    `names` counts how records call it, where this import made it.
    """

    id: int
    called: tuple[str, ...]
    section: str | None
    names: Counter[str] | None = None


@dataclass
class Venues:
    """Venues by key.

    There are some ten thousand at dblp.
    """

    _known: dict[str, KnownVenue] = field(default_factory=dict)

    def forget(self) -> None:
        self._known.clear()

    def learn(self, session: Session, works: Iterable[DumpWork]) -> None:
        """Find the rows of the venues of some works, and make those that are missing."""
        called: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for work in works:
            if work.venue_key:
                called[work.venue_key][work.venue_name] += 1
        missing = [key for key in called if key not in self._known]
        if missing:
            self._find(session, missing)
            new = [key for key in missing if key not in self._known]
            rows = [
                {
                    "key": key,
                    "name": called[key].most_common(1)[0][0],
                    "kind": kind_of_venue(key),
                    "section_slug": section_of_venue(None, key),
                }
                for key in new
            ]
            insert_missing(session, Venue, rows, ["key"])
            self._find(session, new)
            for key in new:
                self._known[key].names = Counter()
        for key, names in called.items():
            counts = self._known[key].names
            if counts is not None:
                for name, times in names.items():
                    if name in counts or len(counts) < MAX_VENUE_NAMES:
                        counts[name] += times

    def of(self, work: DumpWork) -> KnownVenue | None:
        """The venue of a work that was learnt."""
        return self._known[work.venue_key] if work.venue_key else None

    def choose_names(self, session: Session) -> None:
        """Call each new venue what most of its records call it.

        Workshops have their own name.
        """
        for venue in self._known.values():
            if venue.names:
                name = venue.names.most_common(1)[0][0]
                row = session.get_one(Venue, venue.id, populate_existing=True)
                row.name, row.folded = name, venue_folded(row.key, name, row.title)

    def _find(self, session: Session, keys: list[str]) -> None:
        query = select(Venue.key, Venue.id, Venue.name, Venue.title, Venue.section_slug)
        for key, number, name, title, section in session.execute(
            query.where(among(session, Venue.key, keys))
        ):
            shown = tuple(filter(None, (key, name, title)))
            self._known[key] = KnownVenue(number, shown, section_of_venue(section, key))
