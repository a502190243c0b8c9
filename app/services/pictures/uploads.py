"""Pictures that writers upload: decoded and written anew.

The rows are here; the files are made by `files`, and kept where `storage` says.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, String, cast, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.db import begin_writing, now
from app.models import (
    DeletedSummary,
    Draft,
    ListEntry,
    MergedDraft,
    Paper,
    Picture,
    PictureUse,
    Revision,
    Summary,
    User,
)
from app.queries.pictures import measure_pictures
from app.services.locks import lock_user
from app.services.pictures.contract import PictureStorage, StorageUnavailable
from app.services.pictures.files import copy, encode, write
from app.services.pictures.picture_file import MAX_BYTES, PictureFile
from app.services.pictures.storage import find_storage, remove_files
from app.services.refusals import Refusal
from app.text.lines import one_line

MAX_PICTURES = 1000  # of one user
MAX_TOTAL = 200_000_000  # bytes of one user
MAX_ALT = 300
# Whoever is writing has a day to save the text in which the picture stands.
MIN_UNUSED_AGE = timedelta(days=1)
PICTURE_NAME = re.compile(r"[A-Za-z0-9_-]{22}\.(?:png|jpg)")
_ADDRESS = re.compile(rf"/pictures/({PICTURE_NAME.pattern})(?![\w.-])")


def find_picture_names(text: str) -> list[str]:
    """The names of uploaded pictures whose addresses stand in a text, each once."""
    return list(dict.fromkeys(_ADDRESS.findall(text)))


def store_picture(
    session: Session,
    user: User,
    data: bytes,
    *,
    within: Summary | None = None,
    alt: str = "",
) -> Picture:
    """Keep a picture, under an address of its own.

    The same one is kept once only as long as none of its owner's texts shows it, and in one text:
    an address belongs to one summary, see `addresses`.

    Args:
        data: a PNG, JPEG, GIF or WebP file of at most `MAX_BYTES`; of an animation the first
            picture is kept.
        within: the summary that is to show it, when that is here already.
        alt: what it shows; where nothing is said, what was said before is kept.

    Raises:
        Refusal: for anything else, or when the user's room is used up.
    """
    file = encode(data)
    digest = hashlib.sha256(file.content).hexdigest()
    storage = find_storage(session.info)
    # Before others have to wait for this writer; a file without a row is found by `tidy`.
    name = _store_before(session, user, file, digest, within)
    begin_writing(session)
    lock_user(session, user.id)
    found = find_picture(session, user, digest, within)
    if found is None:
        _check_room(session, user, len(file.content))
        if name is None:
            name = make_picture_name(file.extension)
            write(storage, name, file.content)
        found = Picture(
            name=name,
            user_id=user.id,
            digest=digest,
            width=file.width,
            height=file.height,
            size=len(file.content),
            uploaded_at=now(),
        )
    found.alt = one_line(alt)[:MAX_ALT] or found.alt or ""
    session.add(found)
    session.flush()
    return found


def _store_before(
    session: Session, user: User, file: PictureFile, digest: str, within: Summary | None
) -> str | None:
    """Write the file of a new picture; its name, or `None` when the picture is here already."""
    storage = find_storage(session.info)
    found = find_picture(session, user, digest, within)
    if found is None:
        _check_room(session, user, len(file.content))
        name = make_picture_name(file.extension)
        write(storage, name, file.content)
        return name
    try:
        is_there = storage.has(found.name)
    except StorageUnavailable:
        is_there = False
    if not is_there:  # lost, and now here again
        write(storage, found.name, file.content)
    return None


def find_picture(
    session: Session, user: User, digest: str, within: Summary | None
) -> Picture | None:
    """Find a picture of this content for a text.

    It is the text's own, or one that stands in no text yet.
    """
    home = None if within is None else within.id
    query = select(Picture).where(
        Picture.user_id == user.id,
        Picture.digest == digest,
        or_(Picture.summary_id.is_(None), Picture.summary_id == home),
    )
    found = session.scalars(query).all()
    shown = find_picture_names(within.source) if within is not None else []
    return min(
        found,
        key=lambda each: (each.summary_id is None, each.name not in shown, each.id),
        default=None,
    )


def copy_picture(
    session: Session, user: User, picture: Picture, *, ignore_quota: bool = False
) -> Picture:
    """The same picture under another address.

    Raises:
        Refusal: when the user's room is used up, unless `ignore_quota`.
    """
    if not ignore_quota:
        _check_room(session, user, picture.size)
    facts = ("user_id", "digest", "width", "height", "size", "alt")
    made = Picture(
        name=make_picture_name(picture.name.rsplit(".", 1)[1]),
        uploaded_at=now(),
        **{fact: getattr(picture, fact) for fact in facts},
    )
    copy(find_storage(session.info), picture.name, made.name)
    session.add(made)
    session.flush()
    return made


def make_picture_name(extension: str) -> str:
    """A name for a file that nobody can guess: 128 random bits."""
    return f"{secrets.token_urlsafe(16)}.{extension}"


def add_from_form(session: Session, user: User, file: FileStorage | None, alt: str) -> str:
    """Store the picture of a form.

    Returns:
        The Markdown that shows it.

    Raises:
        Refusal: as `store_picture`, or when no file was chosen.
    """
    if file is None or not file.filename:
        raise Refusal("picture", "Choose an image first.")
    # One byte more than there may be: enough to know that it is too large.
    picture = store_picture(session, user, file.stream.read(MAX_BYTES + 1), alt=alt)
    return format_picture_markdown(picture)


def format_picture_markdown(picture: Picture, alt: str | None = None) -> str:
    """The Markdown that shows a picture.

    Args:
        alt: what it shows, for those who cannot see it; `None` for what its owner said.
    """
    line = one_line(picture.alt if alt is None else alt)[:MAX_ALT]
    escaped = re.sub(r"([][\\])", r"\\\1", line)
    return f"![{escaped}](/pictures/{picture.name})"


def remove_picture(session: Session, user: User, name: str) -> str | None:
    """Remove one of a user's pictures.

    Returns:
        Its file, to be removed after the commit; `None` when they have no such picture.

    Raises:
        Refusal: when a summary or draft of theirs shows it.
    """
    begin_writing(session)
    lock_user(session, user.id)
    picture = session.scalar(
        select(Picture).where(Picture.user_id == user.id, Picture.name == name)
    )
    if picture is None:
        return None
    shown = session.scalar(
        select(Paper.title)
        .join(Summary, Summary.paper_id == Paper.id)
        .join(PictureUse, PictureUse.summary_id == Summary.id)
        .where(PictureUse.picture_id == picture.id)
    ) or session.scalar(
        select(Paper.title)
        .join(Draft, Draft.paper_id == Paper.id)
        .where(Draft.user_id == user.id, Draft.source.contains(name, autoescape=True))
    )
    if shown is not None:
        raise Refusal("picture", f"It’s used in your text about “{shown}”.")
    session.delete(picture)
    session.flush()
    return name


def tidy(session: Session, user_id: int | None = None) -> Iterator[int]:
    """Remove pictures older than `MIN_UNUSED_AGE` that nothing of their owner refers to any more.

    Rows go before files: a crash may leave a file that nobody asks for, and the next run
    finds it, but never a row without its file.

    Args:
        user_id: only this user's; `None` for everybody's, and for files that have no row.

    Yields:
        How many pictures of an owner were removed, after the commit.
    """
    storage = find_storage(session.info)
    query = select(Picture.user_id).distinct().where(*_unshown())
    if user_id is not None:
        query = query.where(Picture.user_id == user_id)
    for owner in session.scalars(query).all():
        begin_writing(session)
        lock_user(session, owner)
        candidates = session.scalars(
            select(Picture).where(Picture.user_id == owner, *_unshown())
        ).all()
        kept = {name for text in _other_texts(session, owner) for name in find_picture_names(text)}
        unused = [picture for picture in candidates if picture.name not in kept]
        for picture in unused:
            session.delete(picture)
        session.commit()
        remove_files(storage, [picture.name for picture in unused])
        yield len(unused)
    if user_id is None:
        _remove_strays(session, storage)


def _unshown() -> tuple[ColumnElement[bool], ...]:
    shown = select(PictureUse.picture_id)
    return (Picture.uploaded_at < now() - MIN_UNUSED_AGE, Picture.id.not_in(shown))


def _other_texts(session: Session, owner: int) -> Iterator[str]:
    """What a user wrote besides the present texts: drafts, notes, versions, deleted texts."""
    yield from session.scalars(select(Draft.source).where(Draft.user_id == owner))
    yield from session.scalars(
        select(ListEntry.notes).where(
            ListEntry.user_id == owner, ListEntry.notes.contains("/pictures/")
        )
    )
    yield from session.scalars(
        select(Revision.source)
        .join(Summary, Summary.id == Revision.summary_id)
        .where(Summary.user_id == owner, Revision.source.contains("/pictures/"))
    )
    yield from session.scalars(
        select(cast(DeletedSummary.data, String)).where(DeletedSummary.user_id == owner)
    )
    yield from session.scalars(
        select(cast(MergedDraft.data, String)).where(MergedDraft.user_id == owner)
    )


def _remove_strays(session: Session, storage: PictureStorage) -> None:
    oldest = now() - MIN_UNUSED_AGE
    for file in storage.list_files():
        # A bucket may hold other things, too.
        if file.stored_at >= oldest or not PICTURE_NAME.fullmatch(file.name):
            continue
        if session.scalar(select(Picture.id).where(Picture.name == file.name)) is None:
            storage.remove(file.name)


def _check_room(session: Session, user: User, size: int) -> None:
    count, total = measure_pictures(session, user)
    if count >= MAX_PICTURES or total + size > MAX_TOTAL:
        raise Refusal(
            "picture",
            f"You’ve reached the limit of {MAX_PICTURES:,} images or {MAX_TOTAL // 1_000_000} MB."
            " Delete some on the Images page.",
        )
