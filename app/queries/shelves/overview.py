"""Which shelves there are: of a reader, of a user, with a paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Label, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.models import Paper, Shelf, ShelfEntry, ShelfMember, User
from app.queries.shelves.access import (
    belongs_to,
    can_be_added_to,
    find_named_shelf,
    is_public_shelf,
)
from app.statements import connection_of, read_rows

MAX_PUBLIC_SHELVES = 100  # of one user that are listed
MAX_SHELVES_OF_PAPER = 5
_LATEST = (Shelf.changed_at.desc(), Shelf.id.desc())
SEPARATOR = "/"  # between the owner's name and the slug, where a form names a shelf


@dataclass(frozen=True)
class ShelfLine:
    """A shelf in a list.

    Attributes:
        number: of its row; the older of two has the smaller one.
        papers: how many are on it.
        role: of who looks, as in `SeenShelf`.
    """

    number: int
    title: str
    slug: str
    visibility: str
    owner: User
    papers: int
    role: str = ""

    @property
    def value(self) -> str:
        """By what a form names it."""
        return f"{self.owner.name}{SEPARATOR}{self.slug}"


@dataclass(frozen=True)
class OwnShelves:
    """The shelves of one reader, the last changed first, and what they are invited to."""

    mine: Sequence[ShelfLine]
    shared: Sequence[ShelfLine]
    invitations: Sequence[ShelfLine]


def load_own_shelves(session: Session, user: User) -> OwnShelves:
    """What somebody owns, shares, and is invited to; two queries."""
    mine = _lines(session, _select_lines().where(Shelf.user_id == user.id), "owner")
    member = aliased(ShelfMember)
    shared = _select_lines(member.role, member.accepted_at)
    shared = shared.join(member, member.shelf_id == Shelf.id).where(member.user_id == user.id)
    found = session.execute(shared).all()
    accepted = [_line(row, row.role) for row in found if row.accepted_at is not None]
    waiting = [_line(row, row.role) for row in found if row.accepted_at is None]
    return OwnShelves(mine, accepted, waiting)


def list_addable_shelves(session: Session, user: User) -> list[ShelfLine]:
    """The shelves to which somebody may add papers, the last changed first."""
    return _lines(session, _select_lines().where(can_be_added_to(user)), "editor")


def find_addable_shelf(session: Session, user: User, value: str) -> Shelf | None:
    """The shelf that a form names, if they may add papers to it."""
    name, _, slug = value.partition(SEPARATOR)
    query = select(Shelf).join(User, User.id == Shelf.user_id)
    named = query.where(User.name == name, Shelf.slug == slug, can_be_added_to(user))
    return session.scalar(named)


def find_listed_value(session: Session, user: User, value: str) -> str:
    """By what a form names a shelf today, from a present or former address.

    Only one that they own or share: else the value stays as it is.
    """
    name, _, slug = value.partition(SEPARATOR)
    found = find_named_shelf(session, name, slug, user) if slug else None
    if found is None or not found.role:
        return value
    return f"{found.owner.name}{SEPARATOR}{found.shelf.slug}"


def select_shelved(user: User, value: str) -> Select[Any]:
    """The papers on a shelf that somebody owns or shares, for a condition."""
    name, _, slug = value.partition(SEPARATOR)
    columns: tuple[Any, ...] = (ShelfEntry.paper_id,)
    query = select(*columns).join(Shelf, Shelf.id == ShelfEntry.shelf_id)
    query = query.join(User, User.id == Shelf.user_id)
    named = (User.name == name, Shelf.slug == slug, ShelfEntry.paper_id.is_not(None))
    return query.where(*named, belongs_to(user))


def list_values_with_paper(session: Session, user: User, paper: Paper) -> set[str]:
    """Which of the shelves to which somebody may add papers have this one already."""
    query = (
        select(User.name, Shelf.slug)
        .join(Shelf, Shelf.user_id == User.id)
        .join(ShelfEntry, ShelfEntry.shelf_id == Shelf.id)
        .where(ShelfEntry.paper_id == paper.id, can_be_added_to(user))
    )
    return {f"{name}{SEPARATOR}{slug}" for name, slug in session.execute(query)}


def load_own_titles(session: Session, owner: User) -> dict[int, str]:
    """What somebody's shelves are called, by number; the oldest first."""
    query = select(Shelf.id, Shelf.title).where(Shelf.user_id == owner.id).order_by(Shelf.id)
    return dict(session.execute(query).all())


