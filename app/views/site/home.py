"""The front page, and a random summary."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import summaries
from app.queries.catalogue import overview
from app.views.http import listing
from app.views.http.access import db, viewer

blueprint = Blueprint("home", __name__)
TABS = ("popular", "recent", "rated")


@blueprint.get("/")
def front() -> str:
    tab = request.args.get("tab", "popular")
    if tab not in TABS:
        tab = "popular"
    sections = overview.sections(db())
    section = request.args.get("s", "")
    if section not in {each.slug for each in sections}:
        section = ""
    found = summaries.front_page(
        db(), viewer(), tab=tab, section=section or None, **listing.cursors()
    )
    return render_template(
        "home/front.html",
        tab=tab,
        section=section,
        sections=sections,
        page=listing.by_cursor(found, tab=tab, s=section or None),
    )


@blueprint.get("/random")
def random() -> Response:
    key = summaries.random_paper_key(db())
    if key is None:
        abort(404)
    return redirect(url_for("papers.show", key=key), 302)
