"""Made-up summaries of papers, with their writers, votes, tags, links and revisions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from app.rendering import RENDERER_VERSION
from app.services.votes import compute_popularity
from app.text.folding import fold
from app.text.words import indexable
from tests.benchmarks.library.papers import Catalogue, Row
from tests.benchmarks.library.texts import TARGETS, TITLES, Text, texts
from tests.benchmarks.library.words import person, skewed, vocabulary, words

CHUNK = 5_000
FIRST_DAY = datetime(2014, 1, 1, tzinfo=UTC)
DAYS = 4_600  # until August 2026
TAGS = 400
READER = "reader"  # signs in where somebody has to
JOINED = "2014-01-01 00:00:00.000000"


@dataclass
class Chunk:
    """Rows of tables, in the order of the columns in `COLUMNS`."""

    summaries: list[Row] = field(default_factory=list)
    revisions: list[Row] = field(default_factory=list)
    votes: list[Row] = field(default_factory=list)
    summary_tags: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)  # of public ones, without markup


COLUMNS = {
    "users": ("id", "name", "display_name", "bio", "bio_html", "renderer_version", "joined_at"),
    "tags": ("id", "name", "folded"),
    "summaries": (
        *("id", "paper_id", "user_id", "section_slug", "source", "html", "opening_html"),
        *("lead_html", "excerpt"),
        *("renderer_version", "takeaway", "takeaway_html", "visibility", "share_code"),
        *("anonymous", "created_at", "published_at", "score", "imported_votes", "popularity"),
    ),
    "revisions": (
        *("summary_id", "number", "source", "takeaway", "html", "takeaway_html"),
        *("renderer_version", "saved_at", "public_since"),
    ),
    "votes": ("summary_id", "user_id", "value", "cast_at"),
    "summary_tags": ("summary_id", "tag_id"),
    "links": (
        *("summary_id", "position", "kind", "label", "sentence", "sentence_html"),
        *("target_kind", "target_value", "target_folded", "target_id"),
    ),
}


class Writing:
    """Summaries numbered from 1: three quarters as many papers have some, few have many."""

    def __init__(self, count: int, catalogue: Catalogue) -> None:
        chance = random.Random("which papers")
        self.count = count
        self.catalogue = catalogue
        self.users = max(20, count // 12)
        written = min(catalogue.count, max(1, count * 3 // 4))
        self.papers = chance.sample(range(1, catalogue.count + 1), written)
        self._taken: set[tuple[int, int]] = set()

    def user_rows(self) -> Iterator[Row]:
        yield 1, READER, "Reader", "", "", RENDERER_VERSION, JOINED
        for number in range(1, self.users):
            name = " ".join(person(number * 7))
            slug = indexable(name).replace(" ", "")[:30] + f"{number:x}"
            yield number + 1, slug, name, "", "", RENDERER_VERSION, JOINED

    def tag_rows(self) -> list[Row]:
        return [(number, name, fold(name)) for number, name in enumerate(tag_names(), 1)]

    def chunks(self) -> Iterator[Chunk]:
        for start in range(0, self.count, CHUNK):
            chance = random.Random(f"summaries {start}")
            made = Chunk()
            for number in range(start, min(start + CHUNK, self.count)):
                self._make(number + 1, chance, made)
            yield made

    def _make(self, number: int, chance: random.Random, made: Chunk) -> None:
        paper, user = self._place(chance)
        visibility = chance.choices(("public", "unlisted", "private"), (90, 2, 8))[0]
        is_public = visibility == "public"
        anonymous = chance.random() < 0.06
        days = chance.random() * DAYS
        created = FIRST_DAY + timedelta(days=days)
        text, source, html, more = self._text(chance)
        score = self._vote(number, user, days, chance, made) if is_public else 0
        moment = _written(created)
        published = moment if is_public else None
        code = f"share{number:019}" if visibility == "unlisted" else None
        made.summaries.append(
            (
                *(number, paper, user, self.catalogue.sections[paper - 1], source, html),
                *(text.rendered.opening, text.rendered.lead),
                *(text.rendered.excerpt, RENDERER_VERSION, text.takeaway, text.takeaway_html),
                *(visibility, code, anonymous, moment, published, score, 0),
                compute_popularity(score, created),
            )
        )
        made.revisions.append(
            (number, 1, source, text.takeaway, "", "", RENDERER_VERSION, moment, published)
        )
        tags = sorted({skewed(chance, TAGS, 3) + 1 for _ in range(chance.randint(0, 4))})
        made.summary_tags += ((number, tag) for tag in tags)
        self._link(number, text, chance, made)
        if is_public:
            made.texts[number] = f"{text.rendered.text}\n{more}"

    def _place(self, chance: random.Random) -> tuple[int, int]:
        while True:
            place = (
                self.papers[skewed(chance, len(self.papers), 1.6)],
                skewed(chance, self.users, 1.8) + 1,
            )
            if place not in self._taken:
                self._taken.add(place)
                return place

    def _text(self, chance: random.Random) -> tuple[Text, str, str, str]:
        """A text, its source and HTML with some words more, and these words."""
        text = chance.choice(texts())
        more = " ".join(words(chance, 40))
        return text, f"{text.source}\n\n{more}\n", f"{text.rendered.html}<p>{more}</p>\n", more

    def _vote(self, number: int, user: int, days: float, chance: random.Random, made: Chunk) -> int:
        count = min(int(chance.paretovariate(0.9)) - 1, 60, self.users // 2)
        voters = {chance.randint(1, self.users) for _ in range(count)} - {user}
        score = 0
        for voter in sorted(voters):
            value = 1 if chance.random() < 0.9 else -1
            score += value
            day = min(days + chance.expovariate(1 / 40), DAYS)
            made.votes.append((number, voter, value, _written(FIRST_DAY + timedelta(days=day))))
        return score

    def _link(self, number: int, text: Text, chance: random.Random, made: Chunk) -> None:
        """Rows of the text's links, each to a paper that somebody wrote about."""
        for link in text.rendered.links:
            target = self.papers[skewed(chance, len(self.papers), 1.3)]
            key = self.catalogue.keys[target - 1]
            title = self.catalogue.titles[target - 1]
            stand_in = TITLES[TARGETS.index(link.ref.value)]
            made.links.append(
                (
                    *(number, link.position, link.kind, title),
                    link.sentence.replace(stand_in, title),
                    link.sentence_html.replace(stand_in, title),
                    *("key", key, key.lower(), target),
                )
            )


@cache
def tag_names() -> tuple[str, ...]:
    known = vocabulary()
    return tuple(f"{known[number]}-{known[number * 7 % 150]}" for number in range(TAGS))


def _written(moment: datetime) -> str:
    """As SQLite keeps it, and PostgreSQL reads it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
