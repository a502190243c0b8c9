"""What members do in a reading: answer, hand a text in, take it back.

Each function is a part of one transaction, which the caller commits. A text that is handed in stays
as private as it is until the reveal, and the rows here are written without a trace in the log of
changes.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import (
    BallotVote,
    Participation,
    Reading,
    ReadingFeed,
    Shelf,
    ShelfEntry,
    Summary,
    User,
)
from app.models.reading import AUDIENCES
from app.queries.shelves.access import find_role
from app.queries.shelves.readings import list_open_readings
from app.services import changed_pages
from app.services.refusals import Refusal
from app.services.shelves.readings import lock_reading
from app.services.shelves.reveal import reveal_if_complete
from app.services.shelves.shelf import lock_shelf
from app.services.summaries.state import lock_summary
from app.services.tokens import make_secret

NO_MEMBER = "Only members of this shelf take part in its readings."


def answer_reading(
    session: Session, user: User, shelf: Shelf, reading: Reading, *, takes_part: bool
) -> None:
    """Say whether one takes part in a reading; who does not, takes their text back.

    Raises:
        Refusal: for who is no member any more, or a reading that is gone.
    """
    _begin(session, user, shelf, reading)
    row = _find_or_make(session, user, reading)
    row.takes_part = takes_part
    if not takes_part:
        row.summary_id = None
    _follow(session, shelf, reading)


def hand_in(
    session: Session, user: User, shelf: Shelf, reading: Reading, summary: Summary, audience: str
) -> None:
    """Hand one's text in to a reading, which says that one takes part.

    Who can see the text stays as it is, until the reveal makes it public where `audience` says so.

    Raises:
        Refusal: for another's text or one about another paper, and as `answer_reading` does.
    """
    _begin(session, user, shelf, reading)
    if audience not in AUDIENCES:
        raise Refusal("audience", "Choose who will see it.")
    present = lock_summary(session, summary.id)
    if present is None or (present.user_id, present.paper_id) != (user.id, reading.paper_id):
        raise Refusal("summary", "Choose a summary of your own of this paper.")
    row = _find_or_make(session, user, reading)
    if (row.summary_id, row.audience) != (summary.id, audience):
        row.published_at = None
    row.takes_part, row.summary_id, row.audience = True, summary.id, audience
    _follow(session, shelf, reading)


def take_back(session: Session, user: User, shelf: Shelf, reading: Reading) -> None:
    """Take one's text back from a reading; one goes on taking part.

    What the reveal has made public stays so until its writer changes that.
    """
    _begin(session, user, shelf, reading)
    row = _find_or_make(session, user, reading)
    row.summary_id = None
    _follow(session, shelf, reading)


def renew_feed(session: Session, user: User, shelf: Shelf) -> None:
    """Give a member new secret addresses of the readings' calendar and feed.

    Raises:
        Refusal: for who is no member.
    """
    lock_shelf(session, shelf)
    if not find_role(session, shelf, user):
        raise Refusal("form", NO_MEMBER)
    key = (shelf.id, user.id)
    feed = session.get(ReadingFeed, key, populate_existing=True)
    if feed is None:
        session.add(ReadingFeed(shelf_id=shelf.id, user_id=user.id, code=make_secret()))
    else:
        feed.code = make_secret()
    session.flush()


def leave_readings(session: Session, shelf: Shelf, user_id: int) -> None:
    """Forget what somebody who is no member any more answered, handed in and voted.

    The shelf is locked. Their texts are their own again, also where they were shown.
    """
    readings = select(Reading.id).where(Reading.shelf_id == shelf.id)
    rows = delete(Participation).where(
        Participation.user_id == user_id, Participation.reading_id.in_(readings)
    )
    entries = select(ShelfEntry.id).where(ShelfEntry.shelf_id == shelf.id)
    votes = delete(BallotVote).where(
        BallotVote.user_id == user_id, BallotVote.entry_id.in_(entries)
    )
    feeds = delete(ReadingFeed).where(
        ReadingFeed.user_id == user_id, ReadingFeed.shelf_id == shelf.id
    )
    session.flush()
    for statement in (rows, votes, feeds):
        session.execute(statement)
    revealed = select(Reading.id).where(
        Reading.shelf_id == shelf.id, Reading.revealed_at.is_not(None)
    )
    if shelf.visibility == "public" and session.scalar(revealed.limit(1)) is not None:
        changed_pages.name_everything(session)
    for reading in list_open_readings(session, shelf):
        reveal_if_complete(session, shelf, reading)


def _begin(session: Session, user: User, shelf: Shelf, reading: Reading) -> None:
    begin_writing(session)
    lock_papers(session, alone=False)  # so that the reading's paper is not merged away meanwhile
    lock_shelf(session, shelf)
    lock_reading(session, reading)
    if not find_role(session, shelf, user):
        raise Refusal("form", NO_MEMBER)


def _find_or_make(session: Session, user: User, reading: Reading) -> Participation:
    row = session.get(Participation, (reading.id, user.id), populate_existing=True)
    if row is None:
        row = Participation(
            reading_id=reading.id, user_id=user.id, takes_part=True, audience="group"
        )
        session.add(row)
    row.answered_at = now()
    return row


def _follow(session: Session, shelf: Shelf, reading: Reading) -> None:
    """Reveal what is complete now, and name what others see: nothing before the reveal."""
    session.flush()
    if reading.revealed_at is None:
        reveal_if_complete(session, shelf, reading)
    elif shelf.visibility == "public":
        changed_pages.name_everything(session)
