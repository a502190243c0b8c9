"""Put papers on a list, note something about them, and order them by hand.

Each function is a part of one transaction, which the caller commits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import ListEntry, Paper, ReadingList, User
from app.models.papers.list_entry import DATE_COLUMNS, MAX_CITEKEY_CHARS, PRIORITIES, STATUSES
from app.queries.lists.own_entries import load_label_names
from app.rendering import RENDERER_VERSION, RenderError
from app.rendering.caps import MAX_TEXT_BYTES
from app.services.lists.copies import OF_STATUS, WHOLE, copy_entry, is_taken, keep_copies
from app.services.lists.labels import parse_labels, prune_labels, replace_labels
from app.services.lists.words import refresh_words
from app.services.locks import check_paper_exists, lock_user
from app.services.ordering import GAP, move_row
from app.services.refusals import Refusal, Refusals
from app.services.renderer import TextOwner, render_text
from app.text.lines import one_line, plain_ends

MAX_ENTRIES = 12_000  # on one list
LIST_FULL = f"Your list is full: it can have up to {MAX_ENTRIES:,} papers."
MAX_REMARK_CHARS = 300
# What would end a key in TeX or BibTeX.
_NO_KEY = re.compile(r"[\s{}(),=\\\"#%~']|[^\x21-\x7e\xa1-\U0010ffff]")


@dataclass(frozen=True)
class EntryTexts:
    """What a reader says of a paper on their list, as typed.

    Attributes:
        labels: with commas between them.
        priority: one of `PRIORITIES`.
    """

    status: str
    remark: str = ""
    notes: str = ""
    labels: str = ""
    priority: str = "none"
    citekey: str = ""


def check_status(status: str) -> str:
    """A status that there is, or `Refusal`."""
    if status not in STATUSES:
        raise Refusal("status", "Choose a status: to read, reading, read or stopped.")
    return status


def set_status(session: Session, user: User, paper: Paper, status: str) -> str:
    """Put a paper on the reader's list, or give it another status there.

    Returns:
        The batch by which `copies.undo_change` undoes it.

    Raises:
        Refusal: for another word, a list that is full, or a paper that was merged meanwhile.
    """
    check_status(status)
    _lock(session, user, paper)
    entry = find_entry(session, user, paper)
    if entry is None:
        _add(session, user, paper, status)
        return keep_copies(session, user, {paper.id: {}})
    copy = copy_entry(entry, OF_STATUS, ())
    copy.pop("labels")
    change_status(entry, status)
    session.flush()
    return keep_copies(session, user, {paper.id: copy})


def remove_entry(session: Session, user: User, paper: Paper) -> str | None:
    """Take a paper off the reader's list.

    Returns:
        The batch by which it is undone; `None` when it is not there.
    """
    _lock(session, user, paper)
    entry = find_entry(session, user, paper)
    if entry is None:
        return None
    labels = load_label_names(session, [entry.id]).get(entry.id, [])
    batch = keep_copies(session, user, {paper.id: copy_entry(entry, WHOLE, labels)})
    session.delete(entry)
    prune_labels(session, user.id)
    return batch


def save_entry(session: Session, user: User, paper: Paper, form: EntryTexts) -> ListEntry:
    """Write what a reader notes about a paper, which comes on their list if needed.

    Raises:
        Refusal: with all that is wrong.
    """
    remark, notes = one_line(form.remark), plain_ends(form.notes).strip("\n")
    citekey = form.citekey.strip()
    refused = Refusals()
    refused.check(check_status, None, form.status)
    labels = refused.check(parse_labels, [], form.labels)
    refused.check(_check_texts, None, remark, notes)
    refused.check(check_citekey, None, citekey)
    if form.priority not in PRIORITIES:
        refused.add([Refusal("priority", "Choose a priority: none, low, medium or high.")])
    html = refused.check(_render_notes, "", session, user, notes)
    refused.raise_first()
    _lock(session, user, paper)
    entry = find_entry(session, user, paper)
    if is_taken(session, user.id, citekey or None, None if entry is None else entry.id):
        raise Refusal("citekey", "You use this key for another paper.")
    if entry is None:
        entry = _add(session, user, paper, form.status)
    change_status(entry, form.status)
    entry.remark, entry.notes, entry.notes_html = remark, notes, html
    entry.renderer_version = RENDERER_VERSION
    entry.priority = PRIORITIES.index(form.priority)
    entry.citekey = citekey or None
    entry.changed_at = now()
    session.flush()
    replace_labels(session, user.id, entry.id, labels)
    refresh_words(session, [entry.id])
    return entry


def change_status(entry: ListEntry, status: str) -> None:
    """Give an entry a status, with its date; the same one again changes nothing."""
    if entry.status != status:
        entry.status = status
        entry.changed_at = now()
        setattr(entry, DATE_COLUMNS[status], entry.changed_at)


def move_entry(
    session: Session, user: User, paper: Paper, direction: str, beside: int | None = None
) -> bool:
    """Move an entry in the order by hand.

    Args:
        direction: `up`, `down`, `top` or `bottom`.
        beside: the number of the entry that it goes above or below, as the reader sees the list;
            `None` for the next one in the whole list.

    Returns:
        Whether there was such an entry, and room in this direction.
    """
    _lock(session, user, paper)
    entry = find_entry(session, user, paper)
    if entry is None:
        return False
    return move_row(session, entry, ListEntry.user_id == user.id, direction, beside)


def mark_seen(session: Session, user: User) -> None:
    """Note that the reader has seen which summaries are new."""
    begin_writing(session)
    seen = update(ReadingList).where(ReadingList.user_id == user.id)
    session.execute(seen.values(seen_at=now()))


def find_entry(session: Session, user: User, paper: Paper) -> ListEntry | None:
    """The reader's entry of a paper as it is now."""
    query = select(ListEntry).where(ListEntry.user_id == user.id, ListEntry.paper_id == paper.id)
    return session.scalar(query.execution_options(populate_existing=True))


