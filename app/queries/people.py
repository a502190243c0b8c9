"""Users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.entities import find_entity, select_columns
from app.models import Draft, FormerName, Identity, Passkey, Summary, User, Vote, Writer
from app.queries.paging import Order, Slice, parse_small, take_page
from app.queries.visibility import attributable_to, public, public_of_few
from app.statements import connection_of, read_rows

VOTE_AGE = timedelta(days=2)
BY_SUMMARIES = Order((Writer.summaries,), Writer.user_id, (parse_small,), name="user_id")


class Profile(NamedTuple):
    """What a user says of themselves."""

    id: int
    name: str
    display_name: str
    bio_html: str


@dataclass(frozen=True)
class UserRow:
    """A user in the list; `summaries` and `sciscore` count public, named summaries only."""

    user: User
    summaries: int
    sciscore: float | None


@dataclass(frozen=True)
class Account:
    """A user as an administrator sees them.

    How much they wrote, and whether they can sign in.
    """

    name: str
    display_name: str
    joined_at: datetime
    public: int
    unlisted: int
    private: int
    drafts: int
    can_sign_in: bool
    role: str


def list_accounts(session: Session) -> Iterator[Account]:
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
            _is_able(),
            User.role,
        )
        .outerjoin(written, written.c.user_id == User.id)
        .outerjoin(drafted, drafted.c.user_id == User.id)
        .order_by(User.name)
    )
    for row in session.execute(query.execution_options(yield_per=500)):
        yield Account(*row)


def count_accounts(session: Session, most: int) -> int:
    """How many users can sign in, counted up to `most`."""
    able = select(User.id).where(_is_able()).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(able)) or 0


def can_sign_in(session: Session, user: User) -> bool:
    """Whether somebody has this account: a password, a linked account or a passkey."""
    return session.scalar(select(User.id).where(User.id == user.id, _is_able())) is not None


def _is_able() -> ColumnElement[bool]:
    linked = select(Identity.id).where(Identity.user_id == User.id)
    keys = select(Passkey.id).where(Passkey.user_id == User.id)
    return or_(User.password_hash.is_not(None), linked.exists(), keys.exists())


def find_user(session: Session, name: str) -> User | None:
    """The user of this name, or who had it before and left a trace."""
    return find_entity(session, User, _select_user(), {"name": name.lower()})


def list_writers(session: Session) -> list[User]:
    """All users who wrote something, in public or not, by name: for export."""
    wrote = select(Summary.user_id)
    return sorted(
        session.scalars(select(User).where(User.id.in_(wrote))), key=lambda user: user.name
    )


def list_most_productive(session: Session, now: datetime, *, size: int, **cursors: Any) -> Slice:
    """A page of public writers, who wrote most first.

    They wrote something in public under their name.
    """
    query = select(Writer).where(Writer.summaries > 0).options(joinedload(Writer.user))
    found = take_page(session, query, BY_SUMMARIES, size=size, **cursors)
    recent = _count_recent_votes(session, [writer.user_id for writer in found.rows], now)
    rows = [_make_row(writer.user, writer, recent) for writer in found.rows]
    return Slice(rows, found.before, found.after)


def load_user_row(session: Session, user: User, now: datetime) -> UserRow:
    """One user's public numbers."""
    writer = read_rows(connection_of(session), _select_writer(), {"user": user.id}).first()
    if writer is None:
        return UserRow(user, 0, None)
    return _make_row(user, writer, _count_recent_votes(session, [user.id], now))


def count_hidden_summaries(session: Session, user: User) -> int:
    """Count the summaries of a user that do not count in public.

    Only they themselves see these.
    """
    counted = and_(public(), attributable_to(None))
    query = select(func.count()).select_from(Summary).where(Summary.user_id == user.id, ~counted)
    return session.scalar(query) or 0


def _count_recent_votes(session: Session, user_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """The votes on what users wrote that are too young for the SciScore."""
    asked = {"users": user_ids, "since": now - VOTE_AGE}
    return dict(read_rows(connection_of(session), _select_recent_votes(), asked))


def _make_row(user: User, writer: Any, recent: dict[int, int]) -> UserRow:
    # SciScore, as on ShortScience: mean votes per summary, of votes older than two days.
    settled = writer.votes - recent.get(user.id, 0)
    return UserRow(user, writer.summaries, settled / writer.summaries)


# Statements that pages need are made once: making one takes longer than reading what it asks for.


@cache
def _select_user() -> Select[Any]:
    name: Any = bindparam("name")
    renamed = select(FormerName.user_id).where(FormerName.name == name).scalar_subquery()
    return select_columns(User).where(or_(User.name == name, User.id == renamed))


@cache
def _select_writer() -> Select[Any]:
    columns: tuple[Any, ...] = (Writer.summaries, Writer.votes)
    return select(*columns).where(Writer.user_id == bindparam("user"), Writer.summaries > 0)


@cache
def _select_recent_votes() -> Select[Any]:
    columns: tuple[Any, ...] = (Summary.user_id, func.sum(Vote.value))
    # Begun at these votes: all that somebody ever got may be very many.
    theirs = (Summary.user_id + 0).in_(bindparam("users", expanding=True))
    return (
        select(*columns)
        .join(Vote, Summary.id == Vote.summary_id + 0)
        .where(Vote.cast_at >= bindparam("since", type_=Vote.cast_at.type), theirs)
        .where(public_of_few(), attributable_to(None))
        .group_by(Summary.user_id)
    )
