"""Searches of shelves: one's own, those shared with one, and public ones."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Shelf, ShelfEntry, ShelfMember, User
from app.queries.search import results
from app.queries.search.results import Asked
from app.services.accounts.merging import merge
from app.services.shelves.shelf import ShelfTexts, change_shelf
from tests.helpers.client import Browser
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_shelf,
    make_summary,
    make_user,
    put_on_list,
)


@pytest.fixture
def readers(session: Session) -> dict[str, User | None]:
    """Ann has a private, an unlisted and a public shelf; Ben shares the unlisted one."""
    ann, ben, eve = (make_user(session, name) for name in ("ann", "ben", "eve"))
    owl, fox, elk, yak = (
        make_paper(session, f"conf/x/{name}1", f"Deep {name}", authors=(name,))
        for name in ("owl", "fox", "elk", "yak")
    )
    make_summary(session, owl, eve, "About walruses.", tags=["sea"])
    make_summary(session, fox, ann, "Of my own.", visibility="private")
    make_shelf(session, ann, owl, fox, title="Night", visibility="private")
    join_shelf(session, make_shelf(session, ann, elk, title="Day", visibility="unlisted"), ben)
    make_shelf(session, ann, owl, yak, title="Guide", visibility="public")
    make_shelf(session, eve, fox, title="Guide", visibility="public")
    make_shelf(session, ben, elk, title="Guide", visibility="private")
    put_on_list(session, ann, owl)
    session.commit()
    return {"ann": ann, "ben": ben, "eve": eve, "guest": None}


FOUND = [
    ("ann", "shelf:night", "fox owl"),
    ("ann", "shelf:Night deep fox", "fox"),
    ("ann", "shelf:ann/night walrus", "owl"),
    ("ann", "shelf:night tag:sea", "owl"),
    ("ann", "shelf:night in:list", "owl"),
    ("ann", "-shelf:night in:list", ""),
    ("ann", "shelf:night in:mine", "fox"),
    ("ann", "shelf:night mine own", ""),
    ("ann", "shelf:night my own", "fox"),
    ("ann", "shelf:night shelf:guide", "owl"),
    ("ann", "shelf:night -shelf:guide", "fox"),
    ("ann", "deep -shelf:night", "elk yak"),
    ("ann", "-shelf:guide", "elk fox"),
    ("ann", "shelf:guide", "owl yak"),  # hers, before that of Eve
    ("ann", "shelf:eve/guide", "fox"),
    ("ann", "shelf:ben/guide", ""),
    ("ben", "shelf:day", "elk"),
    ("ben", "shelf:guide", "elk"),
    ("ben", "shelf:night", ""),
    ("ben", "deep -shelf:night", "elk fox owl yak"),
    ("eve", "shelf:day", ""),
    ("guest", "shelf:guide", "fox owl yak"),
    ("guest", "shelf:ann/guide -walrus", "owl yak"),
    ("guest", "shelf:night", ""),
    ("guest", "shelf:ann/day", ""),
    ("guest", "shelf:guide in:list", ""),
]


def test_a_shelf_is_searched_by_who_may_see_it(
    session: Session, readers: dict[str, User | None]
) -> None:
    for reader, query, expected in FOUND:
        asked = Asked(query, limit=20)
        page = results.load_search_page(session, asked, readers[reader])
        found = sorted(hit.paper.title.removeprefix("Deep ") for hit in page.hits)
        assert found == expected.split(), (reader, query)
        assert page.total == len(found), (reader, query)
        assert not page.partial, (reader, query)
        ids = results.list_found_paper_ids(session, asked, readers[reader])
        assert len(ids) == len(found), (reader, query)


MOVED = [
    ("ann", "shelf:guide", "fox"),  # that of Eve is there, hers was
    ("ann", "shelf:night", "fox owl"),
    ("ann", "-shelf:night deep", "elk yak"),
    ("ann", "shelf:ann/night in:list", "owl"),
    ("ann", "shelf:ben/guide", ""),
    ("eve", "shelf:guide", "fox"),
    ("eve", "shelf:ann/guide", "owl yak"),
    ("eve", "shelf:night", ""),
    ("eve", "shelf:ann/night", ""),
    ("ben", "shelf:day", "elk"),
    ("guest", "shelf:ann/guide", "owl yak"),
    ("guest", "shelf:guide", "fox"),  # one that is there, before those that were
    ("guest", "shelf:day", ""),
    ("guest", "shelf:night", ""),
]


def test_a_shelf_is_found_by_an_address_from_before(
    session: Session, readers: dict[str, User | None]
) -> None:
    ann = readers["ann"]
    assert ann is not None
    for shelf in session.scalars(select(Shelf).where(Shelf.user_id == ann.id)).all():
        moved = ShelfTexts(shelf.title, f"{shelf.slug}-now", "", shelf.visibility)
        change_shelf(session, shelf, moved)
    session.commit()

    def find(reader: str, query: str) -> list[str]:
        page = results.load_search_page(session, Asked(query, limit=20), readers[reader])
        return sorted(hit.paper.title.removeprefix("Deep ") for hit in page.hits)

    for reader, query, expected in MOVED:
        assert find(reader, query) == expected.split(), (reader, query)
    ben, eve = readers["ben"], readers["eve"]
    assert ben is not None
    assert eve is not None
    merge(session, ben, eve)
    session.commit()
    assert find("eve", "shelf:ben/guide") == ["elk"]  # hers by now, under another slug
    assert find("eve", "shelf:eve/guide") == ["fox"]
    for reader in ("ann", "guest"):
        assert find(reader, "shelf:ben/guide") == find(reader, "shelf:eve/guide")


@pytest.mark.parametrize("is_member", [False, True])
def test_a_hidden_shelf_is_searched_like_none(
    app: Flask, session: Session, readers: dict[str, User | None], is_member: bool
) -> None:
    reader = Browser(app.test_client())
    if is_member:
        reader.sign_up("reader")
        reader.get("/")
    asked = [
        f"/search{path}?q={query}"
        for path in ("", "/suggest", ".bib")
        for query in ("shelf:night", "shelf:ann/day", "deep+-shelf:night", "deep+owk+-shelf:night")
    ]

    def read() -> list[tuple[int, str]]:
        answers = [reader.get(path) for path in asked]
        return [
            (each.status, re.sub(r'name="csrf_token" value="[^"]+"', "", each.text))
            for each in answers
        ]

    before = read()
    begin_writing(session)
    hidden = select(Shelf.id).where(Shelf.slug.in_(("night", "day")))
    for table in (ShelfEntry, ShelfMember):
        session.execute(delete(table).where(table.shelf_id.in_(hidden)))
    session.execute(delete(Shelf).where(Shelf.slug.in_(("night", "day"))))
    session.commit()
    assert read() == before
    assert "/paper/conf/x/owl1" in before[2][1]


def test_what_was_found_on_a_shelf_follows_it(
    guest: Browser, session: Session, readers: dict[str, User | None]
) -> None:
    for _ in range(3):  # so that it is kept
        assert "/paper/conf/x/yak1" in guest.get("/search?q=shelf:ann/guide").text
    shelf = session.scalars(select(Shelf).where(Shelf.slug == "guide")).first()
    assert shelf is not None
    change_shelf(session, shelf, ShelfTexts("Guide", "guide"))
    session.commit()
    assert "/paper/conf/x/yak1" not in guest.get("/search?q=shelf:ann/guide").text
    begin_writing(session)
    session.execute(update(Shelf).where(Shelf.id == shelf.id).values(visibility="public"))
    session.commit()
    assert "/paper/conf/x/yak1" in guest.get("/search?q=shelf:ann/guide").text


def test_a_list_is_narrowed_to_a_shelf(
    app: Flask, session: Session, readers: dict[str, User | None]
) -> None:
    browser = Browser(app.test_client()).sign_up("una")
    una = session.scalars(select(User).where(User.name == "una")).one()
    paper = make_paper(session, "conf/x/Emu1", "Emu")
    put_on_list(session, una, paper)
    make_shelf(session, una, title="Birds")
    session.commit()
    assert "conf/x/Emu1" not in browser.get("/list?q=shelf:birds").text
    assert "conf/x/Emu1" in browser.get("/list?q=-shelf:birds").text
    page = browser.get("/search?q=shelf:birds")
    assert "No results for" in page.text
    for typed in ("shelf:", "shelf:/", "in:list", "status:read", "shelf:birds", "-shelf:birds"):
        assert browser.get("/search/suggest", query_string={"q": typed}).status == 200, typed
        assert browser.get("/search", query_string={"q": typed}).status == 200, typed
