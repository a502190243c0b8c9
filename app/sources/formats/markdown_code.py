"""What of a Markdown text is code or a formula, in which nothing is replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Also within quotes and items of lists; behind a fence of backticks no further one may stand.
_FENCE = re.compile(
    r"([ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+)(`{3,}+(?=[^`\n]*+\n?$)|~{3,}+)(.*+)", re.DOTALL
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TICKS = re.compile(r"`+")
# As pandoc has them: no space within single dollars, and no digit behind, so that amounts are none.
_FORMULA = re.compile(r"(?<!\\)\$\$[^$]++\$\$|(?<![\\$])\$(?=[^\s$])[^$\n]++(?<![\s\\])\$(?!\d)")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, each piece with whether it is code or a formula."""
    block: list[str] = []
    fence = ""
    is_quoted = False
    for line in _LINE.findall(text):
        mark = _FENCE.match(line)
        if fence and is_quoted and not line.lstrip().startswith(">"):  # the quote ends, and so it
            yield "".join(block), True
            block, fence = [], ""
        if fence:
            block.append(line)
            if mark and mark[2].startswith(fence) and not mark[3].strip():
                yield "".join(block), True
                block, fence = [], ""
        elif mark or not line.strip():
            yield from _spans("".join(block))
            block = [line]
            fence = mark[2] if mark else ""
            is_quoted = bool(mark and ">" in mark[1])
        else:
            block.append(line)
    if fence:
        yield "".join(block), True
    else:
        yield from _spans("".join(block))


def _spans(paragraph: str) -> Iterator[tuple[str, bool]]:
    """Code between backticks: a run of them ends at the next one that is as long."""
    runs = list(_TICKS.finditer(paragraph))
    ends: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        ends.setdefault(len(runs[number][0]), []).append(number)
    at = number = 0
    while number < len(runs):
        later = ends[len(runs[number][0])]
        while later and later[-1] <= number:
            later.pop()
        if later:
            start, end = runs[number].start(), runs[later[-1]].end()
            yield from _formulas(paragraph[at:start])
            yield paragraph[start:end], True
            at, number = end, later[-1]
        number += 1
    yield from _formulas(paragraph[at:])


def _formulas(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for found in _FORMULA.finditer(text):
        yield text[at : found.start()], False
        yield found[0], True
        at = found.end()
    yield text[at:], False
