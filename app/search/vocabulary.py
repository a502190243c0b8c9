"""Look words up.

Whether they are known, what they may become, what else may be meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, String, TextualSelect, bindparam, column, func, select, text
from sqlalchemy.orm import Session

from app.models import SearchWord
from app.search.reading import Read, read_for_page
from app.text.plurals import singular

MIN_PREFIX_CHARS = 3
COMPLETIONS = 16
_NEIGHBOURS = 400  # words looked at that share a beginning, and as many that share an end
_MIN_CORRECTED_CHARS = 4
_MAX_SPLIT_CHARS = 24
_PARTED = 4


@dataclass(frozen=True)
class WordLookup:
    """What is known of some words.

    Which of them there are, and what some may become.
    """

    known: set[str]
    completions: dict[str, list[str]]


def look_up(
    session: Session,
    words: Collection[str],
    begun: Collection[str],
    *,
    names: bool = False,
    read: Read = read_for_page,
) -> WordLookup:
    """Look words up, in one statement.

    Args:
        words: which of these some paper has, in the singular or the plural.
        begun: the most frequent words that begin as each of these.
        names: whether only words of authors' names count as such.
        read: `read_alone` where nobody keeps what is found.
    """
    forms = {form for word in words for form in _list_forms(word)}
    ranges = [each for each in begun if len(each) >= MIN_PREFIX_CHARS]
    values: dict[str, Any] = {"forms": sorted(forms)} if forms else {}
    for number, beginning in enumerate(ranges):
        values[f"first{number}"] = beginning
        values[f"end{number}"] = compute_prefix_end(beginning)
    rows: Sequence[Any] = ()
    if values:
        rows = read(session, _build_look_up(bool(forms), len(ranges), names), values)
    there = {word for beginning, word in rows if not beginning}
    completions: dict[str, list[str]] = {each: [] for each in begun}
    for beginning, word in rows:
        if beginning:
            completions[beginning].append(word)
    return WordLookup(
        {word for word in words if not there.isdisjoint(_list_forms(word))}, completions
    )


def entry_counts(session: Session, words: Collection[str]) -> dict[str, int]:
    """About how many papers have each of some words; nothing of those that none has."""
    forms = {form: word for word in words for form in _list_forms(word)}
    counts: Counter[str] = Counter()
    for form, entries in read_for_page(session, _select_counts(), {"forms": sorted(forms)}):
        counts[forms[form]] += entries
    return counts


@cache
def _select_counts() -> Select[Any]:
    """Made once: making it takes longer than reading what it asks for."""
    columns: tuple[Any, ...] = (SearchWord.word, SearchWord.entries)
    return select(*columns).where(SearchWord.word.in_(bindparam("forms", expanding=True)))


def _list_forms(word: str) -> tuple[str, ...]:
    return (word, singular(word), f"{word}s")


@cache
def _build_look_up(forms: bool, ranges: int, names: bool) -> TextualSelect:
    """The statement that looks words up, and what begins as some; made once of each shape."""
    known = "SELECT '' AS beginning, word FROM search_words WHERE word IN :forms"
    which = " AND is_name" if names else ""
    begun = (
        f"SELECT beginning, word FROM (SELECT :first{number} AS beginning, word FROM search_words"  # noqa: S608  (numbers only)
        f" WHERE word >= :first{number} AND word < :end{number}{which}"
        f" ORDER BY entries DESC, word LIMIT {COMPLETIONS}) AS begun{number}"
        for number in range(ranges)
    )
    statement = text(" UNION ALL ".join([known, *begun] if forms else begun))
    ends = [f"{end}{number}" for number in range(ranges) for end in ("first", "end")]
    if forms:
        statement = statement.bindparams(bindparam("forms", type_=String, expanding=True))
    statement = statement.bindparams(*(bindparam(name, type_=String) for name in ends))
    return statement.columns(column("beginning", String), column("word", String))


def compute_prefix_end(beginning: str) -> str:
    """The first text that sorts behind all that begin so."""
    return beginning[:-1] + chr(min(ord(beginning[-1]) + 1, 0x10FFFF))


def find_nearest_words(session: Session, word: str, limit: int = 3) -> list[str]:
    """Known words that differ from one in a letter or two.

    The nearest and most frequent come first.

    A word with one mistake has its first or its second half right, so words are looked at that
    begin or end as it does.
    """
    if len(word) < _MIN_CORRECTED_CHARS:
        return []
    most = 1 if len(word) < 6 else 2
    scored = [
        (distance, -entries, other)
        for other, entries in set(_find_neighbours(session, word, most))
        if other != word and (distance := _count_edits(word, other, most)) <= most
    ]
    return [other for _, _, other in sorted(scored)[:limit]]


def split_unknown_word(session: Session, word: str) -> list[str]:
    """What an unknown word may be without its hyphen.

    Such as `r-cnn` of `rcnn`. Of the halves the longer ones are known words, short ones are not
    kept.
    """
    if not _MIN_CORRECTED_CHARS <= len(word) <= _MAX_SPLIT_CHARS:
        return []
    halves = [(word[:place], word[place:]) for place in range(1, len(word))]
    long = {half for pair in halves for half in pair if len(half) >= MIN_PREFIX_CHARS}
    known = look_up(session, long, ()).known
    return [
        "-".join(pair)
        for pair in halves
        if any(half in known for half in pair)
        and all(half in known or len(half) < MIN_PREFIX_CHARS for half in pair)
    ][:_PARTED]


def _find_neighbours(session: Session, word: str, most: int) -> Iterator[tuple[str, int]]:
    half = len(word) // 2
    for ends, part in (
        (SearchWord.word, word[:half]),
        (SearchWord.reversed, word[: -half - 1 : -1]),
    ):
        rows = session.execute(
            select(SearchWord.word, SearchWord.entries)
            .where(
                ends >= part,
                ends < compute_prefix_end(part),
                func.length(SearchWord.word).between(len(word) - most, len(word) + most),
            )
            .order_by(SearchWord.entries.desc(), SearchWord.word)
            .limit(_NEIGHBOURS)
        )
        yield from ((other, entries) for other, entries in rows if _may_be(word, other, most))


def _may_be(word: str, other: str, most: int) -> bool:
    """Whether the letters alone allow that few mistakes: quickly rules most words out."""
    here, there = Counter(word), Counter(other)
    return max((here - there).total(), (there - here).total()) <= most


def _count_edits(one: str, other: str, most: int) -> int:
    """Letters that are missing, added, replaced or exchanged with their neighbour.

    The "optimal string alignment" distance (Damerau, 1964); more than `most` may be any number
    above it.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row, last = row, [i], before
        for j, there in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def drop_repeats(items: Iterable[str]) -> tuple[str, ...]:
    """Without repeats, in order."""
    return tuple(dict.fromkeys(items))
