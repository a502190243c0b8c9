"""What shows a member more than others is kept for them, and never longer than it is true."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cache.pages import PageCache
from app.cache.parts import PagePart
from app.db import begin_writing
from app.models import ListEntry, Paper, User
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish, put_on_list

PATHS = ("/venue/conf/x", "/paper/conf/x/A")


@pytest.fixture
def paper(session: Session) -> Paper:
    paper = make_paper(session, "conf/x/A", "A paper")
    make_summary(session, paper, make_user(session, "mira"), tags=["first"])
    return paper


@pytest.fixture
def eve(app: Flask, session: Session, paper: Paper) -> Browser:
    """Somebody with a private text about the paper, who has looked at it several times."""
    browser = Browser(app.test_client()).sign_up("eve")
    write(session, paper, "eve", source="Mine alone.", takeaway="Hidden one.")
    look(browser)
    return browser


def write(session: Session, paper: Paper, name: str, **what: str) -> None:
    user = session.scalars(select(User).where(User.name == name)).one()
    given = {"source": "Text.", "visibility": "private", **what}
    publish(session, user, session.get_one(Paper, paper.id), **given)  # type: ignore[arg-type]
    session.commit()


def look(browser: Browser) -> list[str]:
    return [browser.get(path).text for _ in range(3) for path in PATHS][-2:]


def own_parts(app: Flask) -> list[PagePart]:
    cache: PageCache = app.wsgi_app.cache  # type: ignore[attr-defined]
    return [item for key, item in cache._items.items() if str(key).startswith("('own")]


@pytest.mark.sqlite_only("with PostgreSQL no part is kept for one member")
def test_it_is_kept_for_its_member_alone(
    app: Flask, guest: Browser, eve: Browser, session: Session, paper: Paper
) -> None:
    kept = own_parts(app)
    assert len(kept) == len(PATHS)
    texts = look(eve)
    assert all("\0" not in text and "2 summaries" in text for text in texts)
    assert own_parts(app) == kept
    bob = Browser(app.test_client()).sign_up("bob")
    for other in (guest, bob):
        assert all("2 summaries" not in text and "alone." not in text for text in look(other))
    write(session, paper, "bob", source="Of Bob alone.")
    assert "Of Bob alone." in look(bob)[1]
    assert "Mine alone." not in look(bob)[1]
    assert "Of Bob alone." not in look(eve)[1]


def test_what_only_its_member_changes_is_seen_at_once(
    eve: Browser, session: Session, paper: Paper
) -> None:
    write(session, paper, "eve", source="Another text.", takeaway="Another takeaway.")
    page = eve.get(PATHS[1]).text
    assert "Another text." in page
    assert "Mine alone." not in page
    user = session.scalars(select(User).where(User.name == "eve")).one()
    put_on_list(session, user, session.get_one(Paper, paper.id), remark="To be read aloud")
    session.commit()
    assert all("To be read aloud" in eve.get(path).text for path in PATHS)
    begin_writing(session)
    session.delete(session.scalars(select(ListEntry)).one())
    session.commit()
    assert all("To be read aloud" not in eve.get(path).text for path in PATHS)


def test_a_request_for_the_head_alone_keeps_the_same(
    eve: Browser, session: Session, paper: Paper
) -> None:
    write(session, paper, "eve", source="Another text.", takeaway="Another takeaway.")
    for path in PATHS:
        assert [eve.client.head(path).status_code for _ in range(2)] == [200, 200]
        assert eve.get(path).form("/summary/1/vote")["next"] == f"{path}#page-votes-1"


def test_what_others_change_is_seen_at_once(
    app: Flask, eve: Browser, session: Session, paper: Paper
) -> None:
    write(session, paper, "mira", source="Of Mira.", takeaway="Mira says it.", visibility="public")
    assert all("Mira says it." in eve.get(path).text for path in PATHS)
    look(eve)
    begin_writing(session)
    session.scalars(select(User).where(User.name == "mira")).one().display_name = "Renamed Writer"
    session.commit()
    assert all("Renamed Writer" in eve.get(path).text for path in PATHS)
    look(eve)
    write(session, paper, "mira", source="Of Mira.", visibility="private")
    assert all("2 summaries" not in eve.get(path).text for path in PATHS)


def test_a_reading_list_is_its_readers_alone_and_always_new(
    app: Flask, guest: Browser, eve: Browser, session: Session, paper: Paper
) -> None:
    user = session.scalars(select(User).where(User.name == "eve")).one()
    entry = put_on_list(session, user, session.get_one(Paper, paper.id), remark="Before")
    bob = Browser(app.test_client()).sign_up("bob")
    for _ in range(3):
        text = eve.get("/list").text
        assert "Before" in text
        assert "\0" not in text
        assert "Before" not in bob.get("/list").text
    begin_writing(session)
    entry.remark = "After"
    session.commit()
    assert "After" in eve.get("/list").text
    assert "Before" not in eve.get("/list").text
    eve.submit("/account", "/logout")
    assert eve.get("/list").status == 302
