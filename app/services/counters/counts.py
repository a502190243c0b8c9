"""Counts that pages show and lists are ordered by.

They are kept in step in the transaction of each write.

A list must not count its rows anew at each view, so papers, venues and the years of venues carry
their numbers. They speak of public summaries only.

`services.changes` calls `recount` once in a transaction, after all other writes of it: the rows of
papers, years, venues, tags and writers are locked, each kind in one order, so that no two
transactions wait for each other. Whoever shows, hides or removes summaries has the lock of
`lock_papers`, and whoever adds, changes or removes papers has it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Update,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from app.models import Paper, Summary, Venue, VenueYear
from app.models.papers.paper import rank
from app.models.papers.venue import NO_YEAR
from app.queries.visibility import public
from app.services.bulk import split_into_batches
from app.services.counters import totals
from app.services.counters.differences import CountDifferences, Placement
from app.statements import connection_of, run

_COLUMNS = ("summaries_count", "top_score", "rank")

# Built once: each vote runs these.
_LOCK_PAPERS = (
    select(Paper.id, Paper.venue_id, Paper.year, *(getattr(Paper, name) for name in _COLUMNS))
    .where(Paper.id.in_(bindparam("ids", expanding=True)))
    .order_by(Paper.id)
    .with_for_update(key_share=True)  # does not wait for a summary that refers to it
)
_SET_COUNTS = (
    update(Paper)
    .where(Paper.id == bindparam("which"))
    .values({name: bindparam(name) for name in _COLUMNS})
)
_COUNT_SUMMARIES = (
    select(Summary.paper_id, func.count(), func.max(Summary.score))
    .where(Summary.paper_id.in_(bindparam("ids", expanding=True)), public())
    .group_by(Summary.paper_id)
)


def _set_sections(which: ColumnElement[bool]) -> Update:
    section = select(Paper.section_slug).where(Paper.id == Summary.paper_id).scalar_subquery()
    wrong = Summary.section_slug.is_distinct_from(section) & which
    return update(Summary).where(wrong).values(section_slug=section)


_SET_SECTIONS = _set_sections(Summary.paper_id.in_(bindparam("ids", expanding=True)))


def recount(
    session: Session,
    paper_ids: Iterable[int],
    before: Mapping[int, Placement | None] | None = None,
) -> None:
    """Count the summaries of these papers anew, and carry what changed to venues and years.

    The cost depends on the number of papers and of their summaries alone, not on the library.

    Args:
        paper_ids: the papers of all summaries that were written, shown, hidden, moved, removed,
            or whose score changed.
        before: of papers that were added, changed or removed, where they counted before.
    """
    session.flush()
    before = before or {}
    differences = CountDifferences()
    for placement in before.values():
        if placement is not None:
            differences.add(placement, -1)
    for ids in split_into_batches({*paper_ids, *before}):
        papers = run(connection_of(session), _LOCK_PAPERS, {"ids": ids}).all()
        # Only now, when nobody else counts these: what others committed meanwhile is seen.
        present = _counted(session, ids)
        changed = []
        for paper in papers:
            count, top = present.get(paper.id, (0, 0))
            values = {
                "summaries_count": count,
                "top_score": top,
                "rank": rank(count, paper.year, top),
            }
            if any(getattr(paper, name) != value for name, value in values.items()):
                changed.append({"which": paper.id, **values})
            if paper.id not in before and count == paper.summaries_count:
                continue
            if paper.id not in before:
                differences.add(Placement(paper.venue_id, paper.year, paper.summaries_count), -1)
            differences.add(Placement(paper.venue_id, paper.year, count))
        _write(session, changed)
    differences.write(session)
    _forget(session, Venue, ("papers_count", "summaries_count"))


def recount_venues(session: Session) -> None:
    """Count all venues and their years anew.

    From the rows of papers, after an import of many.
    """
    session.flush()
    year = func.coalesce(Paper.year, NO_YEAR)
    session.execute(delete(VenueYear))
    session.execute(
        insert(VenueYear).from_select(
            ["venue_id", "year", "papers", "summarised"],
            select(
                Paper.venue_id,
                year,
                func.count(),
                func.sum(case((Paper.summaries_count > 0, 1), else_=0)),
            )
            .where(Paper.venue_id.is_not(None))
            .group_by(Paper.venue_id, year),
        )
    )
    of_venue = Paper.venue_id == Venue.id
    papers = select(func.count()).where(of_venue).scalar_subquery()
    summaries = (
        select(func.coalesce(func.sum(Paper.summaries_count), 0)).where(of_venue).scalar_subquery()
    )
    session.execute(
        update(Venue)
        .values(papers_count=papers, summaries_count=summaries)
        .execution_options(synchronize_session=False)
    )
    _forget(session, Venue, ("papers_count", "summaries_count"))


def recount_all(session: Session) -> None:
    """Count everything anew: papers from their summaries, then venues, tags, writers, totals."""
    session.flush()
    connection_of(session).execute(_set_sections(true()))
    here = (Summary.paper_id == Paper.id) & public()
    count = select(func.count(Summary.id)).where(here).scalar_subquery()
    top = select(func.coalesce(func.max(Summary.score), 0)).where(here).scalar_subquery()
    for wrong, values in (
        (
            or_(Paper.summaries_count != count, Paper.top_score != top),
            {"summaries_count": count, "top_score": top},
        ),
        (Paper.rank != _rank(), {"rank": _rank()}),
    ):
        session.execute(
            update(Paper).where(wrong).values(values).execution_options(synchronize_session=False)
        )
    _forget(session, Paper, _COLUMNS)
    recount_venues(session)
    totals.recount_all(session)


def set_sections(session: Session, paper_ids: Collection[int]) -> None:
    """Give the summaries of these papers the section of their paper, where they have another."""
    session.flush()
    for ids in split_into_batches(paper_ids):
        run(connection_of(session), _SET_SECTIONS, {"ids": ids})


def _counted(session: Session, paper_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The number of public summaries of papers, and the highest score of these."""
    rows = run(connection_of(session), _COUNT_SUMMARIES, {"ids": paper_ids})
    return {paper_id: (count, top) for paper_id, count, top in rows}


def _rank() -> ColumnElement[int]:
    """`app.models.papers.paper.rank` in SQL."""
    score = case(
        (Paper.top_score < -499_999, -499_999),
        (Paper.top_score > 499_999, 499_999),
        else_=Paper.top_score,
    )
    year = cast(func.coalesce(Paper.year, 0), BigInteger) * literal(10**6, BigInteger)
    first = case((Paper.summaries_count > 0, literal(10**10, BigInteger)), else_=0)
    return first + year + score + 500_000


def _write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    # Past the session, which would take a list of rows for its own objects.
    run(connection_of(session), _SET_COUNTS, list(rows))
    _forget(session, Paper, _COLUMNS)


def _forget(session: Session, table: type[Any], names: Sequence[str]) -> None:
    """Let objects that are loaded read these columns again when somebody asks."""
    for each in session.identity_map.values():
        if isinstance(each, table):
            session.expire(each, names)
