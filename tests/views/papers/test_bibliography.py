"""The pages of a checked bibliography, for guests and members."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Bibliography, ListEntry, User
from app.services.bibliography import asking, checks
from app.services.bibliography.process import CheckBusy
from app.services.bibliography.reading import read_files
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_summary
from tests.helpers.samples.bibliographies import BIB, TEX, make_library
from tests.helpers.stand_ins.crossref_works import ASKED_BIB, play_crossref
from tests.helpers.stand_ins.outside import StandIn


@pytest.fixture
def _no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, which is faster."""
    monkeypatch.setattr(checks, "read_in_child", read_files)


def send(browser: Browser, *files: tuple[str, bytes], pasted: str = "") -> Page:
    token = re.search(r'name="csrf_token" value="([^"]+)', browser.get("/bibliography").text)
    assert token
    data: dict[str, Any] = {"csrf_token": token[1], "pasted": pasted}
    data["files"] = [(BytesIO(content), name) for name, content in files]
    return browser.post("/bibliography", data, content_type="multipart/form-data")


def submit(browser: Browser, page: str, action: str, data: dict[str, Any]) -> Page:
    token = re.search(r'name="csrf_token" value="([^"]+)', browser.get(page).text)
    assert token
    return browser.post(action, {"csrf_token": token[1], **data})


@pytest.mark.usefixtures("_no_child")
def test_a_guest_checks_and_downloads(guest: Browser, session: Session, app: Flask) -> None:
    papers = make_library(session)
    make_summary(session, papers["good"], takeaway="Shallow is deep.")
    sent = send(guest, ("thesis.bib", BIB.encode()), ("thesis.tex", TEX.encode()))
    assert sent.status == 303, sent.text
    address = sent.location
    assert re.fullmatch(r"/bibliography/[\w-]{43}", address)
    page = guest.get(address)
    assert page.response.headers["Cache-Control"] == "private, no-store"
    for part in ("Preprint, published: ICLR 2018", "missing-key", "Never cited", "Same work as"):
        assert part in page.text
    assert "Shallow is deep." in guest.get(f"{address}?show=here").text
    assert "my list" not in page.text
    assert guest.get(f"{address}?show=nonsense&page=99999").status == 200
    changes = guest.get(f"{address}/changes")
    assert changes.text.count(" checked ") == changes.text.count('name="tick"') > 3
    assert " checked " not in guest.get(f"{address}/changes?ticks=none").text
    targets = {*re.findall(r'action="(/bibliography/[^"]+)', page.text + changes.text)}
    assert targets == {f"{address}/delete", f"{address}/changes"}
    assert f'href="{address}/changes"' in page.text
    same = submit(guest, f"{address}/changes", f"{address}/changes", {"file": "0"})
    assert same.response.get_data() == BIB.encode()
    assert "filename=thesis.bib" in same.response.headers["Content-Disposition"]
    ticks = {"file": "0", "tick": ["0", "x", "99999"]}
    assert submit(guest, f"{address}/changes", f"{address}/changes", ticks).status == 200
    for file in ("1", "7", "-1", ""):
        wrong = submit(guest, f"{address}/changes", f"{address}/changes", {"file": file})
        assert wrong.status == 404
    # Another one's session sees nothing without the address; an hour later nobody does.
    begin_writing(session)
    session.execute(update(Bibliography).values(checked_at=now() - timedelta(minutes=61)))
    session.commit()
    assert guest.get(address).status == 404
    assert checks.has_old_checks(session)
    session.commit()
    list(checks.delete_old_checks(session))
    assert session.scalar(select(func.count()).select_from(Bibliography)) == 0


@pytest.mark.usefixtures("_no_child")
def test_a_member_adds_all_to_their_list(guest: Browser, session: Session) -> None:
    make_library(session)
    ann = guest.sign_up("ann")
    address = send(ann, pasted=BIB).location
    added = submit(ann, address, f"{address}/list", {"status": "reading"})
    assert added.status == 303
    page = ann.get(address)
    assert "4 papers added to your list." in page.text
    assert "Undo" in page.text
    assert "On your list: Reading" in ann.get(f"{address}?show=here").text
    user = session.scalars(select(User).where(User.name == "ann")).one()
    query = select(ListEntry.status).where(ListEntry.user_id == user.id)
    assert session.scalars(query).all() == ["reading"] * 4
    session.commit()
    assert submit(ann, address, f"{address}/list", {"status": "nonsense"}).status == 303
    assert "Choose a status" in ann.get(address).text
    assert submit(ann, address, f"{address}/delete", {}).status == 303
    assert ann.get(address).status == 404
    outside = Browser(guest.client.application.test_client())
    assert outside.post(f"{address}/list", {}).status == 401


