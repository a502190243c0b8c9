"""Tags."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from app.queries.catalogue import list_lines, overview
from app.views.http import listing, openings
from app.views.http.access import db
from app.views.http.shared_pages import shared
from app.views.parts.list_pages import render_list_page
from app.views.parts.member_pages import for_all_members, render_page
from app.views.parts.rows import show_entries

blueprint = Blueprint("tags", __name__)
TAGS = 200


class TagName(NamedTuple):
    """What a tag is called."""

    name: str


@blueprint.get("/tags")
@shared()
@for_all_members()
def index() -> str:
    wanted = listing.read_filter()
    tags, more = overview.list_tags(db(), wanted, TAGS)
    return render_page("tags/index.html", tags=tags, more=more, wanted=wanted)


@blueprint.get("/tag/<name>")
@shared("before", "after", "page", openings.NAME)
@openings.remembered
@for_all_members()
def show(name: str) -> str | Response:
    tag = overview.find_tag(db(), name)
    if tag is None:
        abort(404)
    if tag.name != name:
        return redirect(url_for("tags.show", name=tag.name), 301)
    found = list_lines.list_summaries_by_tag(db(), tag, **listing.read_cursors())
    return render_list_page(
        "tags/tag.html",
        tag=TagName(tag.name),
        page=listing.make_cursor_page(
            show_entries(found, openings.are_shown()), **openings.argument()
        ),
        openings=openings.are_shown(),
    )
