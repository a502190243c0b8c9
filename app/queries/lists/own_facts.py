"""What a member alone sees beside summaries and papers: one small query for a page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.models import Draft, Link, ListEntry, Summary, User, Vote
from app.queries.lists.own_entries import OwnEntry
from app.queries.visibility import public
from app.statements import read_alone


class OwnFacts(NamedTuple):
    """What is filled in for one reader.

    Attributes:
        votes: 1 or -1 by the number of the summary.
        entries: of the reading list, by the number of the paper.
        hiding: papers of which the reader has texts that others do not see.
    """

    votes: dict[int, int]
    entries: dict[int, OwnEntry]
    hiding: set[int]


_VOTE, _ENTRY, _HIDDEN, _DRAFT, _SCORE = range(5)
_NONE = [0]  # numbers that nothing has, for a list that must not be empty


def load_own_facts(
    session: Session,
    viewer: User | None,
    summary_ids: Collection[int],
    paper_ids: Collection[int],
) -> OwnFacts:
    """The votes, list entries and hidden texts of a member; no query for a guest."""
    found = OwnFacts({}, {}, set())
    if viewer is None or not (summary_ids or paper_ids):
        return found
    values = {
        "viewer": viewer.id,
        "summaries": list(summary_ids) or _NONE,
        "papers": list(paper_ids) or _NONE,
    }
    rows = read_alone(session, _select_own(), values)
    for kind, number, value, status, remark in rows:
        if kind == _VOTE:
            found.votes[number] = value
        elif kind == _ENTRY:
            found.entries[number] = OwnEntry(status, remark)
        else:
            found.hiding.add(number)
    return found


class OwnDraft(NamedTuple):
    """A text that a member has begun about a paper.

    `summary_id` is `None` for one that changes no summary.
    """

    summary_id: int | None
    saved_at: datetime


class OwnPaperFacts(NamedTuple):
    """What is filled into the page of a paper for one reader.

    Attributes:
        scores: of its public summaries by their numbers, best first.
        votes: 1 or -1 by the number of the summary.
        entry: of the reading list.
        draft: the latest about the paper.
        sees_more: whether texts that others do not see, or not by whom they are, are about papers
            of the page, or link there.
    """

    scores: dict[int, int]
    votes: dict[int, int]
    entry: OwnEntry | None
    draft: OwnDraft | None
    sees_more: bool


def load_own_paper_facts(
    session: Session,
    viewer: User | None,
    paper_id: int,
    summary_ids: Collection[int],
    around: list[int],
) -> OwnPaperFacts:
    """The same for the page of a paper; of a guest only what everybody sees.

    Args:
        around: papers that the page shows, of which hidden texts would show on it.
    """
    values: dict[str, Any] = {"paper": paper_id}
    if viewer is None:
        rows = read_alone(session, _select_scores(), values)
    else:
        values |= {"viewer": viewer.id, "summaries": list(summary_ids) or _NONE, "papers": around}
        rows = read_alone(session, _select_of_paper(), values)
    scores: list[tuple[int, datetime, int]] = []
    votes: dict[int, int] = {}
    entry: OwnEntry | None = None
    draft: OwnDraft | None = None
    sees_more = False
    for kind, number, value, status, remark, moment in rows:
        if kind == _VOTE:
            votes[number] = value
        elif kind == _SCORE:
            scores.append((-value, moment, number))
        elif kind == _ENTRY:
            entry = OwnEntry(status, remark)
        elif kind == _DRAFT:
            latest = OwnDraft(number or None, moment)
            draft = latest if draft is None else max(draft, latest, key=lambda each: each.saved_at)
        else:
            sees_more = True
    best_first = {number: -below for below, _, number in sorted(scores)}
    return OwnPaperFacts(best_first, votes, entry, draft, sees_more)


@cache
def _select_scores() -> Select[Any]:
    nothing: Any = literal_column("''")
    score: tuple[Any, ...] = (_kind(_SCORE), Summary.id, Summary.score, nothing, nothing)
    of_paper = Summary.paper_id == bindparam("paper", type_=Integer)
    return select(*score, Summary.created_at).where(of_paper, public())


@cache
def _select_of_paper() -> CompoundSelect[Any]:
    viewer: Any = bindparam("viewer", type_=Integer)
    paper: Any = bindparam("paper", type_=Integer)
    papers: Any = bindparam("papers", expanding=True)
    summaries: Any = bindparam("summaries", expanding=True)
    zero: Any = literal_column("0", Integer)
    nothing: Any = literal_column("''")
    never: Any = cast(null(), Draft.saved_at.type)
    no_draft = (nothing, nothing, never)
    vote: tuple[Any, ...] = (_kind(_VOTE), Vote.summary_id, Vote.value, *no_draft)
    listed = (ListEntry.status, ListEntry.remark)
    entry: tuple[Any, ...] = (_kind(_ENTRY), ListEntry.paper_id, zero, *listed, never)
    begun = func.coalesce(Draft.summary_id, 0)
    draft: tuple[Any, ...] = (_kind(_DRAFT), begun, zero, nothing, nothing, Draft.saved_at)
    hidden: tuple[Any, ...] = (_kind(_HIDDEN), Summary.id, zero, *no_draft)
    linking = select(Link.summary_id).where(Link.target_id.in_(papers))
    around = or_(Summary.paper_id.in_(papers), Summary.id.in_(linking))
    is_seen_otherwise = or_(~public(), Summary.anonymous)  # its writer is shown whose it is
    return union_all(
        select(*vote).where(Vote.user_id == viewer, Vote.summary_id.in_(summaries)),
        select(*entry).where(ListEntry.user_id == viewer, ListEntry.paper_id == paper),
        select(*draft).where(Draft.user_id == viewer, Draft.paper_id == paper),
        select(*hidden).where(Summary.user_id == viewer, is_seen_otherwise, around),
        _select_scores(),
    )


def _kind(number: int) -> Any:
    return literal_column(str(number), Integer)


@cache
def _select_own() -> CompoundSelect[Any]:
    """Made once: making it takes longer than reading what it asks for."""
    viewer: Any = bindparam("viewer", type_=Integer)
    papers: Any = bindparam("papers", expanding=True)
    summaries: Any = bindparam("summaries", expanding=True)
    zero: Any = literal_column("0", Integer)
    nothing: Any = literal_column("''")
    vote: tuple[Any, ...] = (_kind(_VOTE), Vote.summary_id, Vote.value, nothing, nothing)
    entry: tuple[Any, ...] = (
        _kind(_ENTRY),
        ListEntry.paper_id,
        zero,
        ListEntry.status,
        ListEntry.remark,
    )
    hidden: tuple[Any, ...] = (_kind(_HIDDEN), Summary.paper_id, zero, nothing, nothing)
    return union_all(
        select(*vote).where(Vote.user_id == viewer, Vote.summary_id.in_(summaries)),
        select(*entry).where(ListEntry.user_id == viewer, ListEntry.paper_id.in_(papers)),
        select(*hidden).where(Summary.user_id == viewer, Summary.paper_id.in_(papers), ~public()),
    )
