"""Summaries as a reader sees them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.entities import attach_entity, list_columns, relate
from app.models import FormerName, Paper, PaperAuthor, Summary, SummaryTag, Tag, User
from app.queries.listed_authors import load_listed_authors
from app.queries.summary_entries import SummaryEntry, make_entries
from app.queries.visibility import (
    AnyMember,
    best_first,
    by_writer,
    parameters,
    public,
    public_of_few,
    shared_by,
    stand_in,
    visible_to,
)
from app.statements import connection_of, read_rows


def list_summaries_of_paper(
    session: Session, paper: Paper, viewer: User | None
) -> list[SummaryEntry]:
    """All summaries of a paper that the viewer may see, in full, best first."""
    asked = parameters(viewer, paper=paper.id)
    session.flush()
    connection = connection_of(session)
    of_summary = len(list_columns(Summary))
    loaded = []
    for row in read_rows(connection, _select_of_paper(stand_in(viewer)), asked):
        summary = attach_entity(session, Summary, row[:of_summary])
        relate(summary, "paper", paper)
        relate(summary, "user", attach_entity(session, User, row[of_summary:]))
        loaded.append(summary)
    _relate_tags(session, loaded)
    found = make_entries(session, loaded, viewer)
    named = [each for each in found if each.writer is not None and each.anchor == each.writer.name]
    writers = {each.writer.id: each for each in named if each.writer is not None}
    former: dict[int, list[str]] = defaultdict(list)
    if writers:
        asked = {"users": list(writers)}
        for user_id, name in read_rows(connection, _select_former_names(), asked):
            if user_id is not None:
                former[user_id].append(name)
    return [
        replace(each, former_anchors=tuple(former[each.writer.id]))
        if each in named and each.writer is not None
        else each
        for each in found
    ]


def count_public_summaries(session: Session, paper: Paper) -> int:
    """How many summaries of a paper everybody sees."""
    query = select(func.count()).where(Summary.paper_id == paper.id, public())
    return session.scalar(query) or 0


def find_summary(session: Session, summary_id: int, viewer: User | None) -> SummaryEntry | None:
    """One summary in full, if the viewer may see it."""
    asked = parameters(viewer, summary=summary_id)
    rows = session.scalars(_select_by_number(stand_in(viewer)), asked).all()
    found = make_entries(session, rows, viewer)
    return found[0] if found else None


def find_shared_summary(session: Session, code: str, viewer: User | None) -> SummaryEntry | None:
    """The unlisted summary of a secret link, in full."""
    query = _select_with_relations().where(shared_by(code))
    found = make_entries(session, session.scalars(query).all(), viewer)
    return found[0] if found else None


def list_summary_keys(session: Session, user: User) -> list[tuple[int, str]]:
    """All summaries of a user by number, with their papers' keys.

    Ordered by key and `place`: for export.
    """
    query = (
        select(Summary.id, Paper.key, Summary.place)
        .join(Paper, Paper.id == Summary.paper_id)
        .where(Summary.user_id == user.id)
    )
    # Sorted here: databases do not agree on the order of letters.
    found = sorted(session.execute(query), key=lambda row: (row[1], row[2]))
    return [(number, key) for number, key, _ in found]


def load_full_summaries(session: Session, ids: Sequence[int]) -> dict[int, Summary]:
    """Summaries with all that belongs to them, whoever may see them: for export."""
    found = session.scalars(_select_with_relations().where(Summary.id.in_(ids)))
    return {summary.id: summary for summary in found}


def is_written_by(session: Session, paper: Paper, user: User) -> bool:
    """Whether everybody can see that this user wrote about a paper."""
    theirs = select(Summary.id).where(Summary.paper_id == paper.id, by_writer(user, None))
    return session.scalar(theirs) is not None


def find_first_own_summary(session: Session, paper: Paper, user: User) -> Summary | None:
    """One's own summary of a paper, with its tags: the one that the editor opens."""
    session.flush()
    asked = {"paper": paper.id, "user": user.id}
    row = read_rows(connection_of(session), _select_first_own(), asked).first()
    if row is None:
        return None
    summary = attach_entity(session, Summary, row)
    _relate_tags(session, [summary])
    return summary


