"""`[[A title]]` that nobody made a link of: an aid of the editor's, which a page shows as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_MARK = re.compile(r"(?<!\w)\[\[([^\[\]\n\0]{2,200})\]\](?!\()")
# What stands in these was not meant as such, or is a link already.
_SKIPPED = frozenset({"a", "code", "pre", "math", "svg"})


@dataclass(frozen=True)
class OpenBrackets:
    """One of them; `line` is its 1-based line in the source, or None."""

    line: int | None
    title: str


def find(html: str, source: str) -> list[OpenBrackets]:
    """Those in a text, in order.

    Args:
        html: the text as rendered with lines marked. It says what is text, and what code, a
            formula or a link.
        source: the same as written, for the lines.
    """
    if "[[" not in source:
        return []
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = source.split("\n")
    found = []
    at: dict[
        str, int
    ] = {}  # from which line to look for a title that stands in the text more than once
    for line, title in reader.found():
        mark = f"[[{title}]]"
        first = max(line or 1, at.get(title, 1))
        where = next(
            (number for number in range(first, len(lines) + 1) if mark in lines[number - 1]), None
        )
        if where is not None:
            at[title] = where + 1 if lines[where - 1].count(mark) == 1 else where
        found.append(OpenBrackets(where or line, title.strip()))
    return [each for each in found if sum(map(str.isalpha, each.title)) > 1]


class _Reader(HTMLParser):
    """The text of each block, with its line."""

    def __init__(self) -> None:
        super().__init__()
        self._skipping: list[str] = []
        self._pieces: list[tuple[int | None, list[str]]] = [(None, [])]

    def found(self) -> list[tuple[int | None, str]]:
        """Line of the block, and what stands between the brackets."""
        return [
            (line, mark) for line, pieces in self._pieces for mark in _MARK.findall("".join(pieces))
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = dict(attrs).get("data-line")
        if line is not None and line.isdecimal():
            self._pieces.append((int(line), []))
        if tag in _SKIPPED:
            self._skipping.append(tag)
            self._pieces[-1][1].append("\0")  # nothing reaches across it

    def handle_endtag(self, tag: str) -> None:
        if self._skipping and self._skipping[-1] == tag:
            self._skipping.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._pieces[-1][1].append(data)
