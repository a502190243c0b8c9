from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ListEntry, User
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, put_on_list, read_entry

KEY = "conf/x/A1"
STATUS = f"/list/entry/{KEY}/status"
REMOVE = f"/list/entry/{KEY}/remove"


def find_user(session: Session, name: str) -> User:
    found = session.scalars(select(User).where(User.name == name)).one()
    session.commit()
    return found


def test_one_press_puts_a_paper_on_the_list_and_undo_takes_it_off(
    guest: Browser, session: Session
) -> None:
    paper = make_paper(session, KEY, "A paper")
    guest.sign_up("ann")
    ann = find_user(session, "ann")
    form = guest.get(f"/paper/{KEY}").form(STATUS)
    answer = guest.post(STATUS, {**form, "status": "to-read"})
    assert (answer.status, answer.location) == (303, f"/paper/{KEY}#page-list-p{paper.id}")
    page = guest.get(f"/paper/{KEY}")
    assert "To read: A paper" in page.text
    assert 'value="to-read" aria-pressed="true"' in page.text
    answer = guest.post("/list/undo", page.form("/list/undo"))
    assert answer.status == 303
    assert "Undone." in guest.get(answer.location).text
    assert read_entry(session, ann, paper) is None


def test_a_removed_paper_comes_back_with_undo(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY)
    guest.sign_up("ann")
    ann = find_user(session, "ann")
    put_on_list(session, ann, paper, remark="Kept")
    form = guest.get(f"/paper/{KEY}").form(STATUS)
    page = guest.get(guest.post(REMOVE, form).location)
    assert read_entry(session, ann, paper) is None
    guest.post("/list/undo", page.form("/list/undo"))
    assert read_entry(session, ann, paper).remark == "Kept"


def test_rows_show_status_and_remark_to_their_owner_alone(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY)
    make_summary(session, paper, tags=["x"])
    guest.sign_up("ann")
    put_on_list(session, find_user(session, "ann"), paper, status="reading", remark="My line")
    for path in ("/", "/tag/x", "/search?q=paper", f"/card/{KEY}", "/list"):
        text = guest.get(path).text
        assert "My line" in text, path
        assert "Reading" in text, path
    other = Browser(guest.client.application.test_client()).sign_up("ben")
    for path in ("/", "/tag/x", "/search?q=paper", f"/card/{KEY}", f"/paper/{KEY}", "/list"):
        assert "My line" not in other.get(path).text, path


def test_guests_get_a_link_and_no_cookie(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY)
    summary = make_summary(session, paper)
    for path, place in {f"/paper/{KEY}": f"p{paper.id}", "/": str(summary.id)}.items():
        page = guest.get(path)
        assert f"/login?next={path}%23page-list-{place}" in page.links(), page.links()
        assert "Set-Cookie" not in page.response.headers
    assert guest.get("/list").location == "/login?next=/list"


def test_scripts_get_the_control_and_the_notice(guest: Browser, session: Session) -> None:
    make_paper(session, KEY, "A paper")
    guest.sign_up("ann")
    form = guest.get(f"/paper/{KEY}").form(STATUS)
    headers = {"Accept": "application/json"}
    found = guest.post(STATUS, {**form, "status": "read"}, headers=headers).response.get_json()
    assert 'value="read" aria-pressed="true"' in found["control"]
    assert f'id="{form["place"]}"' in found["control"]
    assert "/list/undo" in found["notice"]
    evil = {**form, "status": "read", "place": '"><b>'}
    found = guest.post(STATUS, evil, headers=headers).response.get_json()
    assert "<b>" not in found["control"]


def test_what_is_no_status_is_refused(guest: Browser, session: Session) -> None:
    make_paper(session, KEY)
    guest.sign_up("ann")
    form = guest.get(f"/paper/{KEY}").form(STATUS)
    answer = guest.post(STATUS, {**form, "status": "finished"})
    assert answer.status == 422
    assert guest.post("/list/entry/conf/x/None/status", {**form, "status": "read"}).status == 404


def test_writes_need_a_token_and_a_sign_in(guest: Browser, session: Session) -> None:
    make_paper(session, KEY)
    paths = (STATUS, REMOVE, f"/list/entry/{KEY}", f"/list/entry/{KEY}/move", "/list/undo")
    paths += ("/list/change", "/list/seen")
    for path in paths:
        assert guest.post(path, {"status": "read"}).status in (400, 401), path
    guest.sign_up("ann")
    form = guest.get(f"/paper/{KEY}").form(STATUS)
    for path in paths:
        assert guest.post(path, {"status": "read"}).status == 400, path
    guest.submit("/", "/logout")
    for path in paths:
        assert guest.post(path, form).status in (400, 401), path


