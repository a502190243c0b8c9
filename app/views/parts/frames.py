"""What stands around the content of every page, made once for each kind of viewer.

`base.html` asks for dozens of addresses and icons, which are the same on each page. So it is
rendered with marks between its blocks, and a page's own blocks are put between them.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import current_app, render_template, request
from markupsafe import Markup

from app.views.http.access import config
from app.views.http.paths import address_as, is_read, this_address
from app.views.parts.kept import make_mark
from app.views.parts.places import quote_back

BLOCKS = ("title", "site", "description", "styles", "head", "search", "shape", "main", "side")
_NEXT, _UNSAID = make_mark("block"), make_mark("unsaid")
_BACK = f"back-{secrets.token_hex(8)}"  # stands in addresses, and so is made of letters
_FRAMES = "frames"  # in the app's extensions: the settings, and what was made by them

# What a template is given to be rendered as its blocks, one after the other.
AS_BLOCKS = {
    "layout": "parts/blocks.html",
    "next_block": Markup(_NEXT),  # noqa: S704  (made of letters)
    "unsaid": Markup(_UNSAID),  # noqa: S704  (made of letters)
}


def render_framed(template: str, **shown: Any) -> str:
    """A page for guests or for all members, made in less time.

    It is what `render_template` gives.

    Args:
        shown: among it `member_places` of a page for members; of none else there is a `viewer`.
    """
    blocks = render_template(template, **shown, **AS_BLOCKS)
    return frame_blocks(blocks, shown.get("viewer"), shown.get("member_places"))


def render_for_any_address(template: str, **shown: Any) -> str:
    """The same, but for the address, which `fill_address` fills in."""
    with address_as(_BACK):
        blocks = render_template(template, **shown, **AS_BLOCKS)
    return _join(blocks, shown.get("viewer"), shown.get("member_places"))


def fill_address(html: str) -> str:
    """A page whose links back to it have the address of the request."""
    return html.replace(_BACK, quote_back(this_address())[1])


def frame_blocks(blocks: str, viewer: Any = None, member_places: Any = None) -> str:
    """A page of its blocks.

    Args:
        blocks: what a template gave that was rendered with `AS_BLOCKS`.
        viewer, member_places: what a page for members is given (`FOR_ALL_MEMBERS`).
    """
    html = _join(blocks, viewer, member_places)
    return html if viewer is not None else fill_address(html)


def _join(blocks: str, viewer: Any, member_places: Any) -> str:
    pieces = list(_find_frame(viewer, member_places))
    for number, block in enumerate(blocks.split(_NEXT)):
        if block != _UNSAID:
            pieces[2 * number + 1] = block
    return "".join(pieces)


def _find_frame(viewer: Any, member_places: Any) -> Sequence[str]:
    """The pieces of `base.html`: text, and between it what stands there unless a page says more."""
    settings = config()  # which say what the site is called, and whether one can sign up
    kept = current_app.extensions.get(_FRAMES)
    if kept is None or kept[0] is not settings:
        kept = current_app.extensions[_FRAMES] = (settings, {})
    frames: dict[Any, Sequence[str]] = kept[1]
    key = (request.endpoint, is_read(), viewer is not None)
    if key not in frames:
        given = {"viewer": viewer, "member_places": member_places}
        with address_as(_BACK):
            html = render_template("parts/frame.html", **given, next_block=AS_BLOCKS["next_block"])
        frames[key] = html.split(_NEXT)
    return frames[key]
