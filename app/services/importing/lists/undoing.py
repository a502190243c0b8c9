"""Undoes an import of a list.

What it made is removed, papers within an hour, and what it changed is as it was. What its reader
changed since stays: each column goes back only where it still is what the import wrote, and an
entry on which they have written since stays, be it on the list or on a shelf.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import EntryCopy, ListEntry, ListImport
from app.services.importing.lists.entry_writing import make_digests
from app.services.importing.lists.shelving import remove_made_shelves, take_off_shelves
from app.services.lists.copies import is_taken
from app.services.lists.labels import find_labels, prune_labels, remove_labels
from app.services.lists.words import refresh_words
from app.services.locks import lock_user
from app.services.papers.removal import remove_unused_papers
from app.services.row_values import decode_row

BATCH = 50
# For which papers that an import added go with it. Later, one that stays would tell who imported it
# that others use it, and be it privately.
PAPERS_LIFE = timedelta(hours=1)


def undo_step(session: Session, import_id: int) -> int:
    """Undo what an import did to some more entries; commits.

    Returns:
        How many there were; 0 when all is undone.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    found = session.get_one(ListImport, import_id, populate_existing=True)
    lock_user(session, found.user_id)
    query = select(EntryCopy).where(EntryCopy.import_id == import_id).order_by(EntryCopy.id)
    copies = session.scalars(query.limit(BATCH)).all()
    if copies:
        _undo(session, found, copies)
    else:
        remove_made_shelves(session, found)
    session.commit()
    session.expunge_all()
    return len(copies)


def _undo(session: Session, found: ListImport, copies: Sequence[EntryCopy]) -> None:
    take_off_shelves(session, found, copies)
    papers = [copy.paper_id for copy in copies if copy.paper_id is not None]
    query = select(ListEntry).where(
        ListEntry.user_id == found.user_id, ListEntry.paper_id.in_(papers)
    )
    entries = {
        entry.paper_id: entry
        for entry in session.scalars(query.execution_options(populate_existing=True))
    }
    kept = []
    for copy in copies:
        entry = entries.get(copy.paper_id or 0)
        if entry is None:
            continue  # taken off the list since
        after = copy.data.get("after", {})
        if copy.data["made"]:
            if make_digests(entry, after) == after:
                session.delete(entry)
            continue
        _set_back(session, entry, copy, after)
        kept.append(entry)
    session.flush()
    _take_labels(session, found, copies, {entry.paper_id: entry.id for entry in kept})
    prune_labels(session, found.user_id)
    refresh_words(session, [entry.id for entry in kept])
    ids = [copy.id for copy in copies]
    recent = [copy for copy in copies if copy.made_at > now() - PAPERS_LIFE]
    made = [copy.paper_id for copy in recent if copy.data["paper"] and copy.paper_id is not None]
    session.execute(delete(EntryCopy).where(EntryCopy.id.in_(ids)))
    remove_unused_papers(session, made)


def _set_back(session: Session, entry: ListEntry, copy: EntryCopy, after: dict[str, str]) -> None:
    present = make_digests(entry, after)
    before = copy.data.get("before", {})
    same = {name: before[name] for name in before if present.get(name) == after.get(name)}
    for name, value in decode_row(ListEntry, same).items():
        if name == "citekey" and is_taken(session, entry.user_id, value, entry.id):
            continue
        setattr(entry, name, value)
    if same:
        entry.changed_at = now()


def _take_labels(
    session: Session, found: ListImport, copies: Sequence[EntryCopy], entries: dict[int, int]
) -> None:
    for copy in copies:
        names = copy.data.get("labels", [])
        entry_id = entries.get(copy.paper_id or 0)
        if names and entry_id is not None:
            ids = find_labels(session, found.user_id, names).values()
            remove_labels(session, [entry_id], ids)
