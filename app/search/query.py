"""What may be typed into the search box.

Any string is a query; what has no meaning is words.

attention transformer     papers with all of these words, the last may be a beginning
"neural machine"          this exact phrase; as are words joined by signs: r-cnn
title:attention           in the title of the paper
author:hinton             in the names of its authors; author:"geoffrey hinton"
author:"g. hinton"        whose given name begins so
author:wei-wang-0002      by the one of this name who has dblp's number 0002
venue:nips                in the name of where it appeared; venue:conf/nips or venue:neurips
year:2015..2018           its year; also year:2016, year:2015.. and year:..2018
tag:detection             has a summary with this tag
section:cs                section (also section:compsci)
has:summary               with a public summary
read:whole                has a summary that states so; also read:parts and read:abstract
made:hand                 likewise; also made:assisted and made:machine
interest:stated           has one by an author, or somebody else with an interest
in:mine                   in summaries of the one who searches
in:list                   on the reading list of the one who searches
status:reading            with this status there; also status:to-read and "to read"
label:thesis              with this label there
shelf:to-read             on a shelf with this address; shelf:ann/to-read is Ann's
-survey                   without this; a minus before any of the above
transf*                   words that begin so
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from app.models.papers.list_entry import STATUSES
from app.search.entries import make_section_mark, make_tag_mark
from app.sources.provenance import MADE, READ
from app.text.folding import make_slug
from app.text.plurals import stem
from app.text.words import names_with_signs, whole_words, words

MAX_LENGTH = 1000
MAX_PARTS = 24
MAX_PHRASE = 24
YEARS = (1500, 2200)
# What only the one who searches can know; no entry of an index is asked about it.
OF_READER = ("in", "status", "label", "shelf")
# What writers state of their summaries, and the words for it.
STATED = {"read": READ, "made": MADE, "interest": ("stated",)}
FIELDS = ("title", "author", "venue", "year", "tag", "section", "has", *STATED, *OF_READER)
# Of one paper only one can be true, so several of them mean either.
ONE_OF = ("year", "venue", "section")
_PART = re.compile(
    rf"""
    (?P<minus>-?)
    (?: (?P<field>{"|".join(FIELDS)}) : (?=\S) )?
    (?: "(?P<quoted>[^"]*)(?:"|$) | (?P<plain>[^\s"]+) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ET_AL = re.compile(r"(?<!\S)et\s+al\b\.?,?", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})?(?:(\.{2,3}|-|–)(\d{4})?)?")


@dataclass(frozen=True)
class Part:
    """One piece of a query.

    Attributes:
        text: as it was typed.
        field: one of `FIELDS`, or empty.
        words: folded, as they were typed.
        value: what was typed behind the field.
        is_open: whether it, or the last word of its row, may be the beginning of a word.
    """

    text: str
    field: str
    negative: bool
    words: tuple[str, ...]
    value: str
    is_open: bool = False

    @property
    def stems(self) -> tuple[str, ...]:
        return tuple(map(stem, self.words))

    @property
    def is_plain(self) -> bool:
        """Whether it is looked for in all that an entry says."""
        return not self.field and not self.negative

    def is_in(self, where: str) -> bool:
        """Whether it says that only what is `mine`, or on my `list`, is looked into."""
        return self.field == "in" and self.value.lower() == where

    @property
    def status(self) -> str:
        """The status of a reading list that was typed; empty for none."""
        return _parse_status(self.value)

    @property
    def shelf(self) -> tuple[str, str]:
        """The owner and the slug of the shelf that was typed; no owner for anybody's."""
        return _parse_shelf(self.value)

    @property
    def whole(self) -> tuple[str, ...]:
        """What was typed in one word that signs divide, as a whole."""
        found = whole_words(self.value)
        return tuple(found) if len(found) == 1 and " " not in self.value.strip() else ()


