"""Makes previews of lists: at once of short ones, else by the job."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import ListImport, ListImportPart, ListImportRow, User
from app.models.papers.list_import import PREVIEW_LIFE, UNDO_LIFE
from app.services.importing import process
from app.services.importing.lists.fitting import Incoming
from app.services.importing.lists.previews import (
    BadList,
    RowsSoFar,
    fill_preview,
    insert_rows,
    take_batch,
)
from app.services.importing.lists.reading import SentList, hold_bytes, open_rows
from app.services.importing.opening import BadSource
from app.services.locks import lock_user
from app.services.queue import queue_job
from app.text.lines import visible_line

JOB = "lists"
MAX_UNFINISHED = 3  # previews of one member; the oldest go
MAX_BYTES_AT_ONCE = 1_000_000  # of what is read while its reader waits
MAX_BATCHES_AT_ONCE = 2  # of 250 rows each
MAX_JOB_SECONDS = 120  # of the child's own time; 20,000 papers take about 30
TWICE_LIFE = timedelta(minutes=5)  # in which the same list, sent again, was sent by a double click
MAX_NAME_CHARS = 200
EMPTY = "There is no paper in this list."
GONE = "The list is not here any more. Send it again."


def receive_list(session: Session, user: User, sent: SentList) -> ListImport:
    """Make the preview of a list, or let the job make it; commits.

    Raises:
        BadSource, BadList: for what cannot be read, if it is short.
        ImportBusy: while others import.
    """
    digest = sent.make_digest()
    if sent.count_bytes() <= MAX_BYTES_AT_ONCE:
        with ExitStack() as opened:
            unit, batches = open_rows(sent, opened)
            first = list(islice(batches, MAX_BATCHES_AT_ONCE + 1))
        if len(first) <= MAX_BATCHES_AT_ONCE:
            return make_preview(session, user, sent.name, unit, first, digest)
    found, is_new = _begin(session, user, sent.name, digest)
    if is_new:
        name = visible_line(sent.name)[-MAX_NAME_CHARS:]  # whose end says what it is
        found.data = {**found.data, "name": name, "is_text": sent.is_text}
        for number, content in enumerate(sent.list_parts()):
            part = {"import_id": found.id, "number": number, "content": content}
            session.execute(insert(ListImportPart).values(part))
        queue_job(session, JOB, str(found.id), {"import_id": found.id})
    session.commit()
    return found


def make_preview(
    session: Session,
    user: User,
    name: str,
    unit: str,
    batches: Iterable[Sequence[Incoming]],
    digest: str = "",
) -> ListImport:
    """See what a short list holds, and keep that for its reader; commits.

    Args:
        name: of the file, or what stands for it.
        unit: what the rows' numbers count.
        batches: the rows, some at a time.
        digest: of what was sent; the same sent twice at once makes one preview.

    Raises:
        BadList: for too many rows, or none.
    """
    preview = RowsSoFar()
    for batch in batches:
        take_batch(session, batch, preview)
    if not preview.total:
        raise BadList(EMPTY)
    found, is_new = _begin(session, user, name, digest)
    if is_new:
        insert_rows(session, found, preview)
        fill_preview(session, user, found, unit, preview)
    session.commit()
    return found


def read_list(session: Session, import_id: int) -> Iterator[int]:
    """Read a list that waits, from its beginning; a part of the job.

    Yields:
        After each step how many rows it dealt with.
    """
    sent = None
    with ExitStack() as opened:
        try:
            sent = _reopen(session, import_id, opened)
            if sent is not None:
                yield from _read_rows(session, import_id, sent, opened)
        except process.ImportBusy:
            later = now() + timedelta(seconds=process.RETRY_AFTER)
            queue_job(session, JOB, str(import_id), {"import_id": import_id}, due_at=later)
            session.commit()
        except (BadSource, BadList) as error:
            session.rollback()
            _refuse(session, import_id, str(error))


def _read_rows(
    session: Session, import_id: int, sent: SentList, opened: ExitStack
) -> Iterator[int]:
    unit, batches = open_rows(sent, opened, MAX_JOB_SECONDS)
    preview = RowsSoFar()
    for batch in batches:
        take_batch(session, batch, preview)
        if not _store(session, import_id, preview):
            return
        yield len(batch)
    if not preview.total:
        raise BadList(EMPTY)
    _finish(session, import_id, unit, preview)


def _reopen(session: Session, import_id: int, opened: ExitStack) -> SentList | None:
    """What was sent, without what an earlier attempt read of it; `None` when it is gone."""
    found = _load_reading(session, import_id)
    if found is None:
        session.rollback()
        return None
    session.execute(delete(ListImportRow).where(ListImportRow.import_id == import_id))
    found.position = 0
    name, is_text = found.data["name"], found.data["is_text"]
    session.commit()
    part = select(ListImportPart.content).where(ListImportPart.import_id == import_id)
    numbers = select(ListImportPart.number).where(ListImportPart.import_id == import_id)
    every = session.scalars(numbers.order_by(ListImportPart.number)).all()
    if not every:  # a backup has none of them
        raise BadList(GONE)
    parts = (session.scalars(part.where(ListImportPart.number == n)).one() for n in every)
    file = hold_bytes(parts, opened)
    session.commit()
    return SentList(name, file, is_text)


def _store(session: Session, import_id: int, preview: RowsSoFar) -> bool:
    """Store the rows that were judged since the last time; commits.

    Returns:
        Whether to go on: not so when the import was discarded, or another process reads it.
    """
    found = _load_reading(session, import_id)
    if found is None or found.position != preview.total - len(preview.rows):
        session.rollback()
        return False
    insert_rows(session, found, preview)
    found.position = preview.total
    session.commit()
    return True


def _finish(session: Session, import_id: int, unit: str, preview: RowsSoFar) -> None:
    """Show the preview of an import whose rows are all stored; commits."""
    found = _load_reading(session, import_id)
    if found is not None and found.position == preview.total:
        _forget_parts(session, import_id)
        fill_preview(session, session.get_one(User, found.user_id), found, unit, preview)
    session.commit()


def _refuse(session: Session, import_id: int, problem: str) -> None:
    """Say why a list cannot be read, and forget it; commits."""
    found = _load_reading(session, import_id)
    if found is not None:
        _forget_parts(session, import_id)
        session.execute(delete(ListImportRow).where(ListImportRow.import_id == import_id))
        found.data = {**found.data, "problem": problem}
    session.commit()


def _load_reading(session: Session, import_id: int) -> ListImport | None:
    """An import whose rows come, for writing; `None` when it is gone or read."""
    begin_writing(session)
    found = session.get(ListImport, import_id, populate_existing=True, with_for_update=True)
    return found if found is not None and is_being_read(found) else None


def is_being_read(found: ListImport) -> bool:
    """Whether the rows of an import still come."""
    return found.state == "reading" and "problem" not in found.data


def _forget_parts(session: Session, import_id: int) -> None:
    session.execute(delete(ListImportPart).where(ListImportPart.import_id == import_id))


def _begin(session: Session, user: User, name: str, digest: str) -> tuple[ListImport, bool]:
    """The row of an import whose rows come; the caller commits.

    Returns:
        The import, and whether it is new: not so when the same was sent a moment before.
    """
    begin_writing(session)
    lock_user(session, user.id)
    unfinished = select(ListImport).where(
        ListImport.user_id == user.id, ListImport.state.in_(("reading", "preview"))
    )
    older = session.scalars(unfinished.order_by(ListImport.id.desc())).all()
    for each in older:
        is_same = bool(digest) and each.data.get("digest") == digest
        if is_same and "problem" not in each.data and each.made_at > now() - TWICE_LIFE:
            return each, False
    old = [each.id for each in older[MAX_UNFINISHED - 1 :]]
    session.execute(delete(ListImport).where(ListImport.id.in_(old)))
    found = ListImport(
        token=secrets.token_urlsafe(18),
        user_id=user.id,
        name=visible_line(name)[:MAX_NAME_CHARS] or "list",
        state="reading",
        position=0,
        made_at=now(),
        data={"digest": digest},
    )
    session.add(found)
    session.flush()
    return found, True


def discard_import(session: Session, found: ListImport) -> None:
    """Forget a preview; the caller commits."""
    begin_writing(session)
    session.execute(delete(ListImport).where(ListImport.id == found.id))


def purge_imports(session: Session) -> int:
    """Forget what is too old of everybody; says how many. The caller commits."""
    begin_writing(session)
    previews = ListImport.state.in_(("reading", "preview")) & (
        ListImport.made_at < now() - PREVIEW_LIFE
    )
    stored = ListImport.state.in_(("done", "undone")) & (ListImport.made_at < now() - UNDO_LIFE)
    old = delete(ListImport).where(previews | stored).returning(ListImport.id)
    return len(session.scalars(old).all())
