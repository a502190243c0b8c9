"""Numbers of writers, tags and everything.

`services.changes` keeps them in step.

They speak of public summaries only; a writer's of those under their name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import Paper, Summary, SummaryTag, Tag, Total, Writer
from app.queries.visibility import attributable_to, public
from app.services.bulk import split_into_batches
from app.statements import connection_of, run

VOTES = func.coalesce(func.sum(Summary.score - Summary.imported_votes), 0)

# Built once: each write runs some of these.
_SCORE = select(Summary.score).where(Summary.id == SummaryTag.summary_id, public())
_CARRY_SCORES = (
    update(SummaryTag)
    .where(SummaryTag.summary_id.in_(bindparam("ids", expanding=True)))
    .values(score=_SCORE.scalar_subquery())
)
_ADD_TO_WRITER = (
    update(Writer)
    .where(Writer.user_id == bindparam("which"))
    .values(
        summaries=Writer.summaries + bindparam("summaries"),
        votes=Writer.votes + bindparam("votes"),
    )
    .returning(Writer.summaries)
)
_ADD_TO_TAG = (
    update(Tag)
    .where(Tag.id == bindparam("which"))
    .values(summaries_count=Tag.summaries_count + bindparam("more"))
)
_ADD_TO_TOTAL = (
    update(Total)
    .where(Total.name == bindparam("which"))
    .values(number=Total.number + bindparam("more"))
    .returning(Total.number)
)


def add_to_total(session: Session, name: str, difference: int) -> None:
    """Change one of the numbers of everything, by its name in `Total`."""
    if difference:
        connection, values = connection_of(session), {"which": name, "more": difference}
        if not run(connection, _ADD_TO_TOTAL, values):  # the first of its name
            insert_missing(session, Total, [{"name": name, "number": 0}], ["name"])
            run(connection, _ADD_TO_TOTAL, values)


def add_to_tags(session: Session, numbers: Mapping[int, int]) -> None:
    """Change how many public summaries carry tags, by tag."""
    rows = [{"which": each, "more": number} for each, number in sorted(numbers.items()) if number]
    if rows:
        run(connection_of(session), _ADD_TO_TAG, rows)


def add_to_writers(session: Session, numbers: Mapping[int, tuple[int, int]], gone: int = 0) -> None:
    """Change what users wrote in public under their name, and the votes on it.

    Args:
        numbers: how many summaries and votes more, by user.
        gone: how many further ones, who counted as writers, have no account any more.
    """
    more = -gone
    for user_id, (summaries, votes) in sorted(numbers.items()):
        if summaries > 0:
            row = {"user_id": user_id, "summaries": 0, "votes": 0}
            insert_missing(session, Writer, [row], ["user_id"])
        if summaries or votes:
            values = {"which": user_id, "summaries": summaries, "votes": votes}
            after = run(connection_of(session), _ADD_TO_WRITER, values).scalar() or 0
            more += (after > 0) - (after - summaries > 0)
    add_to_total(session, "writers", more)


def carry_scores(session: Session, summary_ids: Sequence[int]) -> None:
    """Let the lists of summaries' tags know their scores."""
    for ids in split_into_batches(summary_ids):
        run(connection_of(session), _CARRY_SCORES, {"ids": ids})


def recount_all(session: Session) -> None:
    """Work out everything here anew."""
    of_summary = Summary.id == SummaryTag.summary_id
    score = select(Summary.score).where(of_summary, public()).scalar_subquery()
    carried = select(func.count(SummaryTag.score)).where(SummaryTag.tag_id == Tag.id)
    wrong = SummaryTag.score.is_distinct_from(score)
    _fix(session, update(SummaryTag).where(wrong).values(score=score))
    _fix(session, update(Tag).values(summaries_count=carried.scalar_subquery()))
    session.execute(delete(Writer))
    written = select(Summary.user_id, func.count(), VOTES).where(public(), attributable_to(None))
    session.execute(
        insert(Writer).from_select(
            ["user_id", "summaries", "votes"], written.group_by(Summary.user_id)
        )
    )
    session.execute(delete(Total))
    for name, rows in (
        ("papers", select(func.count()).select_from(Paper)),
        ("summaries", select(func.count()).select_from(Summary).where(public())),
        ("writers", select(func.count()).select_from(Writer)),
    ):
        session.execute(insert(Total).values(name=name, number=session.scalar(rows)))


def _fix(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
