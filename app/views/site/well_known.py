"""Addresses under `/.well-known/` that browsers and researchers of security look for."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.db import now
from app.views.http.access import config, db

blueprint = Blueprint("well_known", __name__)
VALID = timedelta(days=180)  # less than a year, as RFC 9116 recommends (section 2.5.5)


@blueprint.get("/.well-known/change-password")
def change_password() -> AnyResponse:
    """Where password managers send people (W3C, "A Well-Known URL for Changing Passwords")."""
    return redirect(url_for("account.settings", _anchor="page-password"), 302)


@blueprint.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Whom to tell about security problems (RFC 9116)."""
    if not config().security_contact:
        abort(404)
    text = render_template(
        "files/security.txt",
        contact=config().security_contact,
        expires=now() + VALID,
        site=db().info["site_url"],
    )
    return Response(text, mimetype="text/plain")
