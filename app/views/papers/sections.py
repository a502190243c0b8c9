"""Rendered texts in sections by their headings, and several of them side by side.

Headings agree when their words do, folded and without regard to singular and plural: "Results",
"results:" and "Result" are one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from app.rendering.headings import HEADINGS
from app.text.plurals import stems

MAX_SECTIONS = 100  # of one text; what follows belongs to the last
_VOID = frozenset(
    {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_TAG = re.compile(r"<[^<>]*>")
_NAMED = re.compile(r' id="([^"]*)"')


@dataclass(frozen=True)
class TextSection:
    """A heading of a text and what stands under it, up to the next one.

    Attributes:
        name: by which headings agree; empty for what stands before the first.
        heading: as plain text.
        anchor: the id of the heading, if it has one.
        html: what stands under it.
    """

    name: str
    heading: str
    anchor: str
    html: str


@dataclass(frozen=True)
class AlignedSection:
    """A heading with what each of some texts has under it.

    A cell is `None` where a text does not have the heading.
    """

    heading: str
    cells: tuple[str | None, ...]

    @property
    def only(self) -> int | None:
        """Which text alone has this heading; `None` if several have."""
        there = [number for number, cell in enumerate(self.cells) if cell is not None]
        return there[0] if len(there) == 1 else None


def split_sections(html: str) -> list[TextSection]:
    """The sections of a rendered text; only headings that stand by themselves divide it."""
    finder = _HeadingFinder(html)
    found: list[TextSection] = []
    start, name, heading, anchor = 0, "", "", ""
    for first, inner, last in finder.headings[: MAX_SECTIONS - 1]:
        _append(found, name, heading, anchor, html[start:first])
        opening = html[first : html.index(">", first)]
        named = _NAMED.search(opening)
        heading = _read_text(inner)
        name, anchor, start = _make_name(heading), named[1] if named else "", last
    _append(found, name, heading, anchor, html[start:])
    return found


def align_sections(texts: Sequence[Sequence[TextSection]]) -> list[AlignedSection]:
    """The sections of several texts side by side.

    First those that several have, about in their order; then those of each text alone.
    """
    order: list[str] = []
    headings: dict[str, str] = {}
    cells: dict[str, list[str | None]] = {}
    for number, sections in enumerate(texts):
        place = 0
        for section in sections:
            if section.name not in cells:
                order.insert(place, section.name)
                headings[section.name] = section.heading
                cells[section.name] = [None] * len(texts)
            place = max(place, order.index(section.name) + 1)
            before = cells[section.name][number]
            cells[section.name][number] = (before or "") + section.html
    found = [AlignedSection(headings[name], tuple(cells[name])) for name in order]
    return sorted(found, key=lambda each: -1 if each.only is None else each.only)


def _append(found: list[TextSection], name: str, heading: str, anchor: str, html: str) -> None:
    if name or html.strip():
        found.append(TextSection(name, heading, anchor, html.strip()))


def _make_name(heading: str) -> str:
    return " ".join(stems(heading)) or heading


def _read_text(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).split())


class _HeadingFinder(HTMLParser):
    """Finds where the headings are that lie in no other element.

    `headings` has of each where its tag begins, what is in it, and where its end tag ends.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.headings: list[tuple[int, str, int]] = []
        self._html = html
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._depth = 0
        self._begun: tuple[int, int] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        if self._depth == 0 and tag in HEADINGS:
            first = self._offset()
            self._begun = first, first + len(self.get_starttag_text() or "")
        self._depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that ends at once has no depth."""

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        self._depth = max(self._depth - 1, 0)
        if self._depth == 0 and self._begun is not None:
            first, inner = self._begun
            here = self._offset()
            last = self._html.index(">", here) + 1
            self.headings.append((first, self._html[inner:here], last))
            self._begun = None

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
