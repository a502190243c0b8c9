"""The page of a paper that is put together of a kept part."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cache.keys import PageKey
from app.cache.parts import PagePart
from app.models import User
from app.services import votes
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

_INDEX = re.compile(r'summary-index__score">.*</svg> (-?\d+)</span>')
_VOTES = re.compile(r'votes__score".*Score </span>(?:<span data-score>)?(-?\d+)</span>')


@pytest.mark.sqlite_only("tests keep no pages on PostgreSQL")
def test_a_page_for_guests_ends_with_the_part_that_it_has(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    paper = make_paper(session, "conf/test/One")
    make_summary(session, paper)
    path = "/paper/conf/test/One"
    client.head(path)  # asks for the part, and for no page
    for _ in range(2):
        client.get(path)
    kept = app.wsgi_app.cache._items  # type: ignore[attr-defined]
    pages = [each.expires_at for key, each in kept.items() if isinstance(key, PageKey)]
    parts = [each.expires_at for key, each in kept.items() if key[0] == "paper page"]
    assert pages == parts
    assert parts[0] is not None  # it says how old the summary is


def test_only_its_writer_is_shown_by_whom_an_anonymous_text_is_that_cites_the_paper(
    app: Flask, guest: Browser, session: Session
) -> None:
    guest.sign_up("mira")
    other = Browser(app.test_client()).sign_up("ada")
    mira = session.scalars(select(User).where(User.name == "mira")).one()
    make_summary(session, make_paper(session, "conf/test/One"))
    citing = "See http://localhost/paper/conf/test/One."
    make_summary(session, make_paper(session, "conf/test/Two"), mira, citing, anonymous=True)
    for browser, name in ((guest, "mira"), (other, ""), (guest, "mira"), (other, "")):
        page = browser.get("/paper/conf/test/One").text
        cited = page.partition("Cited by summaries")[2].partition("</section>")[0]
        assert ("/user/mira" in cited) is bool(name)
        assert ("Anonymous" in cited) is not bool(name)


@pytest.mark.sqlite_only("tests keep no pages on PostgreSQL")
def test_a_vote_that_leaves_the_order_leaves_the_part(
    app: Flask, client: FlaskClient, guest: Browser, session: Session
) -> None:
    guest.sign_up("mira")
    paper = make_paper(session, "conf/test/One")
    first, second = (make_summary(session, paper, source=f"Text {each}") for each in "ab")
    voter = make_user(session)
    votes.cast_vote(session, voter, first.id, 1)
    session.commit()
    assert _list_scores(client, guest) == [["1", "0"]] * 2
    made = _list_parts(app)
    assert len(made) == 2
    votes.cast_vote(session, make_user(session), first.id, 1)
    session.commit()
    assert _list_scores(client, guest) == [["2", "0"]] * 2
    assert _list_parts(app) == made
    for _ in range(3):
        votes.cast_vote(session, make_user(session), second.id, 1)
    session.commit()
    assert _list_scores(client, guest) == [["3", "2"]] * 2
    assert not set(map(id, _list_parts(app))) & set(map(id, made))
    make_summary(session, paper, source="Another text")
    assert _list_scores(client, guest) == [["3", "2", "0"]] * 2


def _list_scores(client: FlaskClient, member: Browser) -> list[list[str]]:
    """The scores on the page, as a guest and a member see them in the index and beside texts."""
    found = []
    for _ in range(2):  # the second time a part is kept
        pages = client.get("/paper/conf/test/One").text, member.get("/paper/conf/test/One").text
        found = [_INDEX.findall(page) for page in pages]
        assert found == [_VOTES.findall(page) for page in pages]
    return found


def _list_parts(app: Flask) -> list[PagePart]:
    kept = app.wsgi_app.cache._items  # type: ignore[attr-defined]
    return [part for key, part in kept.items() if key[0] == "paper page"]
