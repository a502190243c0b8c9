"""What lists show of the authors of papers: a few names, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from app.models import Author, Paper, PaperAuthor
from app.models.papers.paper import MAX_LISTED_AUTHORS, ListedAuthors
from app.statements import read_rows


def load_listed_authors(session: Session, papers: Collection[Paper]) -> None:
    """Give papers the names that lists show, in one query for all that have none."""
    papers = [paper for paper in papers if not paper.has_listed_authors]
    if not papers:
        return
    found = load_authors_by_paper(session.connection(), [paper.id for paper in papers])
    for paper in papers:
        paper.list_authors(found[paper.id])


def load_authors_by_paper(
    connection: Connection, paper_ids: Sequence[int]
) -> Mapping[int, ListedAuthors]:
    """The names that lists show, by the number of the paper."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    totals: dict[int, int] = {}
    for paper_id, name, total in read_rows(connection, _select_names(), {"papers": paper_ids}):
        names[paper_id].append(name)
        totals[paper_id] = total or len(names[paper_id])
    return {each: ListedAuthors(tuple(names[each]), totals.get(each, 0)) for each in paper_ids}


@cache
def _select_names() -> Select[Any]:
    every = aliased(PaperAuthor)
    total = select(func.count()).where(every.paper_id == PaperAuthor.paper_id).scalar_subquery()
    return (
        select(
            PaperAuthor.paper_id,
            func.coalesce(func.nullif(PaperAuthor.name, ""), Author.name),
            # Asked of the last one alone: papers with fewer have no more than these.
            case((PaperAuthor.position == MAX_LISTED_AUTHORS - 1, total)),
        )
        .join(Author, Author.id == PaperAuthor.author_id)
        .where(
            PaperAuthor.paper_id.in_(bindparam("papers", expanding=True)),
            PaperAuthor.position < MAX_LISTED_AUTHORS,
        )
        .order_by(PaperAuthor.paper_id, PaperAuthor.position)
    )
