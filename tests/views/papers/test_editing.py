"""Pages for correcting a paper: the form, the log, undoing, removing, and who may."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Paper, PaperRevision, User
from app.services.accounts.administration import set_role
from app.services.papers.removal import IN_USE
from app.sources.record import NO_SECTION
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

KEY = "conf/nips/RenHGS15"
FORM = f"/paper/{KEY}/facts"
ONLY_TRUSTED = "Only trusted users can change what is filled in."


@pytest.fixture
def paper(session: Session) -> Paper:
    return make_paper(
        session, KEY, "Faster R-CNN", authors=("Ren, Shaoqing",), year=2015, section="cs"
    )


@pytest.fixture
def member(app: Flask, session: Session, paper: Paper) -> Browser:
    return Browser(app.test_client()).sign_up("ben", "Ben Member")


@pytest.fixture
def curator(app: Flask, session: Session, paper: Paper) -> Browser:
    browser = Browser(app.test_client()).sign_up("cura", "Cura Tor")
    user = session.scalars(select(User).where(User.name == "cura")).one()
    set_role(session, user, "trusted")
    session.commit()
    return browser


@pytest.fixture
def administrator(app: Flask, session: Session, paper: Paper) -> Browser:
    browser = Browser(app.test_client()).sign_up("addy", "Addy Admin")
    user = session.scalars(select(User).where(User.name == "addy")).one()
    set_role(session, user, "administrator")
    session.commit()
    return browser


def errors(text: str) -> list[str]:
    return re.findall(r'id="page-(\w+)-error"', text)


def last_revision(session: Session) -> int:
    number = session.scalar(select(PaperRevision.id).order_by(PaperRevision.id.desc()))
    session.commit()
    assert number is not None
    return number


def test_a_trusted_user_corrects_a_paper_and_another_undoes_it(
    curator: Browser, guest: Browser, session: Session
) -> None:
    page = curator.get(f"/paper/{KEY}")
    assert FORM in page.links()
    assert f"/paper/{KEY}/changes" in page.links()
    answer = curator.submit(
        FORM, authors="Ren, Shaoqing\nHe, Kaiming", year="2016", reason="As printed."
    )
    assert (answer.status, answer.location) == (303, f"/paper/{KEY}")
    assert "author        = {Shaoqing Ren and Kaiming He}" in guest.get(f"/paper/{KEY}.bib").text
    assert guest.get("/author/ren-shaoqing").status == 404
    assert guest.get("/author/shaoqing-ren").status == 200
    for path in (f"/paper/{KEY}/changes", "/papers/changes"):
        log = curator.get(path).text
        assert "As printed." in log
        assert "Changed: Authors, Year" in log
        assert "Cura Tor" in log
    answer = curator.submit(
        f"/paper/{KEY}/changes", f"/paper-revision/{last_revision(session)}/undo"
    )
    assert (answer.status, answer.location) == (303, f"/paper/{KEY}/changes")
    assert "year          = {2015}" in guest.get(f"/paper/{KEY}.bib").text
    log = curator.get(f"/paper/{KEY}/changes").text
    assert "Undone: Authors, Year" in log
    assert "Undone by" in log


def test_a_member_sees_fields_for_what_is_empty(member: Browser, session: Session) -> None:
    page = member.get(FORM)
    fields = page.form(FORM)
    assert "Filled in" in page.text
    assert "doi" in fields
    assert "title" not in fields
    assert "authors" not in fields
    assert "year" not in fields
    assert member.post(FORM, {**fields, "doi": "10.1000/x", "volume": "3"}).status == 303
    assert "10.1000/x" in member.get(f"/paper/{KEY}.bib").text
    fields = member.get(FORM).form(FORM)
    assert "doi" not in fields
    answer = member.post(FORM, {**fields, "title": "Taken over", "doi": ""})
    assert answer.status == 422
    assert answer.text.count(ONLY_TRUSTED) >= 2
    assert "Faster R-CNN" in member.get(f"/paper/{KEY}").text
    answer = member.submit(FORM)
    assert answer.status == 303
    assert "No changes to save." in member.get(f"/paper/{KEY}").text


def test_no_section_is_filled_in_too(member: Browser, curator: Browser, session: Session) -> None:
    make_paper(session, "x/y/Z", arxiv_id="cs/0112017")
    form = "/paper/x/y/Z/facts"
    assert curator.submit(form, section=NO_SECTION, reason="Not one of ours.").status == 303
    page = member.get(form)
    assert "section" not in page.form(form)
    assert "None of these" in page.text


def test_lines_are_kept_as_they_were_typed(curator: Browser, session: Session) -> None:
    typed = {"abstract": "First line.\r\n\r\nSecond\r\nand third.", "authors": "Ann Lee\r\nBo Ng"}
    assert curator.submit(FORM, **typed, reason="So.").status == 303
    abstract = "First line.\n\nSecond\nand third."
    assert session.scalars(select(Paper.abstract)).one() == abstract
    session.commit()
    assert "author        = {Ann Lee and Bo Ng}" in curator.get(f"/paper/{KEY}.bib").text
    again = curator.submit(FORM, abstract=abstract.replace("\n", "\r\n"))
    assert again.status == 303
    assert session.scalar(select(func.count(PaperRevision.id))) == 1


def test_signs_that_cannot_be_stored_are_left_out(curator: Browser) -> None:
    fields = {name: "\x00" for name in curator.get(FORM).form(FORM) if name != "csrf_token"}
    answer = curator.submit(FORM, **fields)
    assert answer.status == 422
    assert {"title", "reason"} <= set(errors(answer.text))


def test_all_errors_stand_beside_their_fields_and_the_input_is_kept(curator: Browser) -> None:
    typed = {
        "title": "",
        "year": "20x5",
        "doi": "not a doi",
        "arxiv_id": "abc",
        "url": "example.org/x",
        "authors": "Ann Lee, Bo Chen",
        "pages": "9" * 401,
    }
    answer = curator.submit(FORM, **typed)
    assert answer.status == 422
    assert set(errors(answer.text)) == {*typed, "reason"}
    focused = [each for each in answer.tree.iter() if each.get("autofocus") is not None]
    assert [each.get("name") for each in focused] == ["title"]
    fields = answer.form(FORM)
    assert {name: fields[name] for name in typed} == typed
    assert '<details class="disclosure" open>' in answer.text


def test_an_identifier_of_another_paper_leads_to_it(
    curator: Browser, member: Browser, session: Session
) -> None:
    make_paper(session, "a/b/Other", "The other", arxiv_id="1506.01497")
    for browser, may_merge in ((curator, True), (member, False)):
        answer = browser.submit(FORM, arxiv_id="1506.01497", reason="So.")
        assert answer.status == 422
        assert errors(answer.text) == ["arxiv_id"]
        assert "/paper/a/b/Other" in answer.links()
        merge = f"/merges/new?one={KEY}&other=a/b/Other"
        assert (merge in answer.links()) == may_merge


def test_two_forms_at_once(curator: Browser) -> None:
    first, second = curator.get(FORM).form(FORM), curator.get(FORM).form(FORM)
    assert curator.post(FORM, {**first, "year": "2016", "reason": "a"}).status == 303
    answer = curator.post(FORM, {**second, "year": "2017", "title": "New", "reason": "b"})
    assert answer.status == 422
    assert errors(answer.text) == ["year"]
    assert "Someone changed this to “2016”." in answer.text
    again = answer.form(FORM)
    assert (again["year"], again["title"], again["reason"]) == ("2017", "New", "b")
    assert curator.post(FORM, again).status == 303
    assert "year          = {2017}" in curator.get(f"/paper/{KEY}.bib").text


def test_undoing_names_the_fields_as_the_form_does(curator: Browser, session: Session) -> None:
    log = f"/paper/{KEY}/changes"

    def undo(number: int) -> str:
        answer = curator.submit(log, f"/paper-revision/{number}/undo")
        assert answer.status == 303
        return curator.get(answer.location).text

    curator.submit(FORM, arxiv_id="1506.01497", type="article", reason="a")
    first = last_revision(session)
    curator.submit(FORM, type="book", reason="b")
    assert "or was changed since: kind of entry." in undo(first)
    curator.submit(FORM, arxiv_id="1506.01497", reason="c")
    curator.submit(FORM, arxiv_id="1506.01498", reason="d")
    last = last_revision(session)
    make_paper(session, "x/y/Z", arxiv_id="1506.01497")
    assert "arXiv ID: This belongs to another paper here, x/y/Z." in undo(last)


def test_a_new_key_is_the_address_and_the_old_one_leads_there(
    curator: Browser, guest: Browser
) -> None:
    answer = curator.submit(FORM, key="a/b/New", reason="As dblp.")
    assert answer.location == "/paper/a/b/New"
    moved = guest.get(f"/paper/{KEY}")
    assert (moved.status, moved.location) == (301, "/paper/a/b/New")
    assert "As dblp." in curator.get(f"/paper/{KEY}/changes").text


def test_a_paper_is_removed_and_restored(
    administrator: Browser, curator: Browser, guest: Browser, session: Session
) -> None:
    page = f"/paper/{KEY}/remove"
    assert page in administrator.get(FORM).links()
    answer = administrator.submit(page)
    assert answer.status == 422
    assert errors(answer.text) == ["reason"]
    answer = administrator.submit(page, reason="Spam.")
    assert (answer.status, answer.location) == (303, f"/paper/{KEY}/changes")
    assert "We don" in guest.get(f"/paper/{KEY}").text or guest.get(f"/paper/{KEY}").status == 404
    log = curator.get(answer.location)
    assert "is not in the library any more" in log.text
    assert "Paper removed" in log.text
    answer = curator.submit(
        f"/paper/{KEY}/changes", f"/paper-revision/{last_revision(session)}/undo"
    )
    assert answer.status == 303
    assert "Faster R-CNN" in guest.get(f"/paper/{KEY}").text
    assert "Paper restored" in curator.get(f"/paper/{KEY}/changes").text


def test_the_changes_of_a_removed_paper_are_found_by_all_its_keys(
    administrator: Browser, session: Session
) -> None:
    other = make_paper(session, "x/y/Z")
    assert administrator.submit(FORM, year="2016", reason="First.").status == 303
    assert administrator.submit(FORM, key="a/b/Mid", reason="Second.").status == 303
    for key, former in (("a/b/New", "a/b/Mid"), ("x/y/New", other.key)):
        form = f"/paper/{former}/facts"
        assert administrator.submit(form, key=key, reason=f"To {key}.").status == 303
    assert administrator.submit("/paper/a/b/New/remove", reason="Spam.").status == 303
    for key in (KEY, "a/b/Mid", "a/b/New"):
        log = administrator.get(f"/paper/{key}/changes").text
        reasons = ("First.", "Second.", "To a/b/New.", "Spam.")
        assert all(reason in log for reason in reasons), key
        assert "To x/y/New." not in log


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_a_refused_removal_is_the_same_for_every_text(
    administrator: Browser, session: Session, paper: Paper, visibility: str
) -> None:
    make_summary(session, paper, make_user(session, "ann"), visibility=visibility)
    answer = administrator.submit(f"/paper/{KEY}/remove", reason="Spam.")
    assert answer.status == 422
    assert IN_USE in answer.text
    assert f"/merges/new?one={KEY}" in answer.links()


def test_who_may_what(guest: Browser, member: Browser, curator: Browser, session: Session) -> None:
    assert FORM not in guest.get(f"/paper/{KEY}").links()
    for path in (FORM, f"/paper/{KEY}/changes", "/papers/changes", f"/paper/{KEY}/remove"):
        assert guest.get(path).status == 302, path
    for browser in (member, curator):  # a refusal could tell of a private text
        assert f"/paper/{KEY}/remove" not in browser.get(FORM).links()
        assert browser.get(f"/paper/{KEY}/remove").status == 403
    curator.submit(FORM, year="2016", reason="So.")
    number = last_revision(session)
    token = {"csrf_token": member.get(FORM).form(FORM)["csrf_token"]}
    assert member.post(f"/paper-revision/{number}/undo", token).status == 403
    assert member.post(f"/paper/{KEY}/remove", {**token, "reason": "x"}).status == 403
    token = {"csrf_token": curator.get(FORM).form(FORM)["csrf_token"]}
    assert curator.post(f"/paper/{KEY}/remove", {**token, "reason": "x"}).status == 403
    assert "/undo" not in member.get("/papers/changes").text
    for path in ("/paper-revision/99/undo", "/paper-revision/99999999999/undo"):
        token = {"csrf_token": curator.get(FORM).form(FORM)["csrf_token"]}
        assert curator.post(path, token).status == 404, path
    assert curator.get("/paper/no/such/facts").status == 404
    assert curator.get("/paper/no/such/changes").status == 404


def test_a_paper_whose_key_ends_like_a_page(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/facts", "Facts of life")
    assert "Facts of life" in guest.get("/paper/conf/x/facts").text


def test_hostile_facts_are_text(curator: Browser) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    answer = curator.submit(FORM, title=bad, venue=bad[:60], publisher=bad, reason=bad[:50])
    assert answer.status == 303
    for path in (f"/paper/{KEY}", FORM, f"/paper/{KEY}/changes", "/papers/changes"):
        text = curator.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
