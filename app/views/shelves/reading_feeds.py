"""The readings of a shelf as a calendar and as an Atom feed.

At the addresses of the shelf, and for members at secret ones, since calendars cannot sign in.
Neither tells who takes part, or has handed in a text.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, url_for
from werkzeug.wrappers import Response

from app.queries.shelves import readings
from app.queries.shelves.access import SeenShelf
from app.queries.shelves.readings import FEED_READINGS, ReadingLine
from app.services.refusals import Refusal
from app.services.shelves.participation import renew_feed
from app.views.http.access import db, needs_sign_in, signed_in
from app.views.http.moments import day
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT, open_to_other_sites
from app.views.http.shared_pages import keep_private, shared
from app.views.shelves.icalendar import MIMETYPE, CalendarEvent, make_calendar
from app.views.shelves.loading import at_shelf, load_shelf_or_404, place_of, with_shelf
from app.views.site.feeds import answer_xml

blueprint = Blueprint("reading_feeds", __name__)


@at_shelf(blueprint, "/readings.ics")
@shared()
@with_shelf
def calendar(seen: SeenShelf) -> Response:
    return _answer_calendar(seen)


@at_shelf(blueprint, "/readings.atom")
@shared()
@with_shelf
def atom(seen: SeenShelf) -> Response:
    return _answer_atom(seen)


@blueprint.get("/reading-feed/<code>/readings.ics")
def secret_calendar(code: str) -> Response:
    return _answer_calendar(_load_by_secret(code))


@blueprint.get("/reading-feed/<code>/readings.atom")
def secret_atom(code: str) -> Response:
    return _answer_atom(_load_by_secret(code))


@blueprint.post("/shelf/<name>/<slug>/readings/feed")
@WRITE_LIMIT
@needs_sign_in
def renew(name: str, slug: str) -> Response:
    """Make or renew the viewer's own secret addresses."""
    seen = load_shelf_or_404(name, slug)
    try:
        renew_feed(db(), signed_in(), seen.shelf)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
    else:
        db().commit()
        flash("Your secret addresses are below. Earlier ones no longer work.", "good")
    return see_other(url_for("readings.index", **place_of(seen), _anchor="page-feeds"))


def _load_by_secret(code: str) -> SeenShelf:
    seen = readings.find_shelf_of_feed(db(), code)
    if seen is None:
        abort(404)
    keep_private()
    return seen


def _answer_calendar(seen: SeenShelf) -> Response:
    site = db().info["site_url"]
    events = [
        CalendarEvent(
            uid=line.reading.uid,
            day=line.reading.ends_on,
            title=line.title,
            description=_describe(line),
            address=site + _address(seen, line),
            changed_at=line.reading.changed_at,
        )
        for line in readings.list_readings(db(), seen, FEED_READINGS)
    ]
    text = make_calendar(seen.shelf.title, urlsplit(site).hostname or "localhost", events)
    return _finish(seen, Response(text, mimetype=MIMETYPE))


def _answer_atom(seen: SeenShelf) -> Response:
    lines = readings.list_readings(db(), seen, FEED_READINGS)
    answer = answer_xml(
        "feeds/readings.xml",
        "application/atom+xml",
        seen=seen,
        home=url_for("readings.index", **place_of(seen)),
        lines=[(line, _address(seen, line), _describe(line)) for line in lines],
        updated=readings.latest_change(lines, seen.shelf),
    )
    return _finish(seen, answer)


def _address(seen: SeenShelf, line: ReadingLine) -> str:
    return url_for("readings.show", **place_of(seen), number=line.reading.number)


def _describe(line: ReadingLine) -> str:
    state = "Open until" if line.is_open else "Read until"
    said = f"{state} {day(line.last_day)} (UTC)."
    return said if line.leader is None else f"{said} Led by {line.leader.display_name}."


def _finish(seen: SeenShelf, answer: Response) -> Response:
    if seen.is_public and not seen.role:
        return open_to_other_sites(answer)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
