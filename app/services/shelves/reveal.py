"""The reveal of a reading: from then on its texts are shown to the group.

It happens once, when the day of the reading is over (UTC), or before that when every member has
answered, all who take part have handed in a text, and these are at least two. A transaction sets
the moment; texts for everybody are made public after it, each in a transaction of its own, so that
whoever is killed in between leaves nothing half done. A text that is handed in to several readings
is made public when all of them are revealed: what one group sees must not show it to another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Participation, Reading, Shelf, Summary
from app.queries.shelves.readings import has_ended, list_group_members, waits_for_another
from app.services import changed_pages
from app.services.accounts.licences import publish_under
from app.services.refusals import Refusal
from app.services.shelves.shelf import lock_shelf
from app.services.summaries.content import BaseVersion, Edit
from app.services.summaries.publishing import EditConflict, SummaryDeleted, change_summary
from app.services.summaries.state import find_last_revision_number, load_content

MIN_TEXTS = 2  # before the day is over: one alone would be shown to who has written nothing


def reveal_if_complete(session: Session, shelf: Shelf, reading: Reading) -> bool:
    """Reveal a reading if its time has come.

    The caller holds the lock of its shelf.

    Returns:
        Whether this revealed it.
    """
    moment = now()
    if reading.revealed_at is not None:
        return False
    if not has_ended(reading, moment) and not _are_all_in(session, shelf, reading):
        return False
    reading.revealed_at = reading.changed_at = moment
    session.flush()
    changed_pages.name_shelf(session, shelf)
    return True


def reveal_due(session: Session) -> Iterator[object]:
    """Reveal the readings whose day is over, and publish texts for everybody; a job's work.

    Yields:
        After each reading, and each text.
    """
    for reading_id in session.scalars(_select_due()).all():
        reading = session.get(Reading, reading_id)
        shelf = None if reading is None else session.get(Shelf, reading.shelf_id)
        if reading is not None and shelf is not None:
            _reveal(session, shelf, reading)
            yield None
    for reading_id, user_id in session.execute(_select_to_publish()).all():
        _publish(session, reading_id, user_id)
        yield None


def has_due(session: Session) -> bool:
    """Whether the day of a reading is over, or a text waits to become public."""
    waiting = (_select_due(), _select_to_publish())
    return any(session.execute(each.limit(1)).first() is not None for each in waiting)


def _reveal(session: Session, shelf: Shelf, reading: Reading) -> None:
    begin_writing(session)
    try:
        lock_shelf(session, shelf)
    except Refusal:  # deleted in this moment
        session.rollback()
        return
    if session.get(Reading, reading.id, populate_existing=True) is not None:
        reveal_if_complete(session, shelf, reading)
    session.commit()


def _publish(session: Session, reading_id: int, user_id: int) -> None:
    """Make one text public, unless its writer has taken it back or chosen otherwise since.

    It gets the licence of the site, which may ask for one since it was handed in. One whose writer
    has not agreed to that, or that cannot be rendered any more, stays with the group.
    """
    before = session.get(Participation, (reading_id, user_id), populate_existing=True)
    summary = None if before is None else session.get(Summary, before.summary_id or 0)
    if before is None or summary is None:
        return
    text, audience = summary.id, "public"
    try:
        if summary.visibility == "private":
            base = _load_base(session, summary)
            change_summary(session, summary, Edit(visibility="public"), base=base)
            publish_under(session, summary, session.info["licence"], agrees=False)
    except (EditConflict, SummaryDeleted):  # just now: the next run looks again
        session.rollback()
        return
    except Refusal:
        session.rollback()
        audience = "group"
    begin_writing(session)
    key = (reading_id, user_id)
    row = session.get(Participation, key, populate_existing=True, with_for_update=True)
    still = _select_to_publish().where(
        Participation.reading_id == reading_id, Participation.user_id == user_id
    )
    if row is None or row.summary_id != text or session.execute(still).first() is None:
        session.rollback()
        return
    row.audience, row.published_at = audience, now()
    session.flush()
    reading = session.get_one(Reading, reading_id)
    changed_pages.name_shelf(session, session.get_one(Shelf, reading.shelf_id))
    session.commit()


def _load_base(session: Session, summary: Summary) -> BaseVersion:
    """The state that is published: what is saved meanwhile is looked at anew."""
    settings = load_content(session, summary).settings
    return BaseVersion(find_last_revision_number(session, summary), settings)


def _are_all_in(session: Session, shelf: Shelf, reading: Reading) -> bool:
    members = {user.id for user in list_group_members(session, shelf)}
    query = select(Participation).where(Participation.reading_id == reading.id)
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    answers = {row.user_id: row for row in rows if row.user_id in members}
    texts = [row.summary_id for row in answers.values() if row.takes_part]
    return answers.keys() == members and len(texts) >= MIN_TEXTS and None not in texts


def _select_due() -> Select[int]:
    return (
        select(Reading.id)
        .where(Reading.revealed_at.is_(None), Reading.ends_on < now().date())
        .order_by(Reading.id)
    )


def _select_to_publish() -> Select[Any]:
    columns: tuple[Any, ...] = (Participation.reading_id, Participation.user_id)
    return (
        select(*columns)
        .join(Reading, Reading.id == Participation.reading_id)
        .where(
            Participation.audience == "public",
            Participation.published_at.is_(None),
            Participation.summary_id.is_not(None),
            Reading.revealed_at.is_not(None),
            ~waits_for_another(),
        )
        .order_by(*columns)
    )
