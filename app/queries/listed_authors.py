"""What lists show of the authors of papers: a few names, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.models import Author, Paper, PaperAuthor
from app.models.papers.paper import MAX_LISTED_AUTHORS, ListedAuthors


def load_listed_authors(session: Session, papers: Collection[Paper]) -> None:
    """Give papers the names that lists show, in one query for all that have none."""
    papers = [paper for paper in papers if not paper.has_listed_authors]
    if not papers:
        return
    names: defaultdict[int, list[str]] = defaultdict(list)
    counts: dict[int, int] = {}
    for paper_id, name, number in session.execute(
        _select_names(), {"papers": [paper.id for paper in papers]}
    ):
        names[paper_id].append(name)
        counts[paper_id] = number
    for paper in papers:
        paper.list_authors(ListedAuthors(tuple(names[paper.id]), counts.get(paper.id, 0)))


@cache
def _select_names() -> Select[Any]:
    every = aliased(PaperAuthor)
    count = select(func.count()).where(every.paper_id == PaperAuthor.paper_id).scalar_subquery()
    return (
        select(
            PaperAuthor.paper_id,
            func.coalesce(func.nullif(PaperAuthor.name, ""), Author.name),
            count,
        )
        .join(Author, Author.id == PaperAuthor.author_id)
        .where(
            PaperAuthor.paper_id.in_(bindparam("papers", expanding=True)),
            PaperAuthor.position < MAX_LISTED_AUTHORS,
        )
        .order_by(PaperAuthor.paper_id, PaperAuthor.position)
    )
