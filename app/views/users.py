"""People who write summaries."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.db import now
from app.queries import people, summaries
from app.views import listing
from app.views.access import db, viewer

blueprint = Blueprint("users", __name__)
USERS = 50


@blueprint.get("/users")
def index() -> str:
    found, more = people.users_with_counts(db(), now(), number=listing.number(), size=USERS)
    return render_template("users/index.html", users=found, page=listing.by_number(found, more))


@blueprint.get("/user/<name>")
def show(name: str) -> str | Response:
    user = people.user_by_name(db(), name)
    if user is None:
        abort(404)
    if user.name != name:
        return redirect(url_for("users.show", name=user.name), 301)
    looking = viewer()
    found = summaries.by_user(db(), user, looking, **listing.cursors())
    return render_template(
        "users/profile.html",
        user=user,
        summaries_count=people.visible_count(db(), user, looking),
        sciscore=people.counts_of(db(), user, now()).sciscore,
        page=listing.by_cursor(found),
        is_me=looking is not None and looking.id == user.id,
    )
