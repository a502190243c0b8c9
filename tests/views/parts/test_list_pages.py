"""Lists are kept in parts, and show what is true all the same."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Summary, User
from app.queries.people import find_user
from app.services import changes, votes
from app.views.http import listing
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


def list_shown(guest: Browser, address: str) -> list[str]:
    """The papers of a list in their order, each with its score."""
    page = guest.get(address).text
    rows = page.split('<ol class="rows">')[1].split("</ol>")[0]
    titles = re.findall(r'class="row__title"[^>]*><a [^>]*>([^<]+)<', rows)
    scores = re.findall(r"Score </span>(?:<span data-score>)?(-?\d+)", rows)
    return [f"{title} {score}" for title, score in zip(titles, scores, strict=True)]


@pytest.fixture
def voters(session: Session) -> list[User]:
    """Who votes."""
    return [make_user(session, f"voter{number}") for number in range(4)]


def make_texts(session: Session, count: int, venue: str = "conf/y") -> list[int]:
    """Public summaries by one writer, each of its own paper of one year."""
    writer = make_user(session, "nora")
    papers = [make_paper(session, f"{venue}/{n}", f"P{n}", year=2020) for n in range(count)]
    texts = [make_summary(session, paper, writer, tags=["edge"]).id for paper in papers]
    session.commit()
    return texts


@pytest.mark.parametrize("address", ["/?tab=rated", "/tag/edge", "/venue/conf/y?year=2020"])
def test_votes_that_change_the_order_at_the_edge_of_a_page_are_shown(
    guest: Browser,
    session: Session,
    voters: list[User],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    monkeypatch.setattr(listing, "ROWS", 2)
    texts = make_texts(session, 3)
    votes.cast_vote(session, voters[0], texts[0], 1)
    votes.cast_vote(session, voters[0], texts[1], 1)
    votes.cast_vote(session, voters[1], texts[0], 1)
    session.commit()
    for _ in range(3):
        assert list_shown(guest, address) == ["P0 2", "P1 1"]
    for value, expected in [
        (1, ["P0 2", "P2 2"]),  # P2 passes the last row of the page
        (-1, ["P0 2", "P1 1"]),
        (1, ["P0 2", "P2 2"]),
    ]:
        for voter in voters[:2]:
            votes.cast_vote(session, voter, texts[2], value)
        session.commit()
        shown = [list_shown(guest, address) for _ in range(3)]
        # Of two with as many votes the one or the other is first.
        assert [sorted(each) for each in shown] == [expected] * 3


def test_a_row_shows_the_best_summary_of_its_paper(
    guest: Browser, session: Session, voters: list[User]
) -> None:
    paper = make_paper(session, "conf/z/A", "P0")
    by = [make_user(session, name) for name in ("first", "second")]
    texts = [make_summary(session, paper, each).id for each in by]
    session.commit()
    for round_number in range(4):
        best = round_number % 2
        votes.cast_vote(session, voters[0], texts[best], 1)
        votes.cast_vote(session, voters[0], texts[1 - best], -1)
        session.commit()
        for _ in range(3):
            page = guest.get("/venue/conf/z").text
            assert f'/user/{by[best].name}"' in page
            assert f'/user/{by[1 - best].name}"' not in page
            assert list_shown(guest, "/venue/conf/z") == ["P0 1"]


@pytest.mark.parametrize("changed", [{"visibility": "private"}, {"anonymous": True}])
def test_what_is_hidden_after_votes_is_gone(
    guest: Browser, session: Session, voters: list[User], changed: dict[str, object]
) -> None:
    texts = make_texts(session, 2)
    addresses = ("/", "/tag/edge", "/venue/conf/y", "/user/nora")
    for voter in voters:  # so that all of it is kept
        votes.cast_vote(session, voter, texts[0], 1)
        session.commit()
        for address in addresses * 2:
            assert len(list_shown(guest, address)) >= 2
    begin_writing(session)
    changes.note(session, "summary", texts[0])
    summary = session.get_one(Summary, texts[0])
    for name, value in changed.items():
        setattr(summary, name, value)
    session.commit()
    votes.cast_vote(session, voters[0], texts[1], 1)
    session.commit()
    for address in addresses * 2:
        rows = guest.get(address).text.split('<ol class="rows">')[1].split("</ol>")[0]
        # The link is in each row that says whose it is.
        assert rows.count('href="/user/nora"') == 1
    assert list_shown(guest, "/user/nora") == ["P1 1"]


def test_two_members_see_their_own_votes_and_the_scores_of_now(
    app: Flask, session: Session
) -> None:
    texts = make_texts(session, 2)
    readers = [Browser(app.test_client()) for _ in range(2)]
    for number, reader in enumerate(readers):
        reader.sign_up(f"reader{number}")
        reader.get("/")
    for _ in range(3):
        for reader in readers:
            assert reader.get("/tag/edge").text.count('aria-pressed="true"') == 0
    session.rollback()  # which saw the time before they signed up
    reader = find_user(session, "reader0")
    assert reader is not None
    votes.cast_vote(session, reader, texts[0], 1)
    session.commit()
    for _ in range(3):
        pages = [reader.get("/tag/edge").text for reader in readers]
        assert [page.count('aria-pressed="true"') for page in pages] == [1, 0]
        assert [page.count("<span data-score>1</span>") for page in pages] == [1, 1]
        assert not any("\0" in page for page in pages)


def test_a_head_request_and_another_argument_show_no_mark(guest: Browser, session: Session) -> None:
    make_texts(session, 2)
    for address in ("/", "/user/nora", "/?utm=x", "/user/nora?utm=x", "/venue/conf/y?year=1900"):
        length = guest.client.head(address).headers["Content-Length"]
        for _ in range(3):
            page = guest.get(address)
            assert page.status == 200
            assert "\0" not in page.text
            assert len(page.text.encode()) == int(length)
