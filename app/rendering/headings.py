"""Links to headings of the same text: `[Results](#results)`.

A heading gets an id only when the text links to it, and one that the page cannot have otherwise:
`h-` and its number behind the caller's prefix. Names are GitHub's: small letters, hyphens for
spaces, no punctuation, a number where a name comes again; Obsidian's, the words themselves, mean
the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote
from xml.etree.ElementTree import Element

HEADINGS = frozenset({"h3", "h4", "h5", "h6"})
HEADING_LINK = "heading-link"
DROPPED = re.compile(r"[^\w\s-]")


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
