"""Changes of many entries of a list at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers
from app.models import EntryLabel, ListEntry, Paper, User
from app.queries.lists.own_entries import load_label_names
from app.services.bulk import split_into_batches
from app.services.lists.copies import LABELS, OF_STATUS, WHOLE, copy_entry, keep_copies
from app.services.lists.entries import add_entries, change_status, check_status
from app.services.lists.labels import (
    MAX_LABELS,
    find_labels,
    make_labels,
    parse_labels,
    prune_labels,
    remove_labels,
)
from app.services.lists.words import refresh_words
from app.services.locks import lock_user
from app.services.refusals import Refusal

Changed = tuple[int, str]  # how many entries, and the batch by which the change is undone


def set_statuses(session: Session, user: User, entry_ids: Collection[int], status: str) -> Changed:
    """Give entries of the reader a status.

    Raises:
        Refusal: for another word.
    """
    check_status(status)
    entries = [each for each in _load(session, user, entry_ids) if each.status != status]
    copies = {}
    for entry in entries:
        copies[entry.paper_id] = copy_entry(entry, OF_STATUS, ())
        copies[entry.paper_id].pop(LABELS)
        change_status(entry, status)
    session.flush()
    return len(entries), keep_copies(session, user, copies)


def add_papers(session: Session, user: User, paper_ids: Collection[int], status: str) -> Changed:
    """Put papers on the reader's list; what is there already stays as it is.

    Raises:
        Refusal: for another word, or when the list has no room for all of them.
    """
    check_status(status)
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, user.id)
    theirs = ListEntry.user_id == user.id
    wanted: list[int] = []
    for some in split_into_batches(paper_ids):
        listed = select(ListEntry.id).where(theirs, ListEntry.paper_id == Paper.id).exists()
        wanted += session.scalars(select(Paper.id).where(Paper.id.in_(some), ~listed))
    add_entries(session, user, wanted, status)
    return len(wanted), keep_copies(session, user, {each: {} for each in wanted})


def remove_entries(session: Session, user: User, entry_ids: Collection[int]) -> Changed:
    """Take entries off the reader's list."""
    entries = _load(session, user, entry_ids)
    ids = [entry.id for entry in entries]
    labels = _labels(session, ids)
    batch = keep_copies(
        session,
        user,
        {each.paper_id: copy_entry(each, WHOLE, labels.get(each.id, [])) for each in entries},
    )
    for some in split_into_batches(ids):
        session.execute(delete(ListEntry).where(ListEntry.id.in_(some)))
    prune_labels(session, user.id)
    return len(entries), batch


def add_labels(session: Session, user: User, entry_ids: Collection[int], text: str) -> Changed:
    """Put labels on entries, next to those that they have.

    Raises:
        Refusal: for no label, too many, or one that is too long.
    """

    def add(ids: Sequence[int], names: Sequence[str]) -> None:
        numbers = make_labels(session, user.id, names)
        rows = [{"entry_id": each, "label_id": number} for each in ids for number in numbers]
        insert_missing(session, EntryLabel, rows, ["entry_id", "label_id"])
        counts = select(func.count()).select_from(EntryLabel).group_by(EntryLabel.entry_id)
        for some in split_into_batches(ids):
            carried = counts.where(EntryLabel.entry_id.in_(some)).order_by(func.count().desc())
            if (session.scalar(carried.limit(1)) or 0) > MAX_LABELS:
                raise Refusal("labels", f"A paper can have up to {MAX_LABELS} labels.")

    return _change_labels(session, user, entry_ids, text, add)


def take_labels(session: Session, user: User, entry_ids: Collection[int], text: str) -> Changed:
    """Take labels off entries.

    Raises:
        Refusal: for no label.
    """

    def take(ids: Sequence[int], names: Sequence[str]) -> None:
        remove_labels(session, ids, find_labels(session, user.id, names).values())

    return _change_labels(session, user, entry_ids, text, take)


def _change_labels(
    session: Session,
    user: User,
    entry_ids: Collection[int],
    text: str,
    change: Callable[[Sequence[int], Sequence[str]], None],
) -> Changed:
    names = parse_labels(text)
    if not names:
        raise Refusal("labels", "Enter a label.")
    entries = _load(session, user, entry_ids)
    ids = [entry.id for entry in entries]
    before = _labels(session, ids)
    change(ids, names)
    after = _labels(session, ids)
    copies = {
        each.paper_id: copy_entry(each, (), before.get(each.id, []))
        for each in entries
        if before.get(each.id) != after.get(each.id)
    }
    batch = keep_copies(session, user, copies)
    prune_labels(session, user.id)
    refresh_words(session, ids)
    return len(copies), batch


def _load(session: Session, user: User, entry_ids: Collection[int]) -> list[ListEntry]:
    """Those of some entries that are the reader's, in a session that writes."""
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, user.id)
    query = select(ListEntry).where(ListEntry.user_id == user.id)
    return [
        entry
        for some in split_into_batches(entry_ids)
        for entry in session.scalars(
            query.where(ListEntry.id.in_(some)).execution_options(populate_existing=True)
        )
    ]


def _labels(session: Session, ids: Collection[int]) -> dict[int, list[str]]:
    return {
        entry_id: names
        for some in split_into_batches(ids)
        for entry_id, names in load_label_names(session, some).items()
    }
