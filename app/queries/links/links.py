"""The links between papers, in both directions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.models import Link, Paper, Summary, User, folded
from app.queries.visibility import visible_to, writer_of

BACKLINKS_SHOWN = 50
SEE_ALSO_READ = 200  # links looked at, before those to the same paper are joined


@dataclass(frozen=True)
class SeeAlso:
    """A recommendation in the summaries of a paper.

    It leads to a known paper, or to a name that we do not know yet.

    `user` is whose summary of it is meant, where the first that points there says so.
    """

    kind: str
    value: str
    label: str
    target: Paper | None
    user: str | None


@dataclass(frozen=True)
class Backlink:
    """A place that points to a paper: the sentence, and who wrote it."""

    writer: User | None
    summary_id: int
    kind: str
    sentence_html: str


@dataclass(frozen=True)
class PaperMentions:
    """The places in the summaries of one paper that point to another, best first."""

    paper: Paper
    places: list[Backlink]


def see_also(session: Session, paper: Paper, viewer: User | None) -> list[SeeAlso]:
    """What the visible summaries of a paper recommend, each target once, best summary first."""
    query = (
        select(Link)
        .join(Link.summary)
        .where(Summary.paper_id == paper.id, Link.kind == "see also", visible_to(viewer))
        .options(joinedload(Link.target))
        .order_by(Summary.score.desc(), Summary.id, Link.position)
        .limit(SEE_ALSO_READ)
    )
    found: dict[object, SeeAlso] = {}
    for link in session.scalars(query):
        if link.target_id == paper.id:
            continue
        if link.target_id is None and link.target_kind == "url":
            continue  # a page elsewhere, of which nobody said that it is a paper's
        target = link.target_id or (link.target_kind, link.target_folded)
        found.setdefault(
            target,
            SeeAlso(link.target_kind, link.target_value, link.label, link.target, link.target_user),
        )
    return list(found.values())


def mentioned_in(session: Session, paper: Paper, viewer: User | None) -> list[PaperMentions]:
    """Visible summaries of other papers that link here, by paper, best first; once a summary."""
    here = and_(Link.target_id == paper.id, Summary.paper_id != paper.id)
    return _backlinks(session, here, viewer)


def all_mentions(
    session: Session, paper: Paper, viewer: User | None, *, number: int
) -> tuple[list[PaperMentions], int]:
    """A page of `BACKLINKS_SHOWN` summaries that link here, and how many do; best first."""
    here = and_(Link.target_id == paper.id, Summary.paper_id != paper.id)
    query = select(func.count(Link.summary_id.distinct())).join(Link.summary)
    total = session.scalar(query.where(here, visible_to(viewer))) or 0
    return _backlinks(session, here, viewer, (number - 1) * BACKLINKS_SHOWN), total


def summaries_citing_unknown(
    session: Session, kind: str, value: str, viewer: User | None
) -> list[PaperMentions]:
    """Visible summaries that link to a paper which we do not know."""
    here = and_(
        Link.target_kind == kind,
        Link.target_folded == folded(value),
        Link.target_id.is_(None),
    )
    return _backlinks(session, here, viewer)


def _backlinks(
    session: Session, here: ColumnElement[bool], viewer: User | None, skipped: int = 0
) -> list[PaperMentions]:
    # Once a summary, at the first place where it links here.
    first = (
        select(func.min(Link.id))
        .join(Link.summary)
        .where(here, visible_to(viewer))
        .group_by(Link.summary_id)
    )
    query = (
        select(Link)
        .join(Link.summary)
        .join(Summary.paper)
        .join(Summary.user)
        .where(Link.id.in_(first))
        .options(
            contains_eager(Link.summary).contains_eager(Summary.paper),
            contains_eager(Link.summary).contains_eager(Summary.user),
            contains_eager(Link.summary).defer(Summary.html, raiseload=True),
            contains_eager(Link.summary).defer(Summary.source, raiseload=True),
        )
        .order_by(Summary.score.desc(), Summary.id)
        .offset(skipped)
        .limit(BACKLINKS_SHOWN)
    )
    found: dict[int, PaperMentions] = {}
    for link in session.scalars(query):
        paper = link.summary.paper
        found.setdefault(paper.id, PaperMentions(paper, [])).places.append(
            Backlink(
                writer=writer_of(link.summary, viewer),
                summary_id=link.summary_id,
                kind=link.kind,
                sentence_html=link.sentence_html,
            )
        )
    return list(found.values())
