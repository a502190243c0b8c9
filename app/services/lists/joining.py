"""Joining entries of lists when two papers, or two accounts, become one.

And separating them when the papers become two again. A reader has one entry of a work. Of two, the
further status stays, the earlier date of each status, the higher priority, and all texts and
labels. What both were is kept until the merge is undone, in rows that go with the account.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from app.db import insert_missing
from app.models import (
    EntryCopy,
    EntryLabel,
    ListEntry,
    ListLabel,
    Paper,
    PaperMerge,
    ReadingList,
    User,
)
from app.models.papers.list_entry import DATE_COLUMNS, STATUSES
from app.queries.lists.own_entries import load_label_names
from app.services.bulk import split_into_batches
from app.services.lists.copies import LABELS, WHOLE, copy_entry, is_taken
from app.services.lists.labels import prune_labels, replace_labels
from app.services.lists.words import refresh_words
from app.services.row_values import decode_row

BETWEEN = "\n\n---\n\n"
_DOT = " · "
_RULE = "<hr>"  # what `BETWEEN` becomes


def move_entries(session: Session, merge: PaperMerge, kept: Paper, removed: Paper) -> list[int]:
    """Let entries of one paper be entries of another one.

    Returns:
        The numbers of those that moved without being joined.
    """
    session.flush()
    other = aliased(ListEntry)
    pairs = select(ListEntry, other).join(other, other.user_id == ListEntry.user_id)
    pairs = pairs.where(ListEntry.paper_id == kept.id, other.paper_id == removed.id)
    pairs = pairs.order_by(ListEntry.id).execution_options(populate_existing=True)
    for staying, going in session.execute(pairs).all():
        labels = load_label_names(session, [staying.id, going.id])
        before = copy_entry(staying, WHOLE, labels.get(staying.id, []))
        former = copy_entry(going, WHOLE, labels.get(going.id, []))
        _join(session, staying, going)
        data = {
            "kept": before,
            "removed": former,
            "removed_id": going.id,
            "joined": copy_entry(staying, WHOLE, ()),
        }
        session.add(
            EntryCopy(
                user_id=staying.user_id, merge_id=merge.id, made_at=merge.merged_at, data=data
            )
        )
    session.flush()
    moved = select(ListEntry.id).where(ListEntry.paper_id == removed.id).order_by(ListEntry.id)
    ids = list(session.scalars(moved))
    there = update(ListEntry).where(ListEntry.paper_id == removed.id).values(paper_id=kept.id)
    session.execute(there.execution_options(synchronize_session=False))
    copies = update(EntryCopy).where(EntryCopy.paper_id == removed.id).values(paper_id=kept.id)
    session.execute(copies.execution_options(synchronize_session=False))
    return ids


def move_entries_back(session: Session, merge: PaperMerge, kept: Paper, restored: Paper) -> None:
    """Let entries that came along be about their paper again, with what was written since.

    An entry that was joined is two again; where it was not changed since, each is what it was.
    """
    session.flush()
    for some in split_into_batches(merge.data.get("entries", [])):
        came = update(ListEntry).where(ListEntry.id.in_(some), ListEntry.paper_id == kept.id)
        back = came.values(paper_id=restored.id)
        session.execute(back.execution_options(synchronize_session=False))
    query = select(EntryCopy).where(EntryCopy.merge_id == merge.id).order_by(EntryCopy.id)
    for copy in session.scalars(query).all():
        _separate(session, copy, kept, restored)
        session.delete(copy)
    session.flush()


def give_list(session: Session, source: User, target: User) -> None:
    """Put all that is on one account's list on another's."""
    session.flush()
    _give_labels(session, source, target)
    other = aliased(ListEntry)
    pairs = select(ListEntry, other).join(other, other.paper_id == ListEntry.paper_id)
    pairs = pairs.where(ListEntry.user_id == target.id, other.user_id == source.id)
    for staying, going in session.execute(pairs.order_by(ListEntry.id)).all():
        _join(session, staying, going)
    session.flush()
    theirs = aliased(ListEntry)
    taken = exists().where(theirs.user_id == target.id, theirs.citekey == ListEntry.citekey)
    clashing = update(ListEntry).where(ListEntry.user_id == source.id, taken).values(citekey=None)
    session.execute(clashing.execution_options(synchronize_session=False))
    for table in (ListEntry, EntryCopy):
        given = update(table).where(table.user_id == source.id).values(user_id=target.id)
        session.execute(given.execution_options(synchronize_session=False))
    seen = select(ReadingList.user_id, ReadingList.seen_at)
    seen = seen.where(ReadingList.user_id.in_((source.id, target.id)))
    moments = dict(session.execute(seen).all())
    if source.id in moments:
        row = {"user_id": target.id, "seen_at": moments[source.id]}
        insert_missing(session, ReadingList, [row], ["user_id"])


def _join(session: Session, staying: ListEntry, going: ListEntry) -> None:
    """Make one entry of two of one reader."""
    join_facts(staying, going)
    citekey = staying.citekey or going.citekey
    rows = [
        {"entry_id": staying.id, "label_id": label_id}
        for label_id in session.scalars(
            select(EntryLabel.label_id).where(EntryLabel.entry_id == going.id)
        )
    ]
    insert_missing(session, EntryLabel, rows, ["entry_id", "label_id"])
    session.flush()
    session.execute(delete(ListEntry).where(ListEntry.id == going.id))
    session.expunge(going)
    staying.citekey = citekey  # which only one of them may have at a time
    session.flush()
    refresh_words(session, [staying.id])


def join_facts(staying: ListEntry, going: ListEntry) -> None:
    """Let an entry have what another one says besides; labels and key aside."""
    staying.status = max(staying.status, going.status, key=STATUSES.index)
    for column in ("added_at", *DATE_COLUMNS.values()):
        moments = [moment for each in (staying, going) if (moment := getattr(each, column))]
        setattr(staying, column, min(moments, default=None))
    staying.changed_at = max(staying.changed_at, going.changed_at)
    staying.priority = max(staying.priority, going.priority)
    staying.position = max(staying.position, going.position)
    _join_texts(staying, going)


def _join_texts(staying: ListEntry, going: ListEntry) -> None:
    """Keep all that a reader wrote, even where it is longer than a form takes."""
    lines = (line for each in (staying, going) for line in each.remark.split(_DOT))
    staying.remark = _DOT.join(dict.fromkeys(filter(None, lines)))
    if going.notes in staying.notes.split(BETWEEN):
        return
    written = [each for each in (staying, going) if each.notes.strip()]
    texts = {each.notes: each.notes_html for each in written}
    versions = [each.renderer_version for each in written]
    staying.notes, staying.notes_html = BETWEEN.join(texts), _RULE.join(texts.values())
    staying.renderer_version = min(versions, default=0)


def _give_labels(session: Session, source: User, target: User) -> None:
    """Let the labels of one account be those of another, which may have some of the same."""
    theirs = aliased(ListLabel)
    same = select(ListLabel.id, theirs.id).join(theirs, theirs.folded == ListLabel.folded)
    same = same.where(ListLabel.user_id == source.id, theirs.user_id == target.id)
    for old, new in session.execute(same).all():
        carrying = session.scalars(select(EntryLabel.entry_id).where(EntryLabel.label_id == old))
        rows = [{"entry_id": each, "label_id": new} for each in carrying]
        insert_missing(session, EntryLabel, rows, ["entry_id", "label_id"])
        session.execute(delete(ListLabel).where(ListLabel.id == old))
    given = update(ListLabel).where(ListLabel.user_id == source.id).values(user_id=target.id)
    session.execute(given.execution_options(synchronize_session=False))


def _separate(session: Session, copy: EntryCopy, kept: Paper, restored: Paper) -> None:
    """Make two entries again of what had become one."""
    ours = select(ListEntry).where(ListEntry.user_id == copy.user_id, ListEntry.paper_id == kept.id)
    joined = session.scalar(ours.execution_options(populate_existing=True))
    if joined is None:
        return  # taken off the list by now: so is what it was made of
    data = copy.data
    if copy_entry(joined, WHOLE, ()) == data["joined"]:
        _set(session, joined, data["kept"])
    former = ListEntry(user_id=copy.user_id, paper_id=restored.id)
    if session.get(ListEntry, data["removed_id"]) is None:  # an earlier merge knows it by that
        former.id = data["removed_id"]
    _set(session, former, data["removed"])
    prune_labels(session, copy.user_id)


def _set(session: Session, entry: ListEntry, data: dict[str, Any]) -> None:
    values = decode_row(ListEntry, {name: data[name] for name in WHOLE})
    if is_taken(session, entry.user_id, values["citekey"], entry.id):
        values["citekey"] = None
    for name, value in values.items():
        setattr(entry, name, value)
    session.add(entry)
    session.flush()
    replace_labels(session, entry.user_id, entry.id, data[LABELS])
    refresh_words(session, [entry.id])
