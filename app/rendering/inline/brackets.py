"""`[[A title]]` that nobody made a link of.

An aid of the editor's, which a page shows as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

MAX_BRACKETS = 100  # named in one text
MARK = re.compile(r"(?<!\w)\[\[([^\[\]\n\0]{2,200})\]\](?!\()")
BLOCKS = frozenset({"p", "h3", "h4", "h5", "h6", "td", "th", "dt", "summary"})
# What stands in these was not meant as such, or is a link already.
SKIPPED = frozenset({"a", "code"})
NOTHING = "\0"  # nothing reaches across it


@dataclass(frozen=True)
class OpenBrackets:
    """One of them; `line` is its 1-based line in the source, or None."""

    line: int | None
    title: str


def open_brackets(
    root: Element, line_of: Callable[[Element, str, int], int | None], plain: Callable[[str], str]
) -> tuple[OpenBrackets, ...]:
    """Those in a tree, in order, at most MOST.

    Args:
        root: the tree, code and links in their elements, formulas as their tokens.
        line_of: gives the source line of a place in a block's text.
        plain: puts the formulas' source in the tokens' place.
    """
    found: list[OpenBrackets] = []
    for block in root.iter():
        if block.tag not in BLOCKS:
            continue
        text = text_of(block)
        for mark in MARK.finditer(text) if "[[" in text else ():
            title = plain(mark[1]).strip()
            if sum(map(str.isalpha, title)) < 2:  # an index of an array, or nested lists
                continue
            if len(found) == MAX_BRACKETS:
                return tuple(found)
            found.append(OpenBrackets(line_of(block, text, mark.start()), title))
    return tuple(found)


def text_of(element: Element) -> str:
    """An element's text, without what is skipped.

    That leaves its line ends, so that lines can be counted.
    """
    parts = [element.text or ""]
    for child in element:
        if child.tag in SKIPPED:
            parts.append(NOTHING + "\n" * "".join(child.itertext()).count("\n"))
        else:
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)
