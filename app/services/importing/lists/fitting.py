"""Rows of a list as they can be kept."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app.references.identifiers import is_dblp_key
from app.references.labels import field_label
from app.references.parsing import parse_page_address
from app.rendering.caps import MAX_TEXT_BYTES
from app.services.importing.fitting import fit_entry
from app.services.importing.lists.names import Collections
from app.services.lists.entries import MAX_REMARK_CHARS
from app.services.refusals import Refusal
from app.services.shelves.entries import MAX_NOTE_CHARS
from app.sources.bibtex.reading import BadEntry
from app.sources.lists.listed_paper import MAX_NOTES_BYTES, MAX_WORD_CHARS, ListedPaper
from app.text.lines import visible, visible_line

Incoming = ListedPaper | BadEntry


def fit_row(session: Session, row: Incoming, collections: Collections) -> tuple[Incoming, str]:
    """A row that can be kept, and what was changed for that."""
    if isinstance(row, BadEntry):
        return row, ""
    notes: list[str] = []
    row = _read_own_pages(row, session.info["site_url"])
    record = row.record
    # A reader's key is their own: only dblp's are the names of papers for everybody.
    key = record.key if is_dblp_key(record.key) or not record.title else ""
    record = replace(record, key=key, other_keys=(), keywords="")
    try:
        if record.title:
            record = fit_entry(session, record, notes, is_member=True)
    except Refusal as refused:
        said = f"{row.shown:.60}: {field_label(refused.field)}: {refused.message}"
        return BadEntry(row.line, said), ""
    if len(row.remark) > MAX_REMARK_CHARS:
        row = replace(row, remark="", notes=f"{row.remark}\n\n{row.notes}".strip())
    row = replace(row, notes=visible(row.notes))
    text = row.notes.encode()
    if len(text) > MAX_NOTES_BYTES:
        notes.append("the notes are too long and were left out")
    row = replace(
        _fit_shelf_texts(row, notes),
        record=record,
        status=visible_line(row.status)[:MAX_WORD_CHARS],
        remark=visible_line(row.remark),
        notes="" if len(text) > MAX_NOTES_BYTES else row.notes,
        labels=collections.tidy_labels(row.labels),
        collections=collections.tidy(row.collections),
        shelves=collections.tidy(row.shelves),
        keywords=collections.tidy_labels(row.keywords),
    )
    return row, "; ".join(notes)


def _fit_shelf_texts(row: ListedPaper, notes: list[str]) -> ListedPaper:
    note, description = visible_line(row.shelf_note), visible(row.description)
    if len(note) > MAX_NOTE_CHARS:
        notes.append("the note on the shelf is too long and was left out")
        note = ""
    if len(description.encode()) > MAX_TEXT_BYTES:
        notes.append("the description of the shelf is too long and was left out")
        description = ""
    return replace(row, shelf_note=note, description=description)


def _read_own_pages(row: ListedPaper, site_url: str) -> ListedPaper:
    """Take addresses of papers on this site, as our own exports have them, for their names."""
    record = row.record
    urls = dict.fromkeys(filter(None, (record.url, *record.other_urls)))
    meant = {url: parse_page_address(url, site_url) for url in (*urls, row.page) if url}
    keys = [ref.value for ref in meant.values() if ref is not None]
    if not keys:
        return row
    if record.title:  # what has none is called by its address
        others = [url for url in urls if meant[url] is None]
        record = replace(record, url="".join(others[:1]), other_urls=tuple(others[1:]))
    return replace(row, record=record, names=(*keys, *row.names))
