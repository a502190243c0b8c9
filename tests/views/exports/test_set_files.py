"""Sets of papers as files: whose, in which order, how many, and what of them is private."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections import deque
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import ListEntry, Paper, User
from app.models.papers.list_entry import PRIORITIES, STATUSES
from app.services.exporting.formats import FORMATS
from app.services.retractions.importing import import_retractions
from app.sources.formats.csl import read_csl
from app.sources.formats.ris import read_ris
from app.sources.lists.listed_paper import ListedPaper
from app.sources.lists.reading import read_list
from app.views.exports import answers
from tests.helpers.client import Browser, Page
from tests.helpers.factories import (
    make_paper,
    make_shelf,
    make_summary,
    make_user,
    put_on_list,
)
from tests.helpers.imports.lists import import_list
from tests.helpers.imports.retractions import write_notices

SETS = ("/papers", "/tag/deep", "/venue/conf/x", "/author/ada-king", "/user/cleo", "/search")
TEXTS = [end for end, each in FORMATS.items() if each.is_text]


def find_keys(page: Page) -> list[str]:
    assert page.status == 200, page.location
    return re.findall(r"@\w+\{([^,]+),", page.text)


def find_user(session: Session, name: str) -> User:
    found = session.scalars(select(User).where(User.name == name)).one()
    session.commit()
    return found


def read_table(page: Page) -> list[dict[str, str]]:
    assert page.text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(page.text.removeprefix("\ufeff"), newline="")))


def fill(session: Session) -> None:
    """Three papers of one venue and author; cleo wrote about two, of one without her name."""
    cleo = make_user(session, "cleo", "Cleo")
    for number in range(3):
        facts = {"authors": ("Ada King",), "venue": "conf/x", "year": 2019 + number}
        paper = make_paper(session, f"conf/x/A{number}", f"Alike {number}", **facts)
        if number:
            source = f"Text {number} with $x^{number}$."
            make_summary(session, paper, cleo, source, tags=["deep"], anonymous=number == 2)
    put_on_list(session, cleo, paper, citekey="cleos", remark="Hers")


def test_every_page_has_its_files(guest: Browser, session: Session) -> None:
    fill(session)
    found = {each: set(find_keys(guest.get(f"{each}.bib?q=alike"))) for each in SETS}
    every = {f"conf/x/A{number}" for number in range(3)}
    assert found.pop("/tag/deep") == {"conf/x/A1", "conf/x/A2"}
    assert found.pop("/user/cleo") == {"conf/x/A1"}  # the other one has no name
    assert found == dict.fromkeys(found, every)
    for path in ("/venue/conf/x", "/author/ada-king"):
        assert find_keys(guest.get(f"{path}.bib?year=2020")) == ["conf/x/A1"]
    for path in ("/tag/none", "/venue/none", "/author/none", "/user/none", "/nothing"):
        assert guest.get(f"{path}.bib").status == 404
    assert find_keys(guest.get("/search.bib?q=")) == []


@pytest.mark.parametrize("end", FORMATS)
def test_each_format_is_a_file_with_a_name(guest: Browser, session: Session, end: str) -> None:
    fill(session)
    answer = guest.get(f"/tag/deep.{end}").response
    assert answer.headers["Content-Type"] == FORMATS[end].content_type
    assert answer.headers["Content-Disposition"] == f"attachment; filename=tag-deep.{end}"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert (
        answer.headers["Link"] == '<http://localhost/tag/deep>; rel="describes"; type="text/html"'
    )
    page = guest.get("/tag/deep").text
    assert f'href="/tag/deep.{end}" rel="nofollow"' in page
    empty = guest.get(f"/search.{end}?q=nothingatall").response
    assert (empty.status_code, empty.mimetype) == (200, FORMATS[end].media_type)


def test_a_guest_gets_so_many_and_the_way_to_more(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(session)
    monkeypatch.setattr(answers, "MAX_GUEST_PAPERS", 2)
    first = guest.get("/venue/conf/x.bib?notes=1")
    (address,) = re.findall(r'<([^<>]+)>; rel="next"', first.response.headers["Link"])
    assert address == "http://localhost/venue/conf/x.bib?notes=1&page=2"
    second = guest.get(address.removeprefix("http://localhost"))
    assert 'rel="next"' not in second.response.headers["Link"]
    assert "filename=X-2.bib" in second.response.headers["Content-Disposition"]
    assert len(find_keys(first)) == 2
    assert sorted(find_keys(first) + find_keys(second)) == [f"conf/x/A{n}" for n in range(3)]


def test_what_a_reader_notes_is_theirs_alone(app: Flask, session: Session) -> None:
    fill(session)
    ann = Browser(app.test_client()).sign_up("ann", "Ann")
    user = find_user(session, "ann")
    paper = make_paper(session, "conf/x/A9", "Alike 9", venue="conf/x", year=2030)
    make_summary(session, paper, make_user(session, "ben", "Ben"), "Bens text.", takeaway="So.")
    make_summary(session, paper, user, "Mine & *only*.", visibility="private")
    put_on_list(session, user, paper, citekey="mine2030", remark="=Hidden", labels="b, a")
    others = (Browser(app.test_client()), Browser(app.test_client()).sign_up("dan"))
    number = paper.id
    for end in TEXTS:
        for path in ("/venue/conf/x", "/paper/conf/x/A9"):
            own = ann.get(f"{path}.{end}?notes=1").text
            mine = ("mine2030", "=Hidden", "only", "Summary by Ann: http://localhost/summary/")
            assert [each for each in mine if each not in own] == [], (end, path)
            assert "Bens" not in own
            plain = ann.get(f"{path}.{end}").text
            assert ("mine2030" in plain, "only" in plain) == (True, False)
            assert ("Hidden" in plain) == (end == "csv")
            for reader in others:
                shown = reader.get(f"{path}.{end}?notes=1").text
                public = ("conf/x/A9", "Summary by Ben: ", "So.", "Bens text.")
                assert [each for each in public if each not in shown] == [], (end, path)
                assert not re.search("mine2030|Hidden|only|Ann", shown), (end, path)
    assert "Anonymous: http" in others[0].get("/venue/conf/x.ris?notes=1").text
    assert "Cleo: http" not in others[0].get("/paper/conf/x/A2.ris?notes=1").text
    assert "{mine2030," in ann.get(f"/unapi?id=paper:{number}&format=bibtex").text
    assert "Access-Control-Allow-Origin" not in ann.get("/venue/conf/x.bib").response.headers
    assert "no-store" in ann.get("/venue/conf/x.bib").response.headers["Cache-Control"]


def test_a_list_as_a_table(app: Flask, session: Session) -> None:
    fill(session)
    ann = Browser(app.test_client()).sign_up("ann")
    user = find_user(session, "ann")
    paper = make_paper(session, "conf/x/A9", "=cmd()|'x'!A0", authors=("Åsa Ek", "Bo"), year=1999)
    put_on_list(session, user, paper, status="read", remark='-1, "quoted"\nx', labels="b, a")
    put_on_list(session, user, make_paper(session, "k"), priority="high", citekey="own")
    second, first = read_table(ann.get("/list.csv?sort=year"))[::-1]
    assert (first["title"], first["authors"], first["year"]) == (
        "'=cmd()|'x'!A0",
        "Åsa Ek; Bo",
        "1999",
    )
    assert (first["status"], first["labels"], first["priority"]) == ("read", "a; b", "")
    assert first["remark"].startswith('\'-1, "quoted"')
    assert first["address"] == "http://localhost/paper/conf/x/A9"
    assert (second["key"], second["priority"], second["status"]) == ("own", "high", "to-read")
    assert [row["key"] for row in read_table(ann.get("/list.csv?status=read"))] == ["conf/x/A9"]
    assert [each["id"] for each in json.loads(ann.get("/list.json?q=cmd").text)] == ["conf/x/A9"]
    assert Browser(app.test_client()).get("/list.csv").status == 302
    assert "status" not in read_table(Browser(app.test_client()).get("/papers.csv"))[0]


def test_a_name_may_end_like_a_format(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "conf/x/A1", venue="V", venue_key="conf/v.bib")
    make_summary(session, paper, make_user(session, "eve.bib"), tags=["c.bib", "c"])
    for path in ("/tag/c.bib", "/venue/conf/v.bib", "/user/eve.bib"):
        assert guest.get(path).status == 200, path
        assert find_keys(guest.get(f"{path}.bib")) == ["conf/x/A1"], path
    assert guest.get("/tag/C.ris").location == "/tag/c.ris"


def test_a_shelf_is_for_who_may_see_it(guest: Browser, session: Session) -> None:
    papers = [make_paper(session, f"conf/x/A{number}", f"Paper {number}") for number in range(2)]
    cleo = make_user(session, "cleo")
    make_shelf(session, cleo, *papers, title="Guide", visibility="public")
    hidden = make_shelf(session, cleo, *papers, title="Plans", visibility="unlisted")
    page = guest.get("/shelf/cleo/guide.bib")
    assert sorted(find_keys(page)) == ["conf/x/A0", "conf/x/A1"]
    assert page.response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert guest.get("/shelf/cleo/plans.bib").status == 404
    page = guest.get(f"/shared-shelf/{hidden.share_code}.bib")
    assert sorted(find_keys(page)) == ["conf/x/A0", "conf/x/A1"]
    assert page.response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "private" in page.response.headers["Cache-Control"]


def test_a_set_on_a_page_to_print(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(session)
    guest = Browser(app.test_client())
    page = guest.get("/venue/conf/x/print?year=2020")
    assert page.status == 200
    assert ("/summary/" in page.text, "Text 1 with" in page.text) == (True, True)
    assert "Text 2" not in page.text
    assert 'content="noindex"' in page.text
    monkeypatch.setattr(answers, "MAX_PRINTED_PAPERS", 1)
    first = guest.get("/tag/deep/print")
    assert first.links().count("/tag/deep/print?page=2") == 1
    assert ("Text 1" in first.text) != ("Text 1" in guest.get("/tag/deep/print?page=2").text)
    for query in ("rows=1&more=1", "endpoint=x&_scheme=y", "_external=1", "fixed=1&fixed=2"):
        assert f"/tag/deep/print?{query}&page=2" in guest.get(f"/tag/deep/print?{query}").links()
    assert "Text 2" not in guest.get("/user/cleo/print").text
    assert guest.get("/list/print").status == 302
    assert "No summaries" in guest.get("/search/print?q=nothing").text
    for path in ("/papers", "/author/ada-king", "/search"):
        assert guest.get(f"{path}/print?q=alike").status == 200


def test_bibtex_with_notes_keeps_what_a_list_says(guest: Browser, session: Session) -> None:
    """Status, priority and labels come in again; files without notes say nothing of them."""
    guest.sign_up("ann")
    ann, paper = find_user(session, "ann"), make_paper(session, title="Of some title")
    own = {"status": "reading", "priority": "medium", "labels": "R&D; new, lab", "remark": "Good."}
    put_on_list(session, ann, paper, **own)
    text = guest.get("/list.bib?notes=1").text
    _, rows = read_list(text, "x.bib")
    (row,) = rows
    assert isinstance(row, ListedPaper)
    assert (row.status, row.priority, row.remark, row.notes) == ("reading", 2, "Good.", "")
    assert re.search(r"annote +=\s+{Good\.}", text)
    assert set(row.collections) == {"R&D new", "lab"}
    assert "1 StaticGroup:lab\\;0\\;1\\;" in text
    for path in ("/list.bib", f"/paper/{paper.key}.bib"):
        bare = guest.get(path).text
        assert not [word for word in ("readstatus", "groups", "Group", "prio") if word in bare]
    assert (
        "readstatus"
        not in Browser(guest.client.application.test_client())
        .get(f"/paper/{paper.key}.bib?notes=1")
        .text
    )


REMARKS = {
    "none": "",
    "low": "Read_Status: 50% & <b>“x”</b>; a, b",
    "medium": "Good.",
    "high": "$x$ #1",
}
LABELS = ("", "R&D; new, <b>lab</b>, Ünïcode, to-read, 📗 Read, vision")
OWN = [
    {"status": status, "priority": priority, "remark": REMARKS[priority], "labels": labels}
    for row, status in enumerate(STATUSES)
    for column, priority in enumerate(PRIORITIES)
    for labels in [LABELS[(row + column) % 2]]  # both with each status, and with each priority
]
SAME_SQL = pytest.mark.sqlite_only("what is read of a file is stored as that of the table is")


def facts(number: int) -> dict[str, Any]:
    doi = f"10.1234/n{number}"
    return {"doi": doi, "year": 1900 + number, "keywords": "vision, sound", "authors": ("Ann Lee",)}


@pytest.mark.parametrize(
    "end", [*(pytest.param(end, marks=SAME_SQL) for end in ("bib", "ris", "json")), "csv"]
)
def test_own_facts_come_in_again_as_they_went_out(app: Flask, session: Session, end: str) -> None:
    """Every status with every priority, through an import into an empty list, byte for byte."""
    ann = Browser(app.test_client()).sign_up("ann")
    ben = Browser(app.test_client()).sign_up("ben")
    user = find_user(session, "ann")
    for number, own in enumerate(OWN):
        paper = make_paper(session, f"conf/x/{number}", f"Number {number}", **facts(number))
        make_summary(session, paper, user, f"Text {number}.\n\nMore.", visibility="private")
        # A semicolon ends a group of JabRef, and a label in a table.
        labels = own["labels"].replace(";", "") if end in ("bib", "csv") else own["labels"]
        put_on_list(session, user, paper, **{**own, "labels": labels}, citekey=f"own{number}")
    begin_writing(session)
    session.execute(update(ListEntry).values(read_at=datetime(2020, 2, 29, 12, tzinfo=UTC)))
    session.commit()
    address = f"/list.{end}?notes=1&sort=year"
    first = ann.get(address).text
    assert re.search(r"Read[\\]?_Status: 50", first)  # a remark, which says no status
    found = import_list(session, find_user(session, "ben"), first, f"list.{end}")
    assert found.data["counts"] == {"here": len(OWN)}
    session.commit()
    own = f"/list.{end}?sort=year"
    assert ben.get(own).text == ann.get(own).text
    columns = ("key", "status", "priority", "labels", "remark")
    kept = [[row[each] for each in columns] for row in read_table(ben.get("/list.csv?sort=year"))]
    assert kept == [
        [row[each] for each in columns] for row in read_table(ann.get("/list.csv?sort=year"))
    ]
    assert len({tuple(row[1:3]) for row in kept}) == len(STATUSES) * len(PRIORITIES)
    dates = {row["status_date"] for row in read_table(ben.get("/list.csv?status=read"))}
    assert dates == ({"2020-02-29"} if end != "bib" else dates)


@pytest.mark.parametrize("end", ["ris", "json"])
@pytest.mark.parametrize("query", ["", "?notes=1"])
def test_a_paper_is_known_again_by_its_page_here(
    app: Flask, session: Session, end: str, query: str
) -> None:
    """Also when others have its title, and for another member; the address becomes no fact."""
    ann = Browser(app.test_client()).sign_up("ann")
    ben = Browser(app.test_client()).sign_up("ben")
    user, known = find_user(session, "ann"), {"year": 2020, "authors": ("Ann Lee",)}
    papers = [make_paper(session, f"x/{n}", "Preface", **known) for n in range(3)]
    put_on_list(session, user, papers[1], citekey="mine")
    put_on_list(session, user, papers[2])
    for key in ("x/1", "x/2"):
        assert f"http://localhost/paper/{key}" in ann.get(f"/list.{end}{query}").text
    assert "http://localhost/paper/x/1" in ann.get(f"/paper/x/1.{end}{query}").text
    assert "/paper/" not in ann.get("/list.bib").text
    text = ann.get(f"/list.{end}{query}").text
    for reader in (user, find_user(session, "ben")):
        found = import_list(session, reader, text, f"list.{end}")
        assert found.data["counts"] == {"here": 2}
        session.commit()
    address = f"/list.{end}?sort=title"
    assert sorted(ben.get(address).text) == sorted(ann.get(address).text)  # alike to the order
    assert set(session.scalars(select(Paper.url))) == {None}
    strange = text.replace("/paper/x/", "/paper/gone/").replace("Preface", "Of another name")
    found = import_list(session, user, strange.replace("mine", "other"), f"list.{end}")
    assert found.data["counts"]["new"] == 1
    assert set(session.scalars(select(Paper.url))) == {None}


@pytest.mark.parametrize("end", ["bib", "ris", "json"])
def test_own_facts_are_in_no_file_of_others(app: Flask, session: Session, end: str) -> None:
    """Not for guests or members; a pasted file makes no keyword of a label."""
    ann = Browser(app.test_client()).sign_up("ann")
    paper = make_paper(session, "conf/x/A1", "Of a title", venue="conf/x")
    own = {"status": "stopped", "priority": "high", "labels": "hidden"}
    put_on_list(session, find_user(session, "ann"), paper, **own)
    words = ("stopped", "high", "hidden", "prio1", "Read_", "readstatus")
    for path in ("/venue/conf/x", "/paper/conf/x/A1"):
        mine = ann.get(f"{path}.{end}?notes=1").text
        assert ("stopped" in mine, "hidden" in mine) == (True, True)
        others = (Browser(app.test_client()), Browser(app.test_client()).sign_up(f"n{len(path)}"))
        shown = [each.get(f"{path}.{end}?notes=1").text for each in others]
        for text in (*shown, ann.get(f"{path}.{end}").text):
            assert "Of a title" in text
            assert not [word for word in words if word in text]
    read = {"ris": read_ris, "json": read_csl}
    if end in read:
        (record,), _ = read[end](mine)
        assert record.keywords == ""


def test_each_file_tells_that_a_paper_is_retracted(
    guest: Browser, session: Session, tmp_path: Path
) -> None:
    paper = make_paper(session, "conf/x/A1", "A finding", doi="10.1000/a")
    make_summary(session, paper, make_user(session))
    notices = write_notices(tmp_path / "r.csv", {"OriginalPaperDOI": "10.1000/a"})
    deque(import_retractions(session, notices), maxlen=0)
    for end in ("bib", "ris", "json", "csv"):
        assert guest.get(f"/papers.{end}").text.count("Retracted, 4 March 2021: ") == 1, end
    with zipfile.ZipFile(BytesIO(guest.get("/papers.epub").response.get_data())) as book:
        assert "<strong>Retracted, 4 March 2021: " in book.read("EPUB/p1.xhtml").decode()
