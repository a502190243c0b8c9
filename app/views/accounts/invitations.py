"""Invitations to sign up, which administrators make."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from app.queries.accounts import list_invitations
from app.services.accounts import invitations
from app.views.http.access import config, db, needs_administrator, needs_sign_in, signed_in
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT

blueprint = Blueprint("invitations", __name__)


@blueprint.get("/invitations")
@needs_sign_in
@needs_administrator
def index() -> str:
    return _page("")


@blueprint.post("/invitations")
@WRITE_LIMIT
@needs_sign_in
@needs_administrator
def create() -> str:
    token = invitations.make_invitation(db(), signed_in().id)
    db().commit()
    # Shown here and never again: only its hash is kept.
    return _page(url_for("account.signup", invitation=token, _external=True))


@blueprint.post("/invitations/<int:number>/revoke")
@WRITE_LIMIT
@needs_sign_in
@needs_administrator
def revoke(number: int) -> Response:
    if number < 2**31:
        invitations.revoke_invitation(db(), number)
        db().commit()
    flash("Invitation revoked.", "good")
    return see_other(url_for("invitations.index"))


def _page(link: str) -> str:
    return render_template(
        "account/invitations.html",
        link=link,
        is_needed=config().by_invitation,
        invitations=list_invitations(db()),
    )
