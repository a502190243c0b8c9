"""Pages for members, each made once for all of them.

It is made as a guest sees it, with marks in the places that differ: the menu of the account, the
tokens of forms, and what is said of the last request; the votes and the reading list beside rows.
Nothing that belongs to one member is read for it. Who sees more, such as on their own page, is
shown a page that is made for them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, NamedTuple, NoReturn, TypeVar, cast

from flask import g, get_flashed_messages, render_template, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.cache.parts import PagePart
from app.models import User
from app.views.http.access import db, signed_in, viewer
from app.views.http.paths import is_read, this_address
from app.views.parts.frames import render_framed
from app.views.parts.kept import find_page_part, make_mark, make_part
from app.views.parts.own_parts import find_own_part, make_own_key, make_own_part
from app.views.parts.page_rows import RowsOfPage
from app.views.parts.places import TOKEN, render_macro, token_as_mark

_ACCOUNT, _FLASHES = map(make_mark, ("account", "flashes"))
# What differs by member around the content of each page, for `base.html`.
MEMBER_PLACES = {"account": Markup(_ACCOUNT), "flashes": Markup(_FLASHES)}  # noqa: S704  (of letters)
_FLASHED = "_flashes"  # where Flask keeps messages in the session
MAX_MENUS = 500  # kept; each takes 2 kB
View = TypeVar("View", bound=Callable[..., Any])


class SharedMember:
    """Whoever is signed in, of whom a page for all members may ask nothing else."""

    is_trusted = False  # who is trusted gets a page of their own where it shows them more

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(f"A page for all members asks for {name!r} of one")


# What a template is given for a page that all members share.
FOR_ALL_MEMBERS = {"viewer": SharedMember(), "member_places": MEMBER_PLACES}


class _OtherAnswerError(Exception):
    """That a view has answered with something else than a page."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer


def for_all_members(
    but: Callable[..., bool] = lambda *_args, **_values: False,
) -> Callable[[View], View]:
    """Let a view's pages be made once for all members; goes below `shared`.

    Args:
        but: says of a member, and the view's arguments, whether the page shows them more.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(**values: Any) -> Any:
            reader = viewer()
            if reader is None or not g.get("is_shared") or but(reader, **values):
                return view(**values)
            key = ("member page", this_address(), db().info["site_url"])
            try:
                part = find_page_part(key) or _make(key, view, values)
            except _OtherAnswerError as other:
                return other.answer
            return _fill(part, reader)

        return cast("View", wrapped)

    return decorate


def render_page(template: str, **shown: Any) -> str:
    """A page for who reads, or for all members."""
    if g.get("rows_of_page") is not None:
        return render_framed(template, **shown, **FOR_ALL_MEMBERS)
    if viewer() is None and is_read():
        return render_framed(template, **shown)
    return render_template(template, **shown)


def _make(key: Hashable, view: Callable[..., Any], values: dict[str, Any]) -> PagePart:
    rows = RowsOfPage()

    def render() -> str:
        reader, g.viewer, g.rows_of_page = g.viewer, None, rows
        try:
            with token_as_mark():
                answer = view(**values)
                if not isinstance(answer, str):
                    raise _OtherAnswerError(answer)
                return rows.fill(answer)
        finally:
            g.viewer, g.rows_of_page = reader, None

    return make_part(key, render, (), about=request.path, rows=rows)


def _fill(part: PagePart, reader: User) -> str:
    rows: RowsOfPage = part.facts["rows"]
    return fill_frame(rows.fill_for(part.html, reader), reader)


def fill_frame(html: str, reader: User) -> str:
    """A page with what it has around its own content for one member."""
    messages = get_flashed_messages(with_categories=True) if _FLASHED in session else []
    said = render_macro("flash", "flashes", messages) if messages else ""
    menu = _make_account_menu(MenuUser(reader.id, reader.name, reader.display_name))
    html = html.replace(_ACCOUNT, menu, 1)
    return html.replace(_FLASHES, said, 1).replace(TOKEN, generate_csrf())


def show_own_page(kind: str, render: Callable[[], str], *of_what: Hashable) -> str:
    """A page that one member alone is shown, kept for them.

    Args:
        render: makes it with `MEMBER_PLACES` (see `make_own_part`).
        of_what: what it is made of besides what it asks the database.
    """
    reader = signed_in()
    key = make_own_key(kind, reader, *of_what)
    part = find_own_part(key) or make_own_part(key, reader, render)
    return fill_frame(part.html, reader)


class MenuUser(NamedTuple):
    """All of a member that the menu of their account shows."""

    id: int
    name: str
    display_name: str


@lru_cache(maxsize=MAX_MENUS)
def _make_account_menu(user: MenuUser) -> str:
    with token_as_mark():
        return str(render_macro("account", "account_menu", user))
