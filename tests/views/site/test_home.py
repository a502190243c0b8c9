"""The front page: what stands first, of which time, and how much of it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.db import now
from app.services import votes
from app.views.http import listing
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user


def publish_days_ago(session: Session, days: float, *, score: int = 0, section: str = "cs") -> str:
    """A summary of so many days and votes; its takeaway."""
    said = f"Takeaway of {days} days and {score} votes."
    summary = make_summary(
        session,
        make_paper(session, section=section),
        source="Two words.",
        takeaway=said,
        created_at=now() - timedelta(days=days),
    )
    for _ in range(abs(score)):
        votes.cast_vote(session, make_user(session), summary.id, 1 if score > 0 else -1)
    session.commit()
    return said


def shown(guest: Browser, path: str, texts: list[str]) -> list[str]:
    """Which of these texts a page shows, in its order."""
    page = guest.get(path).text
    return sorted((text for text in texts if text in page), key=page.index)


def test_a_new_text_without_votes_is_not_popular(guest: Browser, session: Session) -> None:
    old = publish_days_ago(session, 900, score=1)
    refused = publish_days_ago(session, 0.1, score=-1)
    new = publish_days_ago(session, 0)
    older = publish_days_ago(session, 3)
    many = publish_days_ago(session, 30, score=4)
    assert shown(guest, "/", [old, refused, new, older, many]) == [many, old, new, older, refused]


def test_popular_of_a_time(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ages = {0.5: 0, 3: 2, 20: 1, 200: 3, 800: 4}
    day, week, month, year, ever = (
        publish_days_ago(session, days, score=score) for days, score in ages.items()
    )
    physics = publish_days_ago(session, 2, section="phys")
    every = [day, week, month, year, ever, physics]
    assert shown(guest, "/?period=day", every) == [day]
    assert shown(guest, "/?period=week", every) == [week, day, physics]
    assert shown(guest, "/?period=month&s=cs", every) == [week, month, day]
    assert shown(guest, "/?period=year&s=cs", every) == [week, month, year, day]
    assert len(shown(guest, "/?period=century", every)) == len(every)
    assert len(shown(guest, "/?tab=rated&period=day", every)) == len(every)
    monkeypatch.setattr(listing, "ROWS", 2)
    first = guest.get("/?period=year&s=cs")
    following = next(link for link in first.links() if "after=" in link)
    assert "period=year" in following
    assert shown(guest, following, every) == [year, day]
    back = next(link for link in guest.get(following).links() if "before=" in link)
    assert shown(guest, back, every) == [week, month]


def test_a_private_text_is_popular_nowhere(guest: Browser, session: Session) -> None:
    make_summary(session, make_paper(session), takeaway="For me alone.", visibility="private")
    page = guest.get("/?period=day").text
    assert "For me alone." not in page
    assert "Nothing published in the last day" in page


def test_the_browser_remembers_openings(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "conf/x/A")
    mira = make_user(session, "mira")
    make_summary(session, paper, mira, "It opens so.", takeaway="Short.", tags=["cs", "c#"])
    for path in ("/?tab=recent", "/tag/cs", "/tag/c%23", "/user/mira"):
        compact = guest.get(path)
        assert "It opens so." not in compact.text
        assert "Set-Cookie" not in compact.response.headers
        switch = next(link for link in compact.links() if "show=1" in link)
        answer = guest.get(switch)
        assert answer.status == 303
        cookie = answer.response.headers["Set-Cookie"]
        assert cookie.startswith("openings=1;")
        assert all(flag in cookie for flag in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="))
        assert "no-store" in answer.response.headers["Cache-Control"]
        assert "It opens so." in guest.get(answer.location).text
        assert guest.get(path).location == answer.location
        assert "Set-Cookie" not in guest.get(answer.location).response.headers
        switch = next(link for link in guest.get(answer.location).links() if "show=0" in link)
        answer = guest.get(switch)
        assert (answer.status, answer.location) == (303, path)
        assert "It opens so." not in guest.get(path).text


def test_about_says_which_cookies_there_are(app: Flask, guest: Browser) -> None:
    for path in ("/", "/?tab=recent", "/search?q=x", "/about"):
        assert "Set-Cookie" not in guest.get(path).response.headers, path
    for path in ("/login", "/signup", "/openings?show=1"):
        answer = Browser(app.test_client()).get(path)
        assert "Set-Cookie" in answer.response.headers, path
    text = guest.get("/about").text
    assert "Reading sets no cookies." in text
    assert "Signing in or up does, and so does choosing lists with openings." in text


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("https://example.org/", "/?openings=1"),
        ("//example.org/", "/?openings=1"),
        ("/\\example.org", "/?openings=1"),
        ("/a\r\nSet-Cookie: x=1", "/?openings=1"),
        ("/tag/a?openings=0&after=1~2", "/tag/a?after=1~2&openings=1"),
        ("/?q=%C3%A9&q=", "/?q=%C3%A9&q=&openings=1"),
        ("", "/?openings=1"),
    ],
)
def test_the_switch_leads_back_on_this_site(guest: Browser, asked: str, back: str) -> None:
    answer = guest.get(f"/openings?show=1&next={quote(asked)}")
    assert (answer.status, answer.location.replace("~", "%7E")) == (303, back.replace("~", "%7E"))
