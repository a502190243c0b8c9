"""R13: every answer carries the whole set of headers, whoever made it and whatever was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database, begin_writing
from app.models import Paper, Revision, Summary, User
from app.services.operation.fonts.files import font_name
from app.services.operation.fonts.recipes import RECIPES
from app.views.http.security import HEADERS
from tests.helpers.client import Browser
from tests.helpers.factories import make_summary

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"]
# What may be kept without asking again: names no text, and does not change under its address.
LASTING = re.compile(r"/static/.+|/fonts/.+")
# Public, the same for everybody, and read by programs: pages of other sites may read it too.
OPEN = re.compile(r"/feed\.atom|/rss(?:-all|-full)?\.xml|/sitemap(?:-\d+)?\.xml")

# The same for who is not signed in; members get their own keys and notes in them.
EXPORTS = re.compile(r"/(?:paper|tag|venue|author|user)/.+\.bib|/(?:papers|search)\.bib")


def addresses(app: Flask, session: Session) -> Iterator[str]:
    """An address of each route that leads to something, as far as there is something."""
    summary = session.scalars(select(Summary)).first()
    assert summary is not None
    values = {
        "summary_id": summary.id,
        "revision_id": session.scalar(select(func.min(Revision.id))),
        "merge_id": 1,
        "part": 1,
        "key": session.scalar(select(Paper.key)),
        "name": session.scalar(select(User.name)),
        "code": "none",
        "slug": "none",
        "token": "none",
        "number": 1,
        "handle": "0" * 16,
        "form": "bib",
    }
    session.commit()
    bound = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        wanted = {name: values[name] for name in rule.arguments}
        method = min((rule.methods or set()) - {"HEAD", "OPTIONS"})
        yield bound.build(rule.endpoint, wanted, method=method)


def check(answer_headers: dict[str, str], what: object, *, is_open: bool = False) -> None:
    own = {"Cross-Origin-Resource-Policy": "cross-origin"} if is_open else {}
    for name, value in {**HEADERS, **own}.items():
        assert answer_headers.get(name) == value, (what, name)
    assert ("Access-Control-Allow-Origin" in answer_headers) == is_open, what
    assert "Cache-Control" in answer_headers, what


@pytest.mark.slow
@pytest.mark.sqlite_only("test_twins_everywhere asks PostgreSQL for all pages, as both readers")
@pytest.mark.parametrize("signed_in", [False, True])
def test_all_routes_by_all_methods(app: Flask, session: Session, signed_in: bool) -> None:
    make_summary(session)
    browser = Browser(app.test_client())
    if signed_in:
        browser.sign_up("ann")
    for path in set(addresses(app, session)):
        for method in METHODS:
            if signed_in and method in ("POST", "DELETE"):
                continue  # without a token it is what a guest gets
            answer = browser.client.open(path, method=method, buffered=True)
            what = (method, path, answer.status_code)
            is_read = method in ("GET", "HEAD") and answer.status_code == 200
            is_open = OPEN.fullmatch(path) or (EXPORTS.fullmatch(path) and not signed_in)
            check(dict(answer.headers), what, is_open=is_read and bool(is_open))
            kept = answer.headers["Cache-Control"]
            if not LASTING.fullmatch(path):
                assert "max-age" not in kept, what
                assert "Expires" not in answer.headers, what
            if method not in ("GET", "HEAD") or answer.status_code >= 400:
                assert kept == "private, no-store", what


@pytest.fixture
def with_font(config: Config, database: Database) -> Flask:
    fonts = config.data_dir / "fonts"
    fonts.mkdir()
    for recipe in RECIPES:
        (fonts / font_name(recipe)).write_bytes(b"wOF2 and more")
    return create_app(config, database)


def files(app: Flask) -> list[str]:
    page = app.test_client().get("/").get_data(as_text=True)
    style = re.search(r'/static/[^"]+\.css', page)
    assert style is not None
    icon = app.test_client().get("/favicon.ico").headers["Location"]
    fonts = Path(app.extensions["shortlist"][0].data_dir) / "fonts"
    return [style[0], icon, *(f"/fonts/{each.name}" for each in fonts.iterdir())]


def test_files_by_all_methods(with_font: Flask) -> None:
    client = with_font.test_client()
    found = files(with_font)
    assert len(found) == 2 + len(RECIPES)
    for path in [*found, "/static/none.css", f"{found[0]}/x", "/static/", "/fonts/none", "/fonts/"]:
        for method in METHODS:
            answer = client.open(path, method=method, buffered=True)
            check(dict(answer.headers), (method, path, answer.status_code))
            if path in found and method not in ("GET", "HEAD"):
                assert answer.status_code == 405
                assert answer.headers["Cache-Control"] == "private, no-store"
                assert answer.headers["Allow"] == "GET, HEAD"
            answer.close()


def test_files_in_part_or_unchanged(with_font: Flask) -> None:
    client = with_font.test_client()
    for path in files(with_font):
        etag = client.get(path, buffered=True).headers["ETag"]
        statuses = []
        for headers in ({"If-None-Match": etag}, {"Range": "bytes=0-1"}, {"Range": "bytes=9-1"}):
            answer = client.get(path, headers=headers, buffered=True)
            check(dict(answer.headers), (path, headers))
            statuses.append(answer.status_code)
        assert statuses == [304, 206, 416]


def test_no_header_is_sent_twice(guest: Browser) -> None:
    names = [name.lower() for name, _ in guest.get("/").response.headers if name != "Vary"]
    assert len(names) == len(set(names))


def test_odd_requests(config: Config, database: Database) -> None:
    app = create_app(replace(config, site_url="https://papers.example.org"), database)
    client = app.test_client()
    for path, host in (("/", "evil.example"), ("//", "localhost"), ("/%00", "localhost")):
        answer = client.get(path, base_url=f"https://{host}")
        check(dict(answer.headers), (path, host))
        assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_fault_outside_of_flask_has_them(app: Flask) -> None:
    app.testing = False
    answer = app.test_client().post("/login", data=b"x", content_type="multipart/form-data")
    check(dict(answer.headers), answer.status_code)


def test_a_card_is_asked_for_each_time(app: Flask, session: Session, guest: Browser) -> None:
    summary = make_summary(session, source="Hidden soon.")
    key = session.get_one(Paper, summary.paper_id).key
    session.commit()
    first = guest.get(f"/card/{key}")
    assert "Hidden soon." in first.text
    assert first.response.headers["Cache-Control"] == "private, no-cache"
    same = {"If-None-Match": first.response.headers["ETag"]}
    again = guest.get(f"/card/{key}", headers=same)
    assert again.status == 304
    check(dict(again.response.headers), "304")
    begin_writing(session)
    summary.visibility = "private"
    session.commit()
    hidden = guest.get(f"/card/{key}", headers=same)
    assert hidden.status == 200
    assert "Hidden soon." not in hidden.text


def test_cookies_over_https_are_this_hosts_alone(config: Config, database: Database) -> None:
    app = create_app(replace(config, site_url="https://papers.example.org"), database)
    client = app.test_client()
    https = {"base_url": "https://papers.example.org"}
    page = client.get("/signup", **https)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.get_data(as_text=True))
    assert token is not None
    answer = client.post(
        "/signup",
        data={"csrf_token": token[1], "name": "ann", "password": "correct horse battery"},
        headers={"Referer": "https://papers.example.org/signup"},
        **https,
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in [*cookies, *page.headers.getlist("Set-Cookie")]:
        assert cookie.startswith("__Host-shortlist")
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert "Domain" not in cookie
    assert client.get("/settings", **https).status_code == 200


def test_cookies_over_http_have_plain_names(guest: Browser) -> None:
    answer = guest.submit("/signup", name="ann", password="correct horse battery")
    for cookie in answer.response.headers.getlist("Set-Cookie"):
        assert cookie.startswith("shortlist")
        assert "Secure" not in cookie
