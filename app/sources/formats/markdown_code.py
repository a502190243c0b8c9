"""What of a Markdown text is code, in which nothing is replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TICKS = re.compile(r"`+")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, each piece with whether it is code."""
    block: list[str] = []
    fence = ""
    for line in _LINE.findall(text):
        mark = _FENCE.match(line)
        if fence:
            block.append(line)
            if mark and mark[1].startswith(fence):
                yield "".join(block), True
                block, fence = [], ""
        elif mark or not line.strip():
            yield from _spans("".join(block))
            block = [line]
            fence = mark[1] if mark else ""
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
            yield paragraph[at:start], False
            yield paragraph[start:end], True
            at, number = end, later[-1]
        number += 1
    yield paragraph[at:], False
