"""What a reader's list says of some papers: one small query for a page."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import EntryLabel, ListEntry, ListLabel, Paper, User


class OwnEntry(NamedTuple):
    """What is shown of an entry wherever its paper stands."""

    status: str
    remark: str


def load_own_entries(
    session: Session, viewer: User | None, paper_ids: Collection[int]
) -> dict[int, OwnEntry]:
    """The viewer's entries of papers, by the paper; nothing for a guest."""
    if viewer is None or not paper_ids:
        return {}
    asked = {"viewer": viewer.id, "papers": list(paper_ids)}
    found = session.connection().execute(_select_entries(), asked)
    return {paper_id: OwnEntry(status, remark) for paper_id, status, remark in found}


def find_own_entry(session: Session, viewer: User, paper: Paper) -> ListEntry | None:
    """The viewer's entry of a paper with all that they noted."""
    query = select(ListEntry).where(ListEntry.user_id == viewer.id, ListEntry.paper_id == paper.id)
    return session.scalar(query)


def find_paper_by_citekey(session: Session, viewer: User | None, citekey: str) -> Paper | None:
    """The paper for which the viewer uses a citation key."""
    if viewer is None or not citekey:
        return None
    query = select(Paper).join(ListEntry, ListEntry.paper_id == Paper.id)
    return session.scalar(query.where(ListEntry.user_id == viewer.id, ListEntry.citekey == citekey))


def load_label_names(session: Session, entry_ids: Collection[int]) -> dict[int, list[str]]:
    """The labels of entries, by the entry, in alphabetical order."""
    query = (
        select(EntryLabel.entry_id, ListLabel.name)
        .join(ListLabel, ListLabel.id == EntryLabel.label_id)
        .where(EntryLabel.entry_id.in_(entry_ids))
        .order_by(ListLabel.folded)
    )
    found: dict[int, list[str]] = {}
    for entry_id, name in session.execute(query):
        found.setdefault(entry_id, []).append(name)
    return found


def list_label_names(session: Session, viewer: User) -> list[str]:
    """All labels of a reader, in alphabetical order."""
    query = select(ListLabel.name).where(ListLabel.user_id == viewer.id)
    return list(session.scalars(query.order_by(ListLabel.folded)))


@cache
def _select_entries() -> Select[Any]:
    columns: tuple[Any, ...] = (ListEntry.paper_id, ListEntry.status, ListEntry.remark)
    return select(*columns).where(
        ListEntry.user_id == bindparam("viewer"),
        ListEntry.paper_id.in_(bindparam("papers", expanding=True)),
    )
