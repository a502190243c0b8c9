"""Imports of lists on their way: started by their reader, done by a job, undone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import ListImport, ListImportRow, User
from app.models.papers.list_entry import STATUSES
from app.services.importing.lists.receiving import JOB, read_list
from app.services.importing.lists.shelving import choose_shelves
from app.services.importing.lists.storing import store_step
from app.services.importing.lists.text_writing import (
    find_descriptions,
    find_notes,
    write_description,
    write_notes,
)
from app.services.importing.lists.undoing import undo_step
from app.services.queue import queue_job
from app.services.refusals import Refusal


@dataclass(frozen=True)
class ImportChoices:
    """What a reader chose in a preview.

    Attributes:
        statuses: ours for each word, by its number in the preview.
        labels: the numbers of those that are wanted.
        collections: where those of some numbers go, as `shelving` names it; it comes before
            `labels`.
        papers: for rows about which they were asked, by position: the key of a paper, `new`, or
            `skip`.
    """

    statuses: Mapping[int, str]
    labels: Collection[int]
    papers: Mapping[int, str]
    collections: Mapping[int, str] = field(default_factory=dict)


def start_import(session: Session, found: ListImport, choices: ImportChoices) -> None:
    """Let the job store what a preview shows; the caller commits.

    Raises:
        Refusal: for a status that there is not, an import that is started already, and as
            `choose_shelves`.
    """
    begin_writing(session)
    session.refresh(found, with_for_update=True)
    if found.state != "preview":
        raise Refusal("state", "This import was started already.")
    statuses = []
    for number, each in enumerate(found.data["statuses"]):
        status = choices.statuses.get(number, each["status"])
        if status not in STATUSES:
            raise Refusal("status", "Choose a status: to read, reading, read or stopped.")
        statuses.append({**each, "status": status})
    labels = [
        {**each, "wanted": number in choices.labels}
        for number, each in enumerate(found.data["labels"])
    ]
    user = session.get_one(User, found.user_id)
    choose_shelves(session, user, labels, choices.collections)
    found.data = {**found.data, "statuses": statuses, "labels": labels}
    query = select(ListImportRow).where(
        ListImportRow.import_id == found.id, ListImportRow.state == "unclear"
    )
    for row in session.scalars(query):
        choice = choices.papers.get(row.position, "skip")
        if choice in ("new", *row.data["candidates"]):
            row.data = {**row.data, "choice": choice}
    found.state, found.position = "waiting", 0
    queue_job(session, JOB, str(found.id), {"import_id": found.id})


def undo_import(session: Session, found: ListImport) -> bool:
    """Let the job undo an import, also a running one; the caller commits.

    Returns:
        Whether there was anything to undo.
    """
    begin_writing(session)
    session.refresh(found, with_for_update=True)
    if found.state not in ("waiting", "done"):
        return False
    found.state = "undoing"
    queue_job(session, JOB, str(found.id), {"import_id": found.id})
    return True


def work_on_import(session: Session, import_id: int) -> Iterator[int]:
    """Read, store or undo an import, whichever its reader wants; a job.

    Yields:
        After each step how many rows it dealt with.
    """
    if _read_state(session, import_id) == "reading":
        yield from read_list(session, import_id)
    while (state := _read_state(session, import_id)) == "waiting":
        count = store_step(session, import_id)
        if not count:
            break
        yield count
    if state == "waiting":
        yield from _write_all_texts(session, import_id)
    while _read_state(session, import_id) == "undoing":
        count = undo_step(session, import_id)
        if not count:
            _finish(session, import_id, "undoing", "undone")
            return
        yield count


def _write_all_texts(session: Session, import_id: int) -> Iterator[int]:
    positions, keys = find_notes(session, import_id)
    for position in positions:
        if _read_state(session, import_id) != "waiting":
            return
        write_notes(session, import_id, position, keys)
        yield 1
    for position in find_descriptions(session, import_id):
        if _read_state(session, import_id) != "waiting":
            return
        write_description(session, import_id, position)
        yield 1
    _finish(session, import_id, "waiting", "done")


def _read_state(session: Session, import_id: int) -> str | None:
    state = session.scalar(select(ListImport.state).where(ListImport.id == import_id))
    session.commit()
    return state


def _finish(session: Session, import_id: int, former: str, state: str) -> None:
    begin_writing(session)
    found = session.get(ListImport, import_id, populate_existing=True, with_for_update=True)
    if found is not None and found.state == former:
        found.state = state
    session.commit()
