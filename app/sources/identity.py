"""Whether a record with a work's identifier is about that work.

Identifiers in files are often another's: chapters carry the DOI of their book, and preprints keep
theirs under another title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.sources.record import PaperRecord
from app.sources.same_work import is_generic, title_words
from app.text.person_names import comparable_surnames

_PART = re.compile(r"\d+|[ivx]+|parts?|volumes?|chapters?")
# What else tells two parts apart, and stands in other titles too.
_ORDINAL = re.compile(r"[b-z]|\d+[a-z]|one|two|three|four|first|second|third|fourth")
# Where the title may end and its subtitle begin.
_SUBTITLE = re.compile(r"[:.?!–—(]|\s-")


def names_work(title: str, names: Sequence[str], record: PaperRecord) -> bool:
    """Whether a record with a work's identifier is about it, by title and authors.

    Args:
        title, names: of the work and its authors.
    """
    return has_same_title(title, record.title) and share_an_author(names, record.authors)


def may_be_renamed(title: str, names: Sequence[str], record: PaperRecord) -> bool:
    """Whether a record with a work's identifier may have its former title.

    Preprints get other titles when they appear: the authors are all the same, half of the words
    are, and none of the others says which part it is.
    """
    ours, theirs = comparable_surnames(names), comparable_surnames(record.authors)
    one, other = set(title_words(title)), set(title_words(record.title))
    if not ours or ours != theirs or 2 * len(one & other) < len(one | other):
        return False
    return not any(_PART.fullmatch(word) or _ORDINAL.fullmatch(word) for word in one ^ other)


def has_same_title(first: str, second: str) -> bool:
    """Whether two titles are the same, hyphens and a subtitle aside.

    The subtitle of a part counts.
    """
    one, other = title_words(first), title_words(second)
    if "".join(one) == "".join(other):
        return True
    short, long = sorted((one, other), key=len)
    title = max(first, second, key=lambda each: len(title_words(each)))
    if not short or is_generic(short) or long[: len(short)] != short:
        return False
    if any(_PART.fullmatch(word) for word in long[len(short) :]):
        return False
    return any(number == len(short) for number in _count_words_before_marks(title))


def _count_words_before_marks(title: str) -> Iterator[int]:
    """How many words are before each mark.

    Each part is read once, as there may be many.
    """
    number = start = 0
    for mark in _SUBTITLE.finditer(title):
        number += len(title_words(title[start : mark.start()]))
        start = mark.start()
        yield number


def share_an_author(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists of authors have somebody in common, or one of them nobody."""
    ours, theirs = comparable_surnames(names), comparable_surnames(others)
    return not ours or not theirs or not set(ours).isdisjoint(theirs)
