"""Pages that are made once for all members."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.db import Database
from app.views.parts.member_pages import SharedMember
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user
from tests.helpers.queries import count_queries

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SESSION_AND_OWN = 2  # queries


@pytest.fixture
def pages(session: Session) -> list[str]:
    mira = make_user(session, "mira")
    paper = make_paper(session, "conf/x/A", "A paper", authors=("Some Body",))
    make_summary(session, paper, mira, tags=["detection"])
    session.commit()
    return ["/venue/conf/x", "/tag/detection", "/user/mira", "/paper/conf/x/A"]


@pytest.mark.sqlite_only(
    "tests keep no pages on PostgreSQL; the other tests here run the same statements there"
)
def test_a_kept_page_takes_a_query_for_the_session_and_one_for_what_is_the_members_own(
    guest: Browser, database: Database, pages: list[str]
) -> None:
    guest.sign_up("reader")
    for path in pages:
        for _ in range(2):
            assert guest.get(path).status == 200
        with count_queries(database) as statements:
            guest.get(path)
        assert len(statements) == SESSION_AND_OWN, (path, statements)


def test_members_share_a_page_and_nothing_that_is_their_own(
    app: Flask, guest: Browser, session: Session, pages: list[str]
) -> None:
    one, other = guest, Browser(app.test_client())
    one.sign_up("one-reader")
    other.sign_up("other-reader")
    for path in pages:
        texts = [each.get(path).text for each in (one, one, other, one)]
        assert all("\0" not in text for text in texts), path
        tokens = [set(TOKEN.findall(text)) for text in texts]
        assert all(len(each) == 1 for each in tokens), path
        assert tokens[2].isdisjoint(tokens[3]), path
        assert "/user/other-reader" in texts[2], path
        assert "one-reader" not in texts[2], path


def test_who_asks_for_the_head_alone_leads_nobody_elsewhere(
    app: Flask, guest: Browser, pages: list[str]
) -> None:
    """Such an answer is kept as the page is, and so is the same."""
    one, other = guest, Browser(app.test_client())
    one.sign_up("one-reader")
    other.sign_up("other-reader")
    for path in pages:
        for reader in (one, Browser(app.test_client())):
            assert [reader.client.head(path).status_code for _ in range(2)] == [200, 200]
        assert other.get(path).form("/summary/1/vote")["next"] == f"{path}#page-votes-1"
        login = Browser(app.test_client()).get(path).links()
        assert f"/login?next={path}" in login


def test_nothing_else_can_be_asked_of_all_members() -> None:
    with pytest.raises(RuntimeError):
        _ = SharedMember().display_name
