"""The texts of a reading, from its reveal on.

The only home of the rule who may read a text that its writer keeps private but shows to a group:
the members of the shelf, on the page of the reading and nowhere else.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from app.models import Paper, Participation, Picture, PictureUse, Reading, Shelf, Summary, User
from app.queries.shelves.access import SeenShelf, belongs_to
from app.queries.summary_entries import SummaryEntry, make_entries
from app.queries.visibility import public


def list_reading_entries(
    session: Session, seen: SeenShelf, reading: Reading, viewer: User | None
) -> list[SummaryEntry]:
    """The texts of a reading that the viewer may see there, the oldest first.

    Before the reveal there are none, for anybody. Who is no member sees those that are public and
    were handed in for everybody.
    """
    readable: ColumnElement[bool] = public() & (Participation.audience == "public")
    if viewer is not None:
        readable = or_(readable, shown_to_group(viewer))
    query = (
        select(Summary)
        .join(Participation, _is_handed_in())
        .join(Reading, Reading.id == Participation.reading_id)
        .where(Reading.id == reading.id, Reading.shelf_id == seen.shelf.id)
        .where(Reading.revealed_at.is_not(None), readable)
        .order_by(Summary.created_at, Summary.id)
        .options(joinedload(Summary.paper).joinedload(Paper.venue), joinedload(Summary.user))
    )
    return make_entries(session, session.scalars(query).all(), viewer)


def shown_to_group(viewer: User) -> ColumnElement[bool]:
    """Summaries that a group shows the viewer since a reveal, whatever their visibility."""
    return exists().where(
        _is_handed_in(),
        Reading.id == Participation.reading_id,
        Reading.revealed_at.is_not(None),
        Shelf.id == Reading.shelf_id,
        belongs_to(viewer),
    )


def find_shown_picture(session: Session, name: str, viewer: User | None) -> Picture | None:
    """A picture of a text that a group shows the viewer."""
    if viewer is None:
        return None
    query = (
        select(Picture)
        .join(PictureUse, PictureUse.picture_id == Picture.id)
        .join(Summary, Summary.id == PictureUse.summary_id)
        .where(Picture.name == name, Summary.user_id == Picture.user_id, shown_to_group(viewer))
    )
    return session.scalar(query.limit(1))


def _is_handed_in() -> ColumnElement[bool]:
    return (Participation.summary_id == Summary.id) & (Participation.user_id == Summary.user_id)
