"""What an entry of the index has to fulfil, made of what was typed.

The language of no engine: each module of an engine turns clauses into its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.search.entries import (
    EVERYTHING,
    SUMMARISED,
    abbreviated_mark,
    initials_mark,
    make_author_mark,
    make_name_mark,
    make_section_mark,
    make_statement_mark,
    make_tag_mark,
    make_year_marks,
)
from app.search.query import MAX_PHRASE, OF_READER, ONE_OF, STATED, YEARS, Part, Query, parse_years
from app.text.person_names import is_numbered
from app.text.plurals import stem
from app.text.words import words

_COLUMNS = {"title": "title", "venue": "facts"}
# Venues whose keys at dblp keep another name than they go by.
_VENUES = {("neurips",): "nips", ("arxiv",): "corr"}
_ELIDED = re.compile(r"\b\w['’ʼ]\w")  # of O'Neil and d'Alembert
_NUMBERED = re.compile(r"([a-z]{2,})(\d+)")  # as `resnet50`, which may be written in two words


@dataclass(frozen=True)
class Phrase:
    """Words of the index in a row.

    Attributes:
        column: where; empty for anywhere, else `title`, `people` or `facts`.
        is_begun: whether the last one is only the beginning of a word.
    """

    words: tuple[str, ...]
    column: str = ""
    is_begun: bool = False


@dataclass(frozen=True)
class Clause:
    """At least one of these, or with `negative` none of them."""

    choices: tuple[Phrase, ...]
    negative: bool = False


ANY_ENTRY = Clause((Phrase((EVERYTHING,), "facts"),))


def build_clauses(
    query: Query, completions: Mapping[Part, tuple[str, ...]] | None = None
) -> list[Clause]:
    """What an entry has to fulfil that a query finds.

    Args:
        completions: words of the index that an open part may be the beginning of.
    """
    found: list[Clause] = []
    for field in ONE_OF:
        chosen = [part for part in query.filters if part.field == field and not part.negative]
        if chosen:
            found.append(Clause(tuple(each for part in chosen for each in list_phrases(part))))
    for part in query.parts:
        if part.field in OF_READER or (part.field in ONE_OF and not part.negative):
            continue
        phrases = list_phrases(part)
        if completions is not None and part in completions:
            phrases += tuple(Phrase((word,)) for word in completions[part])
            if not completions[part]:  # rare, so the engine may look for what begins so
                phrases += (Phrase(part.words, is_begun=len(part.words[0]) > 2),)
        if part.is_open and len(part.words) > 1:  # a row of words, of a key or a title
            row = (*part.stems[:-1], part.words[-1])
            phrases += (Phrase(row, is_begun=len(row[-1]) > 2),)
        found.append(Clause(tuple(dict.fromkeys(phrases)), part.negative))
    if found and all(clause.negative for clause in found):
        found.append(ANY_ENTRY)
    return found


def list_phrases(part: Part) -> tuple[Phrase, ...]:
    """What a part of a query looks for."""
    if part.field == "year":
        first, last = parse_years(part.value) or YEARS
        return tuple(Phrase((mark,), "facts") for mark in make_year_marks(first, last))
    if part.field == "tag":
        return (Phrase((make_tag_mark(part.value),), "facts"),)
    if part.field in STATED:
        return (Phrase((make_statement_mark(f"{part.field}:{part.value}"),), "facts"),)
    if part.field == "section":
        return (Phrase((make_section_mark(part.value),), "facts"),)
    if part.field == "author" and is_numbered(part.value):
        return (Phrase((make_author_mark(part.value),), "facts"),)
    if part.field == "author":
        family, comma, given = part.value.partition(",")  # also as reference managers have it
        named = words(f"{given} {family}") if comma else part.words
        if _ELIDED.search(part.value):  # the letter before it is no initial
            return (Phrase(tuple(make_name_mark(stem(word)) for word in named), "facts"),)
        return tuple(_list_name_phrases(named[:MAX_PHRASE]))
    if part.field == "has":
        return (Phrase((SUMMARISED,), "facts"),)
    column = _COLUMNS.get(part.field, "")
    if part.field == "venue" and part.words in _VENUES:
        return (Phrase(part.stems, column), Phrase((stem(_VENUES[part.words]),), column))
    # `R-CNN` is found as it is written, and as `rcnn`; `resnet50` also as two words.
    whole = tuple(Phrase((stem(word),), column) for word in part.whole)
    numbered = _NUMBERED.fullmatch(part.words[0]) if len(part.words) == 1 else None
    split = (Phrase((stem(numbered[1]), numbered[2]), column),) if numbered else ()
    return (Phrase(part.stems, column), *whole, *split)


def _list_name_phrases(name: Sequence[str]) -> Iterator[Phrase]:
    """How the author of a name may be printed.

    `G. E. Hinton` is whoever has these initials; `Geoffrey Hinton` also who is printed `G. Hinton`.
    """
    *given, family = name
    if given and all(len(word) == 1 for word in given):
        yield Phrase((initials_mark("".join(given), stem(family)),), "facts")
        return
    yield Phrase(tuple(make_name_mark(stem(word)) for word in name), "facts")
    if len(given) == 1:
        yield Phrase((abbreviated_mark(given[0][0], stem(family)),), "facts")
