"""Pages for correcting a paper: the form, the log, undoing, removing, and who may."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, PaperRevision, User
from app.services.accounts.administration import set_role
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
    assert "Changed in the meantime, to “2016”." in answer.text
    again = answer.form(FORM)
    assert (again["year"], again["title"], again["reason"]) == ("2017", "New", "b")
    assert curator.post(FORM, again).status == 303
    assert "year          = {2017}" in curator.get(f"/paper/{KEY}.bib").text


def test_a_new_key_is_the_address_and_the_old_one_leads_there(
    curator: Browser, guest: Browser
) -> None:
    answer = curator.submit(FORM, key="a/b/New", reason="As dblp.")
    assert answer.location == "/paper/a/b/New"
    moved = guest.get(f"/paper/{KEY}")
    assert (moved.status, moved.location) == (301, "/paper/a/b/New")
    assert "As dblp." in curator.get(f"/paper/{KEY}/changes").text


def test_a_paper_is_removed_and_restored(
    curator: Browser, guest: Browser, session: Session
) -> None:
    page = f"/paper/{KEY}/remove"
    assert page in curator.get(FORM).links()
    answer = curator.submit(page)
    assert answer.status == 422
    assert errors(answer.text) == ["reason"]
    answer = curator.submit(page, reason="Spam.")
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


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_a_refused_removal_is_the_same_for_every_text(
    curator: Browser, session: Session, paper: Paper, visibility: str
) -> None:
    make_summary(session, paper, make_user(session, "ann"), visibility=visibility)
    answer = curator.submit(f"/paper/{KEY}/remove", reason="Spam.")
    assert answer.status == 422
    assert "summaries or drafts of anybody, private, unlisted or in the trash" in answer.text
    assert f"/merges/new?one={KEY}" in answer.links()


def test_who_may_what(guest: Browser, member: Browser, curator: Browser, session: Session) -> None:
    assert FORM not in guest.get(f"/paper/{KEY}").links()
    for path in (FORM, f"/paper/{KEY}/changes", "/papers/changes", f"/paper/{KEY}/remove"):
        assert guest.get(path).status == 302, path
    assert member.get(f"/paper/{KEY}/remove").status == 403
    curator.submit(FORM, year="2016", reason="So.")
    number = last_revision(session)
    token = {"csrf_token": member.get(FORM).form(FORM)["csrf_token"]}
    assert member.post(f"/paper-revision/{number}/undo", token).status == 403
    assert member.post(f"/paper/{KEY}/remove", {**token, "reason": "x"}).status == 403
    assert "/undo" not in member.get("/papers/changes").text
    for path in ("/paper-revision/99/undo", "/paper-revision/99999999999/undo"):
        token = {"csrf_token": curator.get(FORM).form(FORM)["csrf_token"]}
        assert curator.post(path, token).status in (303, 404), path
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
