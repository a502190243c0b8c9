"""Who may see a shelf, and what they may do there.

The only home of both rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session, joinedload

from app.models import FormerName, FormerSlug, Shelf, ShelfMember, User


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


def is_invited(session: Session, owner_name: str, slug: str, viewer: User) -> bool:
    """Whether an invitation to the shelf of an address waits for somebody."""
    query = (
        select(ShelfMember.shelf_id)
        .join(Shelf, Shelf.id == ShelfMember.shelf_id)
        .join(User, User.id == Shelf.user_id)
        .where(ShelfMember.user_id == viewer.id, ShelfMember.accepted_at.is_(None))
        .where(User.name == owner_name, Shelf.slug == slug)
    )
    return session.scalar(query) is not None


def find_named_shelf(
    session: Session, owner_name: str, slug: str, viewer: User | None
) -> SeenShelf | None:
    """The shelf of an address that it has, or had before."""
    query = _select_with_owner().where(Shelf.id.in_(select_named_shelf(owner_name, slug, viewer)))
    return _make_seen(session, session.scalar(query), viewer)


def select_named_shelf(owner_name: str, slug: str, viewer: User | None) -> Select[Any]:
    """The number of the shelf that has or had an address, for a condition.

    First the one that is there; then one of an account that had this name when it was merged into
    another; then one that is there by the present name of the owner; then one that had the slug
    before. Of several the one that had it last. One that is not seen counts for nothing, so nobody
    learns from an address that another shelf has taken it.
    """
    owner_name = owner_name.lower()
    renamed = select(FormerName.user_id).where(FormerName.name == owner_name).scalar_subquery()
    live, former = _is_live(slug, viewer), _is_former(viewer)
    rank = case(
        (live & (User.name == owner_name), 0),
        (former & (FormerSlug.owner_name == owner_name), 1),
        (live, 2),
        else_=3,
    )
    named = FormerSlug.owner_name.in_(("", owner_name))
    query = _select_by_slug(slug, named).where(or_(live, former))
    query = query.where(or_(User.name == owner_name, User.id == renamed))
    return query.order_by(rank, FormerSlug.left_at.desc(), Shelf.id.desc()).limit(1)


def select_nearest_shelves(slug: str, viewer: User | None) -> Select[Any]:
    """The numbers of the shelves that a slug means, whoever owns them, for a condition.

    One's own come before those that are shared with one, and these before all that are public.
    Those that had the slug before are meant when there are no others.
    """
    distance: Any = literal(2)
    if viewer is not None:
        distance = case((Shelf.user_id == viewer.id, 0), (belongs_to(viewer), 1), else_=2)
    live, former = _is_live(slug, viewer), _is_former(viewer)
    distance = case((live, distance), else_=distance + 3)
    by_slug = _select_by_slug(slug, true()).add_columns(distance.label("distance"))
    found = by_slug.where(or_(live, former)).subquery()
    nearest = select(func.min(found.c.distance)).scalar_subquery()
    return select(found.c.id).where(found.c.distance == nearest)


def _select_by_slug(slug: str, named: ColumnElement[bool]) -> Select[Any]:
    """The shelves that have a slug or had it, with each row of that which is `named`."""
    having = select(Shelf.id).where(Shelf.slug == slug)
    had = select(FormerSlug.shelf_id).where(FormerSlug.slug == slug)
    of_slug = and_(FormerSlug.shelf_id == Shelf.id, FormerSlug.slug == slug, named)
    query = select(Shelf.id).join(User, User.id == Shelf.user_id)
    return query.outerjoin(FormerSlug, of_slug).where(Shelf.id.in_(union(having, had)))


def _is_live(slug: str, viewer: User | None) -> ColumnElement[bool]:
    return and_(Shelf.slug == slug, is_seen_by(viewer))


def _is_former(viewer: User | None) -> ColumnElement[bool]:
    """Whether the viewer may see the shelf, and could have known the slug that it had."""
    seen: ColumnElement[bool] = is_public_shelf() & FormerSlug.was_public
    if viewer is not None:
        seen = or_(seen, and_(FormerSlug.slug.is_not(None), belongs_to(viewer)))
    return seen


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
