"""Obsidian's links and pictures in two brackets: `[[other#part|text]]`, `![[a.png|300x200]]`.

Source: Obsidian's help, "Internal links" and "Embed files". Lengths are bounded, so that a hostile
text takes no longer than its size.
"""

from __future__ import annotations

import re

# Behind the first bracket, for patterns that have more to look for there.
BEHIND_BRACKET = r"\[(?P<target>[^\[\]|\n]{1,300})(?:\|(?P<shown>[^\[\]\n]{0,300}))?\]\](?!\()"
WIKI_LINK = rf"\[{BEHIND_BRACKET}"
_SIZES = re.compile(r"(\d{1,4})(?:x(\d{1,4}))?", re.ASCII)


def read_size(shown: str) -> tuple[str, str] | None:
    """The width and height of a picture; the latter may be empty."""
    sizes = _SIZES.fullmatch(shown)
    return (sizes[1], sizes[2] or "") if sizes else None
