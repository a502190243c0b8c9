"""Link definitions: `[label]: address "title"` at the start of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable

# Called with the label, target and title of each definition.
Define = Callable[[str, str, str | None], None]

DEFINITION = re.compile(
    r"\[(?=\s*+[^\]\s])(?P<label>(?:\\.|[^\[\]\\]){1,999}+)\]:[ \t]*\n?[ \t]*"
    r"(?P<target><[^<>\n]*+>(?=[ \t\n]|\Z)|[^ \t\n<][^ \t\n]*+)"
    r"(?:[ \t]*(?<=[ \t\n])\n?[ \t]*|\n)?"
    r"(?P<title>(?<=[ \t\n])(?:\"(?:\\.|[^\"\\])*+\"|'(?:\\.|[^'\\])*+'|\((?:\\.|[^()\\])*+\)))?"
    r"[ \t]*(?:\n|\Z)"
)
PAREN = re.compile(r"\\.|[()]")


def take_definitions(lines: list[str], define: Define) -> list[str]:
    """Reads the definitions that a paragraph starts with.

    Args:
        lines: the paragraph's.
        define: called for each definition.

    Returns:
        The lines that are left.
    """
    if not lines[0].startswith("["):
        return lines
    text = "\n".join(lines)
    at = 0
    while (found := DEFINITION.match(text, at)) and is_balanced(found["target"]):
        title = found["title"]
        define(found["label"], found["target"], title[1:-1] if title else None)
        at = found.end()
    rest = text[at:]
    return rest.split("\n") if rest else []


def is_balanced(target: str) -> bool:
    """Says whether an address closes the brackets that it opens, and no others."""
    depth = 0
    for found in () if target.startswith("<") else PAREN.finditer(target):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth < 0:
            return False
    return depth == 0
