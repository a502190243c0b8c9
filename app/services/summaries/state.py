"""A summary as it is now, for who is about to change it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.models import Paper, Revision, Summary, SummaryTag, Tag, User
from app.services.summaries.content import Content
from app.statements import connection_of, run

# Built once: each text that is saved runs these.
_LAST = select(func.max(Revision.number)).where(Revision.summary_id == bindparam("which"))
_OF_WRITER = (
    select(Summary)
    .where(Summary.paper_id == bindparam("paper"), Summary.user_id == bindparam("user"))
    .order_by(Summary.place)
    .execution_options(populate_existing=True)
)
_FIRST_OF_WRITER = (
    select(Summary.id)
    .where(Summary.paper_id == bindparam("paper"), Summary.user_id == bindparam("user"))
    .limit(1)
)


def lock_summary(session: Session, summary_id: int) -> Summary | None:
    """Lock a summary and read it as it is now.

    `None` when it is deleted.
    """
    return session.get(Summary, summary_id, populate_existing=True)


def lock_summaries_of_writer(session: Session, user: User, paper: Paper) -> list[Summary]:
    """Lock a user's summaries of a paper and read them.

    Ordered by `place`; hardly ever more than one.
    """
    which = {"paper": paper.id, "user": user.id}
    if run(connection_of(session), _FIRST_OF_WRITER, which).first() is None:
        return []
    return list(session.scalars(_OF_WRITER, which))


def load_content(session: Session, summary: Summary) -> Content:
    """A summary as the editor shows it."""
    tags = ", ".join(tag_names(session, summary))
    return Content(
        tags=tags, **{name: getattr(summary, name) for name in vars(Content("")) if name != "tags"}
    )


def tag_names(session: Session, summary: Summary) -> list[str]:
    """The tags of a summary, by name."""
    query = (
        select(Tag.name)
        .join(SummaryTag, SummaryTag.tag_id == Tag.id)
        .where(SummaryTag.summary_id == summary.id)
        .order_by(Tag.name)
    )
    return list(session.scalars(query))


def find_last_revision_number(session: Session, summary: Summary | None) -> int:
    """The number of a summary's last revision; 0 when there is no summary."""
    if summary is None:
        return 0
    session.flush()
    last: int | None = connection_of(session).scalar(_LAST, {"which": summary.id})
    return last or 0


def close_gap(session: Session, paper_id: int, user_id: int) -> None:
    """Number a writer's summaries of a paper from 0 again, after one has gone."""
    mine = (Summary.paper_id == paper_id, Summary.user_id == user_id)
    renumber_summaries(
        session, list(session.scalars(select(Summary.id).where(*mine).order_by(Summary.place)))
    )


def renumber_summaries(session: Session, ids: Sequence[int]) -> None:
    """Give a writer's summaries of a paper their places."""
    if len(ids) > 1:  # in two steps: no two may have one place
        away = update(Summary).where(Summary.id.in_(ids)).values(place=-1 - Summary.place)
        session.execute(away.execution_options(synchronize_session=False))
    for place, number in enumerate(ids):
        session.execute(update(Summary).where(Summary.id == number).values(place=place))
