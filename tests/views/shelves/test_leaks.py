"""What a private shelf says, who shares it and what is on it stand on no page of anybody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Shelf, ShelfEntry
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.members import invite_member
from tests.helpers.client import Browser
from tests.helpers.factories import join_shelf, make_paper, make_shelf, make_summary, make_user
from tests.helpers.walks.addresses import TOKENS, list_addresses

VALUES = {
    "key": ["conf/x/A1"],
    "name": ["ann", "ben"],
    "slug": ["zanzibar", "zanzibar-too", "guide"],
    "summary_id": ["1"],
    "revision_id": ["1"],
    "code": ["no-such-code"],
    "token": ["no-such-token"],
    "part": ["1"],
    "number": ["1"],
    "form": ["csv", "bib"],
}
# One leads to something else each time; the others are zips with the day in their names.
WITHOUT = ("home.random", "files.export", "files.take_archive")
WORDS = re.compile(r"zanzibar|quokka|narwhal", re.IGNORECASE)


def read(app: Flask, reader: Browser) -> dict[str, tuple[int, str, str]]:
    found = {}
    queries = {
        "/search": ["?q=quokka", "?q=narwhal", "?q=in:list"],
        "/list": ["?shelf=ann/zanzibar"],
    }
    for path in list_addresses(app, VALUES, queries, WITHOUT):
        page = reader.get(path)
        text = page.response.get_data().decode("utf-8", "replace")
        found[path] = (page.status, page.location, TOKENS.sub("", text))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_hidden_shelf_is_as_if_it_were_not_there(
    app: Flask, session: Session, signed_in: bool
) -> None:
    """One is private and one unlisted; Ann's members and entries are on both."""
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    paper = make_paper(session, "conf/x/A1", "A paper")
    make_summary(session, paper, ann)
    public = make_shelf(session, ann, paper, title="Guide", visibility="public")
    hidden = []
    for title, visibility in (("Zanzibar", "private"), ("Zanzibar too", "unlisted")):
        shelf = make_shelf(
            session, ann, title=title, description="A quokka.", visibility=visibility
        )
        join_shelf(session, shelf, ben)
        invite_member(session, shelf, make_user(session, f"guest-of-{visibility}").name, "viewer")
        add_paper_to_shelf(session, ben, shelf, paper, "A narwhal.")
        hidden.append(shelf.id)
    join_shelf(session, public, ben)  # who is a member of it is told to members alone
    session.commit()
    reader = Browser(app.test_client())
    if signed_in:
        reader.sign_up("reader")
        reader.get("/")  # the welcome is said once
    with_it = read(app, reader)
    for path, (_, location, text) in with_it.items():
        # Addresses that were asked for come back as where to go on after signing in.
        told = re.sub(r'(?:next=|value=")[^"]*', "", text + location)
        if path.startswith(("/shelf/", "/map/shelf/")):
            told = told.replace(path, "")
        assert not WORDS.search(told.replace(path.rpartition("=")[2], "")), path
    begin_writing(session)
    session.execute(delete(ShelfEntry).where(ShelfEntry.shelf_id.in_(hidden)))
    session.execute(delete(Shelf).where(Shelf.id.in_(hidden)))
    session.execute(update(Shelf).values(share_code=None))
    session.commit()
    without = read(app, reader)
    assert [path for path in with_it if with_it[path] != without[path]] == []
