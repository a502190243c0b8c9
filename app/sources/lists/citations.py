"""RIS and CSL-JSON with what a reader noted in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.references.own_lines import is_own_text
from app.sources.answers import text_at
from app.sources.bibtex.reading import BadEntry
from app.sources.formats.csl import (
    list_csl_items,
    read_csl_facts,
    read_csl_item,
    read_csl_keywords,
    read_csl_notes,
)
from app.sources.formats.ris import (
    NO_ENTRY,
    NO_TITLE,
    read_ris_facts,
    read_ris_fields,
    read_ris_keywords,
    read_ris_record,
)
from app.sources.lists.listed_paper import ListedPaper, read_moment
from app.sources.lists.statuses import read_extra, split_status
from app.sources.markup import plain

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
        own = read_ris_facts(fields)
        status, keywords = split_status(read_ris_keywords(fields, own))
        notes = [plain(each) for name in ("N1", "RN") for each in fields.get(name, [])]
        key = "".join(fields.get("ID", [])[:1])
        yield ListedPaper(
            line=line,
            record=record,
            citekey="" if key.isdigit() else key,  # Zotero and EndNote number their records
            names=("" if key.isdigit() else key,),
            status=own.status or status,
            status_at=read_moment(own.status_date),
            priority=own.priority_number,
            remark=own.remark,
            notes="\n\n".join(filter(_is_note, notes)),
            labels=own.labels,
            keywords=keywords,
        )
    if not line:
        yield BadEntry(1, NO_ENTRY)


def _is_note(text: str) -> bool:
    return not (_NO_NOTE.fullmatch(text) or is_own_text(text))


def read_csl_list(value: Any) -> Iterator[ListedPaper | BadEntry]:
    """The items of a value of CSL-JSON."""
    for number, item in enumerate(list_csl_items(value), 1):
        if not isinstance(item, dict) or not (text_at(item, "title") or text_at(item, "title", 0)):
            yield BadEntry(number, "This item has no title.")
            continue
        yield _read_csl(item, number)


def _read_csl(item: Mapping[str, Any], number: int) -> ListedPaper:
    note = item.get("note")
    extra = read_extra(note if isinstance(note, str) else "")
    own = read_csl_facts(item)
    status, keywords = split_status(read_csl_keywords(item, own))
    key = text_at(item, "citation-key") or extra.get("citation_key", "") or text_at(item, "id")
    key = "" if "://" in key or key.isdigit() else key  # Zotero's own numbers and addresses
    annotation = item.get("annote")
    notes = (plain(annotation) if isinstance(annotation, str) else "", read_csl_notes(item))
    return ListedPaper(
        line=number,
        record=read_csl_item(item),
        citekey=key,
        names=(key,),
        status=own.status or extra.get("read_status", "") or status,
        status_at=read_moment(extra.get("read_status_date", "")),
        priority=own.priority_number,
        remark=own.remark,
        notes="\n\n".join(filter(None, notes)),
        labels=own.labels,
        keywords=keywords,
    )
