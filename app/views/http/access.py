"""The request's database session and viewer, and load-or-404 by what the viewer may see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session

from app.cache.pages import PageCache
from app.cache.wsgi import CACHE
from app.config import Config
from app.db import Database
from app.licences import Licence
from app.models import Paper, Summary, User
from app.queries import identifiers, papers
from app.queries import summaries as summary_queries
from app.queries.accounts import HANDLE_CHARS, has_agreed
from app.queries.summary_entries import SummaryEntry
from app.services.accounts import sessions
from app.services.accounts.proof import Proof
from app.services.lookup.asking import LookupSettings, make_lookup_settings
from app.services.tokens import hash_token
from app.views.http.paths import is_read, this_address

TOKEN = "token"  # noqa: S105  (the name of a field)
# In the app's extensions.
_COUNTS = "session_counts"
_NAMED = "named_viewer"
_FOR_MEMBERS = "needs_sign_in"  # the mark of a view, which further decorators copy


def init(app: Flask, config: Config) -> None:
    """Close the session at the end of each request; know how the outside is asked."""
    app.extensions["outside"] = make_lookup_settings(
        config.data_dir, on=config.lookups, site_url=config.site_url, contact=config.contact
    )
    believe(app, lambda: True, lambda _has_session: None)
    app.before_request(_refuse_nul)
    app.teardown_appcontext(_close)


def believe(app: Flask, counts: Callable[[], bool], named: Callable[[bool], User | None]) -> None:
    """Let something else say who is signed in, besides a browser's session.

    Args:
        counts: whether the session of the request counts.
        named: who the viewer is in this request, whatever its session says; `None` for nobody. It
            is told whether there is a session that counts.
    """
    app.extensions[_COUNTS], app.extensions[_NAMED] = counts, named


def config() -> Config:
    """The app's settings."""
    found: Config = current_app.extensions["shortlist"][0]
    return found


def lookup_settings() -> LookupSettings:
    """How papers are looked up elsewhere."""
    found: LookupSettings = current_app.extensions["outside"]
    return found


def db() -> Session:
    """The request's session, opened at its first use.

    It reads, until a service writes.
    """
    if "db" not in g:
        database: Database = current_app.extensions["shortlist"][1]
        # What a form is answered with is not kept, nor is any part of it.
        is_kept = is_read()
        cache: PageCache | None = request.environ.get(CACHE) if is_kept else None
        # Before the session reads: parts of pages that it makes stand on what was there by then.
        g.newest_change = None if cache is None else cache.begin()
        g.db = database.session()
        # Links to ourselves are recognised by our address, even when none is configured.
        if not g.db.info["site_url"]:
            g.db.info["site_url"] = request.host_url.rstrip("/")
    opened: Session = g.db
    return opened


def viewer() -> User | None:
    """Who is signed in.

    No query for a visitor without a cookie; else one a request.
    """
    if "viewer" not in g:
        counts = token() and current_app.extensions[_COUNTS]()
        row = sessions.find_session(db(), token(), config().idle_days) if counts else None
        named: User | None = current_app.extensions[_NAMED](row is not None)
        if named is not None and (row is None or row.user.id != named.id):
            g.viewer, g.acts_once = named, True
            return named
        g.viewer = None if row is None else row.user
        if row is not None and not sessions.is_noted(row):
            g.token_to_note = token()
    found: User | None = g.viewer
    return found


def acts_once() -> bool:
    """Whether the viewer is signed in for this request alone, without a session."""
    return viewer() is not None and bool(g.get("acts_once"))


def act_once(user: User) -> None:
    """Let somebody be the viewer of this request alone."""
    g.viewer, g.acts_once = user, True


def token() -> str:
    """What the browser shows to be signed in; empty when it has nothing."""
    found = session.get(TOKEN)
    return found if isinstance(found, str) else ""


def session_handle() -> str:
    """By what forms name the session of this browser."""
    return hash_token(token())[:HANDLE_CHARS]


def viewer_is_known() -> bool:
    """Whether this answer was made for somebody signed in; asks no database."""
    return g.get("viewer") is not None


def drop_session() -> None:
    """Drop the request's session after a failure; nobody counts as signed in from here on."""
    _close(None)
    g.viewer = None


def signed_in() -> User:
    """The viewer of a page that needs one; see `needs_sign_in`."""
    user = viewer()
    if user is None:
        abort(401)
    return user