@pytest.mark.usefixtures("_no_child")
def test_a_member_asks_crossref(
    guest: Browser,
    session: Session,
    app: Flask,
    stand_in: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "read_in_child", read_files)
    play_crossref(stand_in)
    outside = stand_in.outside(tmp_path)
    monkeypatch.setitem(app.extensions, "outside", replace(outside, on=False))
    ann = guest.sign_up("ann")
    address = send(ann, pasted=ASKED_BIB).location
    assert "Ask Crossref" not in ann.get(address).text
    assert submit(ann, address, f"{address}/crossref", {}).location == address
    assert "switched off" in ann.get(address).text
    monkeypatch.setitem(app.extensions, "outside", outside)
    assert "Ask Crossref about 9 entries" in ann.get(address).text
    started = submit(ann, address, f"{address}/crossref", {})
    assert started.location == f"{address}/crossref"
    page = ann.get(started.location)
    assert "0 of 9 entries" in page.text
    assert page.response.headers["Refresh"] == "5"
    assert "being asked about 9 entries" in ann.get(address).text
    assert stand_in.asked == []  # no page waits for it
    session.info["outside"] = outside
    deque(asking.ask_waiting(session), maxlen=0)
    assert ann.get(started.location).location == address
    page = ann.get(address)
    for said in (
        "This DOI is another paper’s at Crossref: <bdi>Deep Learning of Shallow Nets",
        "Crossref has another title under this DOI",
        "This DOI is that of a notice of retraction or concern",
        "published: Journal of Results 2020, according to Crossref",
        "4 March 2021",
    ):
        assert said in page.text
    assert "Ask Crossref" not in page.text
    changes = ann.get(f"{address}/changes").text
    assert "According to Crossref" in changes
    ticks = {"file": "0", "tick": re.findall(r'name="tick" value="([^"]+)', changes)}
    mended = submit(ann, f"{address}/changes", f"{address}/changes", ticks)
    assert b"volume={4}, doi={10.1000/nodoi}" in mended.response.get_data()


@pytest.mark.usefixtures("_no_child")
def test_a_guest_asks_crossref_about_less(
    guest: Browser,
    session: Session,
    app: Flask,
    stand_in: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "read_in_child", read_files)
    monkeypatch.setattr(asking, "MAX_ASKED_BY_GUEST", 3)
    monkeypatch.setattr(asking, "MAX_WAITING_EACH", 5)
    play_crossref(stand_in)
    outside = stand_in.outside(tmp_path)
    monkeypatch.setitem(app.extensions, "outside", outside)
    address = send(guest, pasted=ASKED_BIB).location
    page = guest.get(address).text
    assert "Ask Crossref about 3 of 9 entries" in page
    assert "The other 6 can be asked about afterwards." in page
    assert "to ask about more at a time" in page
    started = submit(guest, address, f"{address}/crossref", {})
    assert "0 of 3 entries" in guest.get(started.location).text
    other = Browser(guest.client.application.test_client())
    second = send(other, pasted=ASKED_BIB).location
    refused = submit(other, second, f"{second}/crossref", {})
    shown = other.get(refused.location).text
    assert "for other guests" in shown
    session.info["outside"] = outside
    deque(asking.ask_waiting(session), maxlen=0)
    assert "Ask Crossref about 3 of 6 entries" in guest.get(address).text  # the next ones
    assert submit(other, second, f"{second}/crossref", {}).location == f"{second}/crossref"


@pytest.mark.usefixtures("_no_child")
@pytest.mark.sqlite_only(reason="nothing of it reads the database")
def test_what_cannot_be_checked_is_told(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose a file" in send(guest).text
    large = send(guest, ("a.bib", b"x" * 3_100_000))
    assert large.status == 422
    assert "up to 3 MB" in large.text
    empty = send(guest, pasted="just words")
    assert empty.status == 422
    assert "just words" in empty.text

    def refuse(_files: object) -> None:
        raise CheckBusy

    monkeypatch.setattr(checks, "read_in_child", refuse)
    busy = send(guest, pasted="@misc{a, title={B}}")
    assert busy.status == 503
    assert "@misc{a" in busy.text


@pytest.mark.sqlite_only(reason="the process has no database")
def test_a_process_of_its_own_reads_it(guest: Browser, session: Session) -> None:
    address = send(guest, ("ä b.bib", BIB.encode())).location
    assert "22 entries" in guest.get(address).text
