"""Emphasis, strong emphasis, strikethrough, marks: `*a*`, `_a_`, `**a**`, `~~a~~`, `==a==`.

The rules are CommonMark's (0.31, 6.2, and the appendix "process emphasis"), with GitHub's tildes
and Obsidian's equals signs under the same rules. Python-Markdown's own differs on delimiters beside
punctuation, and puts `***a***` the other way round.

CommonMark's rules ask for spaces between words, and fail beside Chinese and Japanese punctuation:
`**重点（说明）**的`. So here, as commonmark-spec#650 and the project markdown-cjk-friendly propose,
their punctuation counts as a letter, and beside one of their characters any other may stand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import INLINE_PLACEHOLDER_RE

from app.rendering.elements import add_tail
from app.rendering.inline.pattern import Found, InlinePattern

RUN = re.compile(r"\*+|_+|~+|={2,}")
TAGS = {"~": "del", "=": "mark"}
CJK = frozenset({"W", "F", "H"})  # of East Asian width
# Signs of another width than their neighbours have: pictures, which all languages use.
PICTURES = ((0x2300, 0x2C00), (0x1F000, 0x20000))
# What stands for code, links and escapes begins and ends so; all of those are punctuation.
MARKS = ("\x02", "\x03")


@dataclass(slots=True)
class Delimiter:
    """What is left of a run of delimiters that may still open."""

    char: str
    start: int
    end: int
    length: int
    opens: bool
    closes: bool


@dataclass(slots=True)
class Region:
    """A pair of delimiters, from where to where each goes, and the pairs within."""

    start: int
    inner_start: int
    inner_end: int
    end: int
    tag: str
    children: list[Region] = field(default_factory=list)


class Emphasis(InlinePattern):
    """Pairs all delimiters of a text at once.

    Then it hands out the outermost pairs one by one.
    """

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"[*_~]+|={2,}", md)
        self.data = ""
        self.shift = 0
        self.cut: tuple[int, int] | None = None
        self.regions: list[Region] = []

    def match(self, m: re.Match[str], data: str) -> Found:
        if self.is_same_text(data):
            self.shift += len(data) - len(self.data)
        else:
            self.shift = 0
            self.regions = find_regions(data)[::-1]
        self.data, self.cut = data, None
        if not self.regions or self.regions[-1].start + self.shift >= m.end():
            return None, m.start(), m.end()
        region = self.regions.pop()
        start, end = region.start + self.shift, region.end + self.shift
        self.cut = (start, end)
        return build(data, region, self.shift), start, end

    def is_same_text(self, data: str) -> bool:
        """Says whether a text continues the last one.

        It is that text, with a mark for what was handed out since.
        """
        if self.cut is None:
            return data is self.data
        start, end = self.cut
        after = len(self.data) - end
        return (
            INLINE_PLACEHOLDER_RE.fullmatch(data, start, max(start, len(data) - after)) is not None
            and data.startswith(self.data[:start])
            and data.endswith(self.data[end:])
        )


def find_regions(data: str) -> list[Region]:
    """Pairs the delimiters of a text; returns the outermost pairs in order."""
    pairs: list[Region] = []
    openers: list[Delimiter] = []
    # Below these places in `openers` nothing fits a closer of the kind: each looks there once.
    bottoms: dict[tuple[str, bool, int], int] = {}
    for found in RUN.finditer(data):
        closer = delimiter(data, found)
        if closer.closes:
            close(closer, openers, bottoms, pairs)
        if closer.opens and closer.start < closer.end:
            openers.append(closer)
    return nest(pairs)


def delimiter(data: str, found: re.Match[str]) -> Delimiter:
    """Decides from its neighbours whether a run can open and close."""
    char, start, end = found[0][0], found.start(), found.end()
    before, after = neighbours(data, char, start, end)
    # A formula begins and ends with a dollar sign where its token stands.
    punctuation_before = is_punctuation(before) or data.endswith("Mqz", 0, start)
    punctuation_after = is_punctuation(after) or data.startswith("zqM", end)
    cjk_before, cjk_after = is_cjk(before), is_cjk(after)
    edge_before = before.isspace() or punctuation_before or cjk_before
    edge_after = after.isspace() or punctuation_after or cjk_after
    left = not after.isspace() and (not punctuation_after or cjk_after or edge_before)
    right = not before.isspace() and (not punctuation_before or cjk_before or edge_after)
    opens, closes = left, right
    if char == "_":
        opens = left and (not right or punctuation_before)
        closes = right and (not left or punctuation_after)
    elif char == "=":
        # `a==b` is a comparison, `==>` an arrow.
        opens = left and (not right or edge_before) and after != ">"
        closes = right and (not left or edge_after) and before != "<"
    if char in TAGS and end - start > 2:
        opens = closes = False
    return Delimiter(char, start, end, end - start, opens, closes)


def neighbours(data: str, char: str, start: int, end: int) -> tuple[str, str]:
    """Returns what stands before and after a run.

    For stars and underscores, tildes do not count.

    So it is in GitHub's library, and `**~~a~~**b` is strong because of it.
    """
    if char != "~":
        while start and data[start - 1] == "~":
            start -= 1
        while data[end : end + 1] == "~":
            end += 1
    return data[start - 1 : start] or " ", data[end : end + 1] or " "


def close(
    closer: Delimiter,
    openers: list[Delimiter],
    bottoms: dict[tuple[str, bool, int], int],
    pairs: list[Region],
) -> None:
    """Pairs a closing run with what stands open before it, innermost first."""
    key = (closer.char, closer.opens, closer.length % 3)
    while closer.start < closer.end:
        place = len(openers) - 1
        while place >= bottoms.get(key, 0) and not fits(openers[place], closer):
            place -= 1
        if place < bottoms.get(key, 0):
            bottoms[key] = len(openers)
            return
        opener = openers[place]
        if closer.char == "~" and opener.length != closer.length:
            # GitHub's library gives up both.
            closer.start = closer.end
            drop(openers, place, bottoms)
            return
        size = min(2, opener.end - opener.start, closer.end - closer.start)
        tag = TAGS.get(closer.char) or ("em", "strong")[size - 1]
        inner = opener.end, closer.start
        opener.end -= size
        closer.start += size
        pairs.append(Region(opener.end, *inner, closer.start, tag))
        drop(openers, place + (opener.start < opener.end), bottoms)


def drop(openers: list[Delimiter], place: int, bottoms: dict[tuple[str, bool, int], int]) -> None:
    """Removes the openers from a place on."""
    del openers[place:]
    for key, bottom in bottoms.items():
        bottoms[key] = min(bottom, place)


def fits(opener: Delimiter, closer: Delimiter) -> bool:
    """Says whether two runs pair; runs that could do both obey the rule of three."""
    if opener.char != closer.char:
        return False
    if not opener.closes and not closer.opens:
        return True
    threes = opener.length % 3 == 0 and closer.length % 3 == 0
    return threes or (opener.length + closer.length) % 3 != 0


def nest(pairs: list[Region]) -> list[Region]:
    """Puts each pair into the one around it; returns those that none is around."""
    top: list[Region] = []
    around: list[Region] = []
    for pair in sorted(pairs, key=lambda region: region.start):
        while around and around[-1].end <= pair.start:
            around.pop()
        (around[-1].children if around else top).append(pair)
        around.append(pair)
    return top


def build(data: str, region: Region, shift: int) -> Element:
    """Makes the element of a pair and of those within it."""
    element = Element(region.tag)
    at = region.inner_start
    for child in region.children:
        add_tail(element, data[at + shift : child.start + shift])
        element.append(build(data, child, shift))
        at = child.end
    add_tail(element, data[at + shift : region.inner_end + shift])
    return element


def is_punctuation(char: str) -> bool:
    return char in MARKS or unicodedata.category(char)[0] in "PS"


def is_cjk(char: str) -> bool:
    """Says whether a character belongs to a script that puts no spaces between words."""
    code = ord(char)
    if code < 0x1100 or any(first <= code < end for first, end in PICTURES):
        return False
    return unicodedata.east_asian_width(char) in CJK
