"""Make, change and delete shelves; who can see them.

Each function is a part of one transaction, which the caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import FormerSlug, Shelf, User
from app.models.papers.shelf import MAX_SHELF_TITLE_CHARS, MAX_SLUG_CHARS
from app.rendering import RENDERER_VERSION, RenderError
from app.rendering.caps import MAX_TEXT_BYTES
from app.services import changed_pages
from app.services.locks import lock_user
from app.services.refusals import Refusal, Refusals
from app.services.renderer import render_text
from app.services.tokens import make_secret
from app.text.folding import make_slug
from app.text.lines import plain_ends, visible_line
from app.text.visibility import VISIBILITIES

MAX_SHELVES = 200  # of one owner
MAX_FORMER_SLUGS = 20  # of one shelf; the oldest go
GONE = "This shelf no longer exists."


@dataclass(frozen=True)
class ShelfTexts:
    """What its owner says of a shelf, as typed.

    Attributes:
        slug: the end of its address; empty to make it of the title.
        description: in Markdown.
    """

    title: str
    slug: str = ""
    description: str = ""
    visibility: str = "private"


def create_shelf(session: Session, owner: User, texts: ShelfTexts) -> Shelf:
    """Make a shelf.

    Raises:
        Refusal: with all that is wrong.
    """
    title, description, html = _check(session, texts)
    begin_writing(session)
    lock_user(session, owner.id)
    count = select(func.count()).select_from(Shelf).where(Shelf.user_id == owner.id)
    if (session.scalar(count) or 0) >= MAX_SHELVES:
        raise Refusal("title", f"You can have up to {MAX_SHELVES} shelves.")
    moment = now()
    shelf = Shelf(
        user_id=owner.id,
        title=title,
        slug=_choose_slug(session, owner.id, texts.slug, title),
        visibility=texts.visibility,
        share_code=make_secret() if texts.visibility == "unlisted" else None,
        description=description,
        description_html=html,
        renderer_version=RENDERER_VERSION,
        created_at=moment,
        changed_at=moment,
    )
    session.add(shelf)
    session.flush()
    changed_pages.name_shelf(session, shelf)
    return shelf


def change_shelf(session: Session, shelf: Shelf, texts: ShelfTexts) -> None:
    """Change what a shelf is called, what it says, and who can see it.

    Raises:
        Refusal: with all that is wrong.
    """
    title, description, html = _check(session, texts)
    lock_shelf(session, shelf)
    _hide_if_public(session, shelf)
    slug = shelf.slug
    if make_slug(texts.slug) != slug:
        slug = _choose_slug(session, shelf.user_id, texts.slug, title, shelf)
    if slug != shelf.slug or (shelf.visibility == "public" and texts.visibility != "public"):
        remember_slug(session, shelf)
    shelf.slug = slug
    shelf.title = title
    shelf.description, shelf.description_html = description, html
    shelf.renderer_version = RENDERER_VERSION
    if texts.visibility != shelf.visibility:
        # A link that was given out before leads nowhere when the shelf is unlisted again.
        shelf.share_code = make_secret() if texts.visibility == "unlisted" else None
        shelf.visibility = texts.visibility
    shelf.changed_at = now()
    session.flush()
    _hide_if_public(session, shelf)  # pages of all its papers show it from now on


def describe_shelf(session: Session, shelf: Shelf, description: str, html: str) -> None:
    """Change what a shelf says, as `render_description` has it, and nothing else."""
    lock_shelf(session, shelf)
    _hide_if_public(session, shelf)
    shelf.description, shelf.description_html = description, html
    shelf.renderer_version = RENDERER_VERSION
    shelf.changed_at = now()
    session.flush()


def renew_shelf_link(session: Session, shelf: Shelf) -> None:
    """Give an unlisted shelf another secret address; the one before leads nowhere at once.

    Raises:
        Refusal: for a shelf that is not unlisted.
    """
    lock_shelf(session, shelf)
    if shelf.visibility != "unlisted":
        raise Refusal("visibility", "Only unlisted shelves have a secret link.")
    shelf.share_code = make_secret()
    session.flush()
    changed_pages.name_shelf(session, shelf)


def delete_shelf(session: Session, shelf: Shelf) -> None:
    """Delete a shelf with its notes, for all its members; the papers stay."""
    lock_shelf(session, shelf)
    _hide_if_public(session, shelf)
    session.execute(delete(Shelf).where(Shelf.id == shelf.id))
    session.expunge(shelf)


def lock_shelf(session: Session, shelf: Shelf) -> None:
    """Let writes to a shelf wait for each other; read it anew.

    Raises:
        Refusal: when it was deleted meanwhile.
    """
    begin_writing(session)
    query = select(Shelf).where(Shelf.id == shelf.id).with_for_update()
    if session.scalar(query.execution_options(populate_existing=True)) is None:
        raise Refusal("form", GONE)


def _hide_if_public(session: Session, shelf: Shelf) -> None:
    """Put out of date all that shows a shelf, if others can see it."""
    changed_pages.name_shelf(session, shelf)
    if shelf.visibility == "public":
        changed_pages.name_everything(session)


def _check(session: Session, texts: ShelfTexts) -> tuple[str, str, str]:
    """Title, description and its HTML."""
    refused = Refusals()
    title = visible_line(texts.title)
    description = tidy_description(texts.description)
    refused.check(_check_title, None, title)
    if len(texts.slug) > MAX_SLUG_CHARS:
        refused.add([Refusal("slug", f"Up to {MAX_SLUG_CHARS} characters.")])
    elif texts.slug.strip() and not make_slug(texts.slug):
        refused.add([Refusal("slug", "Use letters, digits and hyphens.")])
    if texts.visibility not in VISIBILITIES:
        refused.add([Refusal("visibility", "Choose who can see it.")])
    html = refused.check(render_description, "", session, description)
    refused.raise_first()
    return title, description, html


def tidy_description(text: str) -> str:
    """A description as it is kept."""
    return plain_ends(text).replace("\x00", "").strip("\n")


def _check_title(title: str) -> None:
    if not title:
        raise Refusal("title", "Enter a title.")
    if len(title) > MAX_SHELF_TITLE_CHARS:
        message = f"Up to {MAX_SHELF_TITLE_CHARS} characters (you have {len(title)})."
        raise Refusal("title", message)


def render_description(session: Session, description: str) -> str:
    """The HTML of a description.

    Raises:
        Refusal: for one that is too long, or that cannot be rendered.
    """
    size = len(description.encode())
    if size > MAX_TEXT_BYTES:
        message = f"A description can be up to {MAX_TEXT_BYTES:,} bytes (you have {size:,})."
        raise Refusal("description", message)
    if not description.strip():
        return ""
    try:
        return render_text(session, description).html
    except RenderError as error:  # also when the server has no time for it
        raise Refusal("description", str(error)) from None


def _choose_slug(
    session: Session, owner_id: int, typed: str, title: str, shelf: Shelf | None = None
) -> str:
    """The slug that was typed, or one of the title that no other shelf of the owner has."""
    used = select(Shelf.slug).where(Shelf.user_id == owner_id)
    taken = set(session.scalars(used if shelf is None else used.where(Shelf.id != shelf.id)))
    if slug := make_slug(typed):
        if slug in taken:
            raise Refusal("slug", "Another shelf of yours has this address.")
        return slug
    return free_slug(make_slug(title), taken)


def remember_slug(session: Session, shelf: Shelf) -> None:
    """Let the present address of a shelf lead to it also later.

    Where only members know it, only they are led.
    """
    found = session.get(FormerSlug, (shelf.id, "", shelf.slug), populate_existing=True)
    if found is None:
        former = select(FormerSlug).where(FormerSlug.shelf_id == shelf.id)
        former = former.where(FormerSlug.owner_name == "")
        newest = former.order_by(FormerSlug.left_at.desc(), FormerSlug.slug)
        for each in session.scalars(newest.offset(MAX_FORMER_SLUGS - 1)).all():
            session.delete(each)
        found = FormerSlug(shelf_id=shelf.id, slug=shelf.slug, was_public=False)
        session.add(found)
    found.was_public = found.was_public or shelf.visibility == "public"
    found.left_at = now()
    session.flush()


def free_slug(wanted: str, taken: set[str]) -> str:
    """A slug that is not taken, with a number behind it if need be."""
    base = wanted[: MAX_SLUG_CHARS - 5].strip("-") or "shelf"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
