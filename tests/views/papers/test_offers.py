"""What a look-up offers is kept for who asked, and added as it was offered, once."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import LookUp, OfferedRecord, Paper
from app.services.lookup import offers as kept_offers
from app.services.operation.tidying import tidy
from app.services.papers import facts
from app.sources.limits import MAX_PASTED_BYTES
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper
from tests.helpers.samples.offers import look_up, offers, press
from tests.helpers.stand_ins.outside import Reply, StandIn

TITLE = "Deep Residual Learning for Image Recognition"
ENTRY = "@article{key,\n title={One title}, year=1931, pages={1--2}}\n@misc{b, title={Second}}"
RIS = "TY  - JOUR\r\nTI  - On things\r\nAU  - Byron, Ada\r\nAB  - One.\r\nER  - "


@pytest.fixture
def writer(guest: Browser) -> Browser:
    return guest.sign_up("ann", "Ann")


@pytest.fixture
def outside(
    app: Flask, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StandIn:
    monkeypatch.setitem(app.extensions, "outside", stand_in.outside(tmp_path / "lookups"))
    return stand_in


def other(app: Flask) -> Browser:
    return Browser(app.test_client()).sign_up("bea", "Bea")


def rows(session: Session, table: Any) -> int:
    session.rollback()
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()
    return found


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("1512.03385", {"export.arxiv.org": 1, "dblp.org": 1}),
        ("10.1109/CVPR.2016.90", {"api.crossref.org": 1, "dblp.org": 1}),
        (
            TITLE,
            {
                "export.arxiv.org": 1,
                "dblp.org": 1,
                "api.crossref.org": 1,
                "api2.openreview.net": 1,
            },
        ),
        # The record of the key, then its preprint.
        ("conf/cvpr/HeZRS16", {"dblp.org": 2, "api.crossref.org": 1}),
        (ENTRY, {}),
    ],
)
def test_one_add_asks_each_source_once_and_checks_once(
    writer: Browser,
    outside: StandIn,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    asked: dict[str, int],
) -> None:
    checks: list[str] = []
    real = facts._with_identifiers

    def counting(record: Any, refused: Any) -> Any:
        checks.append(record.title)
        return real(record, refused)

    monkeypatch.setattr(facts, "_with_identifiers", counting)
    page = look_up(writer, text)
    assert press(writer, page).status == 303
    hosts = [each.partition("/")[0] for each in outside.asked]
    assert {host: hosts.count(host) for host in hosts} == asked
    assert len(outside.asked) == len(set(outside.asked))
    paper = session.scalars(select(Paper)).one()
    assert checks.count(paper.title) == 1


def test_a_form_is_checked_once(
    writer: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    real = facts._with_identifiers

    def counting(record: Any, refused: Any) -> Any:
        checks.append(record.title)
        return real(record, refused)

    monkeypatch.setattr(facts, "_with_identifiers", counting)
    assert writer.submit("/papers/new", title="Typed", key="a/b/C").status == 303
    assert checks == ["Typed"]


@pytest.mark.parametrize("text", [ENTRY, RIS])
def test_a_result_has_an_address(writer: Browser, text: str) -> None:
    answer = writer.submit("/papers/new", "/papers/new/look-up", pasted=text)
    assert answer.status == 303
    assert answer.location.startswith("/papers/new?offer=")
    for _ in range(2):  # and once more when it is loaded again
        page = writer.get(answer.location)
        assert page.status == 200
        assert offers(page)
        pasted = page.form("/papers/new/look-up")["pasted"]
        assert pasted == text.replace("\r\n", "\n").strip()


@pytest.mark.parametrize("path", ["look-up", "fill", "add"])
def test_addresses_of_forms_lead_back(writer: Browser, path: str) -> None:
    answer = writer.get(f"/papers/new/{path}")
    assert (answer.status, answer.location) == (302, "/papers/new")


def test_an_added_offer_is_used_up(writer: Browser, session: Session) -> None:
    address = writer.submit("/papers/new", "/papers/new/look-up", pasted=ENTRY).location
    page = writer.get(address)
    assert press(writer, page).location == "/write/key"
    again = press(writer, page)  # a second click
    assert again.status == 422
    assert "has expired or was used already" in again.text
    assert "/paper/key" in again.links()
    assert rows(session, Paper) == 1
    page = writer.get(address)
    assert len(offers(page)) == 1
    assert "/paper/key" in page.links()
    assert page.form("/papers/new")["title"] == "Second"
    assert press(writer, page).location == "/write/b"
    assert writer.get(address).form("/papers/new")["title"] == ""
    assert rows(session, OfferedRecord) == 0


def test_an_offer_is_for_who_asked(writer: Browser, app: Flask, session: Session) -> None:
    address = writer.submit("/papers/new", "/papers/new/look-up", pasted=ENTRY).location
    page = writer.get(address)
    (token, _) = offers(page)
    bea = other(app)
    form = bea.get("/papers/new").form("/papers/new/look-up")
    for path in ("add", "fill"):
        answer = bea.post(f"/papers/new/{path}", {**form, "offer": token, "pasted": ENTRY})
        assert answer.status == 422
        assert offers(answer) == []
    for gone in (address, f"/papers/new?edit={token}"):
        answer = bea.get(gone)
        assert answer.status == 404
        assert "One title" not in answer.text
    assert bea.post("/papers/new", {**form, "offer": token, "title": "Mine"}).status == 422
    assert rows(session, Paper) == 0
    assert press(writer, page).status == 303


def test_an_expired_offer_leaves_what_was_pasted(writer: Browser, session: Session) -> None:
    address = writer.submit("/papers/new", "/papers/new/look-up", pasted=ENTRY).location
    page = writer.get(address)
    edited = page.form("/papers/new")
    begin_writing(session)
    session.execute(update(LookUp).values(made_at=now() - timedelta(days=1, seconds=1)))
    session.commit()
    answer = press(writer, page)
    assert answer.status == 422
    assert "has expired or was used already" in answer.text
    assert answer.form("/papers/new")["title"] == "One title"
    assert answer.form("/papers/new/look-up")["pasted"] == ENTRY
    assert press(writer, page, action="fill").status == 422
    assert writer.get(address).status == 404
    answer = writer.post("/papers/new", {**edited, "title": "My title"})
    assert answer.status == 422
    assert "You can still add the paper" in answer.text
    filled = answer.form("/papers/new")
    assert filled["title"] == "My title"
    assert writer.post("/papers/new", filled).location == "/write/key"


def test_no_fact_comes_from_the_browser(writer: Browser, session: Session) -> None:
    page = look_up(writer, ENTRY)
    fields = {**page.form("/papers/new/add"), "offer": offers(page)[0]}
    forged = {"pasted": ENTRY.replace("One", "Forged"), "title": "Forged", "doi": "10.1/forged"}
    assert writer.post("/papers/new/add", {**fields, **forged}).status == 303
    paper = session.scalars(select(Paper)).one()
    assert (paper.title, paper.doi, paper.source) == ("One title", None, "pasted")
    assert paper.details["pages"] == "1-2"


def test_editing_has_an_address(writer: Browser, session: Session) -> None:
    page = look_up(writer, ENTRY)
    answer = press(writer, page, 1, action="fill")
    assert answer.status == 303
    page = writer.get(answer.location)
    assert page.form("/papers/new")["title"] == "Second"
    assert page.form("/papers/new/look-up")["pasted"] == ENTRY
    assert writer.post("/papers/new", page.form("/papers/new")).location == "/write/b"
    assert session.scalars(select(Paper.source)).all() == ["form"]
    assert rows(session, OfferedRecord) == 1
    assert writer.get(answer.location).status == 404


def test_look_ups_are_bounded_and_tidied(
    writer: Browser, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_offers, "MAX_LOOK_UPS", 2)
    page = look_up(writer, ENTRY)
    look_up(other(app), ENTRY)
    for number in range(3):
        look_up(writer, f"@misc{{k{number},\n title={{Title {number}}}}}")
    assert rows(session, LookUp) == 3
    assert rows(session, OfferedRecord) == 4  # two of Bea's
    assert press(writer, page).status == 422
    deque(tidy(session), maxlen=0)
    session.rollback()
    assert rows(session, LookUp) == 3
    begin_writing(session)
    session.execute(update(LookUp).values(made_at=now() - timedelta(days=2)))
    session.commit()
    deque(tidy(session), maxlen=0)
    assert rows(session, LookUp) == 0
    assert rows(session, OfferedRecord) == 0


@pytest.mark.usefixtures("outside")
def test_a_found_record_may_merge_and_a_pasted_one_may_not(
    writer: Browser, session: Session
) -> None:
    authors = ("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun")
    make_paper(session, "mine/a/B", TITLE, authors=authors, year=2015, arxiv_id="1512.99999")
    entry = (
        f"@inproceedings{{conf/x/Y,\n title={{{TITLE}}}, author={{{' and '.join(authors)}}},"
        " booktitle={CVPR}, year=2016}"
    )
    page = press(writer, look_up(writer, entry))
    assert page.status == 422
    assert press(writer, page).status == 422  # as a new one: it is that work, and stays
    assert rows(session, Paper) == 1
    page = press(writer, look_up(writer, "10.1109/CVPR.2016.90"))
    assert press(writer, page).location == "/write/conf/cvpr/HeZRS16"
    session.rollback()
    assert session.scalars(select(Paper.key)).all() == ["conf/cvpr/HeZRS16"]


def test_new_lines_are_one_sign(writer: Browser, session: Session) -> None:
    page = look_up(writer, RIS)
    form = page.form("/papers/new")
    sent = {
        **form,
        "authors": "Ada Byron\r\n\r\nLi Wei\r\n",
        "abstract": "One.\r\n\r\nTwo\r\nlines.",
    }
    assert writer.post("/papers/new", sent).status == 303
    paper = session.scalars(select(Paper)).one()
    assert paper.abstract == "One.\n\nTwo\nlines."


def test_what_is_here_stands_above_what_failed(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/cvpr/HeZRS16", TITLE)
    page = look_up(writer, TITLE)  # look-ups are off
    assert page.text.index("/paper/conf/cvpr/HeZRS16") < page.text.index("switched off")


def test_silent_sources_are_one_line_below_what_is_here(
    writer: Browser, outside: StandIn, session: Session
) -> None:
    make_paper(session, "conf/cvpr/HeZRS16", TITLE)
    outside.replies.clear()
    for host in ("dblp.org/search/publ/api", "api.crossref.org/works"):
        outside.replies[host] = Reply(500)
    page = look_up(writer, TITLE)
    text = unescape(page.text)
    said = "Couldn’t reach dblp and Crossref. Try again in a minute."
    assert text.count("Couldn’t reach") == 1
    assert text.index("/paper/conf/cvpr/HeZRS16") < text.index(said)


def test_too_much_is_refused(writer: Browser, session: Session) -> None:
    for text in ("x" * (MAX_PASTED_BYTES + 1), f"@misc{{a,\n title={{{'é' * MAX_PASTED_BYTES}}}}}"):
        page = look_up(writer, text)
        assert page.status == 422
        assert "up to 64 kB" in page.text
    assert rows(session, LookUp) == 0
