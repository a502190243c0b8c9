"""Where an excerpt of a text begins and ends: near what was found, between words.

The text has a line for each block; a line of code begins with a tab, and code and prose are not
shown together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.rendering.math.scanner import FormulaMatch, find_formulas
from app.text.words import CJK

LENGTH = 240
# Characters before the first word: on a phone, two lines show some eighty, and the word must stand
# in them.
_BEFORE = 36
_MAX_FORMULA_CHARS = 400
_CJK = re.compile(f"[{CJK}]")
_BREAK = re.compile(rf"\s+|(?=[{CJK}])")
_BEGINNING = re.compile(r"\n|(?<=[.!?])\s+(?=[^\Wa-z\d_])|(?<=[。！？])")


@dataclass(frozen=True)
class Window:
    """A stretch of a text, and the formulas in it; none is cut."""

    start: int
    end: int
    formulas: tuple[FormulaMatch, ...]


def window_around(text: str, first: int, last: int) -> Window | None:
    """The stretch around what stands from `first` to `last`.

    `None` if a formula makes it too long.
    """
    low, high = _blocks(text, first, last)
    formulas: list[FormulaMatch] = []
    if text.startswith("\t", low):
        low += 1
    else:
        formulas = [
            replace(each, start=each.start + low, end=each.end + low)
            for each in find_formulas(text[low:high]).found
        ]
    start = _start(text, low, first, formulas)
    end = _end(text, start, last, high, formulas)
    if end - start > LENGTH + _MAX_FORMULA_CHARS:
        return None
    inside = tuple(each for each in formulas if start <= each.start and each.end <= end)
    return Window(start, end, inside)


def _blocks(text: str, first: int, last: int) -> tuple[int, int]:
    """The blocks around, all of one kind: prose or code."""
    low = text.rfind("\n", 0, first) + 1
    is_code = text.startswith("\t", low)
    while low > 0 and first - low < _BEFORE:
        above = text.rfind("\n", 0, low - 1) + 1
        if text.startswith("\t", above) != is_code:
            break
        low = above
    high = _end_of_line(text, last)
    while high < len(text) and high - first < LENGTH:
        if text.startswith("\t", high + 1) != is_code:
            break
        high = _end_of_line(text, high + 1)
    return low, high


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _start(text: str, low: int, first: int, formulas: list[FormulaMatch]) -> int:
    """At the beginning of a sentence if one is near, else between two words."""
    start = max(low, first - _BEFORE)
    if start > low:
        gap = _BEGINNING.search(text, start, first) or _BREAK.search(text, start, first)
        start = gap.end() if gap else first
    for each in formulas:
        if each.start < start < each.end:
            start = each.start if first < each.end else each.end
    return start


def _end(text: str, start: int, last: int, high: int, formulas: list[FormulaMatch]) -> int:
    end = min(high, max(last, start + LENGTH))
    if end < high:
        end = last + _find_last_break(text[last:end])
    for each in formulas:
        if each.start < end < each.end:
            end = each.end if each.start < last else max(each.start, last)
    return end


def _find_last_break(stretch: str) -> int:
    """Where the last gap between two words begins; 0 where there is none."""
    if _CJK.search(stretch):
        return max((gap.start() for gap in _BREAK.finditer(stretch)), default=0)
    if stretch[-1:].isspace():
        return len(stretch.rstrip())
    words = stretch.rsplit(maxsplit=1)
    return len(words[0]) if len(words) > 1 else 0
