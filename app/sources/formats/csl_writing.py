"""A record as CSL-JSON, which citation processors read (schema 1.0.2 of citationstyles.org)."""

from __future__ import annotations

from typing import Any

from app.references.own_lines import ListedFacts, write_other_facts, write_remark, write_status
from app.sources.record import PaperRecord
from app.sources.works import (
    address_of,
    date_of,
    keywords_of,
    kind_of,
    pages_of,
    venue_of,
)
from app.text.lines import visible_line
from app.text.person_names import PersonName, split_name, split_names

_TYPES = {
    "article": "article-journal",
    "conference": "paper-conference",
    "book": "book",
    "chapter": "chapter",
    "thesis": "thesis",
    "report": "report",
    "preprint": "article",
    "manuscript": "manuscript",
    "other": "document",
}
_SIMPLE = {
    "volume": "volume",
    "publisher": "publisher",
    "address": "publisher-place",
    "series": "collection-title",
    "edition": "edition",
    "isbn": "ISBN",
    "issn": "ISSN",
}
_GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis"}


# What may have several lines.
_LONG = frozenset({"abstract", "note"})


def item(record: PaperRecord, note: str = "", own: ListedFacts | None = None) -> dict[str, Any]:
    """The record as an item, with a note and what a reader's list says.

    Unknown fields are left out. Labels are keywords too, behind the paper's.
    """
    own = own or ListedFacts()
    told = (write_status(own), *write_other_facts(own), visible_line(write_remark(own)))
    lines = "\n".join(filter(None, told))
    kind, details = kind_of(record), record.details
    first, last = pages_of(record)
    venue = venue_of(record)
    found: dict[str, Any] = {
        "id": record.key,
        "citation-key": record.key,
        "type": _TYPES[kind],
        "title": record.title,
        "author": [_name(split_name(name)) for name in record.authors],
        "editor": [_name(name) for name in split_names(details.get("editor", ""))],
        "issued": {"date-parts": [list(date_of(record))]} if date_of(record) else None,
        "container-title": venue,
        "container-title-short": record.venue if record.venue != venue and venue else "",
        "issue" if kind != "report" else "number": details.get("number", ""),
        "page": f"{first}-{last}" if last else first,
        "genre": _GENRES.get(details.get("type", "").lower(), ""),
        "DOI": record.doi,
        "URL": record.url or address_of(record),
        "abstract": record.abstract,
        "keyword": ", ".join((*keywords_of(record), *own.labels)),
        "note": "\n\n".join(filter(None, (lines, record.note, note))),
    }
    found |= {field: details.get(name, "") for name, field in _SIMPLE.items()}
    found["publisher"] = found["publisher"] or details.get("school") or details.get("institution")
    if kind == "preprint" and record.arxiv_id:
        found |= {"publisher": "arXiv", "number": f"arXiv:{record.arxiv_id}"}
    return {
        name: visible_line(value) if isinstance(value, str) and name not in _LONG else value
        for name, value in found.items()
        if value
    }


def _name(name: PersonName) -> dict[str, str]:
    if not name.given and not name.suffix:
        return {"literal": name.surname}
    found = {"family": name.surname, "given": name.given, "suffix": name.suffix}
    return {part: text for part, text in found.items() if text}
