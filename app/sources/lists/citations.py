"""RIS and CSL-JSON with what a reader noted in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.sources.answers import text_at
from app.sources.bibtex.reading import BadEntry
from app.sources.formats.csl import list_csl_items, read_csl_item
from app.sources.formats.ris import NO_ENTRY, NO_TITLE, read_ris_fields, read_ris_record
from app.sources.lists.listed_paper import ListedPaper, read_moment
from app.sources.lists.statuses import read_extra, split_status
from app.sources.markup import one_line, plain

# Notes that only repeat where a paper is found.
_NO_NOTE = re.compile(r"(?:arXiv|doi|PMID|PMCID|ISSN|ISBN)?\W*\S*", re.IGNORECASE)


def read_ris_list(text: str) -> Iterator[ListedPaper | BadEntry]:
    """The entries of a RIS text of any size."""
    line = 0
    for line, fields in read_ris_fields(text):
        record = read_ris_record(fields)
        if record is None:
            yield BadEntry(line, NO_TITLE)
            continue
        status, keywords = split_status(one_line(word) for word in fields.get("KW", []))
        notes = [plain(each) for name in ("N1", "RN") for each in fields.get(name, [])]
        key = "".join(fields.get("ID", [])[:1])
        yield ListedPaper(
            line=line,
            record=record,
            citekey="" if key.isdigit() else key,  # Zotero and EndNote number their records
            names=("" if key.isdigit() else key,),
            status=status,
            notes="\n\n".join(each for each in notes if not _NO_NOTE.fullmatch(each)),
            keywords=keywords,
        )
    if not line:
        yield BadEntry(1, NO_ENTRY)


def read_csl_list(value: Any) -> Iterator[ListedPaper | BadEntry]:
    """The items of a value of CSL-JSON."""
    for number, item in enumerate(list_csl_items(value), 1):
        if not isinstance(item, dict) or not (text_at(item, "title") or text_at(item, "title", 0)):
            yield BadEntry(number, "This item has no title.")
            continue
        yield _read_csl(item, number)


def _read_csl(item: Mapping[str, Any], number: int) -> ListedPaper:
    note = item.get("note")
    text = note if isinstance(note, str) else ""
    extra = read_extra(text)
    status, keywords = split_status(re.split(r"[,;]", text_at(item, "keyword")))
    key = text_at(item, "citation-key") or extra.get("citation_key", "") or text_at(item, "id")
    key = "" if "://" in key or key.isdigit() else key  # Zotero's own numbers and addresses
    annotation = item.get("annote")
    return ListedPaper(
        line=number,
        record=read_csl_item(item),
        citekey=key,
        names=(key,),
        status=extra.get("read_status", "") or status,
        status_at=read_moment(extra.get("read_status_date", "")),
        notes=plain(annotation) if isinstance(annotation, str) else "",
        keywords=keywords,
    )
