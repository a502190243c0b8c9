"""What a block begins with: the marks of headings, fences, rules, lists, notes, definitions.

All of them look at a line from its first character that is no white space. Sources: CommonMark
0.31, 4 and 5; GitHub Flavored Markdown 0.29, 4.10 and 5.3; PHP Markdown Extra, "Definition Lists".
"""

from __future__ import annotations

import re
from typing import NamedTuple

HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*")
SETEXT = re.compile(r"(?:=+|-+)[ \t]*")
FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})(.*)")
MARKER = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)", re.ASCII)
NOTE = re.compile(r"\[\^([^\] \t]{1,100})\]:[ \t]*")
# A colon without words behind it is text: a smiley, or the dashes under a table's head.
DEFINITION = re.compile(r":(?=[ \t].*\w)")
TASK = re.compile(r"\[([ xX])\](?=[ \t])")

# What any of these, a quote, a tag and a comment can begin with.
FIRST = frozenset("#>`~=-_*+[|:<%0123456789")


class ListMarker(NamedTuple):
    """The mark of a list item.

    Attributes:
        text: as written, such as '-' or '3.'.
        kind: what the items of one list share: the bullet, or what follows the number.
        number: None for bullets.
    """

    text: str
    kind: str
    number: int | None


def list_marker(rest: str) -> ListMarker | None:
    """Reads the mark of a list item."""
    found = MARKER.match(rest)
    if not found:
        return None
    return ListMarker(found[0], found[0][-1], int(found[1]) if found[1] else None)


def is_rule(rest: str) -> bool:
    """Says whether a line is a thematic break.

    Three or more of `*`, `-` or `_`, and white space.
    """
    if rest[0] not in "*-_":
        return False
    marks = rest.replace(" ", "").replace("\t", "")
    return len(marks) >= 3 and not marks.strip(rest[0])


def begins_block(rest: str) -> bool:
    """Says whether a line begins a block whatever stands before it."""
    return rest[0] in FIRST and bool(
        rest[0] == ">"
        or HEADING.fullmatch(rest)
        or FENCE.match(rest)
        or MARKER.match(rest)
        or NOTE.match(rest)
        or is_rule(rest)
    )
