"""What an administrator of a new library still has to do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from app.config import PROGRAM_NAME
from app.queries import people
from app.queries.catalogue import overview
from app.views.http.access import config, db, needs_sign_in, viewer
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT, cookie_name

blueprint = Blueprint("first_steps", __name__)
COOKIE = "first-steps"
DISMISSED = "dismissed"
COOKIE_LIFE = 365 * 24 * 3600


@dataclass(frozen=True)
class FirstSteps:
    """Which steps are done.

    Attributes:
        papers: whether the library holds a paper.
        named: whether the site has a name of its own.
        addressed: whether the site knows its URL.
        shared: whether others can sign in, or nobody else is to sign up.
    """

    papers: bool
    named: bool
    addressed: bool
    shared: bool

    @property
    def are_done(self) -> bool:
        return all(getattr(self, each.name) for each in fields(self))


def find_first_steps() -> FirstSteps | None:
    """The steps, for an administrator who has not done or dismissed them."""
    user = viewer()
    if user is None or user.role != "administrator":
        return None
    if request.cookies.get(cookie_name(COOKIE)) == DISMISSED:
        return None
    settings = config()
    steps = FirstSteps(
        papers=overview.has_papers(db()),
        named=settings.site_name != PROGRAM_NAME,
        addressed=bool(settings.site_url),
        shared=not settings.signup or people.count_accounts(db(), most=2) > 1,
    )
    return None if steps.are_done else steps


@blueprint.post("/first-steps/dismiss")
@WRITE_LIMIT
@needs_sign_in
def dismiss() -> Response:
    """Show the steps in this browser no more."""
    response = see_other(url_for("home.front"))
    flags: dict[str, Any] = {
        "secure": bool(current_app.config["SESSION_COOKIE_SECURE"]),
        "httponly": True,
        "samesite": "Lax",
    }
    response.set_cookie(cookie_name(COOKIE), DISMISSED, max_age=COOKIE_LIFE, **flags)
    return response
