"""Rows of results are shared without what is marked in them, and filled in for who reads."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Paper, SearchEntry, User
from app.services import votes
from app.services.search_index import indexing
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish


@pytest.fixture
def paper(session: Session) -> Paper:
    return make_paper(session, "conf/test/One", "Sparse detectors", abstract="They look <once>.")


@pytest.fixture
def eve(app: Flask) -> Browser:
    return Browser(app.test_client()).sign_up("eve")


def find_user(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.name == name)).one()


def kept_searches(app: Flask) -> list[Any]:
    items = app.wsgi_app.cache._items  # type: ignore[attr-defined]
    return sorted(key[2:] for key in items if key[0] == "search")


@pytest.mark.sqlite_only
def test_kept_rows_are_filled_in_for_each_reader(
    app: Flask, eve: Browser, guest: Browser, session: Session, paper: Paper
) -> None:
    summary = make_summary(session, paper, make_user(session, "ada"), "The loss is plain.")
    votes.cast_vote(session, find_user(session, "eve"), summary.id, 1)
    session.commit()
    first = guest.get("/search?q=loss").text
    assert not kept_searches(app)  # a crawler asks once
    assert guest.get("/search?q=loss").text == first
    assert kept_searches(app) == [()]
    assert "The <mark>loss</mark> is plain." in first
    assert "<span data-score>1</span>" in (shown := eve.get("/search?q=loss").text)
    assert "The <mark>loss</mark> is plain." in shown
    assert 'aria-pressed="true"' in shown
    assert 'aria-pressed="true"' not in first
    assert kept_searches(app) == [()]  # what guests share served a member too
    assert guest.get("/search?q=loss").text == first
    other = guest.get("/search?q=plain+detectors").text
    assert "The loss is <mark>plain</mark>." in other
    assert "Sparse <mark>detectors</mark></a>" in other


@pytest.mark.sqlite_only
def test_a_member_finds_a_text_that_was_hidden_after_the_same_search(
    eve: Browser, guest: Browser, session: Session, paper: Paper
) -> None:
    reader = find_user(session, "eve")
    mine = make_summary(session, paper, reader, "A lantern alone.", visibility="private")
    for _ in range(3):
        assert "A <mark>lantern</mark>" in eve.get("/search?q=lantern").text
        assert "<mark>beacon</mark>" not in eve.get("/search?q=beacon").text
    publish(session, reader, paper, source="A beacon alone.", visibility="private")
    session.commit()
    assert mine.visibility == "private"
    for _ in range(2):
        assert "A <mark>beacon</mark>" in eve.get("/search?q=beacon").text
        assert "<mark>lantern</mark>" not in eve.get("/search?q=lantern").text
        assert "<mark>beacon</mark>" not in guest.get("/search?q=beacon").text


@pytest.mark.sqlite_only
def test_what_a_member_searched_is_kept_for_them_alone(
    app: Flask, eve: Browser, guest: Browser, session: Session, paper: Paper
) -> None:
    other = make_paper(session, "conf/test/Two", "Dense detectors")
    reader = find_user(session, "eve")
    session.commit()
    for _ in range(2):
        assert "Dense" in eve.get("/search?q=detectors").text
    assert kept_searches(app) == [(reader.id,)]
    for _ in range(2):
        assert "Dense" in guest.get("/search?q=detectors").text
    assert kept_searches(app)[0] == ()  # and guests share theirs
    make_summary(session, paper, reader, "Mine alone.", visibility="private")
    assert "Mine" not in guest.get("/search?q=detectors").text
    assert 'href="/user/eve"' in eve.get("/search?q=sparse").text  # beside what all find
    assert 'href="/user/eve"' not in guest.get("/search?q=sparse").text
    assert "Mine <mark>alone</mark>" in eve.get("/search?q=alone").text
    assert "<mark>alone</mark>" not in guest.get("/search?q=alone").text
    make_summary(session, other, make_user(session, "ada"), "Now detectors are dense.")
    assert "Now <mark>detectors</mark>" in guest.get("/search?q=detectors").text
    assert "Now <mark>detectors</mark>" in eve.get("/search?q=detectors").text


def test_a_row_follows_its_summary(guest: Browser, session: Session, paper: Paper) -> None:
    ada = make_user(session, "ada")
    make_summary(session, paper, ada, "The loss is plain.", tags=["old"])
    for _ in range(3):
        assert ">old</a>" in guest.get("/search?q=loss").text
    publish(session, ada, paper, source="The loss is large.", tags=["new"])
    session.commit()
    page = guest.get("/search?q=loss").text
    assert "The <mark>loss</mark> is large." in page
    assert ">new</a>" in page
    assert ">old</a>" not in page


def test_what_only_its_writer_sees_is_in_no_shared_row(
    eve: Browser, guest: Browser, session: Session, paper: Paper
) -> None:
    user = find_user(session, "eve")
    make_summary(session, paper, make_user(session, "ada"), "The loss is plain.")
    mine = make_summary(session, paper, user, "The loss is mine.", anonymous=True)
    votes.cast_vote(session, make_user(session, "fan"), mine.id, 1)
    session.commit()
    before = [guest.get("/search?q=sparse").text for _ in range(3)]
    for _ in range(3):
        page = eve.get("/search?q=sparse").text
        assert 'href="/user/eve"' in page[page.index('class="rows"') :]
    publish(session, user, paper, source="The loss is secret.", visibility="private")
    session.commit()
    assert "secret" in eve.get("/search?q=secret").text
    after = guest.get("/search?q=sparse").text
    assert [page.count("/user/eve") for page in (*before, after)] == [0, 0, 0, 0]
    assert "secret" not in guest.get("/search?q=loss").text


def test_markup_of_texts_is_shown_as_text(guest: Browser, paper: Paper) -> None:
    for _ in range(3):
        assert "They look &lt;<mark>once</mark>&gt;." in guest.get("/search?q=once").text
    assert paper.summaries_count == 0


def test_what_was_searched_is_found_anew_after_the_index_is_mended(
    guest: Browser, session: Session, paper: Paper
) -> None:
    begin_writing(session)
    session.execute(delete(SearchEntry).where(SearchEntry.paper_id == paper.id))
    session.commit()
    for _ in range(3):
        assert "/paper/conf/test/One" not in guest.get("/search?q=sparse").text
    deque(indexing.index_missing(session), maxlen=0)
    assert "/paper/conf/test/One" in guest.get("/search?q=sparse").text
