"""Texts that a list brings: notes of its entries, and descriptions of shelves.

They are written when all papers are here. Links between notes lead to the papers of these.
Descriptions go where nobody but the owner sees them and nothing is said yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import EntryCopy, ListEntry, ListImport, ListImportRow, User
from app.queries.identifiers import find_papers
from app.references.addresses import paper_path
from app.references.identifiers import PaperRef
from app.rendering import RENDERER_VERSION, RenderError
from app.rendering.caps import MAX_TEXT_BYTES
from app.services.importing.lists.entry_writing import make_digests
from app.services.importing.lists.shelving import find_shelf, is_for_owner_alone
from app.services.lists.entries import make_entry
from app.services.lists.joining import BETWEEN, join_facts
from app.services.lists.words import refresh_words
from app.services.locks import lock_user
from app.services.refusals import Refusal
from app.services.renderer import TextOwner, render_text
from app.services.row_values import encode_row, make_digest
from app.services.shelves.shelf import (
    describe_shelf,
    lock_shelf,
    render_description,
    tidy_description,
)
from app.sources.formats.markdown_links import link_notes

TOO_LONG = "the notes had no room beside yours"
COLUMNS = ("notes", "notes_html", "renderer_version")


def find_notes(session: Session, import_id: int) -> tuple[list[int], dict[str, str]]:
    """The rows whose notes are to be stored.

    Returns:
        Their positions, and the keys of papers by the paths of their notes.
    """
    query = select(ListImportRow.position, ListImportRow.key, ListImportRow.data).where(
        ListImportRow.import_id == import_id
    )
    positions, keys = [], {}
    for position, key, data in session.execute(query.order_by(ListImportRow.position)):
        if data.get("notes") and key:
            positions.append(position)
        if data.get("path") and key:
            keys[data["path"]] = key
    session.commit()
    return positions, keys


def write_notes(session: Session, import_id: int, position: int, keys: Mapping[str, str]) -> None:
    """Add the notes of one row to the entry of its paper; commits."""
    row = session.get_one(ListImportRow, (import_id, position), populate_existing=True)
    found = session.get_one(ListImport, import_id, populate_existing=True)
    if found.state != "waiting" or not row.data.get("notes"):
        return
    text = _link(row.data, keys)
    try:
        html = render_text(session, text, TextOwner(found.user_id)).html
    except RenderError as error:
        html, text = "", ""
        problem = f"the notes were left out: {error}"
    else:
        problem = ""
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, found.user_id)
    session.refresh(row)
    if not row.data.get("notes"):
        session.rollback()  # another process was faster
        return
    entry = _find_entry(session, found, row.key)
    if entry is not None and text:
        problem = _add(session, found, entry, text, html, row)
    if problem:
        row.add_message(problem)
    row.data = {name: row.data[name] for name in ("title", "path") if name in row.data}
    session.commit()
    session.expunge_all()


def _link(data: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    links = data.get("links", {})

    def address(target: str) -> str | None:
        key = keys.get(links.get(target, ""))
        return None if key is None else paper_path(key)

    text: str = data["notes"]
    return link_notes(text, address) if links else text


def _find_entry(session: Session, found: ListImport, key: str) -> ListEntry | None:
    for paper in find_papers(session, [PaperRef("key", key)]).values():
        query = select(ListEntry).where(
            ListEntry.user_id == found.user_id, ListEntry.paper_id == paper.id
        )
        return session.scalar(query.execution_options(populate_existing=True))
    return None


def _add(
    session: Session,
    found: ListImport,
    entry: ListEntry,
    text: str,
    html: str,
    row: ListImportRow,
) -> str:
    """Add notes to an entry; says what went wrong, if anything did."""
    if text in entry.notes.split(BETWEEN):
        return ""
    if len(entry.notes.encode()) + len(text.encode()) + len(BETWEEN) > MAX_TEXT_BYTES:
        return TOO_LONG
    before = encode_row(entry, COLUMNS)
    user = session.get_one(User, found.user_id)
    other = make_entry(user.id, entry.paper_id, entry.status, entry.position)
    other.changed_at = entry.changed_at
    other.notes, other.notes_html, other.renderer_version = text, html, RENDERER_VERSION
    other.to_read_at = other.reading_at = other.stopped_at = other.read_at = None
    join_facts(entry, other)
    entry.changed_at = now()
    _keep_copy(session, found, entry, before)
    refresh_words(session, [entry.id])
    if row.state == "unchanged":
        row.state = "changed"
    return ""


def _keep_copy(
    session: Session, found: ListImport, entry: ListEntry, before: dict[str, Any]
) -> None:
    query = select(EntryCopy).where(
        EntryCopy.import_id == found.id, EntryCopy.paper_id == entry.paper_id
    )
    copy = session.scalar(query)
    if copy is None:
        copy = EntryCopy(
            user_id=found.user_id,
            paper_id=entry.paper_id,
            import_id=found.id,
            made_at=now(),
            data={"made": False, "paper": False},
        )
        session.add(copy)
    before = {**before, **copy.data.get("before", {})}
    columns = ("remark", "notes") if copy.data["made"] else tuple(before)
    copy.data = {**copy.data, "before": before, "after": make_digests(entry, columns)}


def find_descriptions(session: Session, import_id: int) -> list[int]:
    """The positions of the rows that have the description of a shelf."""
    query = select(ListImportRow.position, ListImportRow.data).where(
        ListImportRow.import_id == import_id
    )
    rows = session.execute(query.order_by(ListImportRow.position))
    found = [position for position, data in rows if data.get("description")]
    session.commit()
    return found


def write_description(session: Session, import_id: int, position: int) -> None:
    """Give the shelf of one row its description; commits."""
    row = session.get_one(ListImportRow, (import_id, position), populate_existing=True)
    text = tidy_description(row.data.get("description", ""))
    problem, html = "", ""
    try:
        html = render_description(session, text)
    except Refusal as refused:
        problem = refused.message
    begin_writing(session)
    found = session.get_one(ListImport, import_id, populate_existing=True)
    lock_papers(session, alone=False)
    lock_user(session, found.user_id)
    session.refresh(row)
    if found.state != "waiting" or not row.data.get("description"):
        session.rollback()  # another process was faster
        return
    problem = problem or _describe(session, found, row.data["collection"], text, html)
    if problem:
        row.add_message(f"the description of the shelf was left out: {problem}")
    row.data = {
        name: value for name, value in row.data.items() if name not in ("description", "collection")
    }
    session.commit()
    session.expunge_all()


def _describe(session: Session, found: ListImport, number: int, text: str, html: str) -> str:
    """Describe the shelf of a collection; says why not, if it cannot be."""
    labels = [dict(each) for each in found.data["labels"]]
    spec = labels[number]["shelf"]
    shelf = find_shelf(session, spec)
    if shelf is None:
        return "there is no such shelf."
    lock_shelf(session, shelf)
    if shelf.description == text:
        return ""
    if shelf.description:
        return f"{shelf.title} has one."
    if not is_for_owner_alone(session, shelf, session.get_one(User, found.user_id)):
        return f"others can see {shelf.title}."
    describe_shelf(session, shelf, text, html)
    labels[number]["shelf"] = {**spec, "described": make_digest(text)}
    found.data = {**found.data, "labels": labels}
    return ""
