"""People who write summaries."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.db import now
from app.queries import people, summaries
from app.views.http import listing, openings
from app.views.http.access import db, viewer
from app.views.http.shared_pages import expire_page, shared

blueprint = Blueprint("users", __name__)
USERS = 50
SCORE_LIFE = timedelta(minutes=10)  # for which a score of the last days stays as it is


@blueprint.get("/users")
@shared("before", "after")
def index() -> str:
    expire_page(now() + SCORE_LIFE)
    found = people.most_productive(db(), now(), **listing.cursors(USERS))
    return render_template("users/index.html", page=listing.by_cursor(found))


@blueprint.get("/user/<name>")
@shared("before", "after", openings.NAME)
@openings.remembered
def show(name: str) -> str | Response:
    user = people.user_by_name(db(), name)
    if user is None:
        abort(404)
    if user.name != name:
        return redirect(url_for("users.show", name=user.name), 301)
    looking = viewer()
    found = summaries.by_user(db(), user, looking, **listing.cursors())
    is_me = looking is not None and looking.id == user.id
    expire_page(now() + SCORE_LIFE)
    counts = people.counts_of(db(), user, now())
    return render_template(
        "users/profile.html",
        user=user,
        summaries_count=counts.summaries + (people.hidden_count(db(), user) if is_me else 0),
        sciscore=counts.sciscore,
        page=listing.by_cursor(found, **openings.argument()),
        openings=openings.are_shown(),
        is_me=is_me,
    )