@dataclass(frozen=True)
class Query:
    """A query, understood; `parts` stand in the order in which they were typed."""

    text: str
    parts: tuple[Part, ...]

    @cached_property
    def plain(self) -> tuple[Part, ...]:
        """The words and phrases that are looked for everywhere."""
        return tuple(part for part in self.parts if part.is_plain)

    @cached_property
    def filters(self) -> tuple[Part, ...]:
        """What else narrows the query."""
        return tuple(part for part in self.parts if not part.is_plain)

    @property
    def is_mine(self) -> bool:
        """Whether only texts of the one who searches are looked into."""
        return any(part.is_in("mine") for part in self.parts)

    @property
    def is_listed(self) -> bool:
        """Whether only the reading list of the one who searches is looked into."""
        return any(part.field in ("status", "label") or part.is_in("list") for part in self.parts)

    @cached_property
    def shelves(self) -> tuple[Part, ...]:
        """The shelves that are named, also those whose papers are not wanted."""
        return tuple(part for part in self.parts if part.field == "shelf")

    @property
    def is_enclosed(self) -> bool:
        """Whether only some papers that the reader names are looked into, and no index."""
        return self.is_mine or self.is_listed or not all(part.negative for part in self.shelves)

    def without(self, gone: Part) -> str:
        """The query as it would be typed without one of its parts."""
        return " ".join(part.text for part in self.parts if part is not gone)

    def narrowed(self, field: str, value: str) -> str:
        """The query as it would be typed with one more condition."""
        kept = [
            part.text
            for part in self.parts
            if field not in ONE_OF or part.field != field or part.negative
        ]
        quoted = value if re.fullmatch(r'[^\s"]+', value) else f'"{value.replace(chr(34), " ")}"'
        return " ".join([*kept, f"{field}:{quoted}"])


def parse_query(text: str) -> Query:
    """Understand a query; of a very long one only the beginning is."""
    text = text[:MAX_LENGTH].replace("“", '"').replace("”", '"')
    typed = text if '"' in text else _ET_AL.sub(" ", text).rstrip()
    found: list[Part] = []
    for match in _PART.finditer(typed):
        part = _parse_part(match)
        if part is not None and len(found) < MAX_PARTS:
            found.append(part)
    if len(found) > 1:  # "Smith and Jones" are two names
        found = [part for part in found if part.text.lower() != "and"] or found
    return Query(text.strip(), tuple(_with_open_end(found, typed)))


def _parse_part(match: re.Match[str]) -> Part | None:
    field = (match["field"] or "").lower()
    value = match["quoted"] if match["quoted"] is not None else match["plain"]
    negative = bool(match["minus"])
    if field and not (_is_meant(field, value) and (field != "in" or not negative)):
        field, value = "", match[0].lstrip("-")
    signed = names_with_signs(value)
    typed = tuple(signed if [value.lower()] == signed else words(value)[:MAX_PHRASE])
    if not typed and field not in ("tag", "section", "label", "shelf"):
        return None
    is_open = match["quoted"] is None and not field and value.endswith("*") and len(typed) == 1
    return Part(match[0], field, negative, typed, value, is_open)


def _is_meant(field: str, value: str) -> bool:
    """Whether a field is followed by something that it can have."""
    if field == "year":
        return parse_years(value) is not None
    if field == "has":
        return value.lower() in ("summary", "summaries")
    if field in STATED:
        return value.lower() in STATED[field]
    if field == "in":
        return value.lower() in ("mine", "list")
    if field == "status":
        return bool(_parse_status(value))
    if field == "label":
        return bool(value.strip())
    if field == "shelf":
        return bool(_parse_shelf(value)[1])
    if field == "tag":
        return len(make_tag_mark(value)) > len("=tag=")
    if field == "section":
        return len(make_section_mark(value)) > len("=section=")
    return bool(words(value))


def _parse_status(value: str) -> str:
    """A status of a reading list as it is typed, such as `To read` and `toread`."""
    typed = "-".join(value.lower().replace("-", " ").split())
    typed = "to-read" if typed == "toread" else typed
    return typed if typed in STATUSES else ""


def _parse_shelf(value: str) -> tuple[str, str]:
    owner, _, slug = value.rpartition("/")
    return owner.strip(), make_slug(slug)


def parse_years(value: str) -> tuple[int, int] | None:
    """The first and the last year that are meant, within `YEARS`.

    Of `2016`, `2015..2018`, `2015..` and `..2018`; `None` for anything else.
    """
    match = _YEARS.fullmatch(value)
    if match is None or not (match[1] or match[3]):
        return None
    first = int(match[1]) if match[1] else YEARS[0]
    last = int(match[3]) if match[3] else YEARS[1] if match[2] else first
    first, last = sorted((first, last))
    return max(first, YEARS[0]), min(last, YEARS[1])


def _with_open_end(parts: list[Part], text: str) -> list[Part]:
    """The last word may be the beginning of one, unless something follows it."""
    if not parts or not parts[-1].is_plain or not text.endswith(parts[-1].text):
        return parts
    last = parts[-1]
    if last.text.startswith('"'):
        return parts
    return [
        *parts[:-1],
        Part(last.text, last.field, last.negative, last.words, last.value, is_open=True),
    ]
