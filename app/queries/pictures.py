"""Uploaded pictures: who may see one, and a writer's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.models import Draft, FormerPicture, Paper, Picture, PictureUse, Summary, User
from app.queries.visibility import readable_by_others


@dataclass(frozen=True)
class PictureRow:
    """One of a writer's pictures, with the papers it is used for.

    These are the papers about which they wrote the texts that show it.

    Attributes:
        papers: those of summaries.
        drafts: those of drafts, each with the number of the summary that the draft changes.
    """

    picture: Picture
    papers: tuple[Paper, ...]
    drafts: tuple[tuple[Paper, int | None], ...]


def find_visible_picture(session: Session, name: str, viewer: User | None) -> Picture | None:
    """The picture of this name, if the viewer may see it.

    Its owner may, also under a name that it had. Others may while a summary of its owner shows it
    that they can read: a public one, or an unlisted one, for whoever knows the name has seen that.
    """
    picture = session.scalar(select(Picture).where(Picture.name == name))
    if picture is None and viewer is not None:
        return session.scalar(
            select(Picture)
            .join(FormerPicture, FormerPicture.picture_id == Picture.id)
            .where(FormerPicture.name == name, Picture.user_id == viewer.id)
        )
    if picture is None or (viewer is not None and viewer.id == picture.user_id):
        return picture
    shown = (
        select(PictureUse.picture_id)
        .join(Summary, Summary.id == PictureUse.summary_id)
        .where(
            PictureUse.picture_id == picture.id,
            Summary.user_id == picture.user_id,
            readable_by_others(),
        )
    )
    return None if session.scalar(shown.limit(1)) is None else picture


def list_pictures(session: Session, user: User, *, number: int, size: int) -> list[PictureRow]:
    """A page of a user's pictures, the latest first.

    One more than `size` when others follow.
    """
    pictures: Sequence[Picture] = session.scalars(
        select(Picture)
        .where(Picture.user_id == user.id)
        .order_by(Picture.uploaded_at.desc(), Picture.id.desc())
        .offset((number - 1) * size)
        .limit(size + 1)
    ).all()
    ids = [picture.id for picture in pictures]
    uses = session.execute(
        select(PictureUse.picture_id, Paper)
        .join(Summary, Summary.id == PictureUse.summary_id)
        .join(Paper, Paper.id == Summary.paper_id)
        .where(PictureUse.picture_id.in_(ids))
    ).all()
    # Names are random enough for it not to matter that their underscores match any character.
    drafted = session.execute(
        select(Picture.id, Paper, Draft.summary_id)
        .join(Draft, and_(Draft.user_id == user.id, Draft.source.contains(Picture.name)))
        .join(Paper, Paper.id == Draft.paper_id)
        .where(Picture.id.in_(ids))
    ).all()
    return [
        PictureRow(
            picture,
            tuple(paper for used, paper in uses if used == picture.id),
            tuple((paper, number) for used, paper, number in drafted if used == picture.id),
        )
        for picture in pictures
    ]


def measure_pictures(session: Session, user: User) -> tuple[int, int]:
    """How many pictures a user has, and their bytes."""
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(Picture.size), 0)).where(
            Picture.user_id == user.id
        )
    ).one()
    return int(count), int(total)
