"""The versions of a summary: who sees which, what differs, bringing one back, citing one."""

from __future__ import annotations

from collections import deque

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Paper, Revision, Summary, User
from app.queries import revisions
from app.services.operation import rerender
from app.services.summaries.deletion import delete_summary, restore_summary
from app.sources.bibtex.reading import read_bibtex
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish


@pytest.fixture
def ann(session: Session) -> User:
    return make_user(session, "ann", "Ann Example")


@pytest.fixture
def paper(session: Session) -> Paper:
    return make_paper(session, "conf/x/A1", "On $x$ & y_z")


def write(
    session: Session, user: User, paper: Paper, text: str, visibility: str = "public"
) -> Summary:
    summary = publish(session, user, paper, source=text, visibility=visibility)
    session.commit()
    return summary


def numbers(session: Session, summary: Summary, viewer: User | None) -> list[tuple[int, int]]:
    return [(row.id, row.number) for row in revisions.list_revisions(session, summary, viewer)]


def test_each_saved_text_is_a_version(session: Session, ann: User, paper: Paper) -> None:
    write(session, ann, paper, "One.")
    write(session, ann, paper, "One.")  # the same text is no new one
    summary = write(session, ann, paper, "One, two.")
    rows = revisions.list_revisions(session, summary, None)
    assert [(row.number, row.size, row.change) for row in rows] == [(2, 9, 5), (1, 4, 4)]
    assert [row.is_current for row in rows] == [True, False]
    old = session.scalars(select(Revision).where(Revision.number == 1)).one()
    assert old.html == '<p dir="auto">One.</p>'
    assert old.renderer_version == summary.renderer_version


def test_others_see_what_was_public(session: Session, ann: User, paper: Paper) -> None:
    summary = write(session, ann, paper, "Raw.", "private")
    write(session, ann, paper, "Less raw.", "unlisted")
    write(session, ann, paper, "Published.")
    write(session, ann, paper, "Hidden again.", "private")
    other = make_user(session)
    for viewer in (None, other):
        assert numbers(session, summary, viewer) == []
        assert revisions.find_revision(session, 3, viewer) is None
    write(session, ann, paper, "Published again.")
    assert numbers(session, summary, ann) == [(5, 5), (4, 4), (3, 3), (2, 2), (1, 1)]
    for viewer in (None, other):
        # Counted among those they see: nothing tells that there are others.
        assert numbers(session, summary, viewer) == [(5, 2), (3, 1)]
        for hidden in (1, 2, 4):
            assert revisions.find_revision(session, hidden, viewer) is None


def test_the_pages(app: Flask, session: Session, ann: User, paper: Paper) -> None:
    summary = write(session, ann, paper, "secretraw first", "private")
    write(session, ann, paper, "The *second*.")
    write(session, ann, paper, "The *third*.")
    guest = Browser(app.test_client())
    index = guest.get(f"/summary/{summary.id}/history")
    assert "Version 2" in index.text
    assert "Version 3" not in index.text
    old = guest.get("/revision/2")
    assert "<em>second</em>" in old.text
    assert "A newer version exists" in old.text
    assert 'name="robots" content="noindex"' in old.text
    assert "This is the <a" in guest.get("/revision/3").text
    compared = guest.get(f"/summary/{summary.id}/compare")
    assert "<del>second</del>" in compared.text
    assert "<ins>third</ins>" in compared.text
    for path in (
        "/revision/1",
        "/revision/99",
        f"/revision/{2**40}",
        f"/summary/{summary.id}/compare?from=1&to=3",
        f"/summary/{summary.id}/compare?from=2&to=99999999999",
        f"/summary/{2**40}/history",
        f"/summary/{2**40}/compare",
    ):
        page = guest.get(path)
        assert "secretraw" not in page.text
        assert page.status in (404, 200), path
        assert page.status == 404 or "from=2" in path, path
    assert guest.get(f"/summary/{summary.id}/compare?from=1&to=3").status == 404


def test_one_version_has_nothing_to_compare(guest: Browser, session: Session) -> None:
    summary = make_summary(session)
    answer = guest.get(f"/summary/{summary.id}/compare")
    assert answer.location == f"/summary/{summary.id}/history"


