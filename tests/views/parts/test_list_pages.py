"""What stands around the rows of a list is kept, by all that it says."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import User
from app.services import changes, votes
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user


@pytest.fixture(autouse=True)
def writer(session: Session) -> User:
    """Who has written one summary."""
    mira = make_user(session, "mira")
    make_summary(session, make_paper(session, "conf/x/A", "A paper"), mira, tags=["first"])
    session.commit()
    return mira


def count_kept(app: Flask) -> int:
    cache = app.wsgi_app.cache  # type: ignore[attr-defined]
    return sum(key[0] == "page around rows" for key in cache._items)


@pytest.mark.sqlite_only("tests keep no pages on PostgreSQL")
def test_pages_that_say_the_same_share_it(app: Flask, guest: Browser) -> None:
    addresses = ("/", "/?tab=popular", "/?tab=popular&s=none")
    for address in addresses:
        guest.get(address)
    assert count_kept(app) == 1
    for address, quoted in zip(addresses[1:], ("tab%3Dpopular", "tab%3Dpopular%26s"), strict=True):
        page = guest.get(address).text
        assert f"/openings?show=1&amp;next=/?{quoted}" in page
        assert page.count('class="row"') == 1


@pytest.mark.sqlite_only("tests keep no pages on PostgreSQL")
def test_a_vote_is_shown_and_leaves_it(app: Flask, guest: Browser, session: Session) -> None:
    eve = make_user(session, "eve")
    for address in ("/", "/venue/conf/x", "/user/mira", "/tag/first") * 2:
        guest.get(address)
    kept = count_kept(app)
    assert kept >= 3
    votes.cast_vote(session, eve, 1, 1)
    session.commit()
    for address in ("/", "/user/mira", "/tag/first"):
        assert "Score </span>1</span>" in guest.get(address).text
    assert count_kept(app) == kept


def test_a_new_name_is_shown(guest: Browser, session: Session, writer: User) -> None:
    for _ in range(3):
        assert '<h1 dir="auto">Mira' in guest.get("/user/mira").text
    begin_writing(session)
    changes.note(session, "writer", writer.id)
    writer.display_name = "Another Name"
    session.commit()
    for _ in range(3):
        assert '<h1 dir="auto">Another Name' in guest.get("/user/mira").text