@cache
def _select_first_own() -> Select[Any]:
    """Made once: making it takes longer than finding nothing, as for a new text."""
    mine = (Summary.paper_id == bindparam("paper"), Summary.user_id == bindparam("user"))
    return select(*list_columns(Summary)).where(*mine).order_by(Summary.place).limit(1)


def find_own_summary(session: Session, summary_id: int, user: User) -> Summary | None:
    """A summary by its number, with its paper and tags, if this user wrote it."""
    if not 0 < summary_id < 2**31:
        return None
    return session.scalar(
        _select_with_relations().where(Summary.id == summary_id, Summary.user_id == user.id)
    )


def list_other_summary_ids(session: Session, summary: Summary) -> Sequence[int]:
    """Numbers of the further summaries that a writer has of a paper.

    Ordered by `place`; hardly ever any.
    """
    return session.scalars(
        select(Summary.id)
        .where(
            Summary.paper_id == summary.paper_id,
            Summary.user_id == summary.user_id,
            Summary.id != summary.id,
        )
        .order_by(Summary.place)
    ).all()


def has_several_summaries(session: Session, paper: Paper, user: User) -> bool:
    """Whether a user has more than one summary of a paper.

    That comes of a merge with another paper.
    """
    texts = select(Summary.id).where(Summary.paper_id == paper.id, Summary.user_id == user.id)
    return len(session.scalars(texts.limit(2)).all()) > 1


def load_entries(
    session: Session, ids: Sequence[int], viewer: User | None
) -> dict[int, SummaryEntry]:
    """Entries for lists, by number; those that the viewer may not see are left out."""
    asked = parameters(viewer, summaries=list(ids))
    rows = session.scalars(_select_by_numbers(stand_in(viewer)), asked).all()
    _complete_for_lists(session, rows)
    return {entry.summary.id: entry for entry in make_entries(session, rows, viewer)}


def find_best_summaries(
    session: Session,
    paper_ids: Sequence[int],
    viewer: User | None,
    chosen: Sequence[int] = (),
) -> dict[int, SummaryEntry]:
    """The best visible summary of each paper, for lists.

    Args:
        chosen: numbers of summaries of other papers, one of each, to be shown as well.
    """
    asked = parameters(viewer, papers=list(paper_ids), chosen=list(chosen))
    rows = session.scalars(_select_best(stand_in(viewer), bool(chosen)), asked).all()
    _complete_for_lists(session, rows)
    return {entry.paper.id: entry for entry in make_entries(session, rows, viewer)}


def place_within_paper() -> ColumnElement[int]:
    """The place of a summary among those of its paper, the best first.

    Of a query that asks for some summaries, among these.
    """
    return func.row_number().over(partition_by=Summary.paper_id, order_by=best_first())


def latest_paper_keys(session: Session, limit: int) -> list[str]:
    """The keys of the papers of the newest public summaries, each once."""
    query = (
        select(Paper.key)
        .join(Summary, Summary.paper_id == Paper.id)
        .where(public())
        .order_by(Summary.published_at.desc(), Summary.id.desc())
        .limit(limit)
    )
    return list(dict.fromkeys(session.scalars(query)))


def choose_random_paper_key(session: Session) -> str | None:
    """The key of the paper of a random public summary."""
    ends = [
        session.scalar(select(Summary.id).where(public_of_few()).order_by(order).limit(1))
        for order in (Summary.id, Summary.id.desc())
    ]
    if ends[0] is None or ends[1] is None:
        return None
    start = random.randint(ends[0], ends[1])  # noqa: S311  (not a secret)
    return session.scalar(
        select(Paper.key)
        .join(Summary, Summary.paper_id == Paper.id)
        .where(public_of_few(), Summary.id >= start)
        .order_by(Summary.id)
        .limit(1)
    )


