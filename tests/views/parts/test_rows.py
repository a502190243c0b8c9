"""Rows are shared by all readers; what is one reader's alone is filled in."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, Summary, User
from app.services import votes
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish

LISTS = ("/", "/venue/conf/test", "/user/ada")


@pytest.fixture
def summary(session: Session) -> Summary:
    return make_summary(session, make_paper(session, "conf/test/One"), make_user(session, "ada"))


@pytest.fixture
def eve(app: Flask) -> Browser:
    return Browser(app.test_client()).sign_up("eve")


@pytest.fixture
def bob(app: Flask) -> Browser:
    return Browser(app.test_client()).sign_up("bob")


def find_user(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.name == name)).one()


@pytest.mark.parametrize("path", [*LISTS, "/paper/conf/test/One"])
def test_a_vote_is_shown_to_all_and_marked_for_one(
    eve: Browser, bob: Browser, guest: Browser, session: Session, summary: Summary, path: str
) -> None:
    for reader in (guest, eve, bob):
        assert 'aria-pressed="true"' not in reader.get(path).text
    votes.cast_vote(session, find_user(session, "eve"), summary.id, 1)
    session.commit()
    shown = [reader.get(path).text for reader in (eve, bob, guest)]
    assert [text.count('aria-pressed="true"') for text in shown] == [1, 0, 0]
    assert "<span data-score>1</span>" in shown[0]
    assert "<span data-score>1</span>" in shown[1]
    assert "csrf_token" not in guest.get(path).text


@pytest.mark.sqlite_only
def test_a_vote_makes_no_row_anew(
    app: Flask, guest: Browser, session: Session, summary: Summary
) -> None:
    eve = make_user(session, "eve")
    cache = app.wsgi_app.cache  # type: ignore[attr-defined]
    guest.get("/")
    assert not cache._items  # a crawler asks once
    guest.get("/")
    kept = [item for item in cache._items.items() if item[0][0] == "entry row"]
    assert len(kept) == 1
    votes.cast_vote(session, eve, summary.id, 1)
    session.commit()
    assert "</span>1</span>" in guest.get("/").text
    ((key, part),) = kept
    assert cache.find(key) is part


def test_a_hidden_text_is_counted_for_its_writer_alone(
    eve: Browser, bob: Browser, guest: Browser, session: Session, summary: Summary
) -> None:
    for reader in (guest, eve, bob):
        assert "2 summaries" not in reader.get("/").text
    paper = session.get_one(Paper, summary.paper_id)
    publish(session, find_user(session, "eve"), paper, source="Mine.", visibility="private")
    session.commit()
    assert "2 summaries" in eve.get("/").text
    assert "Mine." in eve.get("/paper/conf/test/One").text
    for reader in (guest, bob):
        assert "2 summaries" not in reader.get("/").text
        assert "Mine." not in reader.get("/paper/conf/test/One").text
