"""Pages of merging: suggestion, comparison, log, undoing, and what old addresses and windows do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Draft, Paper, PaperMerge, Summary, User
from app.services.accounts.administration import set_role
from app.services.papers.merging import merge_papers
from app.services.summaries.content import Content
from app.views.papers import merges
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper, make_summary, make_user, save_draft

TITLE = "Deep Residual Learning for Image Recognition"
ONE, OTHER = "conf/cvpr/HeZRS16", "journals/corr/HeZRS15"


@pytest.fixture
def pair(session: Session) -> tuple[Paper, Paper]:
    """A conference paper, and what may be its preprint: somebody mistyped the year."""
    return (
        make_paper(session, ONE, TITLE, authors=("Kaiming He",), year=2016),
        make_paper(
            session, OTHER, TITLE, authors=("Kaiming He",), year=2005, arxiv_id="1512.03385"
        ),
    )


@pytest.fixture
def curator(app: Flask, session: Session, pair: object) -> Browser:
    browser = Browser(app.test_client()).sign_up("cura", "Cura Tor")
    user = session.scalars(select(User).where(User.name == "cura")).one()
    set_role(session, user, "trusted")
    session.commit()
    return browser


def first(session: Session, query: Any) -> Any:
    found = session.scalar(query)
    session.commit()
    return found


def merge(curator: Browser, keep: str = ONE) -> Page:
    return curator.submit(f"/merges/new?one={ONE}&other={OTHER}", "/merges", keep=keep)


def test_a_double_is_found_compared_merged_and_undone(
    curator: Browser, guest: Browser, session: Session, pair: tuple[Paper, Paper]
) -> None:
    make_summary(session, pair[1], make_user(session, "ann"), "What it says.")
    page = guest.get(f"/paper/{ONE}")
    assert "Possibly a duplicate of" in page.text
    assert "/merges/new" not in page.text
    page = curator.get(f"/paper/{ONE}")
    compare = next(link for link in page.links() if "other=" in link)
    page = curator.get(compare)
    assert "They are 11 years apart." in page.text
    assert page.form("/merges")["keep"] == ONE
    answer = merge(curator)
    assert (answer.status, answer.location) == (303, f"/paper/{ONE}")
    page = curator.get(f"/paper/{ONE}")
    assert "now redirects here" in page.text
    assert "What it says." in page.text
    assert "Possibly a duplicate" not in page.text
    for name in (OTHER, "arXiv:1512.03385v1", OTHER.upper()):
        moved = guest.get(f"/paper/{name}")
        assert (moved.status, moved.location) == (301, f"/paper/{ONE}")
        found = guest.get("/search", query_string={"q": name})
        assert (found.status, found.location) == (302, f"/paper/{ONE}")
    log = curator.get("/merges")
    assert "1 public summary moved" in log.text
    assert "Cura Tor" in log.text
    number = first(session, select(PaperMerge.id))
    answer = curator.submit("/merges", f"/merges/{number}/undo")
    assert (answer.status, answer.location) == (303, f"/paper/{OTHER}")
    assert "What it says." in guest.get(f"/paper/{OTHER}").text
    assert guest.get(f"/paper/{ONE}").status == 404  # no summary any more
    assert "Possibly a duplicate" not in guest.get(f"/paper/{ONE}").text
    assert "Undone by" in curator.get("/merges").text


def test_two_works_are_not_suggested_again(curator: Browser, guest: Browser) -> None:
    form = curator.get(f"/merges/new?one={ONE}&other={OTHER}").form("/merges")
    assert curator.post("/merges/different", form).status == 303
    assert "Possibly a duplicate" not in guest.get(f"/paper/{ONE}").text
    assert "Possibly a duplicate" not in guest.get(f"/paper/{OTHER}").text


def test_the_other_paper_is_looked_for(curator: Browser, session: Session) -> None:
    make_paper(session, "conf/x/Other", "Unheard of things")
    page = curator.get(f"/merges/new?one={ONE}")
    assert f"/merges/new?one={ONE}&other={OTHER}" in page.links()
    assert "Unheard of things" in curator.get(f"/merges/new?one={ONE}&other=unheard").text
    assert "No other paper matches" in curator.get(f"/merges/new?one={ONE}&other=zzz").text
    assert "That’s this paper" in curator.get(f"/merges/new?one={ONE}&other={ONE}").text
    for found in ("1512.03385", "https://arxiv.org/abs/1512.03385", OTHER.lower()):
        page = curator.get("/merges/new", query_string={"one": ONE, "other": found})
        assert page.form("/merges")["other"] == OTHER


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"keep": ""}, 422),
        ({"keep": "conf/x/Third"}, 422),
        ({"other": "conf/x/None"}, 404),
        ({"one": ""}, 404),
        ({"other": ONE}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(
    curator: Browser, session: Session, fields: dict[str, str], status: int
) -> None:
    form = curator.get(f"/merges/new?one={ONE}&other={OTHER}").form("/merges")
    assert curator.post("/merges", {**form, **fields}).status == status
    assert first(session, select(PaperMerge.id)) is None
    assert curator.post("/merges/different", {**form, "other": form["one"]}).status == 422


def test_hostile_numbers_and_keys(curator: Browser) -> None:
    token = curator.get("/settings").form("/settings/profile")["csrf_token"]
    for number in (0, 2**31, 10**30):
        assert curator.post(f"/merges/{number}/undo", {"csrf_token": token}).status == 404
    assert curator.get("/merges/new").status == 404
    assert curator.get("/merges/new?one=%00").status == 404
    assert curator.get(f"/merges/new?one={ONE}&other=%22%3E%3Cscript%3E").status == 200
    assert "No merges yet" in curator.get("/merges").text
    page = curator.get("/merges?page=77")
    assert page.status == 200
    assert "No more merges" in page.text
    assert "No merges yet" not in page.text


def test_a_second_merge_in_an_old_window_is_refused(curator: Browser) -> None:
    form = curator.get(f"/merges/new?one={ONE}&other={OTHER}").form("/merges")
    assert curator.post("/merges", form).status == 303
    answer = curator.post("/merges", form)
    assert answer.status == 422
    assert "These are the same paper" in answer.text


@pytest.mark.parametrize("action", ["merge_papers", "mark_different"])
def test_two_who_merge_at_once(
    curator: Browser, database: Database, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """The second wants the other address to stay, and is led to where both are now."""
    service = getattr(merges, action)

    def late(session: Session, one: Paper, other: Paper, user: User) -> Any:
        session.commit()
        with database.session() as elsewhere:
            merge_papers(elsewhere, one, other, user)
            elsewhere.commit()
        return service(session, other, one, user)

    monkeypatch.setattr(merges, action, late)
    form = curator.get(f"/merges/new?one={ONE}&other={OTHER}").form("/merges")
    address = "/merges" if action == "merge_papers" else "/merges/different"
    answer = curator.post(address, {**form, "keep": ONE})
    assert (answer.status, answer.location) == (303, f"/paper/{ONE}")
    assert "One of these papers has just been merged" in curator.get("/merges").text


def test_an_old_window_saves_where_the_paper_is_now(
    app: Flask, curator: Browser, session: Session
) -> None:
    ann = Browser(app.test_client()).sign_up("ann")
    form = ann.get(f"/write/{OTHER}").form(f"/write/{OTHER}")
    merge(curator)
    moved = ann.get(f"/write/{OTHER}")
    assert (moved.status, moved.location) == (301, f"/write/{ONE}")
    answer = ann.post(f"/write/{OTHER}", {**form, "source": "My view."})
    assert (answer.status, answer.location) == (303, f"/paper/{ONE}#ann")
    assert session.scalars(select(Summary.source)).all() == ["My view."]


def test_an_old_window_overwrites_no_other_text(
    app: Flask, curator: Browser, session: Session, pair: tuple[Paper, Paper]
) -> None:
    ann = Browser(app.test_client()).sign_up("ann")
    user = session.scalars(select(User).where(User.name == "ann")).one()
    for paper in pair:  # both are revision 1, with the same settings
        make_summary(session, paper, user, f"On {paper.key}.")
    form = ann.get(f"/write/{OTHER}").form(f"/write/{OTHER}")
    merge(curator)
    sent = {**form, "source": "On the preprint, better."}
    kept = ann.post(f"/write/{OTHER}/draft", sent)
    assert kept.status == 200
    number = first(session, select(Summary.id).where(Summary.place == 1))
    assert first(session, select(Draft.summary_id)) == number
    session.commit()
    answer = ann.post(f"/write/{OTHER}", {**sent, "draft": str(kept.response.json["version"])})
    assert (answer.status, answer.location) == (303, f"/paper/{ONE}#page-by-{number}")
    page = ann.get(f"/paper/{ONE}")
    assert "since been merged with a duplicate" in page.text
    session.expire_all()
    texts = {f"On {ONE}.", "On the preprint, better."}
    assert set(session.scalars(select(Summary.source))) == texts
    session.commit()
    # A second such window is shown both versions of just that text.
    answer = ann.post(f"/write/{OTHER}", {**form, "source": "Later words."})
    assert answer.status == 409
    assert "Conflicting edits" in answer.text
    fields = answer.form(f"/write/{ONE}")
    assert (fields["summary"], fields["revision"]) == (str(number), "2")
    assert "On the preprint, better." in fields["source"]
    session.expire_all()
    assert set(session.scalars(select(Summary.source))) == texts


def test_a_draft_that_was_two_says_so(
    app: Flask, curator: Browser, session: Session, pair: tuple[Paper, Paper]
) -> None:
    ann = Browser(app.test_client()).sign_up("ann")
    user = session.scalars(select(User).where(User.name == "ann")).one()
    for paper in pair:
        save_draft(
            session, user, paper, Content(f"On {paper.key}."), base_revision=0, seen_version=0
        )
    session.commit()
    assert "you had a draft for each" not in ann.get(f"/write/{ONE}").text
    merge(curator)
    assert "you had a draft for each" in ann.get(f"/write/{ONE}").text


def test_the_second_text_is_edited_too(
    app: Flask, curator: Browser, session: Session, pair: tuple[Paper, Paper]
) -> None:
    ann = Browser(app.test_client()).sign_up("ann")
    user = session.scalars(select(User).where(User.name == "ann")).one()
    for paper in pair:
        make_summary(session, paper, user, f"On {paper.key}.")
    merge(curator)
    page = ann.get(f"/paper/{ONE}")
    assert page.text.count("Your second summary") == 1
    assert len(re.findall(r'<article [^>]*id="ann(?:\+1)?"', page.text)) == 2
    number = first(session, select(Summary.id).where(Summary.place == 1))
    assert f"/summary/{number}/edit" in page.links()
    editor = ann.get(f"/summary/{number}/edit")
    assert editor.form(f"/write/{ONE}")["source"] == f"On {OTHER}."
    assert "You have 2 summaries of this paper" in editor.text
    answer = ann.post(f"/write/{ONE}", {**editor.form(f"/write/{ONE}"), "source": "Mine too."})
    assert answer.status == 303
    session.expire_all()
    assert set(session.scalars(select(Summary.source))) == {f"On {ONE}.", "Mine too."}
    assert "Your second summary" not in curator.get(f"/paper/{ONE}").text


@pytest.mark.slow
def test_pages_of_a_merge_are_the_same_with_private_texts(
    app: Flask, curator: Browser, session: Session, pair: tuple[Paper, Paper]
) -> None:
    """R8: a twin library with private texts looks the same to who merges and to everybody else."""
    ann = make_user(session, "ann")
    make_summary(session, pair[0], ann, "For all.")

    def look() -> list[str]:
        readers = (curator, Browser(app.test_client()))
        pages = [f"/paper/{ONE}", "/merges", f"/search?q={TITLE}", "/", "/users", "/user/ann"]
        found = [curator.get(f"/merges/new?one={ONE}&other={OTHER}").text]
        merge(curator)
        found += [reader.get(page).text for reader in readers for page in pages]
        number = first(session, select(PaperMerge.id).order_by(PaperMerge.id.desc()))
        curator.submit("/merges", f"/merges/{number}/undo")
        return [_without_chance(text) for text in found]

    look()  # once, so that both times the two are known to have been apart
    before = look()
    other = session.scalars(select(Paper).where(Paper.key == OTHER)).one()
    make_summary(session, other, ann, "For me alone.", visibility="private")
    make_summary(session, other, make_user(session, "ben"), "By link.", visibility="unlisted")
    save_draft(session, ann, other, Content("A draft."), base_revision=1, seen_version=0)
    session.commit()
    after = look()
    for one, two in zip(before, after, strict=True):
        assert one == two


def _without_chance(page: str) -> str:
    """A page without tokens and moments, and of the log the latest line alone."""
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
    page = re.sub(r"<time[^>]*>.*?</time>", "", page)
    page = re.sub(r"/merges/\d+/undo", "", page)
    first = page.find('<li class="merges__item"')
    return page if first < 0 else page[: page.index("</li>", first)]


def test_a_member_who_types_what_is_here_is_told(
    app: Flask, curator: Browser, session: Session
) -> None:
    ann = Browser(app.test_client()).sign_up("ann")
    facts: dict[str, Any] = {"title": "Mask R-CNN", "authors": "Kaiming He", "year": "2017"}
    key = "conf/iccv/HeGDG17"
    assert curator.submit("/papers/new", **facts, key=key, venue="ICCV").status == 303
    answer = ann.submit("/papers/new", **facts, arxiv_id="1703.06870", abstract="No.", anyway="1")
    assert answer.status == 422
    assert "We have this paper already" in answer.text
    assert f"/paper/{key}" in answer.links()
    assert answer.form("/papers/new")["abstract"] == "No."
    assert first(session, select(Paper.abstract).where(Paper.key == key)) == ""
    assert "Mask R-CNN" not in curator.get("/merges").text


def test_adding_what_is_here_joins_it(curator: Browser, session: Session, guest: Browser) -> None:
    facts: dict[str, Any] = {"title": "Mask R-CNN", "authors": "Kaiming He", "year": "2017"}
    for more in (
        {"arxiv_id": "1703.06870"},
        {"key": "conf/iccv/HeGDG17", "venue": "ICCV", "anyway": "1"},
    ):
        answer = curator.submit("/papers/new", **facts, **more)
        assert answer.status == 303, answer.text
    assert answer.location == "/write/conf/iccv/HeGDG17"
    assert guest.get("/paper/1703.06870").location == "/paper/conf/iccv/HeGDG17"
    log = re.sub(r"<[^>]*>", "", curator.get("/merges").text)
    assert (
        "automatically, when Cura Tor added it: same title, authors and year as the preprint" in log
    )