def asks_password() -> bool:
    """Whether the viewer has a password to show before their account is changed."""
    return config().sign_in.passwords and signed_in().password_hash is not None


def make_proof(typed: str | None) -> Proof:
    """What shows that it is still the viewer.

    Args:
        typed: as their password; where they have none, how long ago they signed in counts.
    """
    return Proof(password=typed or "") if asks_password() else Proof(token=token())


def whose_guesses() -> str:
    """Whose wrong passwords are counted together: the browser's, or the viewer's without one."""
    return token() or f"user {signed_in().id}"


def needs_sign_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Send visitors to the sign-in page and back.

    What they posted is kept by the 401 page.
    """

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if viewer() is None:
            if is_read():
                return redirect(url_for("account.login", next=this_address()), 302)
            abort(401)
        return view(*args, **kwargs)

    setattr(wrapped, _FOR_MEMBERS, True)
    return wrapped


def is_for_members(view: Callable[..., Any]) -> bool:
    """Whether a view needs a sign-in."""
    return getattr(view, _FOR_MEMBERS, False)


def needs_trust(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let only trusted users and administrators in; goes below `needs_sign_in`."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if not signed_in().is_trusted:
            abort(403)
        return view(*args, **kwargs)

    return wrapped


def needs_administrator(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let only administrators in; goes below `needs_sign_in`."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if not signed_in().is_administrator:
            abort(403)
        return view(*args, **kwargs)

    return wrapped


def sign_in(user: User, new_token: str) -> None:
    """Put the token of a new session into the cookie; the caller commits."""
    session.clear()
    session[TOKEN] = new_token
    session.permanent = True
    g.viewer, g.acts_once = user, False


def sign_out() -> None:
    """End the browser's session; the caller commits."""
    if token():
        sessions.end_session(db(), token())
    forget_sign_in()


def forget_sign_in() -> None:
    """Forget in this browser a session that has been ended."""
    session.clear()
    g.viewer = None


def load_paper_or_404(key: str) -> Paper:
    """The paper of this key, or that had it before a merge."""
    paper = papers.find_paper_by_key(db(), key) or identifiers.find_paper_by_any_key(db(), key)
    if paper is None:
        abort(404)
    return paper


def load_entry_or_404(summary_id: int) -> SummaryEntry:
    """A summary that the viewer may see.

    One they may not see does not exist for them.
    """
    entry = None
    if summary_id < 2**31:
        entry = summary_queries.find_summary(db(), summary_id, viewer())
    if entry is None:
        abort(404)
    return entry


def load_own_entry_or_404(summary_id: int) -> SummaryEntry:
    """A summary that the viewer wrote.

    404 when they may not see it, 403 when it is another's.
    """
    entry = load_entry_or_404(summary_id)
    if not entry.is_mine:
        abort(403)
    return entry


def site_licence() -> str:
    """The identifier of the licence that writers publish under; empty for none."""
    licence = config().licence
    return "" if licence is None else licence.id


def find_open_licence(summary: Summary | None = None) -> Licence | None:
    """The site's licence, where the reader has to agree to it before they can publish.

    Args:
        summary: the one that they are about to publish; one with a licence keeps that.
    """
    licence = config().licence
    if licence is None or (summary is not None and summary.licence):
        return None
    return None if has_agreed(db(), signed_in().id, licence.id) else licence


def search_text(max_chars: int) -> str:
    """What is searched for (`q`): any string, without what no text has."""
    return request.args.get("q", "").replace("\x00", "").strip()[:max_chars]


def _refuse_nul() -> None:
    # Nothing has a NUL in its name, and PostgreSQL cannot even be asked for one.
    # Only what is searched for may be anything: `search_text` leaves it out there.
    named = [text for name, text in request.args.items(multi=True) if name != "q"]
    if any("\x00" in text for text in (request.path, *named)):
        abort(404)


def _close(_error: BaseException | None) -> None:
    opened: Session | None = g.pop("db", None)
    if opened is not None:
        opened.close()
    unnoted: str | None = g.pop("token_to_note", None)
    if unnoted is not None:
        _note_use(unnoted)


def _note_use(of_token: str) -> None:
    """Note that a session is used, once a day, when the request's own work is done."""
    database: Database = current_app.extensions["shortlist"][1]
    # A database that cannot be written to must not keep people from reading.
    with suppress(OperationalError, InternalError), database.session() as noting:
        sessions.note_use(noting, of_token)
        noting.commit()
