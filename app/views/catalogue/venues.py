"""Venues and their years."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from app.queries.catalogue import list_lines, venues
from app.views.catalogue import bars
from app.views.http import listing
from app.views.http.access import db
from app.views.http.shared_pages import shared
from app.views.parts.list_pages import render_list_page
from app.views.parts.member_pages import for_all_members, render_page
from app.views.parts.rows import show_papers

blueprint = Blueprint("venues", __name__)
VENUES = 100
WORDS = 8  # looked for at once


@blueprint.get("/venues")
@shared("before", "after", "page", "q")
@for_all_members()
def index() -> str:
    wanted = listing.read_filter()
    found = venues.list_venues(db(), wanted.split()[:WORDS], **listing.read_cursors(VENUES))
    return render_page(
        "venues/index.html", wanted=wanted, page=listing.make_cursor_page(found, q=wanted or None)
    )


@blueprint.get("/venue/<path:key>")
@shared("year", "before", "after", "page")
@for_all_members()
def show(key: str) -> str | Response:
    venue = venues.find_venue(db(), key)
    if venue is None:
        if key != key.strip("/"):
            return redirect(url_for("venues.show", key=key.strip("/")), 301)
        abort(404)
    year = listing.read_year()
    found = list_lines.list_papers_of_venue(db(), venue, year, **listing.read_cursors())
    return render_list_page(
        "venues/venue.html",
        venue=venues.VenueName(venue.key, venue.name, venue.title),
        bars=bars.print_year_bars(
            venues.list_venue_years(db(), venue), url_for("venues.show", key=venue.key), year
        ),
        year=year,
        page=listing.make_cursor_page(show_papers(found), year=year),
    )
