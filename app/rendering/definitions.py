"""Link definitions: `[label]: address "title"` at the start of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable

# Called with the label, target and title of each definition.
Define = Callable[[str, str, str | None], None]

DEFINITION = re.compile(
    r"\[(?!\^)(?P<label>(?:\\.|[^\[\]\\]){1,500}+)\]:[ ]*\n?"
    r"(?P<target><[^<>\n]*+>(?=\s|\Z)|[^\s<]\S*+)"
    r"(?:[ ]*(?<=[ \n])\n?|\n)?"
    r"(?P<title>(?<=[ \n])(?:\"(?:\\.|[^\"\\])*+\"|'(?:\\.|[^'\\])*+'|\((?:\\.|[^()\\])*+\)))?"
    r"[ ]*(?:\n|\Z)"
)


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
    while found := DEFINITION.match(text, at):
        title = found["title"]
        define(found["label"], found["target"], title[1:-1] if title else None)
        at = found.end()
    rest = text[at:]
    return rest.split("\n") if rest else []
