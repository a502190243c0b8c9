"""The front page, and a random summary."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.db import now
from app.models import User
from app.queries import summaries
from app.queries.catalogue import list_lines, overview
from app.rendering.markdown import render
from app.views.http import listing
from app.views.http import openings as row_openings
from app.views.http.access import config, db, viewer
from app.views.http.paths import local_url, see_other
from app.views.http.shared_pages import expire_page, shared
from app.views.parts.list_pages import render_list_page
from app.views.parts.member_pages import for_all_members
from app.views.parts.rows import show_entries
from app.views.site.first_steps import find_first_steps

blueprint = Blueprint("home", __name__)
TABS = ("popular", "recent", "rated")
# When a text was published that is popular of a day, a week, …
PERIODS = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
PERIOD_LIFE = timedelta(minutes=1)  # for which a list of a period stays as it is


def _has_first_steps(_reader: User) -> bool:
    return find_first_steps() is not None


@blueprint.get("/")
@shared("tab", "s", "period", "before", "after", "page", row_openings.NAME)
@row_openings.remembered
@for_all_members(but=_has_first_steps)
def front() -> str:
    tab = request.args.get("tab", "")
    if tab not in TABS:
        tab = "popular"
    sections = tuple(overview.list_sections(db()))
    section = request.args.get("s", "")
    if section not in {each.slug for each in sections}:
        section = ""
    period = request.args.get("period", "") if tab == "popular" else ""
    if period not in PERIODS:
        period = ""
    place = {"section": section or None, **listing.read_cursors()}
    if period:
        found = list_lines.list_popular_since(db(), now() - PERIODS[period], **place)
        expire_page(now() + PERIOD_LIFE)
    else:
        found = list_lines.list_public_summaries(db(), tab=tab, **place)
    shown = {"tab": tab, "s": section or None, "period": period or None}
    return render_list_page(
        "home/front.html",
        tab=tab,
        section=section,
        sections=sections,
        period=period,
        openings=row_openings.are_shown(),
        welcome=_welcome_html(config().welcome) if viewer() is None else "",
        first_steps=find_first_steps(),
        page=listing.make_cursor_page(
            show_entries(found, row_openings.are_shown()), **shown, **row_openings.argument()
        ),
    )


@blueprint.get("/openings")
def openings() -> Response:
    """Show lists with openings or without from now on, and go back."""
    shown = request.args.get("show") == "1"
    back = local_url(request.args.get("next"), url_for("home.front"))
    return row_openings.remember(see_other(row_openings.with_choice(back, shown)), shown)


@blueprint.get("/random")
def random() -> Response:
    """Lead to a paper with a summary, or else to the front page."""
    key = summaries.choose_random_paper_key(db())
    if key is None:
        return redirect(url_for("home.front"), 302)
    return redirect(url_for("papers.show", key=key), 302)


@cache
def _welcome_html(text: str) -> str:
    """The site's own words for guests; `server.prepare` has tried that they can be rendered."""
    return render(text, id_prefix="welcome-").html if text else ""
