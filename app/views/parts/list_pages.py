"""Pages of lists, of which all but the rows is kept.

A vote changes a row. What stands around the rows says of the database no more than the few values
that the view gives the template, so it is found by these and never out of date.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request
from markupsafe import Markup

from app.views.http.access import config, viewer
from app.views.http.listing import Page
from app.views.http.paths import is_read
from app.views.parts.frames import fill_address, render_for_any_address
from app.views.parts.kept import find_or_make_text, make_mark
from app.views.parts.member_pages import FOR_ALL_MEMBERS, render_page
from app.views.parts.places import render_macro

# In the place of the rows. Templates look for formulas in these, and so for how one begins.
_PLACE, _FORMULA = make_mark("list"), "<math"
_PLACE_WITH_FORMULAS = make_mark(f"{_FORMULA}-list")
_PLAIN = (str, int, float, type(None))


def init(app: Flask) -> None:
    """Make it known to the templates."""
    app.add_template_global(print_row_list)


def print_row_list(page: Page) -> Markup:
    """The rows of a page, with the ways to the pages around."""
    if page.rows in ([_PLACE], [_PLACE_WITH_FORMULAS]):
        return Markup(page.rows[0])  # noqa: S704  (made of letters)
    rows = "".join([f"  {row}" for row in page.rows])
    paging = render_macro("rows", "paging", page)
    return Markup(f'<ol class="rows">{rows}</ol>\n{paging}')  # noqa: S704  (templates made all of it)


def render_list_page(template: str, page: Page, **shown: Any) -> str:
    """What `render_page` gives.

    Args:
        page: its rows are HTML; the template prints it by `row_list` alone.
        shown: what else the template is given. It is kept where all of it is plain: texts, numbers
            and tuples of these.
    """
    for_members = g.get("rows_of_page") is not None
    is_shared = for_members or (viewer() is None and is_read())
    if not is_shared or not page.rows or not all(map(_is_plain, shown.values())):
        return render_page(template, page=page, **shown)
    rows = str(print_row_list(page))
    place = _PLACE_WITH_FORMULAS if _FORMULA in rows else _PLACE
    around = Page([Markup(place)], None, None)  # noqa: S704  (made of letters)
    values = shown | FOR_ALL_MEMBERS if for_members else shown
    settings = config()
    key = ("page around rows", template, request.endpoint, for_members, place)
    html = find_or_make_text(
        (*key, settings.site_name, settings.signup, tuple(shown.items())),
        lambda: render_for_any_address(template, page=around, **values),
    )
    return fill_address(html).replace(place, rows, 1)


def _is_plain(value: object) -> bool:
    return isinstance(value, _PLAIN) or (isinstance(value, tuple) and all(map(_is_plain, value)))
