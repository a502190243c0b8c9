"""A record as RIS, the format that reference managers exchange.

Tags as in the specification of Research Information Systems (2011) and as Zotero, Mendeley and
EndNote read them: `T2` is the journal or the conference, `C3` the title of its proceedings.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.references.own_lines import ListedFacts, write_other_facts, write_remark, write_status
from app.sources.record import PaperRecord
from app.sources.works import (
    address_of,
    date_of,
    keywords_of,
    kind_of,
    pages_of,
    pdf_of,
    venue_of,
)
from app.text.lines import visible_line
from app.text.person_names import split_name, split_names

_TYPES = {
    "article": "JOUR",
    "conference": "CONF",
    "book": "BOOK",
    "chapter": "CHAP",
    "thesis": "THES",
    "report": "RPRT",
    "preprint": "UNPB",
    "manuscript": "UNPB",
    "other": "GEN",
}
_SIMPLE = {
    "volume": "VL",
    "number": "IS",
    "publisher": "PB",
    "address": "CY",
    "series": "T3",
    "edition": "ET",
}


def entry(record: PaperRecord, note: str = "", own: ListedFacts | None = None) -> str:
    """The record as one entry of RIS.

    Perhaps with a note and what a reader's list says. It has the line ends that the format asks
    for. Labels are keywords too, behind the paper's.

    No value can begin a line of its own, so none can add a field or an entry.
    """
    own = own or ListedFacts()
    told = (
        *_fields(record),
        *(("KW", label) for label in own.labels),
        ("M2", write_status(own)),
        ("N1", "; ".join(write_other_facts(own))),
        ("N1", write_remark(own)),
        ("N1", note),
    )
    fields = [(tag, visible_line(value)) for tag, value in told]
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _fields(record: PaperRecord) -> Iterator[tuple[str, str]]:
    kind, details, venue = kind_of(record), record.details, venue_of(record)
    yield "TY", _TYPES[kind]
    yield "ID", record.key
    yield "TI", record.title
    for name in record.authors:
        yield "AU", split_name(name).inverted
    for editor in split_names(details.get("editor", "")):
        yield "ED", editor.inverted
    yield "T2", venue
    if kind == "conference":
        yield "C3", venue
    if record.venue != venue and kind == "article":
        yield "J2", record.venue
    date = date_of(record)
    if date:
        yield "PY", str(date[0])
    if len(date) > 1:
        parts = [f"{date[0]}", *(f"{part:02}" for part in date[1:])]
        yield "DA", "/".join([*parts, "", ""][:3])
    for name, tag in _SIMPLE.items():
        yield tag, details.get(name, "")
    if "publisher" not in details:
        yield "PB", details.get("school", "") or details.get("institution", "")
    first, last = pages_of(record)
    yield "SP", first
    yield "EP", last
    yield "SN", details.get("issn", "") or details.get("isbn", "")
    yield "DO", record.doi
    if record.arxiv_id:
        yield "AN", f"arXiv:{record.arxiv_id}"
    for address in dict.fromkeys((record.url, address_of(record))):
        yield "UR", address
    yield "L1", pdf_of(record)
    for word in keywords_of(record):
        yield "KW", word
    yield "N1", record.note
    yield "AB", record.abstract