def test_what_is_noted_is_saved_and_shown_again(guest: Browser, session: Session) -> None:
    make_paper(session, KEY)
    guest.sign_up("ann")
    path = f"/list/entry/{KEY}"
    texts = {"remark": "One <line>", "notes": "*Mine*", "labels": "a, b", "citekey": "ann15"}
    answer = guest.submit(path, **texts, status="reading", priority="high")
    assert (answer.status, answer.location) == (303, path)
    page = guest.get(path)
    assert "<em>Mine</em>" in page.text
    held = page.form(path)
    assert {name: held[name] for name in texts} == texts
    assert (held["status"], held["priority"]) == ("reading", "high")


def test_notes_are_previewed_without_being_saved(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY, "A paper")
    guest.sign_up("ann")
    ann = find_user(session, "ann")
    put_on_list(session, ann, paper, notes="The stored ones.")
    path = f"/list/entry/{KEY}"
    notes = "Typed **now**, see \\cite{nobody} <script>alert(1)</script>\n\n$\\frac{1$"
    page = guest.submit(path, preview="1", notes=notes, remark="Kept")
    assert page.status == 200
    assert "Typed <strong>now</strong>" in page.text
    assert "“<bdi>nobody</bdi>” is not in the library" in page.text
    assert "Line 3: " in page.text
    assert "<script>alert" not in page.text
    fields = page.form(path)
    assert (fields["notes"], fields["remark"]) == (notes, "Kept")
    entry = read_entry(session, ann, paper)
    assert entry is not None
    assert (entry.notes, entry.remark) == ("The stored ones.", "")
    refused = guest.submit(path, preview="1", notes="x" * 70_000, remark="Kept")
    assert refused.status == 422
    assert "longer than 64 kB" in refused.text
    assert refused.form(path)["remark"] == "Kept"


def test_a_refused_form_keeps_what_was_typed(guest: Browser, session: Session) -> None:
    make_paper(session, KEY)
    guest.sign_up("ann")
    path = f"/list/entry/{KEY}"
    answer = guest.submit(path, remark="x" * 301, notes="Kept", citekey="a b")
    assert answer.status == 422
    assert "Up to 300 characters (you have 301)." in answer.text
    assert "A citation key can’t contain spaces." in answer.text
    assert answer.form(path)["notes"] == "Kept"
    assert session.scalar(select(ListEntry)) is None


def test_who_is_signed_out_loses_no_notes(guest: Browser, session: Session) -> None:
    make_paper(session, KEY)
    guest.sign_up("ann")
    path = f"/list/entry/{KEY}"
    form = {**guest.get(path).form(path), "notes": "Long notes", "remark": "A remark"}
    guest.submit("/", "/logout")
    page = guest.post(path, form)
    assert page.status in (400, 401)
    assert "Long notes" in page.text
    assert "A remark" in page.text


def test_entries_are_moved_in_the_order_by_hand(guest: Browser, session: Session) -> None:
    guest.sign_up("ann")
    ann = find_user(session, "ann")
    for name in ("A1", "B1"):
        put_on_list(session, ann, make_paper(session, f"conf/x/{name}"))
    move = f"/list/entry/{KEY}/move"
    path = "/list?sort=hand"
    before = guest.get(path)
    assert before.text.index("conf/x/B1") < before.text.index(KEY)
    answer = guest.post(move, {**before.form(move), "direction": "up"})
    assert answer.status == 303
    after = guest.get(path)
    assert after.text.index(KEY) < after.text.index("conf/x/B1")


@pytest.mark.parametrize(("status", "asked"), [(None, True), ("to-read", True), ("read", False)])
def test_who_publishes_is_asked_whether_they_have_read_it(
    guest: Browser, session: Session, status: str | None, asked: bool
) -> None:
    paper = make_paper(session, KEY)
    guest.sign_up("ann")
    ann = find_user(session, "ann")
    if status is not None:
        put_on_list(session, ann, paper, status=status)
    answer = guest.submit(f"/write/{KEY}", source="What it says.")
    page = guest.get(answer.location.partition("#")[0])
    assert ("Set to read" in page.text) is asked
    if asked:
        form = page.form(STATUS)
        guest.post(STATUS, {**form, "status": "read"})
        assert read_entry(session, ann, paper).status == "read"