def load_own_shelves_of_papers(
    session: Session, owner: User, paper_ids: Collection[int]
) -> dict[int, list[int]]:
    """The numbers of somebody's shelves on which papers are, by the paper."""
    query = select(ShelfEntry.paper_id, Shelf.id).join(Shelf, Shelf.id == ShelfEntry.shelf_id)
    query = query.where(Shelf.user_id == owner.id, ShelfEntry.paper_id.in_(paper_ids))
    found: dict[int, list[int]] = {}
    for paper_id, shelf_id in session.execute(query.order_by(Shelf.id)):
        found.setdefault(paper_id or 0, []).append(shelf_id)
    return found


def list_public_shelves(session: Session, owner: User) -> list[ShelfLine]:
    """The public shelves of a user, the last changed first."""
    found = read_rows(connection_of(session), _select_public(), {"owner": owner.id})
    return [ShelfLine(row.id, row.title, row.slug, "public", owner, row.papers) for row in found]


def list_public_shelves_of_paper(session: Session, paper: Paper) -> tuple[list[Any], int]:
    """Some of the public shelves on which a paper is, and how many there are."""
    found = read_rows(connection_of(session), _select_public_of_paper(), {"paper": paper.id})
    return list(found), found[0][4] if found else 0


@cache
def _select_public_of_paper() -> Select[Any]:
    named: tuple[Any, ...] = (Shelf.title, Shelf.slug, User.name, User.display_name)
    return (
        select(*named, func.count().over())
        .join(ShelfEntry, ShelfEntry.shelf_id == Shelf.id)
        .join(User, User.id == Shelf.user_id)
        .where(ShelfEntry.paper_id == bindparam("paper"), is_public_shelf())
        .order_by(ShelfEntry.added_at.desc(), ShelfEntry.id.desc())
        .limit(MAX_SHELVES_OF_PAPER)
    )


def list_sitemap_shelves(session: Session, lowest: int, highest: int) -> list[tuple[str, str]]:
    """Owner and slug of the public shelves in a part of the sitemap."""
    query = (
        select(User.name, Shelf.slug)
        .join(Shelf, Shelf.user_id == User.id)
        .where(is_public_shelf(), Shelf.id >= lowest, Shelf.id < highest)
        .order_by(Shelf.id)
    )
    return [(name, slug) for name, slug in session.execute(query)]


def list_members(session: Session, shelf: Shelf) -> list[tuple[ShelfMember, User]]:
    """Members and who is invited, in the order of their invitations."""
    query = (
        select(ShelfMember, User)
        .join(User, User.id == ShelfMember.user_id)
        .where(ShelfMember.shelf_id == shelf.id)
        .order_by(ShelfMember.invited_at, User.name)
    )
    return [(member, user) for member, user in session.execute(query)]


def find_invitation(session: Session, shelf: Shelf, viewer: User | None) -> ShelfMember | None:
    """The viewer's invitation to a shelf, if it waits for an answer."""
    if viewer is None:
        return None
    query = select(ShelfMember).where(ShelfMember.accepted_at.is_(None))
    theirs = (ShelfMember.shelf_id == shelf.id, ShelfMember.user_id == viewer.id)
    return session.scalar(query.where(*theirs))


@cache
def _select_public() -> Select[Any]:
    columns: Collection[Any] = (Shelf.id, Shelf.title, Shelf.slug, _count_papers())
    query = select(*columns).where(Shelf.user_id == bindparam("owner"), is_public_shelf())
    return query.order_by(*_LATEST).limit(MAX_PUBLIC_SHELVES)


def _select_lines(*further: Any) -> Select[Any]:
    columns: Collection[Any] = (Shelf.id, Shelf.title, Shelf.slug, Shelf.visibility)
    query = select(*columns, User, _count_papers(), *further).join(User, User.id == Shelf.user_id)
    return query.order_by(*_LATEST)


def _count_papers() -> Label[int]:
    counted = select(func.count()).where(
        ShelfEntry.shelf_id == Shelf.id, ShelfEntry.paper_id.is_not(None)
    )
    return counted.scalar_subquery().label("papers")


def _lines(session: Session, query: Select[Any], role: str = "") -> list[ShelfLine]:
    return [_line(row, role) for row in session.execute(query)]


def _line(row: Any, role: str) -> ShelfLine:
    return ShelfLine(row.id, row.title, row.slug, row.visibility, row.User, row.papers, role)
