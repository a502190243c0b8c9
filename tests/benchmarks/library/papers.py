"""Made-up papers with venues, authors and identifiers, in chunks: a million do not fit at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.models.paper import rank
from app.rendering import RENDERER_VERSION
from app.search.words import fold, indexable
from tests.benchmarks.library.words import (
    ADJECTIVES,
    FIELDS,
    SMALL,
    VOCABULARY,
    person,
    skewed,
    vocabulary,
    words,
    zipf,
)

CHUNK = 20_000
YEARS = tuple(range(1986, 2026))
YEAR_WEIGHTS = [1.09**number for number in range(len(YEARS))]
ADDED = "2026-01-01 00:00:00.000000"
SECTIONS = ("cs", "bio", "phys")
_TO_WORDS = str.maketrans("/.-:", "    ")

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Venue:
    id: int
    key: str
    name: str
    title: str
    kind: str
    section: str
    search: str


@dataclass
class Chunk:
    """Rows of tables, in the order of the columns in `COLUMNS`."""

    papers: list[Row] = field(default_factory=list)
    identifiers: list[Row] = field(default_factory=list)
    paper_authors: list[Row] = field(default_factory=list)
    search_entries: list[Row] = field(default_factory=list)


COLUMNS = {
    "venues": ("id", "key", "name", "title", "kind", "section_slug"),
    "authors": ("id", "key", "name"),
    "papers": (
        *("id", "key", "title", "title_html", "title_folded", "year", "venue_id", "section_slug"),
        *("doi", "arxiv_id", "abstract", "abstract_html", "keywords", "source", "details", "rank"),
        *("renderer_version", "added_at"),
    ),
    "identifiers": ("paper_id", "kind", "value", "folded"),
    "paper_authors": ("paper_id", "position", "author_id"),
    "search_entries": ("paper_id", "summary_id", "title", "people", "body"),
}


class Catalogue:
    """Papers numbered from 1, with as many venues and authors as such a catalogue has.

    Attributes:
        keys: of all papers made so far; that of paper `n` is at `n - 1`.
        titles, sections, years: likewise.
    """

    def __init__(self, papers: int) -> None:
        self.count = papers
        self.venues = _venues(max(40, papers // 100))
        self.weights = zipf(len(self.venues), 0.85)
        self.authors = max(200, int(papers / 2.5))
        self.people: dict[int, tuple[str, str, str]] = {}
        self.keys: list[str] = []
        self.titles: list[str] = []
        self.sections: list[str | None] = []
        self.years: list[int] = []
        self._known: set[str] = set()

    def venue_rows(self) -> list[Row]:
        return [(v.id, v.key, v.name, v.title, v.kind, v.section) for v in self.venues]

    def author_rows(self) -> Iterator[Row]:
        """The authors of the papers made so far."""
        keys: set[str] = set()
        for number in sorted(self.people):
            name = " ".join(person(number))
            key = indexable(name).replace(" ", "-")
            while key in keys:  # "Renée" and "Rene"
                key += "-2"
            keys.add(key)
            yield number + 1, key, name

    def chunks(self) -> Iterator[Chunk]:
        for start in range(0, self.count, CHUNK):
            chance = random.Random(f"papers {start}")
            made = Chunk()
            for number in range(start, min(start + CHUNK, self.count)):
                self._make(number, chance, made)
            yield made

    def _make(self, number: int, chance: random.Random, made: Chunk) -> None:
        paper_id = number + 1
        title = self._title(chance)
        year = chance.choices(YEARS, YEAR_WEIGHTS)[0] if chance.random() < 0.995 else None
        venue = None
        if chance.random() < 0.97:
            venue = chance.choices(self.venues, cum_weights=self.weights)[0]
        authors = self._authors(chance)
        names = [self.people[author] for author in authors]
        key = self._key(number, venue, names, year)
        doi = f"10.{1100 + number % 60}/{number // 60 + 1}.{number % 9973}"
        doi = doi if chance.random() < 0.6 else ""
        arxiv = ""
        if chance.random() < 0.25:
            month = number // 90_000
            arxiv = f"{10 + month // 12:02}{month % 12 + 1:02}.{number % 90_000 + 1:05}"
        abstract = " ".join(words(chance, 80)).capitalize() + "." if chance.random() < 0.02 else ""
        section = venue.section if venue else None
        lower = title.lower()
        made.papers.append(
            (
                *(paper_id, key, title, title, lower, year, venue.id if venue else None, section),
                *(doi or None, arxiv or None, abstract, f"<p>{abstract}</p>" if abstract else ""),
                *("", "dblp", "{}", rank(0, year, 0), RENDERER_VERSION, ADDED),
            )
        )
        named = [("key", key)]
        named += [("doi", doi)] if doi else []
        named += [("arxiv", arxiv)] if arxiv else []
        made.identifiers += ((paper_id, kind, value, value.lower()) for kind, value in named)
        made.paper_authors += (
            (paper_id, position, author + 1) for position, author in enumerate(authors)
        )
        said = " ".join(value for _, value in named).lower().translate(_TO_WORDS)
        people = " ".join(folded for _, _, folded in names)
        body = f"{venue.search if venue else ''} {year or ''} {abstract.lower()[:-1]} {said}"
        made.search_entries.append((paper_id, None, lower, people, " ".join(body.split())))
        self.keys.append(key)
        self.titles.append(title)
        self.sections.append(section)
        self.years.append(year or 2020)

    def _title(self, chance: random.Random) -> str:
        found = words(chance, chance.choices((3, 4, 5, 6, 7, 8, 10), (2, 4, 6, 6, 4, 2, 1))[0])
        for place in range(2, len(found), 3):
            found[place] = f"{chance.choice(SMALL)} {found[place]}"
        return " ".join(found).capitalize()

    def _authors(self, chance: random.Random) -> list[int]:
        count = chance.choices((1, 2, 3, 4, 5, 6, 8, 12), (10, 22, 24, 18, 11, 7, 5, 3))[0]
        found = list(dict.fromkeys(skewed(chance, self.authors, 1.8) for _ in range(count)))
        for author in found:
            if author not in self.people:
                first, last = person(author)
                self.people[author] = first, last, indexable(f"{first} {last}")
        return found

    def _key(
        self, number: int, venue: Venue | None, names: list[tuple[str, str, str]], year: int | None
    ) -> str:
        # As dblp makes them: the first surname, initials of the others, and the year.
        first = _ascii(names[0][1]) + "".join(_ascii(last)[0] for _, last, _ in names[1:4])
        key = f"{venue.key if venue else 'misc'}/{first}{(year or 0) % 100:02}"
        if key.lower() in self._known:
            key += f"-{number:x}"
        self._known.add(key.lower())
        return key


def _ascii(name: str) -> str:
    return fold(name).replace("-", "").capitalize().encode("ascii", "ignore").decode() or "X"


def _venues(count: int) -> list[Venue]:
    chance = random.Random("venues")
    known = vocabulary()
    found = []
    for number in range(count):
        one, other = chance.choice(ADJECTIVES), chance.choice(FIELDS)
        topic = known[100 + number % (VOCABULARY - 100)].capitalize()
        is_journal = number % 3 == 2
        name = f"{other[:2]}{topic}".upper() if len(topic) < 7 else topic
        kind = "journal" if is_journal else "conference"
        what = "Journal of" if is_journal else "International Conference on"
        title = f"{what} {one} {other} and {topic}"
        slug = f"{other[:2]}{topic}{number:x}".lower()
        key = f"{'journals' if is_journal else 'conf'}/{slug}"
        section = SECTIONS[0] if number % 10 < 8 else SECTIONS[1 + number % 2]
        search = indexable(f"{name} {title}")
        found.append(Venue(number + 1, key, name, title, kind, section, search))
    return found
