"""What follows when somebody has proved who they are: signing up, and going on."""

from __future__ import annotations

from datetime import datetime

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.models import User
from app.services.accounts import deletion, invitations, sessions
from app.services.mail import outbox
from app.views.accounts.sign_in import attempts
from app.views.accounts.sign_in.devices import describe_device
from app.views.http import access
from app.views.http.access import db
from app.views.http.paths import local_url, see_other

NO_INVITATION = (
    "You need an invitation to sign up, and each works once, within 14 days. Ask the administrator"
    " for one."
)
NO_PASSWORDS = "Passwords aren’t used on this site."
CLOSED = "Sign-up is closed. Ask the administrator for an account."


def check_passwords() -> None:
    """Answer 403 where nobody has a password."""
    if not access.config().sign_in.passwords:
        abort(403, NO_PASSWORDS)


def check_sign_up(invitation: str) -> None:
    """Answer 403 to who may not sign up."""
    if access.config().signup:
        return
    if not access.config().by_invitation:
        abort(403, CLOSED)
    if not invitations.is_invitation(db(), invitation):
        abort(403, NO_INVITATION)


def take_invitation(invitation: str) -> None:
    """Use an invitation up where one is needed, for an account that was made.

    Answers 403 when somebody else used it in this moment.
    """
    if not access.config().signup and not invitations.take_invitation(db(), invitation):
        db().rollback()
        abort(403, NO_INVITATION)


def enter(
    user: User,
    then: str,
    way: str,
    *,
    is_new: bool = False,
    proved_at: datetime | None = None,
) -> Response:
    """Begin a session in this browser, commit, and go on.

    Args:
        then: where to, if it is on this site.
        way: with what they proved who they are, as the log of sign-ins names it.
        is_new: whether the account was made now.
        proved_at: when they did; `None` for now.
    """
    if not is_new and not attempts.is_known(user.name):
        outbox.queue_notice(db(), "sign-in", user.id, device=name_device())
    if access.token():
        sessions.end_session(db(), access.token())
    access.sign_in(user, sessions.start_session(db(), user, name_device(), way, proved_at))
    db().commit()
    attempts.remember(user.name)
    if deletion.find_request(db(), user.id) is not None:
        return see_other(url_for("account_deletion.confirm"))
    return see_other(local_url(then, url_for("home.front")))


def name_device() -> str:
    """What the viewer's browser is called in the list of devices."""
    return describe_device(request.headers.get("User-Agent", ""))