def _lock(session: Session, user: User, paper: Paper) -> None:
    begin_writing(session)
    lock_papers(session, alone=False)  # so that the paper is not merged away meanwhile
    lock_user(session, user.id)
    check_paper_exists(session, paper)


def add_entries(session: Session, user: User, paper_ids: Sequence[int], status: str) -> None:
    """Put papers on a locked list that has none of them, the first on top.

    Raises:
        Refusal: when the list has no room for all of them.
    """
    begin_list(session, user)
    room, highest = find_room(session, user)
    if len(paper_ids) > room:
        raise Refusal("status", LIST_FULL)
    session.add_all(
        make_entry(user.id, paper_id, status, highest + place * GAP)
        for place, paper_id in enumerate(reversed(paper_ids), 1)
    )
    session.flush()


def _add(session: Session, user: User, paper: Paper, status: str) -> ListEntry:
    add_entries(session, user, [paper.id], status)
    entry = find_entry(session, user, paper)
    assert entry is not None
    return entry


def begin_list(session: Session, user: User) -> None:
    """Make the row of a reader's list as a whole, if there is none."""
    seen = {"user_id": user.id, "seen_at": now()}
    insert_missing(session, ReadingList, [seen], ["user_id"])


def find_room(session: Session, user: User) -> tuple[int, int]:
    """How many more entries a list can have, and the highest position in it."""
    theirs = ListEntry.user_id == user.id
    count, highest = session.execute(
        select(func.count(), func.max(ListEntry.position)).where(theirs)
    ).one()
    return MAX_ENTRIES - count, highest or 0


def make_entry(user_id: int, paper_id: int, status: str, position: int) -> ListEntry:
    """A new entry, which the caller adds to the session."""
    moment = now()
    return ListEntry(
        user_id=user_id,
        paper_id=paper_id,
        status=status,
        added_at=moment,
        changed_at=moment,
        position=position,
        priority=0,
        remark="",
        notes="",
        notes_html="",
        renderer_version=0,
        **{DATE_COLUMNS[status]: moment},
    )


def _check_texts(remark: str, notes: str) -> None:
    refused = Refusals()
    if len(remark) > MAX_REMARK_CHARS:
        message = f"Up to {MAX_REMARK_CHARS} characters (you have {len(remark)})."
        refused.add([Refusal("remark", message)])
    size = len(notes.encode())
    if size > MAX_TEXT_BYTES:
        message = f"Notes can be up to {MAX_TEXT_BYTES:,} bytes (you have {size:,})."
        refused.add([Refusal("notes", message)])
    refused.raise_first()


def check_citekey(citekey: str) -> None:
    """Refuse what cannot be a key in BibTeX, or is too long."""
    if len(citekey) > MAX_CITEKEY_CHARS:
        message = f"Up to {MAX_CITEKEY_CHARS} characters (you have {len(citekey)})."
        raise Refusal("citekey", message)
    if wrong := _NO_KEY.search(citekey):
        sign = "spaces" if wrong[0].isspace() else wrong[0]
        raise Refusal("citekey", f"A citation key can’t contain {sign}.")


def _render_notes(session: Session, user: User, notes: str) -> str:
    if not notes.strip() or len(notes.encode()) > MAX_TEXT_BYTES:
        return ""
    try:
        return render_text(session, notes, TextOwner(user.id)).html
    except RenderError as error:  # also when the server has no time for it
        raise Refusal("notes", str(error)) from None
