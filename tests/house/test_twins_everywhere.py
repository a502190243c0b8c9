"""Twins: the whole site as others read it, once with a hidden fact and once without, is the same.

Every address of the site that can be read is asked, as the map of routes has it, so that a new page
is part of this test without being named here.
"""

from __future__ import annotations

from collections import deque

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import (
    DeletedSummary,
    Draft,
    EntryCopy,
    ListEntry,
    ListImport,
    ListLabel,
    Paper,
    Picture,
    ReadingList,
    Revision,
    SearchEntry,
    Summary,
    User,
    Vote,
)
from app.services import votes
from app.services.lists.entries import remove_entry
from app.services.pictures import uploads
from app.services.similar import similarity
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.helpers.client import Browser
from tests.helpers.factories import (
    make_paper,
    make_summary,
    make_user,
    publish,
    put_on_list,
    save_draft,
)
from tests.helpers.imports.lists import preview_list
from tests.helpers.samples.pictures import source
from tests.helpers.walks.addresses import TOKENS, list_addresses

TEXT = (
    "Hiddenword one.\n\n![p](/pictures/AAAAAAAAAAAAAAAAAAAAAA.png)\n\n"
    "## See also\n- [T](/paper/conf/x/Target1)\n- \\cite{conf/x/Wanted1}"
)
QUERIES = {
    "/search": [
        "?q=hiddenword",
        "?q=in:list",
        "?q=label:secrettag",
        "?q=ann",
        "?q=paper",
        "?q=secrettag",
    ],
    "/": ["?tab=popular", "?tab=recent", "?tab=rated", "?page=2"],
    "/users": ["?page=2"],
    "/tags": ["?q=tag"],
    "/venues": ["?q=x"],
    "/venue/conf/x": ["?year=2020", "?page=2"],
}


@pytest.fixture(params=["guest", "another reader"])
def reader(request: pytest.FixtureRequest, app: Flask) -> Browser:
    browser = Browser(app.test_client())
    if request.param == "another reader":
        browser.sign_up("reader")
        browser.get("/")  # the welcome is said once
    return browser


PAPERS = ["conf/x/Target1", "conf/x/Hidden1", "conf/x/Wanted1", "conf/x/Plain1"]
USERS, TAGS = ["ann", "ben", "cleo"], ["secrettag", "plaintag"]
PICTURE = "AAAAAAAAAAAAAAAAAAAAAA.png"
# What stands for each variable of the routes, where they say of what: else all that it may be.
MEANT = {
    "paper": {"key": [*PAPERS, "some-body"]},
    "venue": {"key": ["conf/x", "conf/y"]},
    "author": {"key": ["some-body", "any-body"]},
    "user": {"name": USERS},
    "tag": {"name": TAGS},
}
ARGUMENTS = {
    "key": [*PAPERS, "conf/x", "some-body"],
    "name": [*USERS, *TAGS, PICTURE],
    "summary_id": ["1", "2", "3"],
    "revision_id": [str(number) for number in range(1, 8)],
    "slug": ["nothing-of-this-slug"],
    "code": ["nothing-of-this-code"],
    "token": ["nothing-of-this-token"],
    "part": ["1", "2"],
    "number": ["1"],
    "form": ["csv", "epub"],
}


def read(
    app: Flask, reader: Browser, session: Session, *pictures: str
) -> dict[str, tuple[int, str, str]]:
    found = {}
    session.commit()
    deque(similarity.refresh_marked_papers(session), maxlen=0)
    session.commit()
    values = ARGUMENTS | {"name": [*ARGUMENTS["name"], *pictures]}
    for path in list_addresses(app, values, QUERIES, meant=MEANT):
        page = reader.get(path)
        text = page.response.get_data().decode("utf-8", "replace")
        found[path] = (page.status, page.location, TOKENS.sub("", text))
    assert len(found) > 60
    return found


def compare(one: dict[str, tuple[int, str, str]], other: dict[str, tuple[int, str, str]]) -> None:
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


def library(session: Session) -> None:
    """Papers, and three writers, one of whom writes in public."""
    make_paper(session, "conf/x/Target1", "The target")
    make_paper(session, "conf/x/Plain1", "A plain paper", authors=("Some Body",))
    make_paper(session, "conf/x/Hidden1", "Another paper", authors=("Some Body",), venue="conf/x")
    for name in ("ann", "ben"):
        make_user(session, name)
    target = session.scalars(select(Paper)).first()
    make_summary(session, target, make_user(session, "cleo"), "In public.", tags=["plaintag"])


def by(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.name == name)).one()


def write_hidden(session: Session, name: str, **how: object) -> Summary:
    writer = by(session, name)
    paper = session.scalars(select(Paper).where(Paper.key == "conf/x/Hidden1")).one()
    begin_writing(session)
    session.add(
        Picture(
            name="AAAAAAAAAAAAAAAAAAAAAA.png",
            user_id=writer.id,
            digest="0" * 64,
            width=1,
            height=1,
            size=1,
            uploaded_at=writer.joined_at,
        )
    )
    session.flush()
    facts = {"takeaway": "A hidden takeaway", "tags": ["secrettag"], **how}
    publish(session, writer, paper, source="An earlier hiddenword.", **facts)
    found = publish(session, writer, paper, source=TEXT, **facts)
    session.commit()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_hidden_is_as_if_it_were_not_there(
    app: Flask, reader: Browser, session: Session, visibility: str
) -> None:
    library(session)
    summary = write_hidden(session, "ann", visibility=visibility)
    begin_writing(session)
    session.add(
        Vote(
            summary_id=summary.id,
            user_id=by(session, "ben").id,
            value=1,
            cast_at=summary.created_at,
        )
    )
    votes.recount_votes(session, summary)
    session.commit()
    with_it = read(app, reader, session)
    begin_writing(session)
    session.execute(delete(Summary).where(Summary.id == summary.id))
    session.execute(delete(Picture))
    session.commit()
    compare(with_it, read(app, reader, session))


