"""Venues and their years."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.queries import papers
from app.queries.catalogue import venues
from app.views.catalogue import bars
from app.views.http import listing, own_entries
from app.views.http.access import db, viewer
from app.views.http.shared_pages import shared

blueprint = Blueprint("venues", __name__)
VENUES = 100
WORDS = 8  # looked for at once


@blueprint.get("/venues")
@shared("before", "after")
def index() -> str:
    wanted = listing.read_filter()
    found = venues.list_venues(db(), wanted.split()[:WORDS], **listing.read_cursors(VENUES))
    return render_template(
        "venues/index.html", wanted=wanted, page=listing.make_cursor_page(found, q=wanted or None)
    )


@blueprint.get("/venue/<path:key>")
@shared("year", "before", "after")
def show(key: str) -> str | Response:
    venue = venues.find_venue(db(), key)
    if venue is None:
        if key != key.strip("/"):
            return redirect(url_for("venues.show", key=key.strip("/")), 301)
        abort(404)
    year = listing.read_year()
    found = papers.list_papers_of_venue(db(), venue, year, viewer(), **listing.read_cursors())
    own_entries.load_for_page(each.paper for each in found.rows)
    return render_template(
        "venues/venue.html",
        venue=venue,
        bars=bars.make_year_bars(
            venues.list_venue_years(db(), venue), url_for("venues.show", key=venue.key), year
        ),
        year=year,
        page=listing.make_cursor_page(found, year=year),
    )
