"""Readings of a shelf, as who sees it may know them, and one's own answer.

Nothing here tells who takes part or has handed in a text, but to themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import (
    Paper,
    Participation,
    Reading,
    ReadingFeed,
    ReadingGroup,
    Shelf,
    ShelfMember,
    Summary,
    User,
)
from app.queries.shelves.access import SeenShelf, belongs_to, find_role

LATEST_READINGS = 5  # on the page of a shelf
FEED_READINGS = 100


@dataclass(frozen=True)
class ReadingLine:
    """A reading in a list; `leader` is told to members alone."""

    reading: Reading
    key: str
    title: str
    leader: User | None

    @property
    def is_open(self) -> bool:
        return self.reading.revealed_at is None

    @property
    def last_day(self) -> date:
        """When it ends, or was over, which may be before the day that was set."""
        revealed_at = self.reading.revealed_at
        return min(self.reading.ends_on, revealed_at.date() if revealed_at else date.max)


@dataclass(frozen=True)
class OwnAnswer:
    """What one answered to a reading, and one's own text in it.

    Attributes:
        takes_part: `None` without an answer.
        summary_id: of the text that one handed in.
        visibility: of that text, as it is now.
        audience: one of `AUDIENCES`.
        will_publish: whether the text is private now and will be made public.
        waits: whether another open reading has it, which comes first.
    """

    takes_part: bool | None = None
    summary_id: int | None = None
    visibility: str = ""
    audience: str = "group"
    will_publish: bool = False
    waits: bool = False


@dataclass(frozen=True)
class OfferedReading:
    """A reading for which a text is being written, with its writer's answer."""

    reading: Reading
    shelf: Shelf
    owner: User
    answer: OwnAnswer


def find_group(session: Session, shelf: Shelf) -> ReadingGroup | None:
    """Whether and how the members of a shelf read together."""
    return session.get(ReadingGroup, shelf.id)


def has_ended(reading: Reading, moment: datetime) -> bool:
    """Whether the day of a reading is over, in UTC."""
    return reading.ends_on < moment.date()


def list_readings(session: Session, seen: SeenShelf, size: int = 0) -> list[ReadingLine]:
    """The readings of a shelf, open ones first, then the latest.

    Args:
        size: how many; 0 for all.
    """
    return list_all_readings(session, seen.shelf, size, with_leaders=bool(seen.role))


def list_all_readings(
    session: Session, shelf: Shelf, size: int = 0, *, with_leaders: bool
) -> list[ReadingLine]:
    """The same, for who may know the leaders or not."""
    query = _select_lines().where(Reading.shelf_id == shelf.id)
    order = (Reading.revealed_at.is_not(None), Reading.ends_on.desc(), Reading.number.desc())
    query = query.order_by(*order)
    found = session.execute(query.limit(size) if size else query)
    return [ReadingLine(row[0], row[1], row[2], row[3] if with_leaders else None) for row in found]


def list_open_readings(session: Session, shelf: Shelf) -> list[Reading]:
    """The readings of a shelf that are not revealed, as they are now."""
    query = select(Reading).where(Reading.shelf_id == shelf.id, Reading.revealed_at.is_(None))
    query = query.order_by(Reading.id).execution_options(populate_existing=True)
    return list(session.scalars(query))


def find_reading(session: Session, seen: SeenShelf, number: int) -> ReadingLine | None:
    """One reading of a shelf."""
    if not 0 < number < 2**31:
        return None
    query = _select_lines().where(Reading.shelf_id == seen.shelf.id, Reading.number == number)
    row = session.execute(query).first()
    if row is None:
        return None
    return ReadingLine(row[0], row[1], row[2], row[3] if seen.role else None)


def find_own_answer(session: Session, reading: Reading, user: User) -> OwnAnswer:
    """What somebody answered to a reading; for themselves."""
    own = (Participation.takes_part, Participation.audience, Participation.published_at)
    query = (
        select(*own, Summary.id, Summary.visibility, waits_for_another())
        .outerjoin(Summary, Summary.id == Participation.summary_id)
        .where(Participation.reading_id == reading.id, Participation.user_id == user.id)
    )
    row = session.execute(query).first()
    if row is None:
        return OwnAnswer()
    takes_part, audience, published_at, summary_id, visibility, waits = row
    will_publish = (audience, visibility, published_at) == ("public", "private", None)
    return OwnAnswer(takes_part, summary_id, visibility or "", audience, will_publish, waits)