@pytest.mark.slow
def test_drafts_lists_and_deleted_texts_are_as_if_they_were_not_there(
    app: Flask, reader: Browser, session: Session
) -> None:
    library(session)
    summary = write_hidden(session, "ann")
    delete_summary(session, summary)
    paper = session.get_one(Paper, summary.paper_id)
    content = Content(TEXT, "A hidden takeaway", "secrettag")
    save_draft(session, by(session, "ann"), paper, content, base_revision=0, seen_version=0)
    session.commit()
    for name in ("ann", "ben"):
        texts = {"remark": "Hiddenword", "notes": TEXT, "labels": "secrettag", "priority": "high"}
        put_on_list(session, by(session, name), paper, status="read", citekey="hiddenword", **texts)
    remove_entry(session, by(session, "ben"), paper)  # which can be undone
    preview_list(session, by(session, "ann"), "@misc{hiddenword, title={A hidden list}}")
    session.commit()
    with_it = read(app, reader, session)
    begin_writing(session)
    lists = (EntryCopy, ListEntry, ListImport, ListLabel, ReadingList)
    for table in (DeletedSummary, Draft, Picture, *lists):
        session.execute(delete(table))
    session.commit()
    compare(with_it, read(app, reader, session))


@pytest.mark.slow
def test_anonymous_is_the_same_whoever_wrote_it(
    app: Flask, reader: Browser, session: Session
) -> None:
    library(session)
    summary = write_hidden(session, "ann", anonymous=True)
    by_ann = read(app, reader, session)
    assert "Hiddenword" in by_ann["/paper/conf/x/Hidden1"][2]
    begin_writing(session)
    ben = by(session, "ben").id
    session.execute(update(Summary).values(user_id=ben).where(Summary.id == summary.id))
    session.execute(update(Picture).values(user_id=ben))
    session.commit()
    compare(by_ann, read(app, reader, session))


@pytest.mark.slow
@pytest.mark.parametrize("becomes", [{"visibility": "private"}, {"anonymous": True}])
def test_a_change_counts_everywhere_at_once(
    app: Flask, reader: Browser, session: Session, becomes: dict[str, object]
) -> None:
    """Public and named first, read by everybody, then changed: as if it had never been."""
    library(session)
    write_hidden(session, "ann")
    before = read(app, reader, session)
    assert "Hiddenword" in before["/search?q=hiddenword"][2] + before["/feed.atom"][2]
    paper = session.scalars(select(Paper).where(Paper.key == "conf/x/Hidden1")).one()
    summary = publish(session, by(session, "ann"), paper, source=TEXT, **becomes)
    session.commit()
    changed = read(app, reader, session)
    begin_writing(session)
    if "anonymous" in becomes:
        ben = by(session, "ben").id
        session.execute(update(Summary).values(user_id=ben).where(Summary.id == summary.id))
        session.execute(update(Picture).values(user_id=ben))
    else:
        session.execute(delete(Revision).where(Revision.summary_id == summary.id))
        session.execute(delete(SearchEntry).where(SearchEntry.summary_id == summary.id))
        session.execute(delete(Summary).where(Summary.id == summary.id))
        session.execute(delete(Picture))
    session.commit()
    compare(changed, read(app, reader, session))


@pytest.mark.slow
@pytest.mark.parametrize("first", ["named", "anonymous"])
def test_a_picture_in_two_texts_links_nobody(
    app: Flask, reader: Browser, session: Session, first: str
) -> None:
    """Ann's picture stands in a text of hers, and she puts its address into an anonymous one: as if
    Ben, who has the same picture, had written that."""
    library(session)
    ben = by(session, "ben").id
    seen = uploads.store_picture(session, by(session, "ann"), source("drawing"))
    text = f"Hers. {uploads.format_picture_markdown(seen, 'p')}"
    session.commit()
    plain = session.scalars(select(Paper).where(Paper.key == "conf/x/Plain1")).one()
    hidden = session.scalars(select(Paper).where(Paper.key == "conf/x/Hidden1")).one()
    make_summary(session, plain, by(session, "ann"), text, anonymous=first == "anonymous")
    summary = make_summary(session, hidden, by(session, "ann"), text, anonymous=True)
    (name,) = uploads.find_picture_names(summary.source)
    found = read(app, reader, session, name)
    assert name != seen.name
    assert found[f"/pictures/{name}"][0] == 200
    assert seen.name not in found["/paper/conf/x/Hidden1"][2]
    begin_writing(session)
    session.execute(update(Summary).values(user_id=ben).where(Summary.id == summary.id))
    session.execute(update(Picture).values(user_id=ben).where(Picture.name == name))
    session.commit()
    compare(found, read(app, reader, session, name))
