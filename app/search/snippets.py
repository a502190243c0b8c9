"""Excerpts that show where the words of a query stand.

They are plain text.

The result is pieces of text, not HTML: who shows them escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.search.query import Part, Query
from app.text.folding import fold
from app.text.plurals import GREEK, UNLIKE_PLURAL, stem
from app.text.words import CJK, WORD

LENGTH = 240
_BEFORE = 80  # characters before the first word at most
_MAX_FORMULA_CHARS = 400
_MAX_POSITIONS = 400
_SIGN = re.compile(r"\$\$|\$|\\[()\[\]]")
_CLOSES = {"$$": "$$", "$": "$", "\\(": "\\)", "\\[": "\\]"}
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")
_BREAK = re.compile(rf"\s+|(?=[{CJK}])")


@dataclass(frozen=True)
class Piece:
    """A piece of an excerpt; `is_hit` says whether it is what was looked for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True)
class _WordPosition:
    start: int
    end: int
    part: int


class Marker:
    """The words of a query, made ready to be found in texts."""

    def __init__(self, query: Query, completions: dict[Part, tuple[str, ...]]) -> None:
        self.rows: list[list[tuple[str, ...]]] = []  # of each part the rows of words that are it
        self.begun: list[str] = []  # of each part the letters that a word may begin with
        for part in query.plain:
            self.rows.append([part.stems, *((word,) for word in completions.get(part, ()))])
            is_begun = part in completions and len(part.words[0]) > 2
            self.begun.append(part.words[0] if is_begun else "")
        firsts = {row[0] for rows in self.rows for row in rows} | set(self.begun)
        letters = {_beginning(word) for word in firsts if word}
        letters |= {letter for letter, name in GREEK.items() if name in firsts}
        pattern = "|".join(re.escape(each) for each in sorted(letters))
        self.quick = re.compile(rf"(?<![^\W_])(?:{pattern})", re.IGNORECASE) if pattern else None

    def count(self, text: str) -> int:
        """How many parts of the query the text has."""
        return len({place.part for place in self._places(text)})

    def mark(self, text: str) -> list[Piece]:
        """A whole text, such as a title, in pieces."""
        return _pieces(text, 0, len(text), list(self._places(text)))

    def excerpt(self, text: str) -> list[Piece]:
        """About `LENGTH` characters around the best place; none where no word is found.

        Words and formulas are not cut.
        """
        places = list(self._places(text))
        formulas = _formulas(text) if places else []
        window = _window(text, places, formulas)
        if window is None:
            return []
        start, end = window
        pieces = _pieces(text, start, end, places)
        if start > 0:
            pieces.insert(0, Piece("… "))
        if end < len(text):
            pieces.append(Piece(" …"))
        return pieces

    def _places(self, text: str) -> Iterator[_WordPosition]:
        found = 0
        if self.quick is None:
            return
        # Where letters have accents, every word must be folded to be compared.
        starts = WORD.finditer(text) if _FOREIGN.search(text) else self.quick.finditer(text)
        last = 0
        for candidate in starts:
            if candidate.start() < last:
                continue
            match = WORD.match(text, candidate.start())
            place = match and self._place(text, match)
            if place:
                yield place
                last = place.end
                found += 1
                if found == _MAX_POSITIONS:
                    return

    def _place(self, text: str, match: re.Match[str]) -> _WordPosition | None:
        folded = fold(match[0])
        singular = stem(folded)
        for number, rows in enumerate(self.rows):
            if self.begun[number] and folded.startswith(self.begun[number]):
                return _WordPosition(match.start(), match.end(), number)
            for row in rows:
                if row[0] == singular:
                    end = _end_of_row(text, match.end(), row[1:])
                    if end is not None:
                        return _WordPosition(match.start(), end, number)
        return None


def _formulas(text: str) -> list[tuple[int, int]]:
    """Where formulas are; money may be taken for one, which does no harm."""
    found = []
    start, closing = 0, ""
    for match in _SIGN.finditer(text):
        sign = match[0]
        if closing and sign == closing and (sign != "$" or "\n" not in text[start : match.end()]):
            found.append((start, match.end()))
            closing = ""
        elif not closing or sign == closing:  # a sum of money before, and a line between
            start, closing = match.start(), _CLOSES.get(sign, "")
    return found


def _beginning(word: str) -> str:
    """What a word and its plural begin with: mostly all but the last two letters."""
    if word in UNLIKE_PLURAL:
        return word[0]
    return word[:-2] if len(word) > 3 and word.isascii() else word


def _end_of_row(text: str, start: int, row: Sequence[str]) -> int | None:
    """Where a row of words ends that goes on at `start`; `None` if it does not."""
    for wanted in row:
        match = WORD.search(text, start, start + 80)
        if match is None or stem(fold(match[0])) != wanted:
            return None
        start = match.end()
    return start


def _window(
    text: str, places: Sequence[_WordPosition], formulas: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    best: tuple[int, int, int, int] | None = None
    for at, place in enumerate(places):
        inside = [each for each in places[at:] if each.end - place.start <= LENGTH - _BEFORE]
        if not inside:  # a row of words that is longer than an excerpt
            continue
        start, end = _around(text, place.start, inside[-1].end, formulas)
        if end - start > LENGTH + _MAX_FORMULA_CHARS:
            continue
        value = (len({each.part for each in inside}), min(len(inside), 3), -start, end)
        if best is None or value > best:
            best = value
        if best[0] == len({each.part for each in places}):
            break
    return None if best is None else (-best[2], best[3])


def _around(
    text: str, first: int, last: int, formulas: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """An excerpt with the words from `first` to `last`, between words and outside of formulas."""
    start = max(0, first - _BEFORE)
    if start > 0:
        gap = _BREAK.search(text, start, first)
        start = gap.end() if gap else first
    end = min(len(text), max(last, start + LENGTH))
    if end < len(text):
        gaps = [gap.start() for gap in _BREAK.finditer(text, last, end)]
        end = gaps[-1] if gaps and gaps[-1] > last else last
    for begins, ends in formulas:
        if begins < start < ends:
            start = begins if begins < first < ends else ends
        if begins < end < ends:
            end = ends if begins < last <= ends else max(begins, last)
    return start, end


def _pieces(text: str, start: int, end: int, places: Sequence[_WordPosition]) -> list[Piece]:
    pieces = []
    here = start
    for place in places:
        if place.start < here or place.end > end:
            continue
        pieces.append(Piece(text[here : place.start]))
        pieces.append(Piece(text[place.start : place.end], is_hit=True))
        here = place.end
    pieces.append(Piece(text[here:end]))
    return [Piece(" ".join(piece.text.split("\n")), piece.is_hit) for piece in pieces if piece.text]
