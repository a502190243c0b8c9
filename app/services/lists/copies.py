"""Copies of entries as they were before a change, and undoing the change with them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import EntryCopy, ListEntry, User
from app.models.papers.list_entry import DATE_COLUMNS
from app.services.bulk import split_into_batches
from app.services.lists.labels import prune_labels, replace_all_labels
from app.services.lists.words import refresh_words
from app.services.locks import lock_user
from app.services.row_values import decode_row, encode_row

MAX_UNDO_AGE = timedelta(hours=1)
OF_STATUS = ("status", "changed_at", *DATE_COLUMNS.values())
OF_TEXTS = ("citekey", "remark", "notes", "notes_html", "renderer_version")
WHOLE = (*OF_STATUS, *OF_TEXTS, "added_at", "priority", "position")
LABELS = "labels"


def copy_entry(entry: ListEntry, columns: Iterable[str], labels: Iterable[str]) -> dict[str, Any]:
    """Columns and labels of an entry, ready for JSON."""
    return {**encode_row(entry, columns), LABELS: list(labels)}


def keep_copies(session: Session, user: User, copies: Mapping[int, dict[str, Any]]) -> str:
    """Keep what a change of a reader needs to be undone.

    Args:
        copies: by the number of the paper; of an entry that the change makes an empty one.

    Returns:
        The batch by which it is undone.
    """
    forget_old_copies(session, user.id)
    batch = secrets.token_urlsafe(16)
    moment = now()
    rows = [
        {
            "user_id": user.id,
            "paper_id": paper_id,
            "batch": batch,
            "made_at": moment,
            "data": data,
        }
        for paper_id, data in copies.items()
    ]
    if rows:
        session.execute(insert(EntryCopy), rows)
    return batch


def forget_old_copies(session: Session, user_id: int | None = None) -> None:
    """Remove copies that are too old to undo anything; with `None` those of all readers."""
    old = delete(EntryCopy).where(
        EntryCopy.merge_id.is_(None),
        EntryCopy.import_id.is_(None),
        EntryCopy.made_at < now() - MAX_UNDO_AGE,
    )
    session.execute(old if user_id is None else old.where(EntryCopy.user_id == user_id))


def undo_change(session: Session, user: User, batch: str) -> int | None:
    """Undo one of the reader's last changes; what was changed since by itself stays.

    Returns:
        The number of entries; `None` when there is nothing to be undone, or no longer.
    """
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, user.id)
    forget_old_copies(session, user.id)
    query = select(EntryCopy).where(EntryCopy.user_id == user.id, EntryCopy.batch == batch)
    copies = session.scalars(query.where(EntryCopy.merge_id.is_(None))).all()
    if not batch or not copies:
        return None
    former = {copy.paper_id: copy.data for copy in copies if copy.paper_id is not None}
    restored = _restore_entries(session, user, former)
    replace_all_labels(
        session,
        user.id,
        {
            entry_id: former[paper_id][LABELS]
            for paper_id, entry_id in restored.items()
            if LABELS in former[paper_id]
        },
    )
    refresh_words(session, restored.values())
    done = delete(EntryCopy).where(EntryCopy.user_id == user.id, EntryCopy.batch == batch)
    session.execute(done)
    prune_labels(session, user.id)
    return len(copies)


def _restore_entries(
    session: Session, user: User, former: Mapping[int, dict[str, Any]]
) -> dict[int, int]:
    """Let the reader's entries be what they were; their numbers, by the paper."""
    theirs = ListEntry.user_id == user.id
    present = {
        entry.paper_id: entry
        for some in split_into_batches(former)
        for entry in session.scalars(
            select(ListEntry)
            .where(theirs, ListEntry.paper_id.in_(some))
            .execution_options(populate_existing=True)
        )
    }
    keyed = select(ListEntry.citekey, ListEntry.paper_id).where(theirs)
    keys = dict(session.execute(keyed.where(ListEntry.citekey.is_not(None))).all())
    found: dict[int, ListEntry] = {}
    for paper_id, data in former.items():
        entry = present.get(paper_id)
        if not data:  # the change put it on the list; what was written on it since is kept
            if entry is not None and not (entry.remark or entry.notes):
                session.delete(entry)
            continue
        values = decode_row(ListEntry, {name: data[name] for name in data if name != LABELS})
        if entry is None and "added_at" not in values:
            continue  # only a part of it is known: it was removed since
        if keys.get(values.get("citekey"), paper_id) != paper_id:
            values["citekey"] = None  # used for another paper by now
        found[paper_id] = entry or ListEntry(user_id=user.id, paper_id=paper_id)
        for name, value in values.items():
            setattr(found[paper_id], name, value)
    session.add_all(found.values())
    session.flush()
    return {paper_id: entry.id for paper_id, entry in found.items()}


def is_taken(session: Session, user_id: int, citekey: str | None, but: int | None) -> bool:
    """Whether a reader has a citation key on another entry."""
    if citekey is None:
        return False
    query = select(ListEntry.id).where(ListEntry.user_id == user_id, ListEntry.citekey == citekey)
    found = session.scalar(query)
    return found is not None and found != but
