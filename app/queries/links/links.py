"""The links between papers, in both directions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.models import Link, Paper, Summary, User, folded
from app.queries.identifiers import KnownPaper
from app.queries.visibility import (
    AnyMember,
    attributable_to,
    best_first,
    parameters,
    stand_in,
    visible_to,
)
from app.rendering.links import read_reason
from app.sources.retractions import Retraction, read_mark
from app.statements import connection_of, read_rows

BACKLINKS_SHOWN = 50
MAX_SENTENCES_SHOWN = 3  # beside a paper's summaries
SEE_ALSO_READ = 200  # links looked at, before those to the same paper are joined


@dataclass(frozen=True)
class LinkedPaper:
    """A paper that a link leads to, or in whose summaries it stands."""

    id: int
    key: str
    title_html: str
    retraction: Retraction | None


@dataclass(frozen=True)
class SeeAlso:
    """A recommendation in the summaries of a paper, with the reason that its writer gives.

    It leads to a known paper, or to a name that we do not know yet.

    `user` is whose summary of it is meant, where the first that points there says so.
    """

    kind: str
    value: str
    label: str
    target: LinkedPaper | None
    user: str | None
    reason_html: str


@dataclass(frozen=True)
class LinkWriter:
    """Whose name stands on a summary."""

    name: str
    display_name: str


@dataclass(frozen=True)
class Backlink:
    """A place that points to a paper: the sentence, and who wrote it."""

    writer: LinkWriter | None
    summary_id: int
    kind: str
    sentence_html: str


@dataclass(frozen=True)
class PaperMentions:
    """The places in the summaries of one paper that point to another, best first."""

    paper: LinkedPaper
    places: list[Backlink]


def list_see_also(session: Session, paper: Paper, viewer: User | None) -> list[SeeAlso]:
    """What the visible summaries of a paper recommend, each target once, best summary first."""
    query = _select_see_also(stand_in(viewer))
    rows = read_rows(connection_of(session), query, parameters(viewer, paper=paper.id))
    # Where several papers stand in one sentence, it is no reason for one of them.
    shared = Counter((row.summary_id, _unmarked(row.sentence_html)) for row in rows)
    found: dict[object, SeeAlso] = {}
    for row in rows:
        if row.target_id == paper.id:
            continue
        if row.target_id is None and row.target_kind == "url":
            continue  # a page elsewhere, of which nobody said that it is a paper's
        known = row.target_id is not None
        alone = shared[row.summary_id, _unmarked(row.sentence_html)] == 1
        found.setdefault(
            row.target_id if known else (row.target_kind, row.target_folded),
            SeeAlso(
                row.target_kind,
                row.target_value,
                row.label,
                _make_linked(row.target_id, row) if known else None,
                row.target_user,
                read_reason(row.sentence_html) if alone else "",
            ),
        )
    return list(found.values())


def _make_linked(number: int, row: Any) -> LinkedPaper:
    return LinkedPaper(number, row.key, row.title_html, read_mark(row.retraction_state))


def _unmarked(sentence_html: str) -> str:
    return sentence_html.replace("<mark>", "").replace("</mark>", "")


def list_mentions(
    session: Session, paper: Paper, viewer: User | None
) -> tuple[list[PaperMentions], int]:
    """The best `MAX_SENTENCES_SHOWN` visible summaries that link here, and how many do.

    By paper, best first; once a summary.
    """
    asked = parameters(viewer, paper=paper.id, skipped=0, most=MAX_SENTENCES_SHOWN)
    return _list_backlinks(session, _select_backlinks(stand_in(viewer), True), asked)


def list_all_mentions(
    session: Session, paper: Paper, viewer: User | None, *, number: int
) -> tuple[list[PaperMentions], int]:
    """A page of `BACKLINKS_SHOWN` summaries that link here, and how many do; best first."""
    skipped = (number - 1) * BACKLINKS_SHOWN
    asked = parameters(viewer, paper=paper.id, skipped=skipped, most=BACKLINKS_SHOWN)
    total = session.connection().execute(_count_backlinks(stand_in(viewer)), asked).scalar_one()
    found, _ = _list_backlinks(session, _select_backlinks(stand_in(viewer), True), asked)
    return found, total


def find_linked_papers(
    session: Session, summary_id: int, keys: Collection[str]
) -> dict[str, KnownPaper]:
    """The papers to which some keys in a summary lead already, by the keys."""
    if not keys:
        return {}
    columns: tuple[Any, ...] = (Link.target_value, Paper.id, Paper.key)
    found = session.execute(
        select(*columns)
        .join(Paper, Paper.id == Link.target_id)
        .where(
            Link.summary_id == summary_id, Link.target_kind == "key", Link.target_value.in_(keys)
        )
    )
    return {value: KnownPaper(paper_id, key) for value, paper_id, key in found}


def list_summaries_citing_unknown(
    session: Session, kind: str, value: str, viewer: User | None
) -> list[PaperMentions]:
    """Visible summaries that link to a paper which we do not know."""
    asked = parameters(viewer, kind=kind, value=folded(value), skipped=0, most=BACKLINKS_SHOWN)
    return _list_backlinks(session, _select_backlinks(stand_in(viewer), False), asked)[0]


def _list_backlinks(
    session: Session, query: Select[Any], asked: dict[str, Any]
) -> tuple[list[PaperMentions], int]:
    """A few of these links by paper, and how many summaries have one; 0 when none is read."""
    found: dict[int, PaperMentions] = {}
    total = 0
    for row in read_rows(connection_of(session), query, asked):
        total = row.total
        paper = _make_linked(row.id, row)
        found.setdefault(row.id, PaperMentions(paper, [])).places.append(
            Backlink(
                writer=LinkWriter(row.name, row.display_name) if row.attributable else None,
                summary_id=row.summary_id,
                kind=row.kind,
                sentence_html=row.sentence_html,
            )
        )
    return list(found.values()), total


@cache
def _select_see_also(viewer: AnyMember | None) -> Any:
    here = (Summary.paper_id == bindparam("paper"), Link.kind == "see also", visible_to(viewer))
    return (
        select(
            *(Link.summary_id, Link.target_kind, Link.target_value, Link.target_folded),
            *(Link.target_id, Link.target_user, Link.label, Link.sentence_html),
            *(Paper.key, Paper.title_html, Paper.retraction_state),
        )
        .join(Link.summary)
        .outerjoin(Paper, Paper.id == Link.target_id)
        .where(*here)
        .order_by(*best_first(), Link.position)
        .limit(SEE_ALSO_READ)
    )


@cache
def _select_backlinks(viewer: AnyMember | None, is_known: bool) -> Any:
    # Once a summary, at the first place where it links here.
    first = (
        select(func.min(Link.id))
        .join(Link.summary)
        .where(_leads_to_paper() if is_known else _leads_to_name(), visible_to(viewer))
        .group_by(Link.summary_id)
    )
    return (
        select(
            *(Link.summary_id, Link.kind, Link.sentence_html),
            *(Paper.id, Paper.key, Paper.title_html, Paper.retraction_state),
            *(User.name, User.display_name),
            attributable_to(viewer).label("attributable"),
            func.count().over().label("total"),
        )
        .join(Link.summary)
        .join(Summary.paper)
        .join(Summary.user)
        .where(Link.id.in_(first))
        .order_by(Summary.score.desc(), Summary.id)
        .offset(bindparam("skipped", type_=Integer))
        .limit(bindparam("most", type_=Integer))
    )


@cache
def _count_backlinks(viewer: AnyMember | None) -> Select[Any]:
    query = select(func.count(Link.summary_id.distinct())).join(Link.summary)
    return query.where(_leads_to_paper(), visible_to(viewer))


def _leads_to_paper() -> ColumnElement[bool]:
    paper = bindparam("paper", type_=Integer)
    return and_(Link.target_id == paper, Summary.paper_id != paper)


def _leads_to_name() -> ColumnElement[bool]:
    """To a paper that is not known."""
    return and_(
        Link.target_kind == bindparam("kind"),
        Link.target_folded == bindparam("value"),
        Link.target_id.is_(None),
    )
