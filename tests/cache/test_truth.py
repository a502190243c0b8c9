"""What is kept is what would be made now, for every reader, whatever was written before."""

from __future__ import annotations

import re
from difflib import unified_diff
from itertools import product

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.db import now
from app.models import User
from app.services.accounts import sessions
from app.views.http import moments
from app.views.http.access import TOKEN
from tests.helpers.walks.list_writes import ListWrites
from tests.helpers.walks.random_writes import RandomWrites

STEPS = 30
MEMBERS = 2
OF_MEMBERS = 3  # pages that each member looks at in a step
LISTS = ("/", "/?tab=recent", "/?tab=rated", "/venues", "/tags", "/users", "/wanted", "/about")
FEEDS = ("/feed.atom", "/rss.xml", "/sitemap.xml")
SEARCHES = (
    *("title", "title+number", "takeaway", "takeawya+1", "titel", "words", "another"),
    *("writer1", "lovelace", "tag:deep", "title+year:2019", "number+1+takeaway+missing"),
    *("shelf:shelf-1", "title+-shelf:shelf-1", "in:list", "in:mine", "title&sort=votes"),
)
OWN_LISTS = (
    *("/list", "/list?has=summary", "/list?new=1", "/list?year=2019", "/list?sort=title"),
    *("/list?q=title", "/list?label=deep", "/list?status=read", "/list/year"),
)


@pytest.mark.slow
@pytest.mark.sqlite_only
@pytest.mark.parametrize("seed", range(3))
def test_a_kept_page_is_the_page_of_now(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    present = now()
    monkeypatch.setattr(moments, "now", lambda: present)
    walk = RandomWrites(session, seed)
    cached, uncached = Client(app.wsgi_app), Client(app.wsgi_app._app)  # type: ignore[attr-defined]
    members = [_signed_in(app, session, user) for user in walk.users[:MEMBERS]]
    kept = parts = 0
    for number in range(STEPS):
        shown = walk.chance.sample([*walk.paths(), *LISTS, *FEEDS], 12)
        for path in (*shown, *shown):  # the second time a page is kept
            cached.get(path)
        done = walk.step()
        for path in shown:
            found, true = cached.get(path), uncached.get(path)
            assert found.status_code == true.status_code, (number, done, path)
            difference = unified_diff(found.text.splitlines(), true.text.splitlines(), n=0)
            assert not list(difference), (number, done, path)
        looked_at = walk.chance.sample(shown, OF_MEMBERS)
        for clients, path in product(members, looked_at):
            lines = [_say(client.get(path).text) for client in clients]
            difference = unified_diff(*lines, n=0)
            assert not list(difference), (number, done, path)
        kept += len(app.wsgi_app.cache)  # type: ignore[attr-defined]
        parts += len(app.wsgi_app.cache._items) - len(app.wsgi_app.cache)  # type: ignore[attr-defined]
    assert kept  # or nothing was tested
    assert parts


@pytest.mark.slow
@pytest.mark.sqlite_only
@pytest.mark.parametrize("seed", range(3))
def test_kept_searches_and_lists_are_those_of_now(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    present = now()
    monkeypatch.setattr(moments, "now", lambda: present)
    walk = ListWrites(session, seed)
    guests = Client(app.wsgi_app), Client(app.wsgi_app._app)  # type: ignore[attr-defined]
    members = [_signed_in(app, session, user) for user in walk.users[:MEMBERS]]
    kinds = set()
    for number in range(STEPS):
        searches = [f"/search?q={each}" for each in walk.chance.sample(SEARCHES, 4)]
        own = [*searches, *walk.chance.sample(OWN_LISTS, 2)]
        looks = [(guests, searches), *((clients, own) for clients in members)]
        for (cached, _), paths in (*looks, *looks):  # the second time a part is kept
            for path in paths:
                assert cached.get(path).status_code == 200, path
        kinds |= {key[0] for key in app.wsgi_app.cache._items}  # type: ignore[attr-defined]
        done = walk.step()
        for reader, (clients, paths) in enumerate(looks):
            for path in paths:
                lines = [_say(client.get(path).text) for client in clients]
                difference = unified_diff(*lines, n=0)
                assert not list(difference), (number, done, reader, path)
    assert kinds >= {"search", "search among hidden texts", "list facets", "reading list"}


def _signed_in(app: Flask, session: Session, user: User) -> tuple[Client, Client]:
    """A member's clients: one of the app with its cache, one of the app alone."""
    token = sessions.start_session(session, user)
    session.commit()
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie[TOKEN] = token
    found = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert found is not None
    clients = Client(app.wsgi_app), Client(app.wsgi_app._app)  # type: ignore[attr-defined]
    for client in clients:
        client.set_cookie(found.key, found.value)
    return clients


def _say(html: str) -> list[str]:
    """What a page says, line by line; the token of its forms is another one each second."""
    return re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", html).splitlines()