# Statements that pages need are made once: making one takes longer than reading what it asks for.


@cache
def _select_of_paper(viewer: AnyMember | None) -> Select[Any]:
    query = select(*list_columns(Summary), *list_columns(User))
    query = query.join(User, User.id == Summary.user_id)
    query = query.where(Summary.paper_id == bindparam("paper"), visible_to(viewer))
    return query.order_by(*best_first())


@cache
def _select_by_number(viewer: AnyMember | None) -> Select[Summary]:
    query = _select_with_relations()
    return query.where(Summary.id == bindparam("summary"), visible_to(viewer))


@cache
def _select_by_numbers(viewer: AnyMember | None) -> Select[Summary]:
    numbers: Any = bindparam("summaries", expanding=True)
    return _select_for_lists().where(Summary.id.in_(numbers), visible_to(viewer))


@cache
def _select_best(viewer: AnyMember | None, has_chosen: bool) -> Select[Summary]:
    papers: Any = bindparam("papers", expanding=True)
    ranked = (
        select(
            Summary.id,
            place_within_paper().label("place"),
        )
        .where(Summary.paper_id.in_(papers), visible_to(viewer))
        .subquery()
    )
    wanted: ColumnElement[bool] = Summary.id.in_(select(ranked.c.id).where(ranked.c.place == 1))
    if has_chosen:
        numbers: Any = bindparam("chosen", expanding=True)
        wanted = or_(wanted, and_(Summary.id.in_(numbers), visible_to(viewer)))
    return _select_for_lists().where(wanted)


@cache
def _select_former_names() -> Select[Any]:
    columns: tuple[Any, ...] = (FormerName.user_id, FormerName.name)
    query = select(*columns).where(FormerName.user_id.in_(bindparam("users", expanding=True)))
    return query.order_by(FormerName.name)


def _select_with_relations() -> Select[Summary]:
    return _select_without_authors().options(
        joinedload(Summary.paper).selectinload(Paper.authorships).joinedload(PaperAuthor.author),
    )


def _select_for_lists() -> Select[Summary]:
    # The long columns stay in the database: a list shows the opening only. Of the authors it shows
    # a few, which `load_listed_authors` reads.
    return _select_with_paper().options(
        defer(Summary.html, raiseload=True), defer(Summary.source, raiseload=True)
    )


def _select_without_authors() -> Select[Summary]:
    return _select_with_paper().options(selectinload(Summary.tags))


def _select_with_paper() -> Select[Summary]:
    return select(Summary).options(
        joinedload(Summary.paper).joinedload(Paper.venue), joinedload(Summary.user)
    )


def _complete_for_lists(session: Session, rows: Sequence[Summary]) -> None:
    """Load the tags and the listed authors of summaries, by statements that are made once."""
    _relate_tags(session, rows)
    load_listed_authors(session, {summary.paper for summary in rows})


def _relate_tags(session: Session, rows: Sequence[Summary]) -> None:
    """Load the tags of summaries."""
    tags: dict[int, list[Tag]] = {summary.id: [] for summary in rows}
    asked = {"summaries": list(tags)}
    for summary_id, *values in read_rows(connection_of(session), _select_tags(), asked):
        tags[summary_id].append(attach_entity(session, Tag, values))
    for summary in rows:
        set_committed_value(summary, "tags", tags[summary.id])


@cache
def _select_tags() -> Any:
    return (
        select(SummaryTag.summary_id, *list_columns(Tag))
        .join(Tag, Tag.id == SummaryTag.tag_id)
        .where(SummaryTag.summary_id.in_(bindparam("summaries", expanding=True)))
        .order_by(Tag.name)
    )
