"""Put papers on a shelf, note something about them, order and remove them.

Each function is a part of one transaction, which the caller commits. The owner removes anything;
an editor removes what they added. A note is changed by who wrote it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import Paper, Shelf, ShelfEntry, User
from app.queries.shelves.access import find_role
from app.services import changed_pages
from app.services.bulk import split_into_batches
from app.services.locks import check_paper_exists
from app.services.ordering import GAP, make_end_position, move_row
from app.services.refusals import Refusal
from app.services.shelves.shelf import lock_shelf
from app.text.lines import one_line

MAX_SHELF_PAPERS = 1000
MAX_NOTE_CHARS = 300
NOT_YOURS = "You can only remove papers that you added."


def add_paper_to_shelf(
    session: Session, user: User, shelf: Shelf, paper: Paper, note: str = ""
) -> None:
    """Put a paper at the end of a shelf.

    Raises:
        Refusal: for a paper that is there, a note that is too long, or a shelf that is full.
    """
    note = _check_note(note)
    _begin(session, user, shelf)
    check_paper_exists(session, paper)
    if _find_entry(session, shelf, paper) is not None:
        raise Refusal("pasted", "This paper is on the shelf already.")
    _add(session, user, shelf, [paper.id], {paper.id: note})


def add_papers_to_shelf(
    session: Session, user: User, shelf: Shelf, paper_ids: Sequence[int]
) -> int:
    """Put papers on a shelf, passing over those that are there.

    Returns:
        How many were put there.

    Raises:
        Refusal: when there is not enough room.
    """
    _begin(session, user, shelf)
    new = _list_new(session, shelf, paper_ids)
    if new:
        _add(session, user, shelf, new, {})
    return len(new)


def fill_shelf(
    session: Session, user: User, shelf: Shelf, paper_ids: Sequence[int], notes: Mapping[int, str]
) -> tuple[list[ShelfEntry], list[int]]:
    """Put as many of some papers on a shelf as there is room for.

    Args:
        notes: by the papers; each is of one line, and no longer than `MAX_NOTE_CHARS`.

    Returns:
        The entries that were made, and the papers that had no room.

    Raises:
        Refusal: for who may not add papers to it.
    """
    _begin(session, user, shelf)
    new = _list_new(session, shelf, paper_ids)
    room = max(0, MAX_SHELF_PAPERS - _count_entries(session, shelf))
    if new[:room]:
        _add(session, user, shelf, new[:room], notes)
    made = select(ShelfEntry).where(
        ShelfEntry.shelf_id == shelf.id, ShelfEntry.paper_id.in_(new[:room])
    )
    return list(session.scalars(made)), new[room:]


def change_note(session: Session, user: User, shelf: Shelf, entry_id: int, note: str) -> None:
    """Write one's note about a paper that one added.

    Raises:
        Refusal: for a note that is too long, or of another.
    """
    note = _check_note(note)
    _begin(session, user, shelf)
    query = select(ShelfEntry).where(ShelfEntry.shelf_id == shelf.id, ShelfEntry.id == entry_id)
    entry = session.scalar(query.execution_options(populate_existing=True))
    if entry is None or entry.user_id != user.id:
        raise Refusal("note", "You can only change notes that you wrote.")
    entry.note = note
    _follow(session, shelf, is_less=True)


def remove_from_shelf(session: Session, user: User, shelf: Shelf, paper: Paper) -> None:
    """Take a paper off a shelf.

    Where merged papers were both on it, an editor takes away only what they added.

    Raises:
        Refusal: for what another one added, unless the shelf is the user's own.
    """
    role = _begin(session, user, shelf)
    entry = _find_entry(session, shelf, paper)
    if entry is None:
        return
    joined = select(ShelfEntry).where(ShelfEntry.joined_id == entry.id).order_by(ShelfEntry.id)
    parts = [entry, *session.scalars(joined.execution_options(populate_existing=True))]
    gone = [each for each in parts if role == "owner" or each.user_id == user.id]
    if not gone:
        raise Refusal("paper", NOT_YOURS)
    _take_away(session, entry, parts, gone)
    _follow(session, shelf, is_less=True)


def take_back_entries(
    session: Session, user: User, shelf: Shelf, entries: Mapping[int, tuple[datetime, str]]
) -> None:
    """Take away what somebody put on a shelf, unless it has another note by now.

    Args:
        entries: when each was added and with which note, by its number, which another one may
            have by now.

    Raises:
        Refusal: for who may not add papers to it any more.
    """
    _begin(session, user, shelf)
    query = select(ShelfEntry).where(ShelfEntry.shelf_id == shelf.id, ShelfEntry.id.in_(entries))
    query = query.where(ShelfEntry.user_id == user.id)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    for entry in found:
        if (entry.added_at, entry.note) != entries[entry.id]:
            continue
        main = entry.joined_id or entry.id
        together = select(ShelfEntry).where(
            or_(ShelfEntry.id == main, ShelfEntry.joined_id == main)
        )
        parts = session.scalars(together.order_by(ShelfEntry.id)).all()
        _take_away(session, session.get_one(ShelfEntry, main), parts, [entry])
    if found:
        _follow(session, shelf, is_less=True)


def _take_away(
    session: Session, entry: ShelfEntry, parts: Sequence[ShelfEntry], gone: Sequence[ShelfEntry]
) -> None:
    """Delete some of the entries that stand together; the others stay together.

    Args:
        entry: the one that has the paper, to which the other `parts` are joined.
    """
    paper_id = entry.paper_id
    left = [each for each in parts if each not in gone]
    for each in left:
        each.joined_id = None
    session.flush()
    session.execute(delete(ShelfEntry).where(ShelfEntry.id.in_([each.id for each in gone])))
    for each in gone:
        session.expunge(each)
    if left and entry in gone:
        left[0].paper_id, left[0].position = paper_id, entry.position
    for each in left:
        if each.paper_id is None:
            each.joined_id = left[0].id if entry in gone else entry.id
    session.flush()


def move_on_shelf(
    session: Session,
    user: User,
    shelf: Shelf,
    paper: Paper,
    direction: str,
    beside: int | None = None,
) -> None:
    """Move a paper in the order of a shelf; see `ordering.move_row`."""
    _begin(session, user, shelf)
    entry = _find_entry(session, shelf, paper)
    if entry is not None:
        move_row(session, entry, _within(shelf), direction, beside)
        _follow(session, shelf)


def _within(shelf: Shelf) -> ColumnElement[bool]:
    return (ShelfEntry.shelf_id == shelf.id) & ShelfEntry.paper_id.is_not(None)


def _begin(session: Session, user: User, shelf: Shelf) -> str:
    """Lock a shelf for somebody who may add papers to it; returns their role."""
    begin_writing(session)
    lock_papers(session, alone=False)  # so that no paper is merged away meanwhile
    lock_shelf(session, shelf)
    role = find_role(session, shelf, user)
    if role not in ("owner", "editor"):
        raise Refusal("form", "You can no longer add papers to this shelf.")
    return role


def _find_entry(session: Session, shelf: Shelf, paper: Paper) -> ShelfEntry | None:
    query = select(ShelfEntry).where(
        ShelfEntry.shelf_id == shelf.id, ShelfEntry.paper_id == paper.id
    )
    return session.scalar(query.execution_options(populate_existing=True))


def _list_new(session: Session, shelf: Shelf, paper_ids: Sequence[int]) -> list[int]:
    """The papers that exist and are not on the shelf, each once, in their order."""
    there: set[int | None] = set()
    existing: set[int] = set()
    for some in split_into_batches(paper_ids):
        on_shelf = select(ShelfEntry.paper_id).where(
            ShelfEntry.shelf_id == shelf.id, ShelfEntry.paper_id.in_(some)
        )
        there.update(session.scalars(on_shelf))
        existing.update(session.scalars(select(Paper.id).where(Paper.id.in_(some))))
    return [each for each in dict.fromkeys(paper_ids) if each in existing and each not in there]


def _count_entries(session: Session, shelf: Shelf) -> int:
    count = select(func.count()).select_from(ShelfEntry).where(ShelfEntry.shelf_id == shelf.id)
    return session.scalar(count) or 0


def _add(
    session: Session,
    user: User,
    shelf: Shelf,
    paper_ids: Collection[int],
    notes: Mapping[int, str],
) -> None:
    if _count_entries(session, shelf) + len(paper_ids) > MAX_SHELF_PAPERS:
        message = f"A shelf can have up to {MAX_SHELF_PAPERS:,} papers."
        raise Refusal("pasted", message)
    moment = now()
    end = make_end_position(session, ShelfEntry, _within(shelf), is_up=False)
    rows = [
        {
            "shelf_id": shelf.id,
            "paper_id": paper_id,
            "user_id": user.id,
            "added_at": moment,
            "note": notes.get(paper_id, ""),
            "position": end - place * GAP,
        }
        for place, paper_id in enumerate(paper_ids)
    ]
    insert_missing(session, ShelfEntry, rows, ["shelf_id", "paper_id"])
    _follow(session, shelf, paper_ids)


def _follow(
    session: Session, shelf: Shelf, paper_ids: Collection[int] = (), *, is_less: bool = False
) -> None:
    """Note what a change shows others: nothing, unless the shelf is public."""
    shelf.changed_at = now()
    session.flush()
    changed_pages.name_shelf(session, shelf, paper_ids)
    if is_less and shelf.visibility == "public":
        changed_pages.name_everything(session)


def _check_note(note: str) -> str:
    note = one_line(note)
    if len(note) > MAX_NOTE_CHARS:
        raise Refusal("note", f"Up to {MAX_NOTE_CHARS} characters (you have {len(note)}).")
    return note
