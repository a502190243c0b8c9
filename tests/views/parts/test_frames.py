"""A page in a kept frame is the page that its template gives whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask, render_template
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Database
from app.views.papers import kept_page
from app.views.parts import list_pages, member_pages
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper, make_summary, make_user

PATHS = (
    *(
        "/",
        "/?tab=recent&page=2",
        "/venue/conf/x",
        "/venues?q=a+%22b%22%26c",
        "/tag/first",
        "/tags",
    ),
    *("/user/mira", "/users", "/about", "/help", "/author/ada-lovelace"),
)


@pytest.fixture(params=["guest", "member"])
def reader(request: pytest.FixtureRequest, app: Flask) -> Browser:
    browser = Browser(app.test_client())
    if request.param == "member":
        browser.sign_up("reader")
        browser.get("/")  # the welcome is said once
    return browser


@pytest.fixture(autouse=True)
def library(session: Session) -> None:
    """One paper, with a summary."""
    paper = make_paper(session, "conf/x/A", "A paper", authors=("Ada Lovelace",))
    make_summary(session, paper, make_user(session, "mira"), tags=["first"])
    session.commit()


@pytest.mark.parametrize("path", PATHS)
def test_a_framed_page_is_the_whole_one(
    app: Flask, reader: Browser, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    framed = [without_token(reader.get(path)) for _ in range(2)]
    app.wsgi_app.cache.clear()  # type: ignore[attr-defined]
    monkeypatch.setattr(list_pages, "_is_plain", lambda _: False)  # nor what stands around rows
    monkeypatch.setattr(member_pages, "render_framed", render_template)
    whole = reader.get(path)
    assert whole.status == 200
    assert framed == [without_token(whole)] * 2


@pytest.mark.parametrize("path", ["/paper/conf/x/A", "/paper/conf/x/A?by=mira&more=%22%3C"])
def test_the_page_of_a_paper_is_framed_as_others_are(
    app: Flask, guest: Browser, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    framed = [guest.get(path).text for _ in range(2)]
    app.wsgi_app.cache.clear()  # type: ignore[attr-defined]
    monkeypatch.setattr(kept_page, "AS_BLOCKS", {})
    monkeypatch.setattr(kept_page, "frame_blocks", lambda html: html)
    assert framed == [guest.get(path).text] * 2


def test_a_frame_says_what_the_settings_say(
    app: Flask, guest: Browser, config: Config, database: Database
) -> None:
    for given in (config, replace(config, site_name="Lab", signup=False), config):
        app.extensions["shortlist"] = (given, database)
        app.wsgi_app.cache.clear()  # type: ignore[attr-defined]
        page = guest.get("/paper/conf/x/A").text
        assert f'wordmark__name">{given.site_name}</span>' in page
        assert ("/signup" in page) == given.signup


def without_token(page: Page) -> str:
    """A page; the token of its forms is another one each second."""
    return re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", page.text)
