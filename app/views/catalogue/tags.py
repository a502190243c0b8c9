"""Tags."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.queries import summaries
from app.queries.catalogue import overview
from app.views.http import listing, openings, own_entries
from app.views.http.access import db, viewer
from app.views.http.shared_pages import shared

blueprint = Blueprint("tags", __name__)
TAGS = 200


@blueprint.get("/tags")
@shared()
def index() -> str:
    wanted = listing.read_filter()
    tags, more = overview.list_tags(db(), wanted, TAGS)
    return render_template("tags/index.html", tags=tags, more=more, wanted=wanted)


@blueprint.get("/tag/<name>")
@shared("before", "after", openings.NAME)
@openings.remembered
def show(name: str) -> str | Response:
    tag = overview.find_tag(db(), name)
    if tag is None:
        abort(404)
    if tag.name != name:
        return redirect(url_for("tags.show", name=tag.name), 301)
    found = summaries.list_summaries_by_tag(db(), tag, viewer(), **listing.read_cursors())
    own_entries.load_for_page(each.paper for each in found.rows)
    return render_template(
        "tags/tag.html",
        tag=tag,
        page=listing.make_cursor_page(found, **openings.argument()),
        openings=openings.are_shown(),
    )
