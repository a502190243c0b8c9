"""Load-or-404 of shelves by what the viewer wants to do, and their addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, abort, redirect, request, url_for

from app.models import Shelf, User
from app.queries.shelves import access
from app.queries.shelves.access import SeenShelf
from app.views.http.access import db, viewer
from app.views.http.paths import is_read, this_address, this_path
from app.views.http.shared_pages import keep_private

View = TypeVar("View", bound=Callable[..., Any])


def at_shelf(blueprint: Blueprint, rest: str = "", before: str = "") -> Callable[[View], View]:
    """Let a view answer at a shelf's own address and at a secret one.

    Args:
        rest: of the path, behind the shelf.
        before: what stands before it.
    """

    def decorate(view: View) -> View:
        for start in ("/shelf/<name>/<slug>", "/shared-shelf/<code>"):
            blueprint.get(f"{before}{start}{rest}")(view)
        return view

    return decorate


def with_shelf(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give a view the shelf of its address: 404 for who may not see it.

    It stands next to the view: `shared` and limits come before the shelf is loaded.
    """

    @wraps(view)
    def loaded(name: str = "", slug: str = "", code: str = "", **rest: Any) -> Any:
        return view(load_shelf_or_404(name, slug, code), **rest)

    return loaded


def load_shelf_or_404(name: str = "", slug: str = "", code: str = "") -> SeenShelf:
    """The shelf of an address or of a secret link.

    One that the viewer may not see does not exist for them; who is invited is sent to the
    invitation. From an address that it had before,
    whoever reads is sent to the present one; what is sent there is taken.
    """
    looking = viewer()
    if code:
        found = access.find_linked_shelf(db(), code, looking)
    else:
        found = access.find_shelf(db(), name, slug, looking)
        found = found or access.find_named_shelf(db(), name, slug, looking)
    if found is None:
        if looking is not None and is_read() and access.is_invited(db(), name, slug, looking):
            abort(redirect(url_for("shelves.index")))  # where the invitation is
        abort(404)
    if not found.is_public:
        keep_private()
    if not code and (found.owner.name, found.shelf.slug) != (name, slug):
        _lead_on(found)
    return found


def _lead_on(seen: SeenShelf) -> None:
    """Send a reader to the same page at the shelf's present address.

    Not for good: another shelf may take the former one.
    """
    if is_read():
        values = {**(request.view_args or {}), **place_of(seen)}
        # The query stays text: by the names in it `url_for` would be told other things.
        query = this_address().removeprefix(this_path())
        abort(redirect(url_for(request.endpoint or "shelves.show", **values) + query))


def load_addable_shelf(name: str, slug: str) -> SeenShelf:
    """A shelf to which the viewer may add papers: 403 when they may only look."""
    found = load_shelf_or_404(name, slug)
    if not found.may_add:
        abort(403)
    return found


def load_own_shelf(name: str, slug: str) -> SeenShelf:
    """A shelf of the viewer's own: 403 when they may only look or add."""
    found = load_shelf_or_404(name, slug)
    if not found.is_mine:
        abort(403)
    return found


def place_of(seen: SeenShelf) -> dict[str, Any]:
    """What the addresses hold of a shelf, by the way on which the viewer came."""
    if seen.code:
        return {"code": seen.code}
    return {"name": seen.owner.name, "slug": seen.shelf.slug}


def shelf_address(shelf: Shelf, owner: User) -> str:
    """The address of a shelf for its owner and members."""
    return url_for("shelves.show", name=owner.name, slug=shelf.slug)
