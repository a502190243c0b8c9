from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database
from app.services import votes
from app.services.papers import removal
from app.services.summaries import publishing
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/", "/no/such", "/login", "/robots.txt", "/favicon.ico"])
def test_headers_of_every_answer(guest: Browser, path: str) -> None:
    headers = guest.get(path).response.headers
    for name, value in HEADERS.items():
        assert headers[name] == value
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert "Strict-Transport-Security" not in headers


def test_headers_of_static_files(guest: Browser) -> None:
    page = guest.get("/")
    style = next(
        each.get("href") for each in page.tree.iter("link") if each.get("rel") == "stylesheet"
    )
    answer = guest.get(style)
    assert answer.status == 200
    assert "immutable" in answer.response.headers["Cache-Control"]
    for name, value in HEADERS.items():
        assert answer.response.headers[name] == value
    answer.response.close()


def test_https_sites_say_so(config: Config, database: Database) -> None:
    app = create_app(replace(config, site_url="https://papers.example.org"), database)
    browser = Browser(app.test_client())
    answer = browser.get("/login", base_url="https://papers.example.org")
    assert "max-age=" in answer.response.headers["Strict-Transport-Security"]
    cookie = answer.response.headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/", base_url="https://evil.example").status == 400


def test_pages_for_somebody_are_not_stored(guest: Browser) -> None:
    assert guest.get("/").response.headers["Cache-Control"] == "public, no-cache"
    guest.sign_up("ann")
    assert guest.get("/").response.headers["Cache-Control"] == "private, no-store"


def test_too_much_is_refused(guest: Browser) -> None:
    answer = guest.post("/login", {"name": "x" * 1_100_000})
    assert answer.status == 413
    assert "1 MB" in answer.text


def test_wrong_method(guest: Browser) -> None:
    assert guest.post("/about").status == 405


def test_too_many_requests_keep_the_text(
    config: Config, database: Database, session: Session
) -> None:
    make_paper(session, "conf/x/A1")
    app = create_app(replace(config, rate_limits=True), database)
    browser = Browser(app.test_client()).sign_up("ann")
    form = browser.get("/write/conf/x/A1").form("/write/conf/x/A1")
    for _ in range(30):
        answer = browser.post("/write/conf/x/A1", {**form, "source": "My text"})
        assert answer.status == 303
    answer = browser.post("/write/conf/x/A1", {**form, "source": "My last text"})
    assert answer.status == 429
    assert answer.form("/write/conf/x/A1")["source"] == "My last text"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (
            "/write/conf/x/Gone",
            {"source": "My <b>text", "takeaway": "Mine", "visibility": "public"},
        ),
        ("/list/entry/conf/x/Gone", {"notes": "My <b>text", "remark": "Mine", "status": "read"}),
        ("/shelf/ann/gone/edit", {"title": "Mine", "description": "My <b>text"}),
        ("/shelf/ann/gone/papers", {"pasted": "Mine", "note": "My <b>text"}),
        ("/paper/conf/x/Gone/facts", {"title": "Mine", "abstract": "My <b>text"}),
    ],
)
def test_a_text_about_what_is_gone_is_shown_to_its_writer(
    guest: Browser, path: str, fields: dict[str, str]
) -> None:
    """It was removed, merged or hidden between the opening of the form and its sending."""
    ann = guest.sign_up("ann")
    token = {"csrf_token": ann.get("/shelves/new").form("/shelves/new")["csrf_token"]}
    answer = ann.post(path, {**token, **fields})
    assert answer.status == 404
    assert "Your text was not saved." in answer.text
    shown = re.findall(r"readonly>\n([^<]*)</textarea>", answer.text)
    typed = [value for value in fields.values() if value not in ("public", "read")]
    assert list(map(unescape, shown)) == typed
    assert "Submit again" not in answer.text
    assert answer.response.headers["Cache-Control"] == "private, no-store"


def test_a_removed_paper_keeps_the_summary_of_who_was_writing(
    guest: Browser, session: Session
) -> None:
    ann = guest.sign_up("ann")
    paper = make_paper(session, "conf/x/A1")
    path = "/write/conf/x/A1"
    form = ann.get(path).form(path)
    removal.remove_paper(session, paper, make_user(session, "moderator"), "Spam")
    session.commit()
    answer = ann.post(path, {**form, "source": "My text"})
    assert answer.status == 404
    assert "My text</textarea>" in answer.text


def test_a_path_without_a_form_shows_nothing_again(guest: Browser) -> None:
    answer = guest.post("/no/such", {"source": "My text"})
    assert answer.status == 404
    assert "My text" not in answer.text


def test_guessing_passwords_is_limited(config: Config, database: Database) -> None:
    app = create_app(replace(config, rate_limits=True), database)
    browser = Browser(app.test_client())
    statuses = [
        browser.submit("/login", name=f"ann{number}", password="a guess").status
        for number in range(12)
    ]
    assert statuses == [422] * 10 + [429] * 2


def test_a_fault_of_ours_is_a_page(
    app: Flask, guest: Browser, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    make_paper(session, "conf/x/A1")
    guest.sign_up("ann")
    app.testing = False  # as in production: a fault becomes a page

    def fail(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError

    form = guest.get("/write/conf/x/A1").form("/write/conf/x/A1")
    monkeypatch.setattr(publishing, "create_summary", fail)
    answer = guest.post("/write/conf/x/A1", {**form, "source": "My text"})
    assert answer.status == 500
    assert "Something broke on our side" in answer.text
    assert answer.form("/write/conf/x/A1")["source"] == "My text"


def test_a_database_that_does_not_answer(
    guest: Browser, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    summary = make_summary(session)
    guest.sign_up("ann")

    def fail(*_args: object, **_options: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(votes, "cast_vote", fail)
    token = guest.get("/").form("/logout")["csrf_token"]
    answer = guest.post(f"/summary/{summary.id}/vote", {"csrf_token": token, "value": "1"})
    assert answer.status == 503
    assert "Try again" in answer.text


def test_reading_cannot_write(session: Session) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.execute(text("DELETE FROM sections"))


def test_json_is_answered_with_json(guest: Browser) -> None:
    answer = guest.post("/preview", {}, headers={"Accept": "application/json"})
    assert answer.status == 401
    assert answer.response.json is not None
    assert "error" in answer.response.json


def test_another_site_cannot_sign_a_reader_out(guest: Browser, session: Session) -> None:
    guest.sign_up("ann")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = guest.post("/papers/new", {"title": "Kept?"}, headers=headers)
        assert answer.status == 403
        assert "Set-Cookie" not in answer.response.headers
        assert "Kept?" not in answer.text
    assert guest.get("/settings").status == 200


def test_only_fields_of_ours_are_kept(guest: Browser) -> None:
    many = "&".join(["a=bb"] * 50_000) + "&source=My+text"
    answer = guest.post("/papers/new", many, content_type="application/x-www-form-urlencoded")
    assert answer.status == 401
    assert "My text" in answer.text
    assert len(answer.text) < 20_000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_head_counts_as_a_search(config: Config, database: Database) -> None:
    client = create_app(replace(config, rate_limits=True), database).test_client()
    statuses = {client.head("/search?q=x").status_code for _ in range(130)}
    assert statuses == {200, 429}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_ipv6_network_is_one_guest(config: Config, database: Database) -> None:
    client = create_app(replace(config, rate_limits=True), database).test_client()
    statuses = [
        client.get(
            "/search?q=x", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{number:x}"}
        ).status_code
        for number in range(1, 130)
    ]
    assert statuses[-1] == 429
