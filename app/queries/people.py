"""Users and authors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.models import Author, Draft, FormerName, Summary, User, Vote
from app.queries.visibility import attributable_to, by_writer, public

VOTE_AGE = timedelta(days=2)


@dataclass(frozen=True)
class UserRow:
    """A user in the list; `summaries` and `sciscore` count public, named summaries only."""

    user: User
    summaries: int
    sciscore: float | None


@dataclass(frozen=True)
class Account:
    """A user as an administrator sees them: how much they wrote, and whether they can sign in."""

    name: str
    display_name: str
    joined_at: datetime
    public: int
    unlisted: int
    private: int
    drafts: int
    can_sign_in: bool
    role: str


def accounts(session: Session) -> Iterator[Account]:
    """All users by name, one after the other."""

    def counted(visibility: str) -> ColumnElement[int]:
        return func.count().filter(Summary.visibility == visibility)

    written = (
        select(
            Summary.user_id,
            *(counted(each).label(each) for each in ("public", "unlisted", "private")),
        )
        .group_by(Summary.user_id)
        .subquery()
    )
    drafted = select(Draft.user_id, func.count().label("drafts")).group_by(Draft.user_id).subquery()
    query = (
        select(
            User.name,
            User.display_name,
            User.joined_at,
            *(
                func.coalesce(column, 0)
                for column in (
                    written.c.public,
                    written.c.unlisted,
                    written.c.private,
                    drafted.c.drafts,
                )
            ),
            User.password_hash.is_not(None),
            User.role,
        )
        .outerjoin(written, written.c.user_id == User.id)
        .outerjoin(drafted, drafted.c.user_id == User.id)
        .order_by(User.name)
    )
    for row in session.execute(query.execution_options(yield_per=500)):
        yield Account(*row)


def user_by_name(session: Session, name: str) -> User | None:
    """The user of this name, or who had it before and left a trace."""
    name = name.lower()
    renamed = select(FormerName.user_id).where(FormerName.name == name).scalar_subquery()
    return session.scalar(select(User).where(or_(User.name == name, User.id == renamed)))


def writers(session: Session) -> list[User]:
    """All users who wrote something, in public or not, by name: for export."""
    wrote = select(Summary.user_id)
    return sorted(
        session.scalars(select(User).where(User.id.in_(wrote))), key=lambda user: user.name
    )


def author_by_key(session: Session, key: str) -> Author | None:
    return session.scalar(select(Author).where(Author.key == key))


def users_with_counts(
    session: Session, now: datetime, *, number: int, size: int
) -> tuple[list[UserRow], bool]:
    """Users who wrote something, the most productive first, and whether more follow."""
    query = _with_counts(now).order_by(func.count(Summary.id).desc(), User.name)
    query = query.offset((number - 1) * size).limit(size + 1)
    found = [_row(*each) for each in session.execute(query)]
    return found[:size], len(found) > size


def counts_of(session: Session, user: User, now: datetime) -> UserRow:
    """One user's public numbers."""
    found = session.execute(_with_counts(now).where(User.id == user.id)).one_or_none()
    return UserRow(user, 0, None) if found is None else _row(*found)


def visible_count(session: Session, user: User, viewer: User | None) -> int:
    """How many summaries the viewer may see as written by `user`."""
    query = select(func.count()).select_from(Summary).where(by_writer(user, viewer))
    return session.scalar(query) or 0


def _with_counts(now: datetime) -> Select[User, int, int]:
    # SciScore, as on ShortScience: mean votes per summary, of votes older than two days.
    settled = (
        select(Vote.summary_id, func.sum(Vote.value).label("votes"))
        .where(Vote.cast_at < now - VOTE_AGE)
        .group_by(Vote.summary_id)
        .subquery()
    )
    return (
        select(User, func.count(Summary.id), func.coalesce(func.sum(settled.c.votes), 0))
        .join(Summary, Summary.user_id == User.id)
        .outerjoin(settled, settled.c.summary_id == Summary.id)
        .where(public(), attributable_to(None))
        .group_by(User.id)
    )


def _row(user: User, summaries: int, votes: int) -> UserRow:
    return UserRow(user, summaries, votes / summaries if summaries else None)
