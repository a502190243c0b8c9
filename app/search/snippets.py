"""Excerpts that show where the words of a query stand.

The result is pieces: plain text, which who shows it escapes, and formulas, which are safe MathML.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import takewhile

from app.rendering.math.conversion import to_mathml
from app.search.clauses import list_phrases
from app.search.excerpt_window import LENGTH, Window, window_around
from app.search.query import Part, Query
from app.text.folding import fold
from app.text.plurals import GREEK, UNLIKE_PLURAL, stem
from app.text.stop_words import is_common
from app.text.words import CJK, COMPOUND, HYPHEN, WORD

_MAX_POSITIONS = 400
_MAX_TYPESET_CHARS = 200  # of one formula; longer ones stand as their source
_MAX_TYPESET = 6  # formulas of one excerpt
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_CJK = re.compile(f"[{CJK}]")
_LETTER = re.compile(rf"[^\W_{CJK}]")
_END_OF_LINE = re.compile(r"\n\t?|^\t")
# Any sign that is no letter, of which `WORD` and `HYPHEN` tell those that count: a set with signs
# beyond Latin-1 takes as long to compile as all the rest of a search takes.
_MAYBE_HYPHEN = r"\W?"
_ENDED = re.compile(r"[.!?:;,…。！？：；，)\]}”’»$–—-]")
_GOES_ON = re.compile(r"[a-z$\\,.;:)]")

# What a word may be of a query: whether it is a plural, and the numbers of parts with the words
# that have to follow it.
_Ways = tuple[bool, list[tuple[int, tuple[str, ...]]]]


@dataclass(frozen=True)
class Piece:
    """A piece of an excerpt.

    Attributes:
        is_hit: whether it is what was looked for.
        html: the piece as safe MathML, where it is a formula that could be set; else empty.
    """

    text: str
    is_hit: bool = False
    html: str = ""


@dataclass(frozen=True)
class WordPosition:
    """Where words of the query stand; `part` is the number of the part."""

    start: int
    end: int
    part: int


def mark_pieces(pieces: Iterable[Piece]) -> str:
    """The HTML of a text in pieces, what was looked for marked and formulas set."""
    html = []
    for piece in pieces:
        text = piece.html or escape(piece.text)
        html.append(f"<mark>{text}</mark>" if piece.is_hit else text)
    return "".join(html)


class Marker:
    """The words of a query, made ready to be found in texts."""

    def __init__(self, query: Query, completions: dict[Part, tuple[str, ...]]) -> None:
        self.rows: list[list[tuple[str, ...]]] = []  # of each part the rows of words that are it
        self.begun: list[str] = []  # of each part the letters that a word may begin with
        for part in query.plain:
            ways = [phrase.words for phrase in list_phrases(part)]
            self.rows.append([*ways, *((word,) for word in completions.get(part, ()))])
            is_begun = part in completions and len(part.words[0]) > 2
            self.begun.append(part.words[0] if is_begun else "")
        firsts = {row[0] for rows in self.rows for row in rows} | set(self.begun)
        # What stands alone, such as `rcnn`, is also found in parts that hyphens join.
        self.single = {row[0] for rows in self.rows for row in rows if len(row) == 1}
        letters = {_pattern(word, word in self.single) for word in firsts if word}
        letters |= {(letter, "") for letter, name in GREEK.items() if name in firsts}
        self.quick = _compile_beginnings(letters)
        self._ways: dict[str, _Ways] = {}
        # Those that say something; what stands in any text is not worth an excerpt.
        telling = {
            number for number, part in enumerate(query.plain) if not all(map(is_common, part.words))
        }
        self.telling = telling or set(range(len(query.plain)))
        self.known: dict[str, list[WordPosition]] = {}  # texts are counted, then cut

    def count(self, text: str) -> int:
        """How many parts of the query the text has."""
        return len({place.part for place in self._list_places(text) if place.part in self.telling})

    def mark(self, text: str) -> list[Piece]:
        """A whole text, such as a title, in pieces."""
        return _cut_pieces(text, Window(0, len(text), ()), self._list_places(text))

    def excerpt(self, text: str) -> list[Piece]:
        """About `LENGTH` characters that begin near the best place; none where no word is found.

        Words and formulas are not cut.

        Args:
            text: a line for each block; one of code begins with a tab.
        """
        places = [place for place in self._list_places(text) if place.part in self.telling]
        for first, last in _clusters(places):
            window = window_around(text, first, last)
            if window is None:
                continue
            pieces = _cut_pieces(text, window, places)
            if window.start > 0:
                pieces.insert(0, Piece("… "))
            if window.end < len(text):
                pieces.append(Piece(" …"))
            return pieces
        return []

    def _list_places(self, text: str) -> list[WordPosition]:
        found = self.known.get(text)
        if found is None:
            found = self.known[text] = list(self._places(text))
        return found

    def _places(self, text: str) -> Iterator[WordPosition]:
        found = 0
        last = 0
        for start in self._candidates(text):
            if start < last:
                continue
            match = WORD.match(text, start)
            place = match and (self._joined(text, match) or self._place(text, match))
            if place:
                yield place
                last = place.end
                found += 1
                if found == _MAX_POSITIONS:
                    return

    def _candidates(self, text: str) -> list[int]:
        """Where words begin that may be what is looked for, in order."""
        lowered = _lower(text)
        starts = [match.start() for quick in self.quick for match in quick.finditer(lowered)]
        if len(self.quick) > 1:
            starts.sort()
        # Words whose letters have accents must be folded to be compared, and what hyphens join.
        places = [] if text.isascii() else [match.start() for match in _FOREIGN.finditer(text)]
        foreign = [place for place in places if text[place].isalnum()]
        if not foreign:
            return starts
        ends = [match.start() - 1 for match in HYPHEN.finditer(text)]
        joined = [place for place in ends if place >= 0 and text[place].isalnum()]
        return sorted({*starts, *_find_starts(text, sorted(foreign + joined))})

    def _joined(self, text: str, match: re.Match[str]) -> WordPosition | None:
        """Words that hyphens join, which are looked for as a whole."""
        if not HYPHEN.match(text, match.end()):
            return None
        compound = COMPOUND.match(text, match.start())
        whole = compound and stem(fold(HYPHEN.sub("", compound[0])))
        if compound is None or whole not in self.single:
            return None
        number = next(at for at, rows in enumerate(self.rows) if (whole,) in rows)
        return WordPosition(compound.start(), compound.end(), number)

    def _place(self, text: str, match: re.Match[str]) -> WordPosition | None:
        is_plural, ways = self._find_ways(match[0])
        if is_plural and text[match.start() - 1 : match.start()] == "\\":
            return None  # `\times` has to do with no time
        for number, others in ways:
            end = _end_of_row(text, match.end(), others)
            if end is not None:
                return WordPosition(match.start(), end, number)
        return None

    def _find_ways(self, word: str) -> _Ways:
        found = self._ways.get(word)
        if found is None:
            folded = fold(word)
            singular = stem(folded)
            ways: list[tuple[int, tuple[str, ...]]] = []
            for number, rows in enumerate(self.rows):
                if self.begun[number] and folded.startswith(self.begun[number]):
                    ways.append((number, ()))
                ways += [(number, row[1:]) for row in rows if row[0] == singular]
            found = self._ways[word] = singular != folded, ways
        return found


def _pattern(word: str, is_single: bool) -> tuple[str, str]:
    """What a word and its plural begin with: mostly all but the last two letters.

    Returns:
        The first letter, and a pattern of the others.
    """
    if word in UNLIKE_PLURAL:
        return word[0], ""
    letters = word[:-2] if len(word) > 3 and word.isascii() else word
    between = _MAYBE_HYPHEN if is_single else ""
    return word[0], "".join(between + re.escape(letter) for letter in letters[1:])


def _compile_beginnings(patterns: Iterable[tuple[str, str]]) -> list[re.Pattern[str]]:
    """Patterns for what words in lower case may begin with, by first letters and the rest.

    Each begins with a letter, which `re` looks for many times as fast as for one of a set.
    """
    by_first: dict[str, set[str]] = defaultdict(set)
    for first, rest in patterns:
        by_first[_lower(first)].add(rest)
    # Nothing is consumed behind the first letter: another word may begin there.
    return [
        re.compile(rf"{re.escape(first)}(?<![^\W_].)(?={'|'.join(sorted(rests))})", re.DOTALL)
        for first, rests in sorted(by_first.items())
    ]


def _lower(text: str) -> str:
    """A text of the same length in lower case."""
    lowered = text.lower()
    if len(lowered) != len(text):  # of `İ` two signs are made
        return "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
    return lowered


def _find_starts(text: str, places: Sequence[int]) -> Iterator[int]:
    """Where the words begin in which some letters stand, in order; each sign is seen once."""
    last = start = -1
    for place in places:
        at = place
        if not _CJK.match(text, place):
            while at > 0 and at != last and _LETTER.match(text, at - 1):
                at -= 1
            if at == last:  # the same word as that of the letter before
                at = start
        last, start = place, at
        yield at


def _end_of_row(text: str, start: int, row: Sequence[str]) -> int | None:
    """Where a row of words ends that goes on at `start`; `None` if it does not."""
    for wanted in row:
        match = WORD.search(text, start, start + 80)
        if match is None or stem(fold(match[0])) != wanted:
            return None
        start = match.end()
    return start


def _clusters(places: Sequence[WordPosition]) -> list[tuple[int, int]]:
    """The best stretches of places that fit into an excerpt, as their first and last character."""
    parts = len({place.part for place in places})
    found = []
    for at, place in enumerate(places):
        inside = list(
            takewhile(lambda each: each.end - place.start <= LENGTH, places[at:])  # noqa: B023
        )
        if not inside:  # a row of words that is longer than an excerpt
            continue
        different = len({each.part for each in inside})
        found.append((-different, -min(len(inside), 3), place.start, inside[-1].end))
        if different == parts:
            break
    return [(start, end) for _, _, start, end in sorted(found)[:5]]


def _cut_pieces(text: str, window: Window, places: Sequence[WordPosition]) -> list[Piece]:
    inside = [place for place in places if window.start <= place.start and place.end <= window.end]
    pieces: list[Piece] = []
    here = window.start
    for number, formula in enumerate(window.formulas):
        pieces += _text_pieces(text, here, formula.start, inside)
        here = formula.end
        html = ""
        if len(formula.tex) <= _MAX_TYPESET_CHARS and number < _MAX_TYPESET:
            typeset = to_mathml(formula.tex, False)
            html = "" if typeset.problem else typeset.html
        is_hit = any(formula.start <= place.start < formula.end for place in inside)
        pieces.append(Piece(text[formula.start : formula.end], is_hit, html))
    pieces += _text_pieces(text, here, window.end, inside)
    return [piece for piece in pieces if piece.text]


def _text_pieces(
    text: str, start: int, end: int, places: Sequence[WordPosition]
) -> Iterator[Piece]:
    here = start
    for place in places:
        if place.start < here or place.end > end:
            continue
        yield Piece(_in_one_line(text, here, place.start))
        yield Piece(_in_one_line(text, place.start, place.end), is_hit=True)
        here = place.end
    yield Piece(_in_one_line(text, here, end))


def _in_one_line(text: str, start: int, end: int) -> str:
    """A stretch of a text without ends of lines.

    A dot stands between two blocks that would read as one sentence.
    """
    stretch = text[start:end]
    if "\n" not in stretch and not stretch.startswith("\t"):
        return stretch
    parts = []
    here = start
    for match in _END_OF_LINE.finditer(stretch):
        at, behind = start + match.start(), start + match.end()
        parts.append(text[here:at])
        here = behind
        if at > 0 and behind < len(text):
            ended = _ENDED.match(text, at - 1) or _GOES_ON.match(text, behind)
            parts.append(" " if ended and match[0] == "\n" else " · ")
    return "".join([*parts, text[here:end]])
