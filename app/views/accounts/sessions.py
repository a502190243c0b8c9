"""Where one is signed in, and when one signed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from app.queries.accounts import list_sessions, list_sign_ins
from app.services.accounts import sessions
from app.views.http import access
from app.views.http.access import config, db, needs_sign_in, signed_in
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/settings/sessions")
@needs_sign_in
def index() -> str:
    return render_template(
        "account/sessions.html",
        sessions=list_sessions(db(), signed_in(), config().idle_days),
        this=access.session_handle(),
        sign_ins=list_sign_ins(db(), signed_in()),
    )


@blueprint.post("/settings/sessions/<handle>/end")
@WRITE_LIMIT
@needs_sign_in
def end(handle: str) -> Response:
    if not sessions.end_session_of(db(), signed_in().id, handle):
        db().rollback()
        abort(404)
    db().commit()
    flash("Signed out there.", "good")
    return see_other(url_for("sessions.index"))


@blueprint.post("/settings/sessions/end-others")
@WRITE_LIMIT
@needs_sign_in
def end_others() -> Response:
    sessions.end_all_sessions(db(), signed_in().id, but=access.token())
    db().commit()
    flash("You’ve been signed out on all other devices.", "good")
    return see_other(url_for("sessions.index"))
