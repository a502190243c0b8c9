"""Who may see a shelf, and what they may do there.

The only home of both rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from app.models import FormerSlug, Shelf, ShelfMember, User


@dataclass(frozen=True)
class SeenShelf:
    """A shelf that somebody may see.

    Attributes:
        role: of who looks: `owner`, `editor`, `viewer`, or empty.
        code: the secret of the link that led here; empty at the shelf's own address.
    """

    shelf: Shelf
    owner: User
    role: str
    code: str = ""

    @property
    def is_mine(self) -> bool:
        return self.role == "owner"

    @property
    def may_add(self) -> bool:
        return self.role in ("owner", "editor")

    @property
    def is_public(self) -> bool:
        return self.shelf.visibility == "public"


def is_public_shelf() -> ColumnElement[bool]:
    """Shelves that everybody sees: for lists, feeds and whatever is the same for all."""
    return Shelf.visibility == "public"


def is_seen_by(viewer: User | None) -> ColumnElement[bool]:
    """Shelves that somebody may see at their own addresses."""
    return is_public_shelf() if viewer is None else or_(is_public_shelf(), belongs_to(viewer))


def belongs_to(user: User) -> ColumnElement[bool]:
    """Shelves that somebody owns, or is a member of; an invitation is not enough."""
    return or_(
        Shelf.user_id == user.id,
        exists().where(
            ShelfMember.shelf_id == Shelf.id,
            ShelfMember.user_id == user.id,
            ShelfMember.accepted_at.is_not(None),
        ),
    )


def can_be_added_to(user: User) -> ColumnElement[bool]:
    """Shelves to which somebody may add papers."""
    return or_(
        Shelf.user_id == user.id,
        exists().where(
            ShelfMember.shelf_id == Shelf.id,
            ShelfMember.user_id == user.id,
            ShelfMember.role == "editor",
            ShelfMember.accepted_at.is_not(None),
        ),
    )


def find_shelf(
    session: Session, owner_name: str, slug: str, viewer: User | None
) -> SeenShelf | None:
    """The shelf of an address, if the viewer may see it there.

    A secret link is another address.
    """
    named = (User.name == owner_name, Shelf.slug == slug)
    query = _select_with_owner().where(*named, is_seen_by(viewer))
    return _make_seen(session, session.scalar(query), viewer)


def find_moved_shelf(
    session: Session, owner: User, slug: str, viewer: User | None
) -> SeenShelf | None:
    """The shelf that had a slug before, if the viewer may know both.

    They may see the shelf, and could have known the slug. Of several the one that had it last. One
    that is not seen counts for nothing here, so nobody learns from an address that another shelf
    has taken it.
    """
    seen: ColumnElement[bool] = is_public_shelf() & FormerSlug.was_public
    if viewer is not None:
        seen = or_(seen, belongs_to(viewer))
    query = _select_with_owner().join(FormerSlug, FormerSlug.shelf_id == Shelf.id)
    query = query.where(FormerSlug.slug == slug, Shelf.user_id == owner.id, seen)
    query = query.order_by(FormerSlug.left_at.desc(), Shelf.id.desc()).limit(1)
    return _make_seen(session, session.scalar(query), viewer)


def find_linked_shelf(session: Session, code: str, viewer: User | None) -> SeenShelf | None:
    """The unlisted shelf of a secret link."""
    query = _select_with_owner().where(Shelf.share_code == code, Shelf.visibility == "unlisted")
    return _make_seen(session, session.scalar(query), viewer, code)


def find_role(session: Session, shelf: Shelf, user: User) -> str:
    """What somebody is on a shelf: `owner`, `editor`, `viewer`, or empty."""
    if shelf.user_id == user.id:
        return "owner"
    query = select(ShelfMember.role).where(
        ShelfMember.shelf_id == shelf.id,
        ShelfMember.user_id == user.id,
        ShelfMember.accepted_at.is_not(None),
    )
    return session.scalar(query) or ""


def _select_with_owner() -> Select[Shelf]:
    return select(Shelf).join(User, User.id == Shelf.user_id).options(joinedload(Shelf.user))


def _make_seen(
    session: Session, shelf: Shelf | None, viewer: User | None, code: str = ""
) -> SeenShelf | None:
    if shelf is None:
        return None
    role = "" if viewer is None else find_role(session, shelf, viewer)
    return SeenShelf(shelf, shelf.user, role, code)
