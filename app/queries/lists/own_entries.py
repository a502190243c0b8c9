"""What a reader's list says of some papers: one small query for a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import EntryLabel, ListEntry, ListLabel, Paper, User
from app.models.papers.list_entry import DATE_COLUMNS, PRIORITIES
from app.queries.identifiers import KnownPaper
from app.statements import connection_of, read_alone, read_rows


class OwnEntry(NamedTuple):
    """What is shown of an entry wherever its paper stands."""

    status: str
    remark: str


@dataclass(frozen=True)
class EntryFacts:
    """What files say of an entry; `priority` is its name, and empty for none."""

    status: str
    status_date: str
    added_at: datetime
    priority: str
    labels: Sequence[str]
    remark: str
    citekey: str


def load_own_entries(
    session: Session, viewer: User | None, paper_ids: Collection[int]
) -> dict[int, OwnEntry]:
    """The viewer's entries of papers, by the paper; nothing for a guest."""
    if viewer is None or not paper_ids:
        return {}
    session.flush()
    values = {"viewer": viewer.id, "papers": list(paper_ids)}
    found = read_rows(connection_of(session), _select_entries(), values)
    return {paper_id: OwnEntry(status, remark) for paper_id, status, remark in found}


@cache
def _select_entries() -> Select[Any]:
    """Made once: making it takes longer than reading what it asks for."""
    columns: tuple[Any, ...] = (ListEntry.paper_id, ListEntry.status, ListEntry.remark)
    papers = ListEntry.paper_id.in_(bindparam("papers", expanding=True))
    return select(*columns).where(ListEntry.user_id == bindparam("viewer"), papers)


def load_entry_facts(
    session: Session, viewer: User | None, paper_ids: Collection[int]
) -> dict[int, EntryFacts]:
    """What files say of the viewer's entries, by the paper; nothing for a guest."""
    if viewer is None or not paper_ids:
        return {}
    dates = [getattr(ListEntry, column) for column in DATE_COLUMNS.values()]
    columns = (ListEntry.id, ListEntry.paper_id, ListEntry.status, ListEntry.added_at)
    query = select(*columns, ListEntry.priority, ListEntry.remark, ListEntry.citekey, *dates)
    rows = session.execute(
        query.where(ListEntry.user_id == viewer.id, ListEntry.paper_id.in_(paper_ids))
    ).all()
    labels = load_label_names(session, [row.id for row in rows])
    return {row.paper_id: _make_facts(row, labels.get(row.id, [])) for row in rows}


def _make_facts(row: Any, labels: Sequence[str]) -> EntryFacts:
    since = getattr(row, DATE_COLUMNS[row.status]) or row.added_at
    return EntryFacts(
        status=row.status,
        status_date=since.date().isoformat(),
        added_at=row.added_at,
        priority=PRIORITIES[row.priority] if row.priority else "",
        labels=labels,
        remark=row.remark,
        citekey=row.citekey or "",
    )


def find_own_entry(session: Session, viewer: User, paper: Paper) -> ListEntry | None:
    """The viewer's entry of a paper with all that they noted."""
    query = select(ListEntry).where(ListEntry.user_id == viewer.id, ListEntry.paper_id == paper.id)
    return session.scalar(query)


def find_paper_by_citekey(session: Session, viewer: User | None, citekey: str) -> Paper | None:
    """The paper for which the viewer uses a citation key."""
    if viewer is None or not citekey:
        return None
    values = {"user": viewer.id, "citekeys": [citekey]}
    known = read_alone(session, _select_by_citekeys(), values).first()
    return None if known is None else session.get(Paper, known.id)


def find_papers_by_citekeys(
    session: Session, user_id: int, citekeys: Collection[str]
) -> dict[str, KnownPaper]:
    """The papers for which a reader uses some citation keys, by these."""
    if not citekeys:
        return {}
    session.flush()
    values = {"user": user_id, "citekeys": list(citekeys)}
    found = read_rows(connection_of(session), _select_by_citekeys(), values)
    return {citekey: KnownPaper(paper_id, key) for citekey, paper_id, key in found}


@cache
def _select_by_citekeys() -> Select[Any]:
    """Made once: each text with links runs it."""
    columns: tuple[Any, ...] = (ListEntry.citekey, Paper.id, Paper.key)
    return (
        select(*columns)
        .join(Paper, Paper.id == ListEntry.paper_id)
        .where(
            ListEntry.user_id == bindparam("user"),
            ListEntry.citekey.in_(bindparam("citekeys", expanding=True)),
        )
    )


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
