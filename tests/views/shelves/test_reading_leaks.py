"""Before the reveal a text that is handed in, and that it is, stand on no page of anybody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Participation, ReadingFeed, Summary, User
from app.services.shelves.participation import answer_reading, hand_in, renew_feed
from tests.helpers.client import Browser
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_reading,
    make_shelf,
    make_summary,
    make_user,
)
from tests.helpers.walks.addresses import TOKENS, list_addresses

VALUES = {
    "key": ["conf/x/A1"],
    "name": ["ann", "ben"],
    "slug": ["guide"],
    "summary_id": ["1", "2"],
    "revision_id": ["1", "2"],
    "token": ["no-such-token"],
    "part": ["1"],
    "number": ["1"],
    "form": ["csv", "bib"],
}
# One leads to something else each time; the others are zips with the day in their names.
WITHOUT = ("home.random", "files.export", "files.take_archive")
QUERIES = {"/search": ["?q=quokka", "?q=paper"]}
WORDS = re.compile("quokka", re.IGNORECASE)


def find_user(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.name == name)).one()


def read(app: Flask, reader: Browser, codes: list[str]) -> dict[str, tuple[int, str, str]]:
    found = {}
    values = {**VALUES, "code": codes}
    for path in list_addresses(app, values, QUERIES, WITHOUT):
        page = reader.get(path)
        text = page.response.get_data().decode("utf-8", "replace")
        found[path] = (page.status, page.location, TOKENS.sub("", text))
    return found


@pytest.mark.sqlite_only(reason="tests/services/shelves/test_readings.py runs the same SQL")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "visibility"),
    [
        ("guest", "public"),
        ("member of the site", "unlisted"),
        ("member", "unlisted"),
        ("owner", "public"),
    ],
)
def test_a_text_that_is_handed_in_is_as_if_it_were_not_there(
    app: Flask, session: Session, role: str, visibility: str
) -> None:
    reader = Browser(app.test_client())
    if role != "guest":
        reader.sign_up("ann" if role == "owner" else "cleo")
        reader.get("/")  # the welcome is said once
    ann, cleo = (
        find_user(session, name) if role == wanted else make_user(session, name)
        for name, wanted in (
            ("ann", "owner"),
            ("cleo", role if role in ("member", "member of the site") else ""),
        )
    )
    ben = make_user(session, "ben")
    paper = make_paper(session, "conf/x/A1", "A paper")
    make_summary(session, paper, make_user(session, "dora"))
    shelf = make_shelf(session, ann, paper, title="Guide", visibility=visibility)
    join_shelf(session, shelf, ben)
    if role != "member of the site":
        join_shelf(session, shelf, cleo)
    reading = make_reading(session, shelf, paper)
    renew_feed(session, ann, shelf)  # which outsiders get to know, too
    hidden = make_summary(
        session, paper, ben, "A quokka.", takeaway="Quokka", tags=["quokka"], visibility="private"
    )
    hand_in(session, ben, shelf, reading, hidden, "public")
    session.commit()
    feed = session.scalars(select(ReadingFeed.code)).one()
    codes = [feed, *([shelf.share_code] if shelf.share_code else [])]
    session.commit()
    with_it = read(app, reader, codes)
    pages = [path for path in with_it if "/readings" in path and with_it[path][0] == 200]
    assert len(pages) >= (5 if role in ("member", "owner") or visibility == "public" else 3)
    for path, (_, location, text) in with_it.items():
        told = (text + location).replace(path.rpartition("=")[2], "")
        assert not WORDS.search(re.sub(r'(?:next=|value=")[^"]*', "", told)), path
    begin_writing(session)
    session.execute(delete(Participation))
    session.execute(delete(Summary).where(Summary.id == hidden.id))
    session.commit()
    without = read(app, reader, codes)
    assert [path for path in with_it if with_it[path] != without[path]] == []


@pytest.mark.parametrize("role", ["guest", "member", "owner"])
def test_an_answer_is_told_to_nobody_else(app: Flask, session: Session, role: str) -> None:
    reader = Browser(app.test_client())
    names = {"owner": "ann", "member": "cleo"}
    if role in names:
        reader.sign_up(names[role])
        reader.get("/")
    people = {
        name: find_user(session, name) if name == names.get(role) else make_user(session, name)
        for name in ("ann", "ben", "cleo")
    }
    paper = make_paper(session, "conf/x/A1", "A paper")
    shelf = make_shelf(session, people["ann"], paper, title="Guide", visibility="public")
    for name in ("ben", "cleo"):
        join_shelf(session, shelf, people[name])
    reading = make_reading(session, shelf, paper)
    paths = [f"/shelf/ann/guide{end}" for end in ("", "/readings", "/readings/1", "/members")]
    before = [TOKENS.sub("", reader.get(path).text) for path in paths]
    for takes_part in (True, False):
        answer_reading(session, people["ben"], shelf, reading, takes_part=takes_part)
        session.commit()
        assert [TOKENS.sub("", reader.get(path).text) for path in paths] == before
    assert reading.revealed_at is None
