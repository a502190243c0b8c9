"""Papers that public summaries link to and that are not here yet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Link, Summary
from app.queries.visibility import public

LINKS_READ = 20_000  # the newest; so the page's cost does not grow with the library


@dataclass(frozen=True)
class Wanted:
    """An identifier that leads to no paper yet: by how many summaries it is asked for, how one of
    them calls it, and the sentence around it."""

    kind: str
    value: str
    summaries: int
    label: str
    sentence_html: str


def wanted(session: Session, *, number: int, size: int) -> tuple[list[Wanted], bool]:
    """A page of wanted papers, those that most summaries ask for first, and whether more follow."""
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
    found = [Wanted(*row) for row in session.execute(query)]
    return found[:size], len(found) > size
