"""The links of summaries as rows, made anew in the transaction that writes their text."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.models import Identifier, Link, Paper, Summary, folded
from app.models.papers.paper import MAX_IDENTIFIER
from app.models.summaries.link import MAX_LABEL_FOLDED, MAX_USER
from app.queries.identifiers import MAX_NAMES, find_papers, waiting_names
from app.references.identifiers import PaperRef
from app.rendering import PaperLink as RenderedLink
from app.text.words import indexable


def rebuild_links(session: Session, summary: Summary, links: Sequence[RenderedLink]) -> None:
    """Replace all rows of a summary's links; doing it twice changes nothing."""
    session.execute(delete(Link).where(Link.summary_id == summary.id))
    # No paper goes by a name longer than its column.
    links = [link for link in links[:MAX_NAMES] if len(link.ref.value) <= MAX_IDENTIFIER]
    targets = find_papers(session, [link.ref for link in links], unsure=True)
    rows = [
        {
            "summary_id": summary.id,
            "position": position,
            "kind": link.kind,
            "label": link.label,
            "label_folded": indexable(link.label)[:MAX_LABEL_FOLDED],
            "sentence": link.sentence,
            "sentence_html": link.sentence_html,
            "target_kind": link.ref.kind,
            "target_value": link.ref.value,
            "target_folded": folded(link.ref.value),
            "target_user": link.ref.user[:MAX_USER] if link.ref.user else None,
            "target_id": target.id if (target := targets.get(link.ref.without_user())) else None,
        }
        for position, link in enumerate(links)
    ]
    if rows:
        session.execute(insert(Link), rows)


def resolve_links(session: Session, paper: Paper, instead_of: Paper | None = None) -> list[int]:
    """Point links that name a paper to it, now that it is known.

    Args:
        instead_of: where some of them lead that are the paper's from now on.

    Returns:
        Numbers of the summaries whose links were pointed: their pages may have to change.
    """
    identifiers = session.execute(
        select(Identifier.kind, Identifier.value).where(Identifier.paper_id == paper.id)
    )
    names = {n for kind, value in identifiers for n in waiting_names(PaperRef(kind, value))}
    waiting = (
        tuple_(Link.target_kind, Link.target_folded).in_(list(names)),
        or_(Link.target_id.is_(None), Link.target_id == (instead_of.id if instead_of else None)),
    )
    summaries = list(session.scalars(select(Link.summary_id).where(*waiting).distinct()))
    session.execute(update(Link).where(*waiting).values(target_id=paper.id))
    return summaries


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
    if found:
        session.connection().execute(
            update(Link).where(Link.id == bindparam("which")).values(target_id=bindparam("paper")),
            [{"which": link, "paper": paper} for link, _, paper in found],
        )
    return sorted({each[1] for each in found}), sorted({each[2] for each in found})
