"""The first lines of a Markdown text, as plain text.

For a list in which nothing is rendered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINES = 4  # lines
MAX_CHARS = 280  # characters of all of them
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*")
_BEFORE = re.compile(r"^(?:>[ ]?|[-*+][ ]+|\[[ xX]\][ ]+)+")
_RULE = re.compile(r"(?:[-*_=|:][ \t]*){3,}|`{3,}.*|~{3,}.*|\${2}")
# Formulas and code stay as they were typed.
_LITERAL = re.compile(r"(\$\$?[^$]+\$\$?|`[^`]+`)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_CITE = re.compile(r"\\cite[tp]?\*?\{([^{}]*)\}")
_EMPHASIS = re.compile(
    r"\*{1,3}(?=\S)(.+?)(?<=\S)\*{1,3}|(?<!\w)_{1,2}(?=\S)(.+?)(?<=\S)_{1,2}(?!\w)"
)


@dataclass(frozen=True)
class OpeningLine:
    """One line, without Markdown's signs; a title stands apart."""

    text: str
    is_title: bool = False


def cut_opening(source: str) -> list[OpeningLine]:
    """The first lines of a text; what is cut ends in an ellipsis."""
    found: list[OpeningLine] = []
    room = MAX_CHARS
    for line in source[: 20 * MAX_CHARS].split("\n"):
        written = line.strip()
        heading = _HEADING.fullmatch(written)
        if _RULE.fullmatch(written):
            continue
        text = plain_line(heading[1] if heading else _BEFORE.sub("", written, count=1)).strip()
        if not text:
            continue
        if len(text) > room:
            text = f"{_cut(text, room)}…"
        found.append(OpeningLine(text, heading is not None))
        room -= len(text)
        if room < 20 or len(found) == MAX_LINES:
            break
    return found


def _cut(text: str, room: int) -> str:
    """The beginning of a line: whole words and whole formulas."""
    end = text.rfind(" ", 0, room)
    end = room if end < 0 else end
    for formula in _LITERAL.finditer(text):
        if formula.start() < end < formula.end():
            end = formula.start()
    return text[:end].rstrip()


def plain_line(line: str) -> str:
    """One line or takeaway without Markdown's signs; formulas stay as they were typed."""
    pieces = _LITERAL.split(line)
    pieces[::2] = [_without_signs(piece) for piece in pieces[::2]]
    return "".join(piece.strip("`") if piece.startswith("`") else piece for piece in pieces)


def _without_signs(text: str) -> str:
    text = _CITE.sub(r"\1", _LINK.sub(r"\1", text))
    return _EMPHASIS.sub(lambda found: found[1] or found[2], text)
