"""The addresses of pictures: each stands in the texts of one summary only.

Whoever saw one address in two texts would know that one person wrote both, also where one of them
is anonymous. And whoever had a secret link that was given up would still have what it showed. So an
address belongs to the summary in which it stood first, with all versions of that; another text gets
a copy of the picture, and another secret link other addresses. The bytes of a picture tell nothing:
they are the same for everybody who has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Draft, FormerPicture, Picture, PictureUse, Revision, Summary, User
from app.services.locks import lock_user
from app.services.pictures.files import copy
from app.services.pictures.storage import find_storage
from app.services.pictures.uploads import (
    copy_picture,
    find_picture,
    find_picture_names,
    make_picture_name,
)
from app.statements import connection_of, run

NameChanges = Mapping[str, str]
# Built once: each text that is saved runs it.
_REMOVE_USES = delete(PictureUse).where(PictureUse.summary_id == bindparam("which"))


def resolve_addresses(
    session: Session, user: User, summary: Summary | None, text: str, *, ignore_quota: bool = False
) -> dict[str, str]:
    """Find the addresses that must be others in a user's text.

    They are those that belong to another text of theirs, for which there are copies then, and those
    that were given up with a secret link.

    Args:
        summary: whose text it is; `None` for one that is only about to be made.
        ignore_quota: make copies also when the user's room is used up.

    Returns:
        The new name of each picture that needs one; mostly there is none.

    Raises:
        Refusal: when there is no room for a copy.
    """
    names = find_picture_names(text)
    if not names:
        return {}
    begin_writing(session)
    lock_user(session, user.id)
    own = _own(session, user, names)
    home = None if summary is None else summary.id
    changes: dict[str, str] = {}
    for name in names:
        picture = own.get(name)
        if picture is None:
            continue
        if picture.summary_id not in (None, home):
            found = find_picture(session, user, picture.digest, summary)
            picture = found or copy_picture(session, user, picture, ignore_quota=ignore_quota)
        if picture.name != name:
            changes[name] = picture.name
    return changes


def replace_names(text: str, changes: NameChanges) -> str:
    """Put other names of pictures into a text or its HTML.

    They are long and random, so nothing else is replaced.
    """
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def note_uses(session: Session, summary: Summary) -> None:
    """Note which of their own pictures a summary shows.

    They belong to it from now on. Doing it twice changes nothing.
    """
    session.flush()
    run(connection_of(session), _REMOVE_USES, {"which": summary.id})
    names = find_picture_names(summary.source)
    if not names:
        return
    own = select(Picture.id).where(Picture.user_id == summary.user_id, Picture.name.in_(names))
    rows = [{"picture_id": number, "summary_id": summary.id} for number in session.scalars(own)]
    if rows:
        session.execute(insert(PictureUse), rows)
        shown = Picture.id.in_([row["picture_id"] for row in rows])
        session.execute(
            update(Picture).where(shown, Picture.summary_id.is_(None)).values(summary_id=summary.id)
        )


def renew_addresses(session: Session, summary: Summary) -> None:
    """Give all pictures of a summary other addresses, in its text, its versions and drafts.

    Who knows the old ones sees nothing there any more. A window that is still open with the text
    may save it: the old names are remembered for its writer. The old files go when `tidy` finds
    that they belong to nothing.
    """
    begin_writing(session)
    lock_user(session, summary.user_id)
    separate_addresses(session, summary)
    changes = {}
    of_summary = select(Picture).where(Picture.summary_id == summary.id).order_by(Picture.id)
    for picture in session.scalars(of_summary).all():
        old, new = picture.name, make_picture_name(picture.name.rsplit(".", 1)[1])
        copy(find_storage(session.info), old, new)
        session.add(FormerPicture(name=old, picture_id=picture.id))
        picture.name = changes[old] = new
    session.flush()
    _carry(session, summary, changes)


def separate_addresses(session: Session, summary: Summary) -> None:
    """Give a saved text and its versions addresses of their own where they share one."""
    user = session.get_one(User, summary.user_id)
    versions = select(Revision.source).where(
        Revision.summary_id == summary.id, Revision.source.contains("/pictures/")
    )
    changes: dict[str, str] = {}
    for text in [summary.source, *session.scalars(versions)]:
        changes |= resolve_addresses(session, user, summary, text, ignore_quota=True)
    if changes:
        _carry(session, summary, changes)
        note_uses(session, summary)
        new = Picture.name.in_(changes.values())  # also what only an earlier version shows
        session.execute(
            update(Picture).where(new, Picture.summary_id.is_(None)).values(summary_id=summary.id)
        )


def separate_all_addresses(session: Session) -> Iterator[int]:
    """Give all texts of a library picture addresses of their own.

    For a library from before addresses belonged to one text.

    Yields:
        The number of each summary, after its commit.
    """
    shared = (
        select(PictureUse.summary_id)
        .join(Picture, Picture.id == PictureUse.picture_id)
        .where(Picture.summary_id != PictureUse.summary_id)
        .distinct()
    )
    for number in session.scalars(shared).all():
        begin_writing(session)
        summary = session.get(Summary, number, populate_existing=True)
        if summary is not None:
            separate_addresses(session, summary)
            note_uses(session, summary)
        session.commit()
        yield number


def _own(session: Session, user: User, names: list[str]) -> dict[str, Picture]:
    """A user's pictures by the names that stand in a text, which may be former ones."""
    present = session.scalars(
        select(Picture).where(Picture.user_id == user.id, Picture.name.in_(names))
    )
    former = session.execute(
        select(FormerPicture.name, Picture)
        .join(Picture, Picture.id == FormerPicture.picture_id)
        .where(Picture.user_id == user.id, FormerPicture.name.in_(names))
    )
    return {**dict(former.all()), **{picture.name: picture for picture in present}}


def _carry(session: Session, summary: Summary, changes: NameChanges) -> None:
    """Put other names of pictures into all that is kept of a summary, and into its draft."""
    session.flush()
    for table, owned, columns in (
        (Summary, (Summary.id == summary.id,), ("source", "html", "opening_html", "lead_html")),
        (Revision, (Revision.summary_id == summary.id,), ("source", "html")),
        (Draft, (Draft.summary_id == summary.id,), ("source",)),
    ):
        for name in columns:
            column = getattr(table, name)
            for old, new in changes.items():
                session.execute(
                    update(table)
                    .where(*owned, column.contains(old, autoescape=True))
                    .values({name: func.replace(column, old, new)})
                    .execution_options(synchronize_session=False)
                )
    session.refresh(summary)
    for row in list(session.identity_map.values()):
        if isinstance(row, Revision | Draft):
            session.expire(row)
