from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Draft, Summary
from app.views.summaries import drafts
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper

WRITE = "/write/conf/x/A1"
JSON = {"Accept": "application/json"}


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1", "The *first*")
    return guest.sign_up("ann", "Ann Example")


def autosave(writer: Browser, form: dict[str, str], **typed: str) -> dict[str, object]:
    answer = writer.post(f"{WRITE}/draft", {**form, **typed}, headers=JSON)
    assert answer.status == 200, answer.text
    found: dict[str, object] = answer.response.json
    return found


def test_autosave_and_come_back(writer: Browser) -> None:
    form = writer.get(WRITE).form(WRITE)
    answer = autosave(writer, form, source="Half a thou", takeaway="T", visibility="private")
    assert answer["version"]
    back = writer.get(WRITE).form(WRITE)
    assert (back["source"], back["takeaway"]) == ("Half a thou", "T")
    assert back["visibility"] == "private"
    assert back["draft"] == str(answer["version"])
    page = writer.get("/drafts")
    assert "Half a thou" in page.text
    assert WRITE in page.links()


def test_the_list_shows_formulas_as_readers_see_them(
    writer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = writer.get(WRITE).form(WRITE)
    autosave(writer, form, source="It's $x^2$ & <b>.\n\nThen $y_1$")
    page = writer.get("/drafts").text
    assert "It’s <math" in page
    assert "&amp; &lt;b&gt;." in page
    assert page.count("<math") == 2
    monkeypatch.setattr(drafts, "MAX_RENDERED_LINES", 1)
    page = writer.get("/drafts").text
    assert page.count("<math") == 1
    assert "Then $y_1$" in page


def test_saving_ends_the_draft(writer: Browser, session: Session) -> None:
    form = writer.get(WRITE).form(WRITE)
    version = autosave(writer, form, source="Half")["version"]
    answer = writer.post(WRITE, {**form, "draft": str(version), "source": "Whole"})
    assert answer.status == 303
    assert session.scalars(select(Draft)).all() == []
    session.commit()
    assert "No drafts" in writer.get("/drafts").text


def test_two_windows_both_texts_are_shown(writer: Browser, session: Session) -> None:
    first, second = (writer.get(WRITE).form(WRITE) for _ in range(2))
    autosave(writer, first, source="same\nfrom the first")
    answer = writer.post(
        f"{WRITE}/draft", {**second, "source": "same\nfrom the second"}, headers=JSON
    )
    assert answer.status == 409
    assert answer.response.json["source"] == "same\nfrom the first"
    # Saving would take the other's draft away: the page with both comes instead.
    for button in ("save", "compare", "save_draft"):
        page = writer.post(WRITE, {**second, "source": "same\nfrom the second", button: "1"})
        assert page.status == 409
        for text in ("from the first", "from the second"):
            assert text in page.form(WRITE)["source"]
    assert session.scalars(select(Summary)).all() == []
    session.rollback()
    form = {**page.form(WRITE), "source": "same\nboth"}
    assert writer.post(WRITE, {**form, "save": "1"}).status == 303
    assert session.scalars(select(Summary.source)).all() == ["same\nboth"]


def test_comparing_without_another_text_is_the_form_again(writer: Browser) -> None:
    form = writer.get(WRITE).form(WRITE)
    page = writer.post(WRITE, {**form, "source": "Mine alone", "compare": "1"})
    assert page.status == 200
    assert page.form(WRITE)["source"] == "Mine alone"


def test_a_draft_that_began_before_the_saved_text(writer: Browser, session: Session) -> None:
    old = writer.get(WRITE).form(WRITE)
    writer.post(WRITE, {**old, "source": "one\n\ntwo", "save": "1"})
    form = writer.get(WRITE).form(WRITE)
    version = autosave(writer, form, source="one, changed\n\ntwo")["version"]
    # Saved by something that knows nothing of drafts, such as an import: the draft stays.
    bare = {"csrf_token": form["csrf_token"], "source": "one\n\ntwo, changed"}
    assert writer.post(WRITE, bare).status == 303
    form = writer.get(WRITE).form(WRITE)
    assert form["source"] == "one, changed\n\ntwo"
    assert (form["revision"], form["draft"]) == ("1", str(version))
    form["draft"] = str(autosave(writer, form, source="one, changed\n\ntwo")["version"])
    answer = writer.post(WRITE, {**form, "save": "1"})
    assert answer.status == 409
    merged = answer.form(WRITE)
    assert merged["source"] == "one, changed\n\ntwo, changed"
    assert writer.post(WRITE, {**merged, "save": "1"}).status == 303
    assert session.scalars(select(Summary.source)).all() == ["one, changed\n\ntwo, changed"]
    assert session.scalars(select(Draft)).all() == []


def test_discard(writer: Browser) -> None:
    form = writer.get(WRITE).form(WRITE)
    autosave(writer, form, source="Half")
    answer = writer.submit("/drafts", f"{WRITE}/draft/discard")
    assert answer.location == "/drafts"
    assert writer.get(WRITE).form(WRITE)["source"] == ""


def test_save_a_draft_without_javascript(writer: Browser) -> None:
    form = writer.get(WRITE).form(WRITE)
    answer = writer.post(WRITE, {**form, "source": "Half", "save_draft": "1"})
    assert answer.status == 303
    assert writer.get(WRITE).form(WRITE)["source"] == "Half"
    assert writer.get("/paper/conf/x/A1").status == 404  # nothing is published


def test_closing_says_that_a_draft_is_kept(writer: Browser, session: Session) -> None:
    form = writer.get(WRITE).form(WRITE)
    answer = writer.post(WRITE, {**form, "source": "Half", "close": "1"})
    assert (answer.status, answer.location) == (303, "/paper/conf/x/A1")
    page = writer.get(answer.location)
    assert "Your draft is kept. Find it under" in page.text
    assert {"/drafts", WRITE} <= set(page.links())
    kept = page.form(f"{WRITE}/draft/discard")
    assert writer.get(WRITE).form(WRITE)["source"] == "Half"
    answer = writer.post(f"{WRITE}/draft/discard", kept)
    assert (answer.status, answer.location) == (303, "/paper/conf/x/A1")
    assert session.scalars(select(Draft)).all() == []


def test_closing_an_empty_editor_says_nothing(writer: Browser, session: Session) -> None:
    answer = writer.submit(WRITE, close="1")
    assert answer.location == "/paper/conf/x/A1"
    assert "draft is kept" not in writer.get(answer.location).text
    assert session.scalars(select(Draft)).all() == []


def test_closing_over_another_window_shows_both(writer: Browser) -> None:
    first, second = (writer.get(WRITE).form(WRITE) for _ in range(2))
    autosave(writer, first, source="From the first")
    answer = writer.post(WRITE, {**second, "source": "From the second", "close": "1"})
    assert answer.status == 409
    assert "Conflicting edits" in answer.text


def test_what_is_too_long_to_be_kept_is_not_closed(writer: Browser) -> None:
    answer = writer.submit(WRITE, source="x" * 262_145, close="1")
    assert answer.status == 422
    assert "Drafts can be up to" in answer.text
    assert answer.form(WRITE)["source"].startswith("xxx")


def test_signing_in_again_returns_to_the_text(writer: Browser, app: Flask) -> None:
    form = writer.get(WRITE).form(WRITE)
    writer.submit("/", "/logout")
    page = writer.post(WRITE, {**form, "source": "An hour's work", "takeaway": "Yes"})
    assert page.status == 401
    kept = page.form("/login")
    assert kept["source"] == "An hour's work"
    wrong = writer.post("/login", {**kept, "name": "ann", "password": "not this one"})
    assert wrong.status == 422
    again = wrong.form("/login")
    assert again["source"] == "An hour's work"
    answer = writer.post("/login", {**again, "name": "ann", "password": PASSWORD})
    assert (answer.status, answer.location) == (303, WRITE)
    back = writer.get(WRITE).form(WRITE)
    assert (back["source"], back["takeaway"]) == ("An hour's work", "Yes")


def test_signing_in_again_never_overwrites(writer: Browser) -> None:
    form = writer.get(WRITE).form(WRITE)
    autosave(writer, form, source="From the phone")
    writer.submit("/", "/logout")
    page = writer.post(WRITE, {**form, "source": "From the laptop"})
    kept = page.form("/login")
    answer = writer.post("/login", {**kept, "name": "ann", "password": PASSWORD})
    assert answer.status == 409
    assert "From the phone" in answer.form(WRITE)["source"]
    assert "From the laptop" in answer.form(WRITE)["source"]


def test_a_token_for_a_window_that_was_open_before(writer: Browser, app: Flask) -> None:
    form = writer.get(WRITE).form(WRITE)
    writer.submit("/", "/logout")
    writer.sign_in("ann")
    assert writer.post(f"{WRITE}/draft", {**form, "source": "x"}, headers=JSON).status == 400
    token = writer.get("/token").response.json
    assert token["user"] == "ann"
    autosave(writer, {**form, "csrf_token": token["csrf_token"]}, source="x")
    assert Browser(app.test_client()).get("/token", headers=JSON).status == 302


def test_drafts_are_their_writers_alone(writer: Browser, app: Flask) -> None:
    autosave(writer, writer.get(WRITE).form(WRITE), source="secretdraft")
    other = Browser(app.test_client()).sign_up("ben")
    guest = Browser(app.test_client())
    for reader in (other, guest):
        for path in ("/drafts", WRITE, "/paper/conf/x/A1", "/user/ann", "/search?q=a1"):
            assert "secretdraft" not in reader.get(path, follow_redirects=True).text
    form = other.get(WRITE).form(WRITE)
    autosave(other, form, source="his")
    other.post(f"{WRITE}/draft/discard", form)
    assert writer.get(WRITE).form(WRITE)["source"] == "secretdraft"
    assert guest.post(f"{WRITE}/draft", {"source": "x"}, headers=JSON).status in (400, 401)


def test_a_draft_needs_its_token(writer: Browser) -> None:
    assert writer.post(f"{WRITE}/draft", {"source": "x"}, headers=JSON).status == 400
    assert writer.post(f"{WRITE}/draft/discard", {}).status == 400
    assert writer.get(f"{WRITE}/draft").status == 404
