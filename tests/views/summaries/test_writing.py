"""What a writer does, through the forms as they stand on the pages."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, Summary
from app.services.summaries import three_way_merge
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper, make_summary, make_user


@pytest.fixture
def writer(guest: Browser) -> Browser:
    return guest.sign_up("ann", "Ann Example")


def test_sign_up_sign_out_sign_in(guest: Browser) -> None:
    guest.sign_up("Ann", "Ann Example")
    assert "Ann Example" in guest.get("/").text
    assert guest.submit("/", "/logout").status == 303
    assert "Ann Example" not in guest.get("/").text
    guest.sign_in("ANN")
    assert "Ann Example" in guest.get("/").text


def test_the_way_back_after_signing_in(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    guest.sign_up("ann").submit("/", "/logout")
    asked = guest.get("/write/conf/x/A1")
    assert asked.status == 302
    form = guest.get(asked.location).form("/login")
    answer = guest.post("/login", {**form, "name": "ann", "password": PASSWORD})
    assert answer.location == "/write/conf/x/A1"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(guest: Browser, target: str) -> None:
    guest.sign_up("ann").submit("/", "/logout")
    assert guest.submit("/login", name="ann", password=PASSWORD, next=target).location == "/"


@pytest.mark.parametrize(
    ("name", "password", "says"),
    [
        ("ann", PASSWORD, "taken"),
        ("anon", PASSWORD, "This name is reserved."),
        ("demo", PASSWORD, "This name is reserved."),
        ("page-main", PASSWORD, "This name is reserved."),
        ("Mod.Er-Ator", PASSWORD, "This name is reserved."),
        ("new", "Password123!", "too common"),
        ("a b", PASSWORD, "2 to 39 letters"),
        ("new", "short", "at least 8"),
    ],
)
def test_accounts_that_cannot_be(guest: Browser, name: str, password: str, says: str) -> None:
    guest.sign_up("ann").submit("/", "/logout")
    answer = guest.submit("/signup", name=name, display_name="Kept", password=password)
    assert answer.status == 422
    assert says in answer.text
    assert 'value="Kept"' in answer.text
    assert password not in answer.text


def test_wrong_password_and_unknown_name_look_alike(guest: Browser) -> None:
    guest.sign_up("ann").submit("/", "/logout")
    known = guest.submit("/login", name="ann", password="wrong wrong")
    unknown = guest.submit("/login", name="bob", password="wrong wrong")
    assert known.status == unknown.status == 422
    assert "Wrong username or password" in known.text
    assert _without_token(known.text).replace('"ann"', '"bob"') == _without_token(unknown.text)


def _without_token(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrf_token" not in line)


def test_write_edit_delete(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1", "A paper")
    answer = writer.submit(
        "/write/conf/x/A1",
        source="Costs $5, but $p = 2n+d$.",
        takeaway="Short",
        tags="One, two words",
    )
    assert (answer.status, answer.location) == (303, "/paper/conf/x/A1#ann")
    page = writer.get("/paper/conf/x/A1")
    assert page.status == 200
    assert "Published." in page.text
    assert "two-words" in page.text
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    assert form["source"] == "Costs $5, but $p = 2n+d$."
    assert form["tags"] == "one, two-words"
    writer.submit("/write/conf/x/A1", source="Something else.")
    assert "Something else." in writer.get("/paper/conf/x/A1").text
    number = session.scalars(select(Summary.id)).one()
    session.commit()
    answer = writer.submit(f"/summary/{number}/delete")
    assert answer.location == "/deleted"
    assert writer.get("/paper/conf/x/A1").status == 404


@pytest.mark.parametrize(
    "formula",
    ["a\\kern-\n1em b", "\\rule{-\t1em}{1em}", "a\\\\[-\n2pt]b", "\\SI{5}{\\cubic\\metre}"],
)
def test_odd_formulas_are_saved(writer: Browser, session: Session, formula: str) -> None:
    make_paper(session, "conf/x/A1")
    text = f"Here ${formula}$ it is."
    answer = writer.submit("/write/conf/x/A1", source=text, takeaway="So $\\si{\\square\\metre}$")
    assert answer.status == 303
    assert session.scalars(select(Summary.html)).one().count("<math") == 1


def test_preview_without_javascript(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    answer = writer.submit("/write/conf/x/A1", source="So *this* is $x$.", preview="1")
    assert answer.status == 200
    assert "<em>this</em>" in answer.text
    assert answer.form("/write/conf/x/A1")["source"] == "So *this* is $x$."
    assert session.scalars(select(Summary)).all() == []


def test_live_preview(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    token = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")["csrf_token"]
    answer = writer.post(
        "/preview", {"csrf_token": token, "source": "One\n\n$\\frac{$ and \\cite{conf/x/A1}"}
    )
    found = json.loads(answer.text)
    assert found["error"] is None
    assert [link["key"] for link in found["links"]] == ["conf/x/A1"]
    assert 'href="/paper/conf/x/A1"' in found["html"]


def test_nothing_typed_is_lost_by_an_error(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    answer = writer.submit("/write/conf/x/A1", source="My long text", takeaway="x" * 201)
    assert answer.status == 422
    assert "Up to 200 characters" in answer.text
    assert answer.form("/write/conf/x/A1")["source"] == "My long text"


def test_nothing_is_lost_when_the_session_ends(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    writer.submit("/", "/logout")
    answer = writer.post("/write/conf/x/A1", {**form, "source": "My long text"})
    assert answer.status == 401
    assert "My long text" in answer.text
    # Sign in elsewhere, then send it again from the page that kept it.
    other = Browser(writer.client).sign_in("ann")
    kept = answer.form("/write/conf/x/A1")
    again = other.post("/write/conf/x/A1", kept)
    if again.status == 400:  # the token was another session's: the page offers it once more
        again = other.post("/write/conf/x/A1", again.form("/write/conf/x/A1"))
    assert again.status == 303
    assert session.scalars(select(Summary.source)).all() == ["My long text"]


def test_no_write_without_a_token(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    summary = make_summary(session)
    for path in (
        "/write/conf/x/A1",
        "/papers/new",
        "/papers/new/look-up",
        "/papers/new/fill",
        "/papers/new/add",
        f"/summary/{summary.id}/vote",
        f"/summary/{summary.id}/vote/withdraw",
        f"/summary/{summary.id}/delete",
        "/preview",
        "/settings/profile",
        "/settings/password",
        "/logout",
        "/login",
        "/signup",
    ):
        assert writer.post(path, {"source": "x", "value": "1", "title": "x"}).status == 400, path
    assert writer.client.delete(f"/summary/{summary.id}/vote").status_code == 400
    assert session.scalars(select(Summary.source)).all() == [summary.source]


def test_voting_with_buttons(writer: Browser, session: Session) -> None:
    summary = make_summary(session)
    paper = session.get_one(Paper, summary.paper_id)
    session.commit()
    page = f"/paper/{paper.key}"
    assert writer.submit(page, f"/summary/{summary.id}/vote", value="1").status == 303
    session.expire_all()
    assert session.get_one(Summary, summary.id).score == 1
    session.commit()
    token = writer.get(page).form("/logout")["csrf_token"]
    answer = writer.post(
        f"/summary/{summary.id}/vote",
        {"csrf_token": token, "value": "-1"},
        headers={"Accept": "application/json"},
    )
    assert json.loads(answer.text) == {"score": -1, "my_vote": -1}
    answer = writer.post(f"/summary/{summary.id}/vote/withdraw", {"csrf_token": token})
    assert answer.status == 303
    session.expire_all()
    assert session.get_one(Summary, summary.id).score == 0


def test_others_texts_are_not_mine_to_change(writer: Browser, session: Session) -> None:
    summary = make_summary(session)
    private = make_summary(session, visibility="private")
    assert writer.get(f"/summary/{summary.id}/delete").status == 403
    assert writer.get(f"/summary/{private.id}/delete").status == 404
    token = writer.get("/").form("/logout")["csrf_token"]
    for number, status in ((summary.id, 403), (private.id, 404)):
        answer = writer.post(f"/summary/{number}/delete", {"csrf_token": token})
        assert answer.status == status
    answer = writer.post(f"/summary/{private.id}/vote", {"csrf_token": token, "value": "1"})
    assert answer.status == 404


def test_nobody_votes_on_their_own(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    writer.submit("/write/conf/x/A1", source="Mine")
    number = session.scalars(select(Summary.id)).one()
    session.commit()
    token = writer.get("/").form("/logout")["csrf_token"]
    answer = writer.post(f"/summary/{number}/vote", {"csrf_token": token, "value": "1"})
    assert answer.status == 403
    assert "own summary" in answer.text


def test_add_a_paper_by_form(writer: Browser, session: Session) -> None:
    answer = writer.submit(
        "/papers/new",
        title="On $x$",
        authors="Ada Byron\nCharles Babbage",
        year="1843",
        key="conf/x/ByronB43",
    )
    assert (answer.status, answer.location) == (303, "/write/conf/x/ByronB43")
    paper = session.scalars(select(Paper)).one()
    assert (paper.title, paper.year, paper.source) == ("On $x$", 1843, "form")


def test_a_paper_we_have_is_shown(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1", "The one", arxiv_id="1506.01497")
    answer = writer.submit("/papers/new", title="Again", arxiv_id="1506.01497v2", abstract="Kept.")
    assert answer.status == 422
    assert "/paper/conf/x/A1" in answer.links()
    assert answer.form("/papers/new")["abstract"] == "Kept."


def test_an_unknown_paper_is_one_form_away(writer: Browser) -> None:
    page = writer.get("/paper/1707.09405")
    assert page.status == 404
    link = next(each for each in page.links() if each.startswith("/papers/new"))
    assert writer.get(link).form("/papers/new")["arxiv_id"] == "1707.09405"


def test_settings(writer: Browser, app: Flask) -> None:
    answer = writer.submit(
        "/settings", "/settings/profile", display_name="Ann B.", bio="I like $x$."
    )
    assert answer.status == 303
    page = writer.get("/user/ann").text
    assert "Ann B." in page
    assert "<math" in page
    elsewhere = Browser(app.test_client()).sign_in("ann")
    assert writer.submit("/settings", "/settings/password", current="no", new="x").status == 422
    answer = writer.submit(
        "/settings", "/settings/password", current=PASSWORD, new="another password"
    )
    assert answer.status == 303
    assert writer.get("/settings").status == 200
    assert elsewhere.get("/settings").status == 302  # signed out at once


def test_a_stolen_cookie_dies_with_the_session(writer: Browser, app: Flask) -> None:
    cookie = writer.client.get_cookie("shortlist")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("shortlist", cookie.value)
    assert thief.get("/settings").status_code == 200
    writer.submit("/", "/logout")
    assert thief.get("/settings").status_code == 302


def test_sign_up_can_be_closed(session: Session, app: Flask) -> None:
    from dataclasses import replace

    config, database = app.extensions["shortlist"]
    app.extensions["shortlist"] = (replace(config, signup=False), database)
    assert Browser(app.test_client()).get("/signup").status == 403


def test_long_names_and_many_authors(guest: Browser, session: Session) -> None:
    paper = make_paper(
        session,
        "conf/x/Many",
        "W" * 300,
        authors=tuple(f"Author Number{number}" for number in range(300)),
    )
    make_summary(session, paper, make_user(session, "x" * 39, "Y" * 80))
    page = guest.get("/paper/conf/x/Many").text
    assert "Author Number299" in page
    assert "280" in page  # … and 280 more
    assert "Author Number299" not in guest.get("/").text


def test_a_second_window_does_not_overwrite_the_first(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    address = "/write/conf/x/A1"
    first, second = (writer.get(address).form(address) for _ in range(2))
    assert writer.post(address, {**first, "source": "From the first."}).status == 303
    answer = writer.post(address, {**second, "source": "From the second."})
    assert answer.status == 409
    form = answer.form(address)
    marks = [three_way_merge.MINE, three_way_merge.BETWEEN, three_way_merge.THEIRS]
    both = [marks[0], "From the second.", marks[1], "From the first.", marks[2]]
    assert form["source"].split("\n") == both
    answer = writer.post(address, form)
    assert answer.status == 422
    assert "Line 1: unresolved conflict" in answer.text
    form["source"] = "From the second."
    assert writer.post(address, form).status == 303  # now it is a decision
    assert session.scalars(select(Summary.source)).all() == ["From the second."]
    session.commit()
    same = writer.post(address, {**second, "source": "From the second."})
    assert same.status == 303  # the same text twice is no conflict


def test_a_paper_of_the_same_title_is_asked_about(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1", "Étude of $x$: a Preface")
    answer = writer.submit("/papers/new", title="Etude of $x$ -- a preface", key="conf/x/B2")
    assert answer.status == 422
    assert "/paper/conf/x/A1" in answer.links()
    form = answer.form("/papers/new")
    assert form["key"] == "conf/x/B2"
    assert writer.post("/papers/new", {**form, "anyway": "1"}).status == 303


def test_choosing_a_paper_takes_any_identifier(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1", "The one", arxiv_id="1506.01497")
    page = writer.get("/write", query_string={"q": "https://arxiv.org/abs/1506.01497v2"})
    assert "/write/conf/x/A1" in page.links()
    page = writer.get("/write", query_string={"q": "10.1234/unknown"})
    assert any(link.startswith("/papers/new?q=10.1234") for link in page.links())
    assert writer.get("/write/conf/none/None1").status == 404


@pytest.mark.parametrize(
    ("pasted", "leads_to"),
    [
        ("1506.01497", "/write/conf/x/A1"),
        ("https://arxiv.org/abs/1506.01497v2", "/write/conf/x/A1"),
        ("conf/x/A1", "/write/conf/x/A1"),
        ("the one", "/write?q=the+one"),
        ("10.1234/unknown", "/papers/new?q=10.1234/unknown"),
        ("https://example.org/a.pdf", "/papers/new?q=https://example.org/a.pdf"),
        ("https://example.org/here", "/write/conf/x/A1"),
        ("@article{a,\n title = {Of its own}\n}", "/papers/new?offer="),
    ],
)
def test_one_box_takes_whatever_names_a_paper(
    writer: Browser, session: Session, pasted: str, leads_to: str
) -> None:
    known = {"arxiv_id": "1506.01497", "url": "https://example.org/here"}
    make_paper(session, "conf/x/A1", "The one", **known)
    answer = writer.submit("/write", "/papers/new/look-up", pasted=pasted)
    assert answer.status == 303
    assert answer.location.startswith(leads_to)
    if leads_to == "/papers/new?offer=":
        offered = writer.submit(answer.location, "/papers/new", title="Of its own")
        assert offered.location.startswith("/write/")


def test_a_field_that_is_missing_stays_as_it_is(guest: Browser, session: Session) -> None:
    guest.sign_up("ann", "Ann Example")
    guest.submit("/settings", "/settings/profile", bio="A bio.")
    token = guest.get("/settings").form("/logout")["csrf_token"]
    for fields in ({"display_name": "Ann A."}, {"bio": "Another."}, {}):
        assert guest.post("/settings/profile", {"csrf_token": token, **fields}).status == 303
    form = guest.get("/settings").form("/settings/profile")
    assert (form["display_name"], form["bio"]) == ("Ann A.", "Another.")
    guest.post("/settings/profile", {"csrf_token": token, "bio": "", "display_name": ""})
    form = guest.get("/settings").form("/settings/profile")
    assert (form["display_name"], form["bio"]) == ("ann", "")
