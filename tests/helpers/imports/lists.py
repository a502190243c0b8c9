"""Importing a list of another tool, without the browser."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ListImport, ListImportRow, User
from app.services.importing.lists import receiving, work
from app.sources.lists.reading import read_list


def preview_list(session: Session, user: User, text: str, name: str = "list") -> ListImport:
    """The preview of a list in any format."""
    unit, rows = read_list(text, name)
    found = receiving.make_preview(session, user, name, unit, [list(rows)])
    session.commit()
    return found


def run_import(
    session: Session,
    found: ListImport,
    papers: Mapping[int, str] | None = None,
    *,
    labels: set[int] | None = None,
    statuses: Mapping[int, str] | None = None,
    collections: Mapping[int, str] | None = None,
) -> None:
    """Start an import, and let the job do it."""
    if labels is None:
        labels = {n for n, each in enumerate(found.data["labels"]) if each["wanted"]}
    choices = work.ImportChoices(statuses or {}, labels, papers or {}, collections or {})
    work.start_import(session, found, choices)
    session.commit()
    deque(work.work_on_import(session, found.id), maxlen=0)


def import_list(session: Session, user: User, text: str, name: str = "list") -> ListImport:
    """Import a list with all defaults."""
    found = preview_list(session, user, text, name)
    number = found.id
    run_import(session, found)
    return session.get_one(ListImport, number)


def undo_list(session: Session, found: ListImport) -> None:
    """Undo an import."""
    assert work.undo_import(session, session.get_one(ListImport, found.id))
    session.commit()
    deque(work.work_on_import(session, found.id), maxlen=0)


def list_states(session: Session, found: ListImport) -> list[tuple[str, str]]:
    """State and message of each row."""
    query = select(ListImportRow.state, ListImportRow.message)
    query = query.where(ListImportRow.import_id == found.id).order_by(ListImportRow.position)
    states = session.execute(query).all()
    session.commit()
    return list(states)
