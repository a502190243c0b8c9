from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import ListEntry, Summary, User
from app.services.shelves.shelf import ShelfTexts, change_shelf
from app.views.lists import reading_list
from tests.helpers.client import Browser, Page
from tests.helpers.factories import (
    make_paper,
    make_shelf,
    make_summary,
    make_user,
    put_on_list,
    read_entry,
)


@pytest.fixture
def ann(guest: Browser, session: Session) -> User:
    guest.sign_up("ann")
    found = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    return found


def titles(page: Page) -> list[str]:
    assert page.status == 200
    rows = (each for each in page.tree.iter("article") if "data-row" in each.attrib)
    return ["".join(next(row.iter("h2")).itertext()) for row in rows]


def test_an_empty_list_says_how_to_begin(guest: Browser, ann: User) -> None:
    page = guest.get("/list")
    assert "Your list is empty" in page.text
    assert "Browse summaries" in page.text


@pytest.mark.slow
def test_a_list_is_filtered_and_sorted(guest: Browser, session: Session, ann: User) -> None:
    facts = {
        "One": {"year": 2019, "venue": "conf/nips"},
        "Two": {"year": 2021, "venue": "conf/icml"},
        "Three": {"year": 2020, "venue": "conf/nips"},
    }
    papers = {title: make_paper(session, title=title, **each) for title, each in facts.items()}
    put_on_list(session, ann, papers["One"], labels="thesis, b", priority="low")
    put_on_list(session, ann, papers["Two"], status="read", remark="A zebra")
    put_on_list(session, ann, papers["Three"], priority="high", notes="Mostly *giraffes*.")
    make_summary(session, papers["Two"])
    put_on_list(session, make_user(session), make_paper(session, title="Four"), labels="thesis")
    found = {
        "": ["Three", "Two", "One"],
        "?sort=title": ["One", "Three", "Two"],
        "?sort=year": ["Two", "Three", "One"],
        "?sort=priority": ["Three", "One", "Two"],
        "?sort=changed": ["Three", "Two", "One"],
        "?sort=hand": ["Three", "Two", "One"],
        "?status=read": ["Two"],
        "?status=none": ["Three", "Two", "One"],
        "?label=THESIS": ["One"],
        "?year=2020": ["Three"],
        "?venue=conf/nips": ["Three", "One"],
        "?venue=conf/nips&status=read": [],
        "?has=summary": ["Two"],
        "?q=zebras": ["Two"],
        "?q=gira": ["Three"],
        "?q=thesis": ["One"],
        "?q=status:read": ["Two"],
        "?q=-status:read": ["Three", "One"],
        "?q=label:b": ["One"],
        "?q=three": ["Three"],
        "?q=%00": ["Three", "Two", "One"],
        "?page=2": [],
        "?page=x&sort=y&year=z": ["Three", "Two", "One"],
    }
    assert {query: titles(guest.get(f"/list{query}")) for query in found} == found
    assert "Your list ends before this page" in guest.get("/list?page=2").text
    assert "No matching papers" in guest.get("/list?status=read&year=1999").text


def test_new_summaries_are_marked_until_they_are_seen(
    guest: Browser, session: Session, ann: User
) -> None:
    paper, other = make_paper(session, title="One"), make_paper(session, title="Two")
    make_summary(session, paper)
    for each in (paper, other):
        put_on_list(session, ann, each)
    assert "1 new summary" not in guest.get("/list").text
    make_summary(session, paper, ann)
    make_summary(session, other, visibility="private")
    assert "1 new summary" not in guest.get("/list").text
    make_summary(session, paper)
    page = guest.get("/list")
    assert "1 new summary" in page.text
    assert titles(guest.get("/list?new=1")) == ["One"]
    guest.post("/list/seen", page.form("/list/seen"))
    assert "1 new summary" not in guest.get("/list").text


def test_several_are_changed_at_once_and_back(guest: Browser, session: Session, ann: User) -> None:
    papers = [make_paper(session, title=title) for title in ("One", "Two", "Three")]
    ids = [put_on_list(session, ann, paper).id for paper in papers]
    form = guest.get("/list").form("/list/change")
    ticked = {**form, "entry": [str(each) for each in ids[:2]]}  # type: ignore[dict-item]
    long = {**ticked, "entry": "1" * 5000, "action": "read"}
    assert guest.post("/list/change", long).status == 422
    answer = guest.post("/list/change", {**ticked, "action": "read"})
    assert answer.status == 303
    page = guest.get(answer.location)
    assert "2 papers changed." in page.text
    statuses = [read_entry(session, ann, paper).status for paper in papers]
    assert statuses == ["read", "read", "to-read"]
    guest.post("/list/undo", page.form("/list/undo"))
    assert read_entry(session, ann, papers[0]).status == "to-read"
    guest.post("/list/change", {**ticked, "action": "label", "labels": "New one"})
    assert sorted(titles(guest.get('/list?q=label:"new one"'))) == ["One", "Two"]
    guest.post("/list/change?label=new+one", {**form, "all": "1", "action": "remove"})
    assert titles(guest.get("/list")) == ["Three"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "read"}, "Select papers first."),
        ({"action": "label", "labels": ""}, "Enter a label."),
        ({"action": "label", "labels": "x" * 50}, "longer than 40 characters"),
        ({"action": "nothing"}, "Choose a status"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    guest: Browser, session: Session, ann: User, fields: dict[str, str], words: str
) -> None:
    entry = put_on_list(session, ann, make_paper(session))
    form = guest.get("/list").form("/list/change")
    ticked = {} if words.startswith("Select") else {"entry": str(entry.id)}
    answer = guest.post("/list/change", {**form, **ticked, **fields})
    assert answer.status == 422
    assert words in answer.text


