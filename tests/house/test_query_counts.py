"""A page takes a fixed small number of queries, however many rows it shows."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database, now
from app.models import Paper, Revision, Shelf, Summary, User
from app.services import votes
from app.services.pictures.uploads import store_picture
from app.services.shelves import ballot, participation
from app.services.shelves.entries import add_paper_to_shelf
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.helpers.client import Browser
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_reading,
    make_shelf,
    make_summary,
    make_user,
    publish,
    put_on_list,
    save_draft,
)
from tests.helpers.imports.lists import preview_list
from tests.helpers.queries import count_queries
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing

PAGES = (
    "/",
    "/?tab=recent&s=cs",
    "/?period=year",
    "/paper/conf/x/Center",
    "/paper/conf/x/Center/compare",
    "/wanted",
    "/mentions/conf/x/Center",
    "/card/conf/x/Center",
    "/paper/conf/x/Center/facts",
    "/paper/conf/x/Center/changes",
    "/papers/changes",
    "/map/paper/conf/x/Center?steps=2",
    "/map/tag/detection",
    "/map/venue/conf/x",
    "/map/user/mira",
    "/venues",
    "/venue/conf/x",
    "/author/some-body",
    "/users",
    "/user/mira",
    "/tags",
    "/tag/detection",
    "/search?q=paper",
    "/write?q=paper",
    "/about",
    "/feed.atom",
    "/rss.xml",
    "/sitemap.xml",
)
MOST = 20


def clear(app: Flask) -> None:
    """Let the app make all parts of its next page anew."""
    app.wsgi_app.cache.clear()  # type: ignore[attr-defined]


def add(session: Session, first: int, last: int) -> None:
    center = make_paper(session, "conf/x/Center", section="cs") if first == 0 else None
    mira = make_user(session, "mira") if first == 0 else None
    for number in range(first, last):
        paper = make_paper(
            session,
            f"conf/x/P{number}",
            f"Paper {number}",
            authors=("Some Body", f"Author {number}"),
            section="cs",
            year=2000 + number,
        )
        text = "See [it](/paper/conf/x/Center).\n\n## See also\n- [next](/paper/conf/x/Center)"
        make_summary(session, paper, mira, text, tags=["detection", f"tag{number}"])
        if center is not None:
            one = make_summary(session, center, None, f"See [n](/paper/conf/x/P{number}).")
            votes.cast_vote(session, make_user(session), one.id, 1)
            session.commit()


@pytest.mark.parametrize("signed_in", [False, True])
def test_queries_do_not_grow_with_rows(
    app: Flask, guest: Browser, database: Database, session: Session, signed_in: bool
) -> None:
    if signed_in:
        guest.sign_up("reader")
    add(session, 0, 3)
    first = session.scalar(select(func.min(Summary.id)))
    session.rollback()
    pages = [*PAGES, f"/summary/{first}"]
    few = {}
    for path in pages:
        clear(app)
        with count_queries(database) as statements:
            assert guest.get(path, follow_redirects=True).status == 200, path
        few[path] = len(statements)
    add(session, 3, 9)
    for path in pages:
        clear(app)
        with count_queries(database) as statements:
            guest.get(path, follow_redirects=True)
        assert len(statements) == few[path], (path, statements)
        assert len(statements) <= MOST, (path, statements)


def test_a_writers_own_lists_do_not_either(
    guest: Browser, database: Database, session: Session
) -> None:
    guest.sign_up("ann")
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    changing = make_paper(session, "conf/x/Changing")
    history = f"/summary/{make_summary(session, changing, ann).id}/history"
    shelf = make_shelf(session, ann, title="Mine")
    shelves = ("/shelf/ann/mine", "/shelf/ann/mine/feed.atom", "/map/shelf/ann/mine")
    listed = ("/list", "/list?sort=hand&label=each&q=remark", "/search?q=in:list", "/list.bib")
    listed = (*listed, "/list/import", "/list/year")
    pages = ("/write", "/drafts", "/deleted", "/pictures", history, *listed, *shelves)
    few: dict[str, int] = {}
    for first, last in ((0, 3), (3, 9)):
        for number in range(first, last):
            paper = make_paper(session, f"conf/x/D{number}", authors=("Some Body",))
            delete_summary(session, make_summary(session, paper, ann))
            content = Content(f"Draft {number}")
            save_draft(session, ann, paper, content, base_revision=0, seen_version=0)
            name = store_picture(session, ann, saved(drawing(size=(100 + number, 100)))).name
            add_paper_to_shelf(session, ann, shelf, paper, "A note")
            noted = {"labels": f"each, l{number}", "remark": "A remark"}
            put_on_list(session, ann, paper, status="read", **noted)
            make_summary(session, make_paper(session), ann, f"![A plot](/pictures/{name})")
            publish(session, ann, changing, source=f"Version {number}.")
            preview_list(session, ann, "@misc{x, title={A listed paper}}", f"import-{number}.bib")
            session.commit()
        revision = session.scalar(select(func.max(Revision.id)))
        session.rollback()
        marks = {"/map/shelf/ann/mine": "Mine", "/pictures": name, history: f"/revision/{revision}"}
        marks["/list/import"] = f"import-{last - 1}.bib"
        for path in pages:
            with count_queries(database) as statements:
                assert marks.get(path, f"conf/x/D{last - 1}") in guest.get(path).text
            assert len(statements) == few.setdefault(path, len(statements)), (path, statements)
            assert len(statements) <= MOST, (path, statements)


def make_shelved_paper(session: Session, shelf: Shelf, user: User) -> Paper:
    paper = make_paper(session)
    add_paper_to_shelf(session, user, shelf, paper)
    session.commit()
    return paper


def read_paper(session: Session, shelf: Shelf, readers: list[User]) -> int:
    """A reading of a new paper on a shelf, in which all texts are shown; its number."""
    paper = make_shelved_paper(session, shelf, readers[0])
    reading = make_reading(session, shelf, paper)
    for reader in readers:
        text = make_summary(session, paper, reader, "One part.\n\n## Method\nAnother part.")
        participation.hand_in(session, reader, shelf, reading, text, "public")
    reading.revealed_at = now()
    session.commit()
    return reading.number


@pytest.mark.parametrize("is_member", [True, False])
def test_readings_of_a_shelf_do_not_either(
    app: Flask, guest: Browser, database: Database, session: Session, is_member: bool
) -> None:
    if is_member:
        guest.sign_up("ann")
        ann = session.scalars(select(User).where(User.name == "ann")).one()
    else:
        ann = make_user(session, "ann")
    session.commit()
    shelf = make_shelf(session, ann, title="Club", visibility="public")
    few: dict[str, int] = {}
    readers: list[User] = []
    for more in (2, 3):
        for _ in range(more):
            readers.append(reader := make_user(session))
            join_shelf(session, shelf, reader)
            number = read_paper(session, shelf, readers)
        make_reading(session, shelf, make_shelved_paper(session, shelf, ann))
        make_shelved_paper(session, shelf, ann)
        ballot.open_ballot(session, shelf)
        session.commit()
        for path in ("/readings", f"/readings/{number}", ""):
            clear(app)
            with count_queries(database) as statements:
                text = guest.get(f"/shelf/ann/club{path}").text
            kind = path.rstrip("0123456789")
            assert kind != "/readings/" or text.count("Another part.") >= len(readers)
            assert len(statements) == few.setdefault(kind, len(statements)), (path, statements)
            assert len(statements) <= MOST, (path, statements)
