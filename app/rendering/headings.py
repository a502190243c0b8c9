"""Links to headings of the same text: `[Results](#results)`, and its list of contents.

A heading gets an id only when the text links to it, or is long enough for a list of contents; and
one that the page cannot have otherwise: `h-` and its number behind the caller's prefix. Names are
GitHub's: small letters, hyphens for spaces, no punctuation, a number where a name comes again;
Obsidian's, the words themselves, mean the same.

A minute is 230 words, as adults read English silently: Brysbaert 2019, "How many words do we read
per minute?", https://doi.org/10.1016/j.jml.2019.104047 (238, of which formulas take a little).
Chinese and Japanese have no spaces; two of their signs count as a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element

HEADINGS = frozenset({"h3", "h4", "h5", "h6"})
HEADING_LINK = "heading-link"
DROPPED = re.compile(r"[^\w\s-]")
MIN_CONTENTS_WORDS = 900
MIN_CONTENTS_HEADINGS = 3
MAX_CONTENTS_LEVELS, MAX_CONTENTS_LINES = 2, 100
WORDS_A_MINUTE = 230
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
# In the HTML of a text, which the sanitiser wrote: a heading with an id, and what of it stands in
# no list of contents: mentions of footnotes, links, pictures, and ids.
_HEADING = re.compile(r'<h([3-6])\b[^<>]*? id="([\w-]*h-\d+)"[^<>]*>(.*?)</h\1>', re.DOTALL)
_LEFT_OUT = re.compile(
    r'<sup><a\b[^<>]* class="note-ref".*?</sup>|</?a\b[^<>]*>|<img\b[^<>]*>| id="[^"]*"', re.DOTALL
)


@dataclass(frozen=True)
class ContentsLine:
    """A heading in a list of contents: safe inline HTML, and a level from 1."""

    html: str
    anchor: str
    level: int


def link_headings(root: Element, prefix: str, to_source: Callable[[str], str]) -> None:
    """Lets links lead to headings.

    Args:
        root: the text.
        prefix: what the ids start with.
        to_source: puts the formulas' source in the tokens' place.
    """
    anchors = [
        a for a in root.iter("a") if a.get("href", "").startswith("#") and not a.get("class")
    ]
    if not anchors:
        return
    named: dict[str, tuple[int, Element]] = {}
    repeats: dict[str, int] = {}  # of each name, so that no number is tried twice
    for number, heading in enumerate((each for each in root.iter() if each.tag in HEADINGS), 1):
        name = base = heading_name(to_source("".join(heading.itertext())))
        while name in named:
            repeats[base] = repeats.get(base, 0) + 1
            name = f"{base}-{repeats[base]}"
        named[name] = number, heading
    for anchor in anchors:
        found = named.get(heading_name(unquote(anchor.get("href", "")[1:])))
        if found is not None:
            number, heading = found
            heading.set("id", f"{prefix}h-{number}")
            anchor.attrib.update({"href": f"#{prefix}h-{number}", "class": HEADING_LINK})


def count_words(source: str) -> int:
    """Returns how many words a text has, about."""
    return len(source.split()) + len(_CJK.findall(source)) // 2


def reading_minutes(source: str) -> int:
    """Returns how many minutes a text takes to read, at least one."""
    return max(1, round(count_words(source) / WORDS_A_MINUTE))


def is_long(source: str) -> bool:
    """Says whether a text is long enough for a list of contents."""
    return len(source) >= MIN_CONTENTS_WORDS and count_words(source) >= MIN_CONTENTS_WORDS


def name_headings(root: Element, prefix: str) -> None:
    """Gives every heading that stands by itself an id.

    Few of them need no list of contents.
    """
    numbered = list(enumerate((each for each in root.iter() if each.tag in HEADINGS), 1))
    own = set(root)
    named = [(number, heading) for number, heading in numbered if heading in own]
    if len(named) < MIN_CONTENTS_HEADINGS:
        return
    for number, heading in named:
        heading.set("id", f"{prefix}h-{number}")


def read_contents(html: str) -> list[ContentsLine]:
    """Returns the headings of a rendered text for a list of contents.

    The highest levels of those that have an id; nothing where there are too few.
    """
    found = [
        (int(level), anchor, _LEFT_OUT.sub("", inner).strip())
        for level, anchor, inner in _HEADING.findall(html)
    ]
    levels = sorted({level for level, _, _ in found})[:MAX_CONTENTS_LEVELS]
    lines = [
        ContentsLine(inner, anchor, levels.index(level) + 1)
        for level, anchor, inner in found
        if level in levels and inner
    ]
    return lines[:MAX_CONTENTS_LINES] if len(lines) >= MIN_CONTENTS_HEADINGS else []


def heading_name(text: str) -> str:
    """What a heading is called in a link."""
    return re.sub(r"\s", "-", DROPPED.sub("", text.strip().lower()))


def unlink_headings(block: Element) -> None:
    """Takes ids of headings, and links to them, out of a block."""
    for element in block.iter():
        if element.tag in HEADINGS:
            element.attrib.pop("id", None)
        elif element.tag == "a" and element.get("class") == HEADING_LINK:
            element.attrib.clear()