def test_the_search_box_knows_the_list(guest: Browser, session: Session, ann: User) -> None:
    one, two, three = (
        make_paper(session, title=f"Deep {each}") for each in ("one", "two", "three")
    )
    make_summary(session, three, source="About walruses.", tags=["sea"])
    put_on_list(session, ann, one, labels="chapter 2", remark="zebra")
    put_on_list(session, ann, two, status="read")
    put_on_list(session, ann, three, status="reading")
    found = {
        "in:list": 3,
        "in:list deep": 3,
        "in:list zebra": 1,
        "in:list walrus": 1,
        "in:list tag:sea": 1,
        "status:reading": 1,
        "status:read status:reading": 2,
        'status:"to read"': 1,
        "status:to-read": 1,
        'label:"Chapter 2"': 1,
        "label:chapter": 0,
        "-label:none in:list": 3,
        "in:list in:mine": 0,
        "zebra": 0,
    }
    for query, count in found.items():
        page = guest.get("/search", query_string={"q": query})
        assert len(titles(page)) == count, query
    nobody = Browser(guest.client.application.test_client())
    page = nobody.get("/search?q=status:reading")
    assert titles(page) == []
    assert "Sign in to search your reading list" in page.text


def test_a_key_of_ones_own_leads_to_its_paper_for_oneself(
    guest: Browser, session: Session, ann: User
) -> None:
    paper = make_paper(session, "conf/x/A1")
    put_on_list(session, ann, paper, citekey="ren2015faster")
    assert guest.get("/search?q=ren2015faster").location == "/paper/conf/x/A1"
    other = Browser(guest.client.application.test_client()).sign_up("ben")
    for path in ("/search?q=ren2015faster", "/paper/ren2015faster", "/list?q=ren2015faster"):
        assert "conf/x/A1" not in other.get(path).text, path
        assert other.get(path).location == "", path


def test_the_list_is_exported_with_the_readers_keys(
    guest: Browser, session: Session, ann: User
) -> None:
    put_on_list(session, ann, make_paper(session, "conf/x/A1", "One"), citekey="one2020")
    put_on_list(session, ann, make_paper(session, "conf/x/B1", "Two"))
    put_on_list(session, ann, make_paper(session, "conf/x/C1", "Three"), citekey="conf/x/B1")
    put_on_list(session, make_user(session), make_paper(session, "conf/x/D1", "Four"))
    answer = guest.get("/list.bib")
    assert answer.response.content_type == "application/x-bibtex; charset=utf-8"
    assert re.findall(r"@\w+\{([^,]+),", answer.text) == ["conf/x/B1", "conf/x/B1-2", "one2020"]
    assert "{conf/x/A1}" in answer.text
    assert Browser(guest.client.application.test_client()).get("/list.bib").status == 302


def test_a_year_by_months(
    guest: Browser, session: Session, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = guest.get("/list/year")
    assert "Nothing here yet" in page.text
    one, two, three = (make_paper(session, title=each) for each in ("One", "Two", "Three"))
    make_summary(session, one, ann, visibility="private")
    make_summary(session, two, make_user(session))
    for paper in (one, two):
        put_on_list(session, ann, paper, status="read")
    put_on_list(session, ann, three)
    put_on_list(session, make_user(session), three, status="read")
    begin_writing(session)
    read = {one.id: datetime(2024, 3, 1, tzinfo=UTC), two.id: datetime(2024, 2, 29, 23, tzinfo=UTC)}
    for paper_id, moment in read.items():
        entry = update(ListEntry).where(ListEntry.paper_id == paper_id)
        session.execute(entry.values(read_at=moment))
    session.execute(update(Summary).values(created_at=datetime(2025, 1, 1, tzinfo=UTC)))
    session.commit()
    latest, year = guest.get("/list/year"), guest.get("/list/year?year=2024")
    assert "Read in 2025" in latest.text
    assert "0 papers read, 1 summarised" in latest.text
    other = guest.get("/list/year?year=1999")
    # Behind the menu, whose token is another one each second.
    assert other.text.partition("<main")[2] == latest.text.partition("<main")[2] != ""
    assert "2 papers read, 0 summarised" in year.text
    assert re.findall(r'<h2 id="page-month-(\d+)">', year.text) == ["2", "3"]
    assert year.text.index(">Two</a>") < year.text.index(">One</a>")
    assert "Three" not in year.text + latest.text
    monkeypatch.setattr(reading_list, "MAX_PAPERS", 0)
    # An address that was not asked for yet: the other pages are kept.
    assert "1 more" in guest.get("/list/year?year=2025").text


def test_the_shelf_of_a_filter_may_be_named_as_before(
    guest: Browser, session: Session, ann: User
) -> None:
    ben = make_user(session, "ben")
    one, other = make_paper(session, title="Deep owl"), make_paper(session, title="Deep fox")
    for paper in (one, other):
        put_on_list(session, ann, paper)
    shelf = make_shelf(session, ann, one, title="Night")
    theirs = make_shelf(session, ben, one, title="Public", visibility="public")
    for each in (shelf, theirs):
        moved = ShelfTexts(each.title, f"{each.slug}-now", "", each.visibility)
        change_shelf(session, each, moved)
    session.commit()
    for value in ("ann/night-now", "ann/night"):
        page = guest.get(f"/list?shelf={value}")
        assert "Deep owl" in page.text
        assert "Deep fox" not in page.text
        assert "shelf=ann/night-now" in page.text.replace("%2F", "/")  # in all its addresses
        exported = guest.get(f"/list.ris?shelf={value}").text
        assert "Deep owl" in exported
        assert "Deep fox" not in exported
    for value in ("ben/public", "ben/public-now", "ann/", "night", "/", "ann/none"):
        assert "Deep owl" not in guest.get(f"/list?shelf={value}").text, value
