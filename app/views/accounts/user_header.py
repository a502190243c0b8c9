"""Sign in by the header in which a proxy says who asks.

A session that was begun so counts only while the proxy says the same.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, g, request, session

from app.models import User
from app.models.identity import MAX_SUBJECT
from app.services.accounts import sessions
from app.services.accounts.sign_in import identities
from app.services.accounts.sign_in.identities import ProvenIdentity
from app.services.refusals import Refusal
from app.settings.sign_in import BY_PROXY
from app.views.accounts import entering
from app.views.http import access
from app.views.http.access import db

SAID = "said"  # in the session: what the proxy said when it was begun
_PEER = "werkzeug.proxy_fix.orig"  # what stood in the environment before proxies were believed


def init(app: Flask) -> None:
    """Follow the header in each request, when the settings name one."""
    app.before_request(_follow)
    app.add_template_global(read_user_header)


def read_user_header() -> str:
    """Who asks, as a proxy says that is believed; empty when none does."""
    settings = access.config().sign_in.user_header
    if settings is None:
        return ""
    # The address of the connection: the headers that proxies are believed for say another one.
    peer = request.environ.get(_PEER, request.environ).get("REMOTE_ADDR", "")
    if not settings.is_from(str(peer)):
        return ""
    said = request.headers.get(settings.name, "").strip()
    with suppress(UnicodeError):
        said = said.encode("latin-1").decode()
    # A comma is between two values: the proxy passed on what somebody sent.
    if len(said) > MAX_SUBJECT or not said.isprintable() or "," in said:
        return ""
    return said


def make_proven() -> ProvenIdentity | None:
    """Whom the proxy names, if anybody."""
    said = read_user_header()
    name = said.partition("@")[0].rpartition("\\")[2]
    return ProvenIdentity(BY_PROXY, said, said, user_name=name) if said else None


def _follow() -> None:
    is_page = request.endpoint is not None and not request.endpoint.startswith("assets.")
    if access.config().sign_in.user_header is None or not is_page:
        return
    proven = make_proven()
    begun_by = session.get(SAID)
    if begun_by is not None and (proven is None or begun_by != proven.subject):
        g.viewer = None  # it was begun for somebody who is not named any more
    if proven is None or (begun_by == proven.subject and access.viewer() is not None):
        return
    user = identities.find_user_by_identity(db(), BY_PROXY, proven.subject)
    if user is None and access.viewer() is None and access.config().signup:
        user = _sign_up(proven)
    if user is not None:
        start_session(user, proven)


def start_session(user: User, proven: ProvenIdentity) -> None:
    """Begin a session in this browser for whom the proxy names, and commit."""
    if access.token():
        sessions.end_session(db(), access.token())
    access.sign_in(user, sessions.start_session(db(), user, entering.name_device()))
    session[SAID] = proven.subject
    db().commit()


def _sign_up(proven: ProvenIdentity) -> User | None:
    name = identities.propose_user_name(db(), proven)
    try:
        return identities.sign_up_with(db(), proven, name, "")
    except Refusal:  # another request has done so in this moment
        db().rollback()
        return identities.find_user_by_identity(db(), BY_PROXY, proven.subject)
