"""Display formulas as blocks, and how far they reach.

The rule of the dialect. A line of a paragraph may begin a display formula at its start or end it
off at its end: `$$`, `\\[`, `\\\\[` or `\\begin{…}` with only white space before or behind. When it
does not close there, the formula takes all lines up to the first that closes it, whatever they look
like: blank ones, `- b`, `= c`, `# d`. That line is at most MAX_LINES away and before the next code
fence, `$$` and `\\]` stand at its start or end, and all lines belong to the containers that the
formula began in. A formula that has its lines for itself is a block of its own; it ends a paragraph
or a table above it and begins none below. All other formulas are found in the text of their block,
once that is known, and decide nothing about blocks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from app.rendering.blocks.cursor import SPACE
from app.rendering.math.scanner import OpenFormula, Scan, find_formulas

MAX_LINES = 200
# How often a line is tried as the end of a formula; more than a few are no text that people write.
MAX_TRIES = 8

_OPENER = re.compile(r"\$\$|\\\[|\\begin\{")  # the second also behind another backslash
_DOLLARS = re.compile(r"\\.|(\$+)")
_CLOSER = re.compile(r"\\\\\]|\\(?:end\{[a-zA-Z]+\*?\}|.)|\$+")

# The text of the lines from one to another, without the marks of the containers at hand; None when
# they do not all belong to these.
LinesWithin = Callable[[int, int], list[str] | None]


class DisplayLine(NamedTuple):
    """What one line of a paragraph turns out to be.

    Attributes:
        lines: its text, and that of the lines that a formula takes.
        alone: whether a display formula and nothing else stands on them.
        half: whether a `$$` in it waits for one on a later line of the paragraph.
    """

    lines: list[str]
    alone: bool = False
    half: bool = False


class Displays:
    """Finds the display formulas that begin on a line of a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._tries: Counter[tuple[str, int]] = Counter()

    def read(self, number: int, text: str, half: bool, within: LinesWithin) -> DisplayLine:
        """Reads a line of a paragraph, and those that a formula takes with it.

        Args:
            number: its 0-based number.
            text: what stands on it.
            half: whether a `$$` of the paragraph's earlier lines is still to be closed.
            within: gives the text of lines below it.
        """
        start = 0
        if half:
            dollars = next(filter(None, (found[1] for found in _DOLLARS.finditer(text))), None)
            if dollars is None:
                return DisplayLine([text], half=True)
            start = text.index(dollars) + 2 if dollars == "$$" else 0
        if not _OPENER.search(text, start):
            return DisplayLine([text])
        lines = [text]
        scan = find_formulas(text, start)
        while scan.open and (longer := self._longer(number, lines, scan.open, within)):
            lines, scan = longer
        first = scan.found[0] if scan.found and not start else None
        alone = first is not None and first.display and first.start == 0
        alone = alone and first is not None and first.end == len("\n".join(lines).rstrip(SPACE))
        waits = scan.open.closer == "$$" if scan.open else scan.half
        return DisplayLine(lines, alone, waits)

    def _longer(
        self, number: int, lines: list[str], opened: OpenFormula, within: LinesWithin
    ) -> tuple[list[str], Scan] | None:
        """The lines with those that a formula takes which begins on the last of them."""
        below = number + len(lines)
        last = self._last_line(opened.closer, below)
        if last is None or self._tries[opened.closer, last] >= MAX_TRIES:
            return None
        self._tries[opened.closer, last] += 1
        more = within(below, last)
        if more is None:
            return None
        text = "\n".join([*lines, *more])
        scan = find_formulas(text, opened.start)
        first = scan.found[0] if scan.found else None
        if first is None or first.start != opened.start or first.end <= len(text) - len(more[-1]):
            return None
        return [*lines, *more], scan

    def _last_line(self, closer: str, below: int) -> int | None:
        """The first line from `below` on that closes a formula, if one may end there."""
        numbers = self._closers.get(closer, [])
        place = bisect_left(numbers, below)
        if place == len(numbers) or numbers[place] - below >= MAX_LINES:
            return None
        last = numbers[place]
        fence = bisect_left(self._fences, below)
        if fence < len(self._fences) and self._fences[fence] < last:
            return None
        body = self._lines[last].strip("> \t").rstrip(".,;: ")
        at_edge = body.startswith(closer) or body.endswith(closer) or closer.startswith("\\end")
        return last if at_edge else None

    @cached_property
    def _closers(self) -> dict[str, list[int]]:
        """The numbers of the lines that close formulas, by what closes them."""
        found: dict[str, list[int]] = {}
        for number, line in enumerate(self._lines):
            if "$$" not in line and "\\]" not in line and "\\end{" not in line:
                continue
            for word in dict.fromkeys(_CLOSER.findall(line)):
                if word in ("$$", "\\]", "\\\\]") or word.startswith("\\end{"):
                    found.setdefault(word, []).append(number)
        return found

    @cached_property
    def _fences(self) -> list[int]:
        return [
            number
            for number, line in enumerate(self._lines)
            if line.lstrip("> \t")[:3] in ("```", "~~~")
        ]
