"""Twins: the whole site as others read it, once with a hidden fact and once without, is the same.

Every address of the site that can be read is asked, as the map of routes has it, so that a new page
is part of this test without being named here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

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
        "?q=hiddenwrod",
        "?q=hiddenword+paper+target",
        "?q=paper+-shelf:secrettag",
    ],
    "/search/suggest": ["?q=hiddenw&part=list", "?q=secr&part=json", "?q=target+hid"],
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


# Both read the same pages as the first test, which asks PostgreSQL for them.
SAME_PAGES = pytest.mark.sqlite_only("test_hidden_is_as_if_it_were_not_there asks the same queries")
PAPERS = ["conf/x/Target1", "conf/x/Hidden1", "conf/x/Wanted1", "conf/x/Plain1"]
USERS, TAGS = ["ann", "ben", "cleo"], ["secrettag", "plaintag"]
PICTURE, OTHER_PICTURE = "AAAAAAAAAAAAAAAAAAAAAA.png", "BBBBBBBBBBBBBBBBBBBBBB.png"
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


def find_paper(session: Session, key: str) -> Paper:
    return session.scalars(select(Paper).where(Paper.key == key)).one()


def add_picture(session: Session, name: str) -> None:
    """A picture of Ann's, which `TEXT` shows."""
    writer = by(session, "ann")
    begin_writing(session)
    session.add(
        Picture(
            name=name,
            user_id=writer.id,
            digest="0" * 64,
            width=1,
            height=1,
            size=1,
            uploaded_at=writer.joined_at,
        )
    )
    session.commit()


def write_hidden(
    session: Session, name: str, key: str = "conf/x/Hidden1", text: str = TEXT, **how: object
) -> Summary:
    """Somebody's text about a paper, in its second version."""
    writer, paper = by(session, name), find_paper(session, key)
    facts = {"takeaway": "A hidden takeaway", "tags": ["secrettag"], **how}
    publish(session, writer, paper, source="An earlier hiddenword.", **facts)
    found = publish(session, writer, paper, source=text, **facts)
    session.commit()
    return found


def give_to_ben(session: Session, summary: Summary, pictures: Collection[str]) -> None:
    ben = by(session, "ben").id
    begin_writing(session)
    session.execute(update(Summary).values(user_id=ben).where(Summary.id == summary.id))
    session.execute(update(Picture).values(user_id=ben).where(Picture.name.in_(pictures)))
    session.commit()


@pytest.mark.slow
def test_hidden_is_as_if_it_were_not_there(app: Flask, reader: Browser, session: Session) -> None:
    """Texts that are private, unlisted or deleted, drafts, and lists."""
    library(session)
    add_picture(session, PICTURE)
    ann, ben = by(session, "ann"), by(session, "ben")
    private = write_hidden(session, "ann", visibility="private")
    unlisted = write_hidden(session, "ann", "conf/x/Plain1", visibility="unlisted")
    begin_writing(session)
    for summary in (private, unlisted):
        cast = {"user_id": ben.id, "value": 1, "cast_at": summary.created_at}
        session.add(Vote(summary_id=summary.id, **cast))
        votes.recount_votes(session, summary)
    session.commit()
    delete_summary(session, write_hidden(session, "ben"))
    paper = find_paper(session, "conf/x/Hidden1")
    content = Content(TEXT, "A hidden takeaway", "secrettag")
    save_draft(session, ben, paper, content, base_revision=0, seen_version=0)
    session.commit()
    for writer in (ann, ben):
        texts = {"remark": "Hiddenword", "notes": TEXT, "labels": "secrettag", "priority": "high"}
        put_on_list(session, writer, paper, status="read", citekey="hiddenword", **texts)
    remove_entry(session, ben, paper)  # which can be undone
    preview_list(session, ann, "@misc{hiddenword, title={A hidden list}}")
    session.commit()
    with_it = read(app, reader, session)
    begin_writing(session)
    session.execute(delete(Summary).where(Summary.id.in_([private.id, unlisted.id])))
    lists = (EntryCopy, ListEntry, ListImport, ListLabel, ReadingList)
    for table in (DeletedSummary, Draft, Picture, *lists):
        session.execute(delete(table))
    session.commit()
    compare(with_it, read(app, reader, session))


@pytest.mark.slow
@SAME_PAGES
def test_anonymous_is_the_same_whoever_wrote_it(
    app: Flask, reader: Browser, session: Session
) -> None:
    """As if Ben had written it, who has the same pictures, also when its pictures stand in a text
    under Ann's name and in another anonymous one of hers."""
    library(session)
    add_picture(session, PICTURE)
    ann = by(session, "ann")
    text, elsewhere = TEXT, set()
    for kind, key, anonymous in (("drawing", "Plain1", False), ("grey", "Target1", True)):
        seen = uploads.store_picture(session, ann, source(kind))
        shown = f"Hers. {uploads.format_picture_markdown(seen, 'p')}"
        session.commit()
        make_summary(session, find_paper(session, f"conf/x/{key}"), ann, shown, anonymous=anonymous)
        text += f"\n\n{shown}"
        elsewhere.add(seen.name)
    summary = write_hidden(session, "ann", text=text, anonymous=True)
    pictures = set(uploads.find_picture_names(summary.source))
    assert len(pictures) == 3
    assert not pictures & elsewhere
    by_ann = read(app, reader, session, *pictures - {PICTURE})
    page = by_ann["/paper/conf/x/Hidden1"][2]
    assert "Hiddenword" in page
    assert not any(name in page for name in elsewhere)
    assert all(by_ann[f"/pictures/{name}"][0] == 200 for name in pictures - {PICTURE})
    give_to_ben(session, summary, pictures)
    compare(by_ann, read(app, reader, session, *pictures - {PICTURE}))


@pytest.mark.slow
@SAME_PAGES
def test_a_change_counts_everywhere_at_once(app: Flask, reader: Browser, session: Session) -> None:
    """Two texts are public and named first, and read by everybody. Then one becomes private, as if
    it had never been, and one anonymous, as if Ben had written it."""
    library(session)
    add_picture(session, PICTURE)
    add_picture(session, OTHER_PICTURE)
    other = TEXT.replace(PICTURE, OTHER_PICTURE)
    private = write_hidden(session, "ann")
    anonymous = write_hidden(session, "ann", "conf/x/Plain1", other)
    before = read(app, reader, session, OTHER_PICTURE)
    for path in ("/paper/conf/x/Hidden1", "/paper/conf/x/Plain1", "/feed.atom"):
        assert "Hiddenword" in before[path][2]
    for summary, how in ((private, {"visibility": "private"}), (anonymous, {"anonymous": True})):
        paper = session.get_one(Paper, summary.paper_id)
        publish(session, by(session, "ann"), paper, source=summary.source, **how)
        session.commit()
    changed = read(app, reader, session, OTHER_PICTURE)
    begin_writing(session)
    for table in (Revision, SearchEntry):
        session.execute(delete(table).where(table.summary_id == private.id))
    session.execute(delete(Summary).where(Summary.id == private.id))
    session.execute(delete(Picture).where(Picture.name == PICTURE))
    session.commit()
    give_to_ben(session, anonymous, [OTHER_PICTURE])
    compare(changed, read(app, reader, session, OTHER_PICTURE))
