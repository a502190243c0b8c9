"""Braces that titles in a BibTeX file lack."""

from __future__ import annotations

import re

from app.sources.bibtex.capitals import needs_braces
from app.sources.bibtex.positions import TextEdit
from app.sources.bibtex.values import FieldSpan

_TOKEN = re.compile(
    r"\\[A-Za-z]+\s?|\\.|[{}]|(?<!\\)\$[^$]*\$|[^\W\d_]+(?:\d+[^\W\d_]+)*[\d+#]*", re.DOTALL
)


def find_missing_braces(text: str, span: FieldSpan) -> list[TextEdit]:
    """Braces around what needs them in the title that stands there; none in doubt.

    A title that is written in capitals does not tell which of them matter.
    """
    value = text[span.value_at : span.end]
    if value[:1] not in '{"' or value[-1:] not in '}"' or len(value) < 3:
        return []  # a string, or pieces of strings
    inside = value[1:-1]
    words = [found for found in _TOKEN.finditer(inside) if found[0][0].isalpha()]
    loud = [found for found in words if len(found[0]) > 1 and found[0].isupper()]
    if 2 * len(loud) > len(words) and len(words) > 1:
        return []
    edits, depth = [], 0
    for found in _TOKEN.finditer(inside):
        piece = found[0]
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth -= 1
        elif depth == 0 and _lacks_braces(piece, is_first=_is_first(inside, found.start())):
            start = span.value_at + 1 + found.start()
            edits.append(TextEdit(start, start + len(piece), f"{{{piece}}}"))
    return edits if depth == 0 else []


def _lacks_braces(piece: str, *, is_first: bool) -> bool:
    if piece[0] == "$":
        return any(sign.isupper() for sign in re.sub(r"\\[A-Za-z]+", "", piece))
    if not piece[0].isalpha():
        return False
    return needs_braces(piece, is_first=is_first)


def _is_first(title: str, at: int) -> bool:
    """Whether a word begins the title or its subtitle, where a style leaves the capital."""
    return re.search(r"(?:^|:\s+)[^\w\s:]*$", title[:at]) is not None
