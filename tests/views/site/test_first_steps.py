"""What a new library shows its first administrator, and what a site calls itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Database
from app.models import User
from app.services.accounts import account, administration
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper, make_summary

HEADING = "Set up your library"


@pytest.fixture
def administrator(guest: Browser, session: Session) -> Browser:
    boss = account.add_user(session, "boss", "The Boss", PASSWORD)
    administration.set_role(session, boss, "administrator")
    session.commit()
    return guest.sign_in("boss")


def open_steps(browser: Browser) -> list[str]:
    """The titles of the steps that are not done."""
    items = [
        each for each in browser.get("/").tree.iter("li") if "steps__item" in each.get("class", "")
    ]
    return [
        "".join(each.find(".//strong").itertext())
        for each in items
        if "steps__item--done" not in each.get("class", "")
    ]


def test_steps_of_a_new_library(
    administrator: Browser, app: Flask, config: Config, database: Database, session: Session
) -> None:
    app.extensions["shortlist"] = (replace(config, site_url=""), database)
    page = administrator.get("/")
    assert HEADING in page.text
    assert {"/settings/import", "/papers/new"} <= set(page.links())
    assert open_steps(administrator) == [
        "Add papers and notes",
        "Name your site",
        "Set the site’s URL",
        "Decide who can join",
    ]
    make_paper(session)
    account.sign_up(session, "mira", "", PASSWORD)
    session.commit()
    assert open_steps(administrator) == ["Name your site", "Set the site’s URL"]
    done = replace(config, site_name="Our papers", site_url="http://localhost")
    app.extensions["shortlist"] = (done, database)
    assert HEADING not in administrator.get("/").text


def test_a_closed_library_is_not_to_be_shared(
    administrator: Browser, app: Flask, config: Config, database: Database
) -> None:
    app.extensions["shortlist"] = (replace(config, signup=False), database)
    assert "Decide who can join" not in open_steps(administrator)


def test_steps_are_dismissed(administrator: Browser) -> None:
    answer = administrator.submit("/", "/first-steps/dismiss")
    assert answer.status == 303
    assert HEADING not in administrator.get("/").text
    assert administrator.post("/first-steps/dismiss").status == 400  # without a token


@pytest.mark.parametrize("role", ["member", "trusted"])
def test_others_are_not_shown_steps(guest: Browser, session: Session, role: str) -> None:
    assert HEADING not in guest.get("/").text
    guest.sign_up("ann")
    administration.set_role(session, session.scalars(select(User)).one(), role)
    session.commit()
    assert HEADING not in guest.get("/").text


def test_the_name_of_a_site(
    guest: Browser, app: Flask, config: Config, database: Database, session: Session
) -> None:
    summary = make_summary(session)
    named = replace(config, site_name="Lab <b> & Co")
    app.extensions["shortlist"] = (named, database)
    said = "Lab &lt;b&gt; &amp; Co"
    front = guest.get("/").text
    assert f"<title>{said}: short summaries of papers</title>" in front
    assert f'wordmark__name">{said}</span>' in front
    assert f" · {said}</title>" in guest.get("/venues").text
    assert f"<title>{said}: recent summaries</title>" in guest.get("/feed.atom").text
    assert f"<title>{said}: recent summaries</title>" in guest.get("/rss.xml").text
    assert f"About {said}" in guest.get("/about").text
    page = guest.get(f"/summary/{summary.id}").text
    assert f'property="og:site_name" content="{said}"' in page
    assert "howpublished  = {Lab &lt;b&gt; \\&amp; Co}" in page
    for path in ("/", "/venues", "/about", f"/summary/{summary.id}"):
        assert "<b> &" not in guest.get(path).text


def test_the_welcome_of_a_site(
    guest: Browser, app: Flask, config: Config, database: Database
) -> None:
    assert "Reading is free" in guest.get("/").text
    text = "What we *read*: $a^2$.\n\n<script>alert(1)</script>"
    app.extensions["shortlist"] = (replace(config, welcome=text), database)
    page = guest.get("/")
    assert "What we <em>read</em>: <math" in page.text
    assert "<script>alert" not in page.text
    assert "Reading is free" not in page.text
    guest.sign_up("ann")
    assert "What we <em>read</em>" not in guest.get("/").text


def test_a_site_without_sign_up_offers_none(
    guest: Browser, app: Flask, config: Config, database: Database
) -> None:
    assert "/signup" in guest.get("/").text
    app.extensions["shortlist"] = (replace(config, signup=False), database)
    for path in ("/", "/login", "/about"):
        assert "/signup" not in guest.get(path).text


def test_random_in_an_empty_library(guest: Browser, session: Session) -> None:
    answer = guest.get("/random")
    assert (answer.status, answer.location) == (302, "/")
    assert "No summaries yet" in guest.get("/").text
    make_summary(session, make_paper(session, "conf/x/A"))
    assert guest.get("/random").location == "/paper/conf/x/A"
