"""Sign in by the header in which a proxy says who asks.

Each request is that of whom its header names, and no session is stored: programs keep no cookies,
and would begin one with each request. Only who must show that it is still them begins one, which
counts only while the proxy says the same.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, request, session

from app.models import User
from app.models.identity import MAX_SUBJECT
from app.services.accounts import sessions
from app.services.accounts.sign_in import identities
from app.services.accounts.sign_in.identities import ProvenIdentity, clean_identity
from app.services.refusals import Refusal
from app.settings.sign_in import BY_PROXY
from app.views.accounts.sign_in import entering
from app.views.http import access
from app.views.http.access import db

NAME = "your organisation’s sign-in"  # in texts
SAID = "said"  # in the session: what the proxy said when it was begun
_PEER = "werkzeug.proxy_fix.orig"  # what stood in the environment before proxies were believed


def init(app: Flask) -> None:
    """Follow the header in each request, when the settings name one."""
    access.believe(app, _is_still_said, _find_named)
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
    # Servers give each byte as a character; white space of Latin-1 may be half of one in UTF-8.
    said = request.headers.get(settings.name, "").strip(" \t")
    with suppress(UnicodeError):
        said = said.encode("latin-1").decode()
    # A comma is between two values: the proxy passed on what somebody sent.
    if len(said) > MAX_SUBJECT or not said.isprintable() or "," in said:
        return ""
    return said.strip()


def make_proven() -> ProvenIdentity | None:
    """Whom the proxy names, if anybody."""
    said = read_user_header()
    name = said.partition("@")[0].rpartition("\\")[2]
    return clean_identity(ProvenIdentity(BY_PROXY, said, said, user_name=name)) if said else None


def _is_still_said() -> bool:
    # Also when the settings name no header any more.
    begun_by = session.get(SAID)
    return begun_by is None or begun_by == read_user_header()


def _find_named(has_session: bool) -> User | None:
    """Who has the account that the header names; the session says it where it was begun so.

    One that has ended says nothing: its cookie stays in the browser.
    """
    proven = make_proven() if access.config().sign_in.user_header is not None else None
    if proven is None or (has_session and session.get(SAID) == proven.subject):
        return None
    return identities.find_user_by_identity(db(), BY_PROXY, proven.subject)


def _follow() -> None:
    is_page = request.endpoint is not None and not request.endpoint.startswith("assets.")
    if access.config().sign_in.user_header is None or not is_page:
        return
    proven = make_proven()
    if proven is None:
        return
    if access.viewer() is None and access.config().signup:
        user = _sign_up(proven)
        if user is not None:
            access.act_once(user)
    if access.acts_once() and access.token():  # somebody else was at this browser
        sessions.end_session(db(), access.token())
        session.clear()
        db().commit()


def is_of(proven: ProvenIdentity, user: User) -> bool:
    """Whether a user signs in with this; somebody else may be at the same browser."""
    found = identities.find_user_by_identity(db(), proven.issuer, proven.subject)
    return found is not None and found.id == user.id


def is_still_proven(proven: ProvenIdentity) -> bool:
    """Whether somebody whom the proxy named is named in this request; others need not be."""
    return proven.issuer != BY_PROXY or proven.subject == read_user_header()


def tie_session(proven: ProvenIdentity) -> None:
    """Let the session count only while the proxy names them, if it did."""
    if proven.issuer == BY_PROXY:
        session[SAID] = proven.subject


def start_session(user: User, proven: ProvenIdentity) -> None:
    """Begin a session in this browser for whom the proxy names, and commit."""
    if access.token():
        sessions.end_session(db(), access.token())
    begun = sessions.start_session(db(), user, entering.name_device(), NAME)
    access.sign_in(user, begun)
    tie_session(proven)
    db().commit()


def _sign_up(proven: ProvenIdentity) -> User | None:
    name = identities.propose_user_name(db(), proven)
    try:
        user = identities.sign_up_with(db(), proven, name, "")
        db().commit()
        return user
    except Refusal:  # another request has done so in this moment
        db().rollback()
        return identities.find_user_by_identity(db(), BY_PROXY, proven.subject)
