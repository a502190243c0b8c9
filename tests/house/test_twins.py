"""Private and anonymous leave no trace: a hidden text is published, every output searched."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, User
from app.queries.catalogue import overview
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

OUTPUTS = (
    "/",
    "/?tab=recent",
    "/?tab=rated",
    "/paper/conf/x/Hidden1",
    "/paper/conf/x/Target1",
    "/paper/conf/x/Wanted1",
    "/paper?bibtexKey=conf/x/Hidden1&a=secretwriter",
    "/summary/1",
    "/venues",
    "/venue/conf/x",
    "/author/some-body",
    "/users",
    "/user/secretwriter",
    "/tags",
    "/tag/secrettag",
    "/search?q=secretword",
    "/search?q=secretwriter",
    "/search?q=Hidden",
    "/write?q=secretword",
    "/random",
    "/about",
    "/feed.atom",
    "/rss.xml",
    "/sitemap.xml",
)
TEXT = "A secretword.\n\n## See also\n- [T](/paper/conf/x/Target1)\n- \\cite{conf/x/Wanted1}"


def publish_hidden(session: Session, **how: Any) -> None:
    make_paper(session, "conf/x/Target1", "The target")
    hidden = make_paper(session, "conf/x/Hidden1", "Hidden title", authors=("Some Body",))
    writer = make_user(session, "secretwriter", "Secret Writer")
    make_summary(
        session, hidden, writer, TEXT, takeaway="secrettakeaway", tags=["secrettag"], **how
    )


@pytest.fixture(params=["guest", "another reader"])
def reader(request: pytest.FixtureRequest, app: Flask) -> Browser:
    browser = Browser(app.test_client())
    return browser if request.param == "guest" else browser.sign_up("reader")


def outputs(reader: Browser) -> dict[str, tuple[int, str]]:
    found = {}
    for path in OUTPUTS:
        page = reader.get(path, follow_redirects=True)
        found[path] = (page.status, page.text)
    return found


def test_private_is_as_if_it_were_not_there(reader: Browser, session: Session) -> None:
    publish_hidden(session, visibility="private")
    for path, (status, text) in outputs(reader).items():
        # Signing in leads back to what was asked for, whether it is there or not.
        told = text.replace(f"?next={path}", "")
        for word in ("secretword.", "secrettakeaway", "/tag/secrettag", "/summary/1"):
            assert word not in told, path
        if path not in ("/user/secretwriter", "/search?q=secretwriter"):
            assert "Secret Writer" not in text, path
        if path in ("/paper/conf/x/Hidden1", "/summary/1", "/tag/secrettag"):
            assert status == 404, path
        if path == "/random":  # leads to the front page, since there is nothing to read
            assert status == 200
    totals = overview.load_totals(session)
    assert (totals.summaries, totals.users) == (0, 0)


def test_anonymous_shows_the_text_and_no_name(reader: Browser, session: Session) -> None:
    publish_hidden(session, anonymous=True)
    found = outputs(reader)
    assert "secretword" in found["/paper/conf/x/Hidden1"][1]
    assert 'id="anon"' in found["/paper/conf/x/Hidden1"][1]
    for path, (_, text) in found.items():
        if path in ("/user/secretwriter", "/search?q=secretwriter"):
            assert "secrettakeaway" not in text, path
        else:
            assert "Secret Writer" not in text, path
            assert "secretwriter" not in text.replace("q=secretwriter", ""), path
    assert overview.load_totals(session).users == 0


def test_the_writer_sees_both(app: Flask, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    writer = Browser(app.test_client()).sign_up("ann", "Ann Example")
    ways = {"private": {"visibility": "private"}, "anonymous": {"anonymous": "y"}}
    for mark, how in ways.items():
        form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
        writer.post("/write/conf/x/A1", {**form, "source": "Hers alone.", **how})
        page = writer.get("/paper/conf/x/A1")
        assert page.status == 200
        assert "Hers alone." in page.text
        assert mark in page.text.lower()
        assert "Hers alone." in writer.get("/user/ann").text


def test_going_private_takes_effect_everywhere(reader: Browser, session: Session) -> None:
    publish_hidden(session)
    assert "secrettakeaway" in reader.get("/paper/conf/x/Hidden1").text
    paper = session.scalars(select(Paper).where(Paper.key == "conf/x/Hidden1")).one()
    user = session.scalars(select(User).where(User.name == "secretwriter")).one()
    make_summary(session, paper, user, TEXT, takeaway="secrettakeaway", visibility="private")
    for path, (_, text) in outputs(reader).items():
        assert "secrettakeaway" not in text, path
