"""Texts of summaries: some that were really rendered, each time with other links and more words.

Rendering 100,000 texts takes an hour; putting other keys into the HTML of a few takes seconds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from app.db import Database
from app.rendering import Rendered, render_inline
from app.services.operation import schema
from app.services.papers.adding import add_paper
from app.services.renderer import render_text
from app.sources.record import PaperRecord
from tests.benchmarks.library.words import words
from tests.benchmarks.rendering import CODE, DISPLAY, LIST, PARAGRAPH

TEXTS = 24
# What stands for the papers that a text links to; each is replaced wherever it stands.
TARGETS = tuple(f"conf/stand-in/Target{number}" for number in range(3))
TITLES = tuple(f"Title of stand-in {number}" for number in range(3))
MENTION = "It continues [{title}](/paper/{key}), and says how far that carries.\n\n"
SEE_ALSO = "## See also\n\n- [{title}](/paper/{key}) does it without\n"


@dataclass(frozen=True)
class Text:
    """A text and its rendering, with `TARGETS` and `TITLES` standing for papers."""

    source: str
    rendered: Rendered
    takeaway: str
    takeaway_html: str


@cache
def texts() -> tuple[Text, ...]:
    """`TEXTS` texts of about 1 kB with some formulas, rendered in a library of their own."""
    database = Database("sqlite://", site_url="http://localhost")
    schema.upgrade(database)
    with database.session() as session:
        for key, title in zip(TARGETS, TITLES, strict=True):
            add_paper(session, PaperRecord(title=title, key=key), "test")
        session.commit()
        made = []
        for number in range(TEXTS):
            source, takeaway = _source(number)
            made.append(
                Text(source, render_text(session, source), takeaway, render_inline(takeaway))
            )
    database.close()
    return tuple(made)


def _source(number: int) -> tuple[str, str]:
    chance = random.Random(f"text {number}")

    def fill(part: str) -> str:
        return part.format(n=chance.randint(10, 99), m=chance.randint(2, 9))

    opening = " ".join(words(chance, 60)).capitalize() + ".\n\n"
    parts = [opening, fill(PARAGRAPH)]
    parts += chance.sample([fill(DISPLAY), fill(LIST), fill(CODE), fill(PARAGRAPH)], 1)
    if number % 2:
        parts.append(MENTION.format(title=TITLES[0], key=TARGETS[0]))
    if number % 3 == 0:
        parts.append(SEE_ALSO.format(title=TITLES[1], key=TARGETS[1]))
    if number % 8 == 0:
        parts.append(f"- [{TITLES[2]}](/paper/{TARGETS[2]})\n")
    takeaway = ""
    if number % 4:
        takeaway = " ".join(words(chance, 12)).capitalize() + f" in $O(n^{number % 5})$."
    return "".join(parts), takeaway
