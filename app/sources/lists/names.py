"""A pasted list of papers: one identifier, address or title in each line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.references.identifiers import PaperRef
from app.references.mentions import find_identifier
from app.references.parsing import normalise_text, parse_identifier
from app.sources.bibtex.reading import BadEntry
from app.sources.lists.listed_paper import ListedPaper
from app.sources.record import PaperRecord
from app.text.lines import one_line

MAX_LINE_CHARS = 2000
FIELDS = {"doi": "doi", "arxiv": "arxiv_id", "openreview": "openreview_id", "acl": "acl_id"}
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,4}[.)])\s+(?:\[[ xX]?\]\s*)?")


def read_names(text: str) -> Iterator[ListedPaper | BadEntry]:
    """The papers that the lines of a text name, bullets and numbers aside."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = one_line(_BULLET.sub("", line))
        if not bare:
            continue
        if len(bare) > MAX_LINE_CHARS:
            yield BadEntry(number, f"This line has more than {MAX_LINE_CHARS:,} characters.")
            continue
        ref = parse_identifier(bare)
        if ref is None or ref.kind == "url" or (ref.kind == "key" and "/" not in ref.value):
            ref = find_identifier(bare) or ref
        record = _record(bare, ref)
        yield ListedPaper(line=number, record=record, is_loose=bool(record.title))


def _record(line: str, ref: PaperRef | None) -> PaperRecord:
    if ref is not None and ref.kind in FIELDS:
        fact: dict[str, Any] = {FIELDS[ref.kind]: ref.value}
        return PaperRecord(title="", **fact)
    if re.match(r"https?://\S+$", line, re.IGNORECASE):
        return PaperRecord(title="", url=normalise_text(line))
    if ref is not None and ref.kind == "key" and " " not in line:
        return PaperRecord(title="", key=ref.value)
    return PaperRecord(title=line)
