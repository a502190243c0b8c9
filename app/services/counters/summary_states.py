"""What of summaries others depend on: counts, tags, links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from app.models import Link, Summary, SummaryTag
from app.services.bulk import split_into_batches
from app.statements import connection_of, run

# Built once: each write runs these.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_SUMMARIES = (
    select(
        *(Summary.id, Summary.paper_id, Summary.user_id, Summary.visibility, Summary.anonymous),
        *(Summary.published_at, Summary.score, Summary.imported_votes),
    )
    .where(Summary.id.in_(_IDS))
    .order_by(Summary.id)
    .with_for_update()
)
_TAGS = select(SummaryTag.summary_id, SummaryTag.tag_id).where(SummaryTag.summary_id.in_(_IDS))
_TARGETS = select(Link.summary_id, Link.target_id).where(
    Link.summary_id.in_(_IDS), Link.target_id.is_not(None)
)


class SummaryState(NamedTuple):
    """What of a summary others depend on."""

    paper_id: int
    user_id: int
    is_public: bool
    was_public: bool  # now or at any time before
    is_named: bool
    votes: int
    tags: frozenset[int]
    targets: frozenset[int]  # the papers to which its links lead


def load_states(session: Session, ids: Iterable[int]) -> dict[int, SummaryState]:
    """How summaries stand; nobody votes on them from here on until the transaction ends."""
    found: dict[int, SummaryState] = {}
    connection = connection_of(session)
    for some in split_into_batches(ids):
        which = {"ids": some}
        rows = run(connection, _SUMMARIES, which).all()
        tags: defaultdict[int, set[int]] = defaultdict(set)
        targets: defaultdict[int, set[int]] = defaultdict(set)
        for number, tag in run(connection, _TAGS, which):
            tags[number].add(tag)
        for number, target in run(connection, _TARGETS, which):
            targets[number].add(target)
        for row in rows:
            found[row.id] = SummaryState(
                paper_id=row.paper_id,
                user_id=row.user_id,
                is_public=row.visibility == "public",
                was_public=row.published_at is not None,
                is_named=not row.anonymous,
                votes=row.score - row.imported_votes,
                tags=frozenset(tags[row.id]),
                targets=frozenset(targets[row.id]),
            )
    return found


def is_less_public(before: SummaryState | None, after: SummaryState | None) -> bool:
    """Whether everybody sees less of a summary than before."""
    if before is None or not before.is_public:
        return False
    if after is None or not after.is_public:
        return True
    return (before.paper_id, before.user_id, before.is_named) != (
        after.paper_id,
        after.user_id,
        after.is_named,
    )
