"""Descriptions of shelves that a list brings, once their papers are here.

They go where nobody but the owner sees them and nothing is said yet.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import ListImport, ListImportRow, User
from app.services.importing.lists.shelving import find_shelf, is_for_owner_alone
from app.services.locks import lock_user
from app.services.refusals import Refusal
from app.services.row_values import make_digest
from app.services.shelves.shelf import (
    describe_shelf,
    lock_shelf,
    render_description,
    tidy_description,
)


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