def test_anonymous_versions_show_no_name(
    guest: Browser, session: Session, ann: User, paper: Paper
) -> None:
    summary = write(session, ann, paper, "One.")
    publish(session, ann, paper, source="Two.", anonymous=True)
    session.commit()
    for path in (f"/summary/{summary.id}/history", "/revision/1", "/revision/2"):
        page = guest.get(path).text
        assert "Ann Example" not in page
        assert "Anonymous" in page


def test_bringing_a_version_back(app: Flask, session: Session, paper: Paper) -> None:
    writer = Browser(app.test_client()).sign_up("ben")
    for text in ("First.", "Second."):
        writer.submit("/write/conf/x/A1", source=text, tags="one, two", visibility="unlisted")
    summary = session.scalars(select(Summary)).one()
    code = summary.share_code
    session.commit()
    history = f"/summary/{summary.id}/history"
    answer = writer.submit(history, "/revision/1/restore")
    assert answer.location == history
    session.refresh(summary)
    assert (summary.source, summary.visibility, summary.share_code) == ("First.", "unlisted", code)
    assert len(revisions.list_revisions(session, summary, session.get(User, summary.user_id))) == 3
    session.commit()
    assert writer.get("/write/conf/x/A1").form("/write/conf/x/A1")["tags"] == "one, two"
    assert writer.post("/revision/1/restore", {}).status == 400


def test_nobody_brings_back_anothers(app: Flask, session: Session, ann: User, paper: Paper) -> None:
    write(session, ann, paper, "First.")
    write(session, ann, paper, "Second.")
    other = Browser(app.test_client()).sign_up("ben")
    token = other.get("/settings").form("/settings/profile")["csrf_token"]
    assert other.post("/revision/1/restore", {"csrf_token": token}).status == 403
    write(session, ann, paper, "Third.", "private")
    assert other.post("/revision/1/restore", {"csrf_token": token}).status == 404


def test_a_version_can_be_cited(guest: Browser, session: Session, ann: User, paper: Paper) -> None:
    summary = write(session, ann, paper, "One.")
    for path in ("/revision/1", f"/summary/{summary.id}", "/paper/conf/x/A1?by=ann"):
        page = guest.get(path)
        shown = next(each for each in page.tree.iter("pre") if each.get("id") == "page-bibtex")
        (record,), bad = read_bibtex(shown.text)
        assert bad == []
        assert record.key == "shortlist:1"
        assert record.title == "Summary of “On $x$ & y_z”"
        assert record.authors == ("Ann Example",)
        assert record.url == "http://localhost/revision/1"
        assert record.year == summary.created_at.year


def test_versions_go_and_come_back_with_their_summary(
    guest: Browser, session: Session, ann: User, paper: Paper
) -> None:
    write(session, ann, paper, "One.")
    summary = write(session, ann, paper, "Two.")
    delete_summary(session, summary)
    session.commit()
    assert guest.get("/revision/1").status == 404
    new = make_summary(session)
    assert new.id not in (summary.id,)
    assert guest.get("/revision/3").status == 200  # a number is never given twice
    restore_summary(session, ann, summary.id)
    session.commit()
    assert "One." in guest.get("/revision/1").text


def test_versions_are_rendered_anew(session: Session, ann: User, paper: Paper) -> None:
    write(session, ann, paper, "*One*.")
    write(session, ann, paper, "Two.")
    begin_writing(session)
    session.execute(update(Revision).where(Revision.id == 1).values(html="", renderer_version=0))
    session.commit()
    assert rerender.count_stale(session) == 1
    deque(rerender.renew_stale(session), maxlen=0)
    session.expire_all()
    assert "<em>One</em>" in session.get_one(Revision, 1).html
    assert rerender.count_stale(session) == 0


def test_a_version_that_never_was_rendered_shows_its_text(
    guest: Browser, session: Session, ann: User, paper: Paper
) -> None:
    write(session, ann, paper, "*One*.")
    write(session, ann, paper, "Two.")
    begin_writing(session)
    session.execute(update(Revision).where(Revision.id == 1).values(html="", renderer_version=0))
    session.commit()
    assert "*One*." in guest.get("/revision/1").text
