"""What is wrong with links between papers, as their writers and administrators are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.models import FormerName, Link, Paper, Summary, User, folded
from app.models.summaries.link import MAX_LABEL_FOLDED
from app.queries.summary_entries import ANONYMOUS_ANCHOR
from app.queries.visibility import attributable_to, public

MAX_READ_LINKS = 1000
# A label is somebody else's name for a paper when two summaries of others use it so, and at least
# twice as many as use it for the paper that is linked.
OTHERS, TIMES = 2, 2


@dataclass(frozen=True)
class Finding:
    """A link and what is wrong with it, by its name.

    - unknown: no paper here goes by this name.
    - redirected: the paper goes by another key now.
    - broken: the person whose summary is meant has none of this paper that everybody sees.
    - ambiguous: several are meant: more than one anonymous summary, or two papers of one title.
    - label: the label is what `other` is called.
    """

    link: Link
    problem: str
    other: Paper | None = None


def check_user_links(session: Session, user: User) -> list[Finding]:
    """What is wrong in the newest links of one's own summaries, private ones too."""
    theirs = select(Summary.id).where(Summary.user_id == user.id)
    newest = select(Link.id).where(Link.summary_id.in_(theirs)).order_by(Link.id.desc())
    ids = list(session.scalars(newest.limit(MAX_READ_LINKS)))
    return check_links(session, _load_links(session, ids, Summary.user_id == user.id))


def check_next_links(session: Session, after: int | None) -> tuple[list[Finding], int | None]:
    """What is wrong in those of the next `MAX_READ_LINKS` links that stand in public summaries.

    Args:
        session: the database session.
        after: the number of the last link that was read; `None` begins with the newest.

    Returns:
        The findings, and `after` for the next call, `None` at the end.
    """
    newest = select(Link.id).order_by(Link.id.desc()).limit(MAX_READ_LINKS)
    ids = list(session.scalars(newest if after is None else newest.where(Link.id < after)))
    found = check_links(session, _load_links(session, ids, public()))
    return found, ids[-1] if len(ids) == MAX_READ_LINKS else None


def check_public_links(session: Session) -> Iterator[Finding]:
    """All that is wrong in public summaries."""
    after: int | None = None
    while True:
        found, after = check_next_links(session, after)
        yield from found
        if after is None:
            return


def check_links(session: Session, links: Sequence[Link]) -> list[Finding]:
    """What is wrong with these links; a fixed number of queries."""
    named = _find_named_papers(session, links)
    doubles = _find_doubles(session, links)
    writers = _find_writers(session, links)
    found = []
    for link in links:
        if link.target is None:
            if link.target_kind != "url":
                found.append(Finding(link, "unknown"))
            continue
        if link.target_kind == "key" and link.target_folded != folded(link.target.key):
            found.append(Finding(link, "redirected"))
        if link.target_user is not None:
            by = writers[link.target.id]
            if link.target_user.startswith(ANONYMOUS_ANCHOR):
                if len(by) > 1 and by.count(None) > 1:
                    found.append(Finding(link, "ambiguous"))
                elif None not in by:
                    found.append(Finding(link, "broken"))
            elif link.target_user.lower() not in by:
                found.append(Finding(link, "broken"))
        same = doubles.get(link.target.title_folded, [])
        double = next((paper for paper in same if paper.id != link.target.id), None)
        if double is not None:
            found.append(Finding(link, "ambiguous", double))
        other = named.get(link.label_folded)
        if other is not None and other.id != link.target.id and double is None:
            found.append(Finding(link, "label", other))
    return found


def _load_links(session: Session, ids: Sequence[int], of: ColumnElement[bool]) -> list[Link]:
    query = (
        select(Link)
        .join(Link.summary)
        .join(Summary.paper)
        .options(
            joinedload(Link.target),
            contains_eager(Link.summary).contains_eager(Summary.paper),
            contains_eager(Link.summary).defer(Summary.html, raiseload=True),
            contains_eager(Link.summary).defer(Summary.source, raiseload=True),
        )
        .where(Link.id.in_(ids), of)
        .order_by(Link.id.desc())
    )
    return list(session.scalars(query))


