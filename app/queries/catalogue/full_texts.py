"""Summaries in full for the papers of a set, as one reader may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Summary, User
from app.queries.summaries import load_full_summaries
from app.queries.summary_entries import SummaryEntry, make_entries
from app.queries.visibility import best_first, by_writer, visible_to

BATCH = 100  # papers whose texts are in memory at once


def iterate_texts(
    session: Session,
    paper_ids: Sequence[int],
    viewer: User | None,
    writer: User | None = None,
    *,
    per_paper: int,
) -> Iterator[list[SummaryEntry]]:
    """Some summaries of each paper that has any, in order; see `choose_texts`.

    What was read is forgotten after each batch of papers.
    """
    for start in range(0, len(paper_ids), BATCH):
        ids = paper_ids[start : start + BATCH]
        found = choose_texts(session, ids, viewer, writer, per_paper=per_paper)
        numbers = [number for each in ids for number in found.get(each, [])]
        of_paper: dict[int, list[SummaryEntry]] = {}
        for entry in load_texts(session, numbers, viewer) if numbers else ():
            of_paper.setdefault(entry.paper.id, []).append(entry)
        for each in ids:
            if each in of_paper:
                yield of_paper[each]
        session.expunge_all()


def choose_texts(
    session: Session,
    paper_ids: Collection[int],
    viewer: User | None,
    writer: User | None = None,
    *,
    per_paper: int,
) -> dict[int, list[int]]:
    """The numbers of some summaries of each paper: the viewer's own first, then the best.

    Args:
        writer: whose alone are wanted, where the viewer may know that.
        per_paper: at most so many of one.
    """
    seen = visible_to(viewer) if writer is None else by_writer(writer, viewer)
    order = best_first()
    if viewer is not None:
        order = ((Summary.user_id == viewer.id).desc(), *order)
    ranked = (
        select(
            Summary.id,
            Summary.paper_id,
            func.row_number().over(partition_by=Summary.paper_id, order_by=order).label("rank"),
        )
        .where(Summary.paper_id.in_(paper_ids), seen)
        .subquery()
    )
    query = select(ranked.c.paper_id, ranked.c.id).where(ranked.c.rank <= per_paper)
    found: dict[int, list[int]] = {}
    for paper_id, number in session.execute(query.order_by(ranked.c.paper_id, ranked.c.rank)):
        found.setdefault(paper_id, []).append(number)
    return found


def load_texts(session: Session, ids: Sequence[int], viewer: User | None) -> list[SummaryEntry]:
    """Chosen summaries in the same order, with all that belongs to them."""
    loaded = load_full_summaries(session, ids)
    seen = set(session.scalars(select(Summary.id).where(Summary.id.in_(ids), visible_to(viewer))))
    return make_entries(
        session, [loaded[each] for each in ids if each in loaded and each in seen], viewer
    )