def waits_for_another() -> ColumnElement[bool]:
    """Participations whose text is handed in to another reading, which is still open."""
    other, theirs = aliased(Participation), aliased(Reading)
    return exists().where(
        other.summary_id == Participation.summary_id,
        other.reading_id != Participation.reading_id,
        theirs.id == other.reading_id,
        theirs.revealed_at.is_(None),
    )


def list_offered_readings(
    session: Session, paper: Paper, user: User, uids: Collection[str] = ()
) -> list[OfferedReading]:
    """The open readings of a paper to which somebody can hand in a text.

    Args:
        uids: of further ones that were open when a form was made.
    """
    mine = aliased(Participation)
    query = (
        select(Reading, Shelf, User, mine.takes_part, Summary.id, Summary.visibility, mine.audience)
        .join(Shelf, Shelf.id == Reading.shelf_id)
        .join(User, User.id == Shelf.user_id)
        .outerjoin(mine, (mine.reading_id == Reading.id) & (mine.user_id == user.id))
        .outerjoin(Summary, Summary.id == mine.summary_id)
        .where(Reading.paper_id == paper.id, belongs_to(user))
        .where(or_(Reading.revealed_at.is_(None), Reading.uid.in_(uids)))
        .order_by(Reading.ends_on, Reading.id)
    )
    return [
        OfferedReading(reading, shelf, owner, OwnAnswer(takes_part, number, seen or "", to or ""))
        for reading, shelf, owner, takes_part, number, seen, to in session.execute(query)
    ]


def list_group_members(session: Session, shelf: Shelf) -> list[User]:
    """The owner of a shelf and its members, in the order in which they came."""
    members = (
        select(User)
        .join(ShelfMember, ShelfMember.user_id == User.id)
        .where(ShelfMember.shelf_id == shelf.id, ShelfMember.accepted_at.is_not(None))
        .order_by(ShelfMember.accepted_at, User.id)
    )
    return [session.get_one(User, shelf.user_id), *session.scalars(members)]


def propose_leader(session: Session, shelf: Shelf, members: Sequence[User]) -> User:
    """Whose turn it is to lead: who never did, else who did so longest ago."""
    last = select(Reading.leader_id, func.max(Reading.number)).where(Reading.shelf_id == shelf.id)
    led = dict(session.execute(last.group_by(Reading.leader_id)).all())
    return min(members, key=lambda user: led.get(user.id, 0))


def find_feed(session: Session, shelf: Shelf, user: User) -> ReadingFeed | None:
    """A member's own secret feed of the readings of a shelf."""
    return session.get(ReadingFeed, (shelf.id, user.id))


def find_shelf_of_feed(session: Session, code: str) -> SeenShelf | None:
    """The shelf of a secret feed, while its holder may see it as a member."""
    holder, owner = aliased(User), aliased(User)
    query = (
        select(Shelf, owner, holder)
        .join(ReadingFeed, ReadingFeed.shelf_id == Shelf.id)
        .join(owner, owner.id == Shelf.user_id)
        .join(holder, holder.id == ReadingFeed.user_id)
        .where(ReadingFeed.code == code)
    )
    row = session.execute(query).first()
    role = "" if row is None else find_role(session, row[0], row[2])
    return SeenShelf(row[0], row[1], role) if row is not None and role else None


def latest_change(lines: Sequence[ReadingLine], shelf: Shelf) -> datetime:
    """When the readings of a shelf were last changed."""
    return max((line.reading.changed_at for line in lines), default=shelf.created_at)


def _select_lines() -> Select[Any]:
    columns: tuple[Any, ...] = (Reading, Paper.key, Paper.title, User)
    query = select(*columns).join(Paper, Paper.id == Reading.paper_id)
    return query.outerjoin(User, User.id == Reading.leader_id)