def _find_named_papers(session: Session, links: Sequence[Link]) -> dict[str, Paper]:
    """Which paper a label names, where that is not the one it links to: one whose whole title it
    is, or else the one that the public summaries of others call so."""
    labels = {link.label_folded for link in links if link.target_id and link.label_folded}
    if not labels:
        return {}
    whole = {label for label in labels if len(label) < MAX_LABEL_FOLDED}
    titled = {
        paper.title_folded: paper
        for paper in session.scalars(select(Paper).where(Paper.title_folded.in_(whole)))
    }
    usual = (
        select(Link.label_folded, Link.target_id, func.count(Link.summary_id.distinct()))
        .join(Summary, Summary.id == Link.summary_id)
        .where(Link.label_folded.in_(labels), Link.target_id.is_not(None), public())
        .group_by(Link.label_folded, Link.target_id)
    )
    uses: dict[str, dict[int, int]] = defaultdict(dict)
    for label, target, times in session.execute(usual):
        uses[label][target or 0] = times
    chosen = {}
    for link in links:
        by_target = uses.get(link.label_folded, {})
        if not by_target or link.label_folded in titled:
            continue
        best = max(by_target.items(), key=lambda each: (each[1], -each[0]))[0]
        here = by_target.get(link.target_id or 0, 0)
        if best != link.target_id and by_target[best] >= max(OTHERS, TIMES * here):
            chosen[link.label_folded] = best
    known = session.scalars(select(Paper).where(Paper.id.in_(set(chosen.values()))))
    by_id = {paper.id: paper for paper in known}
    # A paper's own title is right, whatever others call so.
    own = {link.label_folded for link in links if link.target and _is_title(link)}
    found = {label: by_id[number] for label, number in chosen.items() if label not in own}
    return {**found, **titled}


def _is_title(link: Link) -> bool:
    return link.target is not None and link.target.title_folded == link.label_folded


def _find_doubles(session: Session, links: Sequence[Link]) -> dict[str, list[Paper]]:
    """Papers of the same title, by title, where papers that are linked have doubles."""
    targets = {link.target.id: link.target for link in links if link.target is not None}
    titles = {paper.title_folded for paper in targets.values()} - {""}
    twice = (
        select(Paper.title_folded)
        .where(Paper.title_folded.in_(titles))
        .group_by(Paper.title_folded)
        .having(func.count() > 1)
    )
    found: dict[str, list[Paper]] = defaultdict(list)
    for paper in session.scalars(
        select(Paper).where(Paper.title_folded.in_(twice)).order_by(Paper.id)
    ):
        found[paper.title_folded].append(paper)
    return found


def _find_writers(session: Session, links: Sequence[Link]) -> dict[int, list[str | None]]:
    """Who has a public summary of the papers of which one person's is linked; `None` for each
    anonymous one."""
    papers = {link.target_id for link in links if link.target_user and link.target_id}
    named = select(Summary.paper_id, User.name).join(User, User.id == Summary.user_id)
    anonymous = select(Summary.paper_id).where(
        and_(Summary.paper_id.in_(papers), public(), Summary.anonymous)
    )
    found: dict[int, list[str | None]] = defaultdict(list)
    seen = named.where(Summary.paper_id.in_(papers), public(), attributable_to(None))
    for paper, name in session.execute(seen):
        found[paper].append(name)
    # Links lead there by the name that somebody had before, too.
    renamed = (
        select(Summary.paper_id, FormerName.name)
        .join(FormerName, FormerName.user_id == Summary.user_id)
        .where(Summary.paper_id.in_(papers), public(), attributable_to(None))
    )
    for paper, name in session.execute(renamed):
        found[paper].append(name)
    for paper in session.scalars(anonymous):
        found[paper].append(None)
    return found
