"""The page of a paper that is put together of a kept part."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cache.keys import PageKey
from app.models import User
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary


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
