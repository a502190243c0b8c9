"""Papers that public summaries link to and that are not here yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.models import Link, Summary, folded
from app.queries.visibility import public

LINKS_READ = 20_000  # the newest; so the page's cost does not grow with the library


@dataclass(frozen=True)
class WantedPaper:
    """An identifier that leads to no paper yet.

    By how many summaries it is asked for, what most of them call it, and the sentence around it in
    the newest.
    """

    kind: str
    value: str
    summaries: int
    label: str
    sentence_html: str


def list_wanted_papers(
    session: Session, *, number: int, size: int
) -> tuple[list[WantedPaper], bool]:
    """A page of wanted papers, those that most summaries ask for first.

    Says also whether more follow.
    """
    # A publisher's address that nobody has added is an ordinary link to somewhere else.
    newest = (
        select(Link.id, Link.summary_id, Link.target_kind, Link.target_folded)
        .where(Link.target_id.is_(None), Link.target_kind != "url")
        .order_by(Link.id.desc())
        .limit(LINKS_READ)
        .subquery()
    )
    asked = func.count(newest.c.summary_id.distinct())
    groups = (
        select(func.max(newest.c.id).label("last"), asked.label("asked"))
        .join(Summary, Summary.id == newest.c.summary_id)
        .where(public())
        .group_by(newest.c.target_kind, newest.c.target_folded)
        .order_by(asked.desc(), func.max(newest.c.id).desc())
        .offset((number - 1) * size)
        .limit(size + 1)
        .subquery()
    )
    query = (
        select(Link.target_kind, Link.target_value, groups.c.asked, Link.label, Link.sentence_html)
        .join(groups, groups.c.last == Link.id)
        .order_by(groups.c.asked.desc(), groups.c.last.desc())
    )
    found = [WantedPaper(*row) for row in session.execute(query)]
    names = _find_usual_labels(session, [(each.kind, folded(each.value)) for each in found])
    return [
        replace(each, label=names.get((each.kind, folded(each.value)), each.label))
        for each in found[:size]
    ], len(found) > size


def _find_usual_labels(session: Session, refs: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What most public summaries call each of these; the longest of those as frequent."""
    query = (
        select(
            Link.target_kind,
            Link.target_folded,
            Link.label,
            func.count(Link.summary_id.distinct()),
        )
        .join(Summary, Summary.id == Link.summary_id)
        .where(tuple_(Link.target_kind, Link.target_folded).in_(refs), public())
        .group_by(Link.target_kind, Link.target_folded, Link.label)
    )
    best: dict[tuple[str, str], tuple[int, int, str]] = {}
    for kind, name, label, times in session.execute(query):
        best[kind, name] = max(best.get((kind, name), (0, 0, "")), (times, len(label), label))
    return {ref: label for ref, (_, _, label) in best.items()}
