"""Numbers of writers, tags and everything.

`services.changes` keeps them in step.

They speak of public summaries only; a writer's of those under their name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import Paper, Summary, SummaryTag, Tag, Total, Writer
from app.queries.visibility import attributable_to, public

VOTES = func.coalesce(func.sum(Summary.score - Summary.imported_votes), 0)


def add_to_total(session: Session, name: str, difference: int) -> None:
    """Change one of the numbers of everything, by its name in `Total`."""
    if difference:
        insert_missing(session, Total, [{"name": name, "number": 0}], ["name"])
        of_name = update(Total).where(Total.name == name)
        session.execute(of_name.values(number=Total.number + difference))


def recount_tags(session: Session, tag_ids: Iterable[int]) -> None:
    """Count the public summaries that carry these tags."""
    for tag_id in sorted(set(tag_ids)):
        one = Tag.id == tag_id
        session.execute(select(Tag.id).where(one).with_for_update(key_share=True))
        count = session.scalar(
            select(func.count(SummaryTag.score)).where(SummaryTag.tag_id == tag_id)
        )
        session.execute(
            update(Tag).where(one, Tag.summaries_count != count).values(summaries_count=count)
        )


def recount_writers(session: Session, user_ids: Iterable[int], gone: int = 0) -> None:
    """Count what these users wrote in public under their name, and the votes on it.

    Args:
        gone: how many further ones, who counted as writers, have no account any more.
    """
    more = -gone
    for user_id in sorted(set(user_ids)):
        row = {"user_id": user_id, "summaries": 0, "votes": 0}
        insert_missing(session, Writer, [row], ["user_id"])
        one = Writer.user_id == user_id
        before = session.scalars(select(Writer.summaries).where(one).with_for_update()).one()
        # Only now, when nobody else counts these: what others committed meanwhile is seen.
        theirs = (Summary.user_id == user_id, public(), attributable_to(None))
        count, votes = session.execute(select(func.count(), VOTES).where(*theirs)).one()
        session.execute(update(Writer).where(one).values(summaries=count, votes=votes))
        more += (count > 0) - (before > 0)
    add_to_total(session, "writers", more)


def add_votes(session: Session, votes: Mapping[int, int]) -> None:
    """Add votes to those on what users wrote in public under their name, by user."""
    for user_id, difference in sorted(votes.items()):
        of_writer = update(Writer).where(Writer.user_id == user_id)
        session.execute(of_writer.values(votes=Writer.votes + difference))


def carry_scores(session: Session, summary_ids: Sequence[int]) -> None:
    """Let the lists of summaries' tags know their scores."""
    score = select(Summary.score).where(Summary.id == SummaryTag.summary_id, public())
    carried = update(SummaryTag).where(SummaryTag.summary_id.in_(summary_ids))
    _fix(session, carried.values(score=score.scalar_subquery()))


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
