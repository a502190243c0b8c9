"""A kept page is the page that would be made now, whatever was written before."""

from __future__ import annotations

from difflib import unified_diff

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.db import now
from app.views.http import moments
from tests.helpers.walks.random_writes import RandomWrites

STEPS = 30
LISTS = ("/", "/?tab=recent", "/?tab=rated", "/venues", "/tags", "/users", "/wanted", "/about")
FEEDS = ("/feed.atom", "/rss.xml", "/sitemap.xml")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seed", range(3))
def test_a_kept_page_is_the_page_of_now(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    present = now()
    monkeypatch.setattr(moments, "now", lambda: present)
    walk = RandomWrites(session, seed)
    cached, uncached = Client(app.wsgi_app), Client(app.wsgi_app._app)  # type: ignore[attr-defined]
    kept = 0
    for number in range(STEPS):
        paths = [*walk.paths(), *LISTS, *FEEDS]
        shown = walk.chance.sample(paths, 12)
        for path in (*shown, *shown):  # the second time a page is kept
            cached.get(path)
        done = walk.step()
        for path in shown:
            found, true = cached.get(path), uncached.get(path)
            assert found.status_code == true.status_code, (number, done, path)
            difference = unified_diff(found.text.splitlines(), true.text.splitlines(), n=0)
            assert not list(difference), (number, done, path)
        kept += len(app.wsgi_app.cache)  # type: ignore[attr-defined]
    assert kept  # or nothing was tested
