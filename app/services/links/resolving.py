"""Points links that name a paper to it, once it is known by that name."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from app.models import Identifier, Link
from app.queries.identifiers import list_waiting_names
from app.references.identifiers import PaperRef

MAX_PAPERS = 100  # papers whose links one statement looks for

Name = tuple[str, str]  # kind and folded value of what a link names


def resolve_links(session: Session, paper_ids: Collection[int]) -> list[int]:
    """Point links that wait for a name of these papers.

    Returns:
        Numbers of the summaries whose links were pointed: their pages may have to change.
    """
    summaries: set[int] = set()
    ordered = sorted(paper_ids)
    for start in range(0, len(ordered), MAX_PAPERS):
        owners = _names(session, ordered[start : start + MAX_PAPERS])
        waiting = select(Link.id, Link.summary_id, Link.target_kind, Link.target_folded).where(
            tuple_(Link.target_kind, Link.target_folded).in_(list(owners)), Link.target_id.is_(None)
        )
        rows = session.execute(waiting).all()
        _point(session, [(row[0], owners[row[2], row[3]]) for row in rows])
        summaries.update(row[1] for row in rows)
    return sorted(summaries)


def resolve_all_links(session: Session) -> tuple[list[int], list[int]]:
    """Point all waiting links to papers that are known by now.

    After many papers were added.

    Returns:
        Numbers of the summaries whose links were pointed, whose pages may have to change, and of
        the papers to which they lead now.
    """
    known = (Identifier.kind == Link.target_kind) & (Identifier.folded == Link.target_folded)
    found = session.execute(
        select(Link.id, Link.summary_id, Identifier.paper_id)
        .join(Identifier, known)
        .where(Link.target_id.is_(None))
    ).all()
    _point(session, [(link, paper) for link, _, paper in found])
    return sorted({each[1] for each in found}), sorted({each[2] for each in found})


def release_links(session: Session, names: Collection[Name], paper_id: int) -> list[int]:
    """Let links by names that a paper loses wait again.

    Returns:
        Numbers of the summaries that have them.
    """
    named = (
        tuple_(Link.target_kind, Link.target_folded).in_(list(names)),
        Link.target_id == paper_id,
    )
    summaries = session.scalars(select(Link.summary_id).where(*named).distinct()).all()
    session.execute(update(Link).where(*named).values(target_id=None))
    return list(summaries)


def list_link_names(session: Session, paper_id: int) -> list[Name]:
    """What links say who mean this paper."""
    return list(_names(session, [paper_id]))


def _names(session: Session, paper_ids: Sequence[int]) -> dict[Name, int]:
    """The paper that each name means."""
    identifiers = session.execute(
        select(Identifier.kind, Identifier.value, Identifier.paper_id)
        .where(Identifier.paper_id.in_(paper_ids))
        .order_by(Identifier.id)
    )
    owners: dict[Name, int] = {}
    for kind, value, paper_id in identifiers:
        for name in list_waiting_names(PaperRef(kind, value)):
            owners.setdefault(name, paper_id)
    return owners


def _point(session: Session, pairs: Sequence[tuple[int, int]]) -> None:
    if pairs:
        session.connection().execute(
            update(Link).where(Link.id == bindparam("which")).values(target_id=bindparam("paper")),
            [{"which": link, "paper": paper} for link, paper in pairs],
        )
