"""Made-up papers with venues, authors and identifiers, in chunks: a million do not fit at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from app.models.papers.paper import rank
from app.models.papers.venue import venue_folded
from app.rendering import RENDERER_VERSION
from app.text.folding import fold
from app.text.person_names import make_author_key
from app.text.words import indexable
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

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Venue:
    id: int
    key: str
    name: str
    title: str
    kind: str
    section: str


@dataclass
class Chunk:
    """Rows of tables, in the order of the columns in `COLUMNS`."""

    papers: list[Row] = field(default_factory=list)
    identifiers: list[Row] = field(default_factory=list)
    paper_authors: list[Row] = field(default_factory=list)


COLUMNS = {
    "venues": ("id", "key", "name", "title", "folded", "kind", "section_slug"),
    "authors": ("id", "key", "name"),
    "papers": (
        *("id", "key", "title", "title_html", "title_folded", "year", "venue_id", "section_slug"),
        *("doi", "arxiv_id", "abstract", "abstract_html", "keywords", "source", "details", "rank"),
        *("renderer_version", "added_at"),
    ),
    "identifiers": ("paper_id", "kind", "value", "folded"),
    "paper_authors": ("paper_id", "position", "author_id"),
}


@dataclass(frozen=True)
class _Drawn:
    title: str
    authors: list[int]
    venue: Venue | None
    year: int | None


class Catalogue:
    """Papers numbered from 1, with as many venues and authors as such a catalogue has.

    Attributes:
        keys: of all papers made so far; that of paper `n` is at `n - 1`.
        titles, sections, years: likewise.
    """

    def __init__(self, papers: int) -> None:
        self.count = papers
        self.venues = _venues(max(120, papers // 100))
        self.weights = zipf(len(self.venues), 0.85)
        self.authors = max(200, int(papers / 2.5))
        self.people: dict[int, tuple[str, str]] = {}
        self.keys: list[str] = []
        self.titles: list[str] = []
        self.sections: list[str | None] = []
        self.years: list[int] = []
        self._known: set[str] = set()

    def venue_rows(self) -> list[Row]:
        return [
            (
                *(v.id, v.key, v.name, v.title, venue_folded(v.key, v.name, v.title)),
                *(v.kind, v.section),
            )
            for v in self.venues
        ]

    def author_rows(self) -> Iterator[Row]:
        """The authors of the papers made so far."""
        keys: set[str] = set()
        for number in sorted(self.people):
            name = " ".join(person(number))
            key = make_author_key(name)
            while key in keys:  # "Renée" and "Rene"
                key += "-2"
            keys.add(key)
            yield number + 1, key, name

    def chunks(self) -> Iterator[Chunk]:
        for start in range(0, self.count, CHUNK):
            chance = random.Random(f"papers {start}")
            made = Chunk()
            numbers = range(start, min(start + CHUNK, self.count))
            for number, drawn in zip(numbers, self._draw(chance, len(numbers)), strict=True):
                self._make(number, drawn, chance, made)
            yield made

    def _draw(self, chance: random.Random, count: int) -> Iterator[_Drawn]:
        """What is left to chance of so many papers; all at once takes half the time."""
        lengths = chance.choices((3, 4, 5, 6, 7, 8, 10), (2, 4, 6, 6, 4, 2, 1), k=count)
        pool = iter(words(chance, sum(lengths)))
        small = iter(chance.choices(SMALL, k=3 * count))
        teams = chance.choices((1, 2, 3, 4, 5, 6, 8, 12), (10, 22, 24, 18, 11, 7, 5, 3), k=count)
        venues = chance.choices(self.venues, cum_weights=self.weights, k=count)
        years = chance.choices(YEARS, YEAR_WEIGHTS, k=count)
        for length, team, venue, year in zip(lengths, teams, venues, years, strict=True):
            title = list(islice(pool, length))
            for place in range(2, length, 3):
                title[place] = f"{next(small)} {title[place]}"
            authors = dict.fromkeys(skewed(chance, self.authors, 1.8) for _ in range(team))
            yield _Drawn(
                " ".join(title).capitalize(),
                list(authors),
                venue if chance.random() < 0.97 else None,
                year if chance.random() < 0.995 else None,
            )

    def _make(self, number: int, drawn: _Drawn, chance: random.Random, made: Chunk) -> None:
        paper_id = number + 1
        title, authors, venue, year = drawn.title, drawn.authors, drawn.venue, drawn.year
        names = [self._person(author) for author in authors]
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
        self.keys.append(key)
        self.titles.append(title)
        self.sections.append(section)
        self.years.append(year or 2020)

    def _person(self, number: int) -> tuple[str, str]:
        """Their name in search words, and their surname as it stands in keys."""
        if number not in self.people:
            first, last = person(number)
            short = fold(last).replace("-", "").capitalize().encode("ascii", "ignore").decode()
            self.people[number] = indexable(f"{first} {last}"), short or "X"
        return self.people[number]

    def _key(
        self, number: int, venue: Venue | None, names: list[tuple[str, str]], year: int | None
    ) -> str:
        # As dblp makes them: the first surname, initials of the others, and the year.
        first = names[0][1] + "".join(last[0] for _, last in names[1:4])
        key = f"{venue.key if venue else 'misc'}/{first}{(year or 0) % 100:02}"
        if key.lower() in self._known:
            key += f"-{number:x}"
        self._known.add(key.lower())
        return key


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
        found.append(Venue(number + 1, key, name, title, kind, section))
    return found
