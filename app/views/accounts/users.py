"""People who write summaries."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from app.db import now
from app.models import User
from app.queries import people
from app.queries.catalogue import list_lines
from app.queries.shelves.overview import list_public_shelves
from app.views.http import listing, openings
from app.views.http.access import db, viewer
from app.views.http.shared_pages import expire_page, shared
from app.views.parts.list_pages import render_list_page
from app.views.parts.member_pages import for_all_members, render_page
from app.views.parts.rows import show_entries

blueprint = Blueprint("users", __name__)
USERS = 50
SCORE_LIFE = timedelta(minutes=10)  # for which a score of the last days stays as it is


def _is_own_page(reader: User, name: str) -> bool:
    return reader.name == name


@blueprint.get("/users")
@shared("before", "after")
@for_all_members()
def index() -> str:
    expire_page(now() + SCORE_LIFE)
    found = people.list_most_productive(db(), now(), **listing.read_cursors(USERS))
    return render_page("users/index.html", page=listing.make_cursor_page(found))


@blueprint.get("/user/<name>")
@shared("before", "after", openings.NAME)
@openings.remembered
@for_all_members(but=_is_own_page)
def show(name: str) -> str | Response:
    user = people.find_user(db(), name)
    if user is None:
        abort(404)
    if user.name != name:
        return redirect(url_for("users.show", name=user.name), 301)
    looking = viewer()
    found = list_lines.list_summaries_by_user(db(), user, looking, **listing.read_cursors())
    is_me = looking is not None and looking.id == user.id
    expire_page(now() + SCORE_LIFE)
    counts = people.load_user_row(db(), user, now())
    return render_list_page(
        "users/profile.html",
        user=people.Profile(user.id, user.name, user.display_name, user.bio_html),
        summaries_count=counts.summaries
        + (people.count_hidden_summaries(db(), user) if is_me else 0),
        sciscore=counts.sciscore,
        page=listing.make_cursor_page(
            show_entries(found, openings.are_shown()), **openings.argument()
        ),
        openings=openings.are_shown(),
        is_me=is_me,
        shelves=tuple(list_public_shelves(db(), user)),
    )
