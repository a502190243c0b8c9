"""Public, unlisted, private; named, anonymous: changed at any time, with effect at once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, Revision, Summary, User
from app.services.refusals import Refusal
from app.services.summaries import sharing
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, publish

WRITE = "/write/conf/x/A1"


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1")
    return guest.sign_up("ann", "Ann Example")


def write(writer: Browser, session: Session, **fields: str) -> Summary:
    answer = writer.submit(WRITE, **{"source": "Sharedword.", **fields})
    assert answer.status == 303
    found = session.scalars(select(Summary).execution_options(populate_existing=True)).one()
    session.commit()
    return found


def test_who_has_the_link_reads_it(writer: Browser, app: Flask, session: Session) -> None:
    summary = write(writer, session, visibility="unlisted")
    reader = Browser(app.test_client())
    page = reader.get(f"/shared/{summary.share_code}")
    assert page.status == 200
    assert "Sharedword." in page.text
    assert "Ann Example" in page.text
    assert 'content="noindex, nofollow"' in page.text
    assert f"/summary/{summary.id}" not in page.text
    old = reader.get(f"/paper?bibtexKey=conf/x/A1&code={summary.share_code}")
    assert (old.status, old.location) == (302, f"/shared/{summary.share_code}")
    assert reader.get(f"/summary/{summary.id}").status == 404
    for wrong in ("", "x", summary.share_code[:-1], summary.share_code + "a", "%00"):  # type: ignore[index, operator]
        assert reader.get(f"/shared/{wrong}").status == 404


@pytest.mark.slow
def test_a_link_is_long_and_never_the_same(writer: Browser, session: Session) -> None:
    codes = {make_summary(session, visibility="unlisted").share_code for _ in range(20)}
    assert len(codes) == 20
    assert all(code is not None and len(code) == 32 for code in codes)


def test_a_renewed_link_ends_the_old_one(writer: Browser, app: Flask, session: Session) -> None:
    summary = write(writer, session, visibility="unlisted")
    old = summary.share_code
    page = f"/summary/{summary.id}/sharing"
    assert f"/shared/{old}" in writer.get(page).text
    assert writer.submit(page, f"{page}/renew").status == 303
    session.refresh(summary)
    session.commit()
    reader = Browser(app.test_client())
    assert reader.get(f"/shared/{old}").status == 404
    assert reader.get(f"/shared/{summary.share_code}").status == 200


@pytest.mark.parametrize("becomes", ["private", "public"])
def test_a_closed_link_stays_closed(
    writer: Browser, app: Flask, session: Session, becomes: str
) -> None:
    summary = write(writer, session, visibility="unlisted")
    old = summary.share_code
    page = f"/summary/{summary.id}/sharing"
    reader = Browser(app.test_client())
    for visibility, there in ((becomes, becomes == "public"), ("unlisted", False)):
        assert writer.submit(page, visibility=visibility).status == 303
        assert reader.get(f"/shared/{old}").status == 404
        assert (reader.get(f"/summary/{summary.id}").status == 200) is there
        assert (reader.get("/paper/conf/x/A1").status == 200) is there


def test_editing_keeps_the_link(writer: Browser, session: Session) -> None:
    code = write(writer, session, visibility="unlisted").share_code
    assert write(writer, session, source="Sharedword, more.").share_code == code


def test_an_anonymous_one_is_shared_without_the_name(
    writer: Browser, app: Flask, session: Session
) -> None:
    summary = write(writer, session, visibility="unlisted", anonymous="y")
    page = Browser(app.test_client()).get(f"/shared/{summary.share_code}").text
    assert "Sharedword." in page
    assert "Ann Example" not in page
    assert "/user/ann" not in page


def test_changing_who_sees_it_keeps_text_and_dates(session: Session) -> None:
    summary = make_summary(session, tags=["one"], takeaway="T", visibility="private")
    source, created = summary.source, summary.created_at
    sharing.change_visibility(session, summary, visibility="public", anonymous=True)
    session.commit()
    assert (summary.source, summary.created_at, summary.edited_at) == (source, created, None)
    assert summary.published_at is not None
    assert session.scalars(select(Revision.number)).all() == [1]
    assert session.scalars(select(Revision.public_since)).one() is not None
    with pytest.raises(Refusal):
        sharing.change_visibility(session, summary, visibility="open", anonymous=False)


def test_what_was_written_in_private_stays_so(session: Session) -> None:
    summary = make_summary(session, source="Raw thoughts.", visibility="private")
    writer = session.get_one(User, summary.user_id)
    paper = session.get_one(Paper, summary.paper_id)
    publish(session, writer, paper, source="Polished.", visibility="public")
    session.commit()
    rows = session.execute(select(Revision.source, Revision.public_since).order_by(Revision.id))
    assert [(source, since is not None) for source, since in rows] == [
        ("Raw thoughts.", False),
        ("Polished.", True),
    ]


def test_another_persons_cannot_be_changed(writer: Browser, app: Flask, session: Session) -> None:
    summary = write(writer, session, visibility="unlisted")
    code = summary.share_code
    other = Browser(app.test_client()).sign_up("ben")
    token = other.get("/settings").form("/settings/profile")["csrf_token"]
    page = f"/summary/{summary.id}/sharing"
    assert other.get(page).status == 404
    for path in (page, f"{page}/renew"):
        assert other.post(path, {"csrf_token": token, "visibility": "public"}).status == 404
        assert writer.post(path, {"visibility": "public"}).status == 400
    writer.submit(page, visibility="public")
    for path in (page, f"{page}/renew"):
        assert other.post(path, {"csrf_token": token, "visibility": "private"}).status == 403
    answer = writer.submit(page, visibility="public")
    assert answer.status == 303
    assert "secret link" not in writer.get(page).text.split("<form")[0]
    assert code is not None
