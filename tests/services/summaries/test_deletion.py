"""Deleted for everybody at once, and back within thirty days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import DeletedSummary, Link, Paper, Revision, Summary, User, Vote
from app.queries import summaries
from app.queries.links import links
from app.search import parse_query, search_papers
from app.services import votes
from app.services.operation import rerender
from app.services.refusals import Refusal
from app.services.summaries import deletion
from app.services.summaries.deletion import delete_summary, restore_summary
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish

TEXT = "A word: zebrafinch.\n\n## See also\n- [T](/paper/conf/x/Target1)"


@pytest.fixture
def summary(session: Session) -> Summary:
    target = make_paper(session, "conf/x/Target1")
    paper = make_paper(session, "conf/x/A1")
    writer = make_user(session, "ann")
    made = make_summary(session, paper, writer, "First.", anonymous=True)
    make_summary(session, paper, writer, TEXT, anonymous=True, tags=["a", "b"], takeaway="$t$")
    votes.cast_vote(session, make_user(session, "voter"), made.id, 1)
    session.commit()
    assert target.id != paper.id
    return made


def facts(session: Session, summary: Summary) -> dict[str, Any]:
    session.expire_all()
    entry = summaries.find_summary(session, summary.id, session.get(User, summary.user_id))
    assert entry is not None
    columns = {
        name: getattr(entry.summary, name)
        for name in (*deletion._COLUMNS, "score", "popularity", "paper_id", "user_id")
    }
    revisions = session.scalars(select(Revision).order_by(Revision.id)).all()
    return {
        **columns,
        "tags": [tag.name for tag in entry.summary.tags],
        "revisions": [
            {name: getattr(each, name) for name in deletion._REVISION} for each in revisions
        ],
        "votes": session.scalar(select(func.count()).select_from(Vote)),
        "links": session.scalar(select(func.count()).select_from(Link)),
        "found": [
            hit.summaries for hit in search_papers(session, parse_query("zebrafinch")).papers
        ],
    }


def test_deleted_and_brought_back_as_it_was(session: Session, summary: Summary) -> None:
    before = facts(session, summary)
    assert before["score"] == 1
    assert len(before["revisions"]) == 2
    writer = session.get_one(User, summary.user_id)
    delete_summary(session, summary)
    session.commit()
    assert session.scalars(select(Summary)).all() == []
    assert session.scalars(select(Revision)).all() == []
    assert search_papers(session, parse_query("zebrafinch")).papers == []
    paper = session.scalars(select(Paper).where(Paper.key == "conf/x/Target1")).one()
    assert links.list_mentions(session, paper, writer)[0] == []
    restored = restore_summary(session, writer, summary.id)
    session.commit()
    assert restored is not None
    assert facts(session, restored) == before
    assert session.scalars(select(DeletedSummary)).all() == []


def test_nobody_else_brings_it_back(session: Session, summary: Summary) -> None:
    delete_summary(session, summary)
    session.commit()
    assert restore_summary(session, make_user(session), summary.id) is None
    assert not deletion.delete_permanently(session, make_user(session), summary.id)
    writer = session.get_one(User, summary.user_id)
    assert [each.id for each in deletion.list_deleted_summaries(session, writer)] == [summary.id]


def test_after_thirty_days_it_is_gone(session: Session, summary: Summary) -> None:
    delete_summary(session, summary)
    session.commit()
    begin_writing(session)
    row = session.get_one(DeletedSummary, summary.id)
    row.deleted_at -= timedelta(days=deletion.MAX_TRASH_DAYS, minutes=1)
    session.commit()
    writer = session.get_one(User, summary.user_id)
    assert deletion.list_deleted_summaries(session, writer) == []
    assert restore_summary(session, writer, summary.id) is None
    assert deletion.purge_deleted(session) == 1
    session.commit()
    assert deletion.purge_deleted(session) == 0


def test_a_new_summary_is_not_overwritten(session: Session, summary: Summary) -> None:
    writer = session.get_one(User, summary.user_id)
    delete_summary(session, summary)
    paper = session.get_one(Paper, summary.paper_id)
    new = publish(session, writer, paper, source="Anew.")
    session.commit()
    assert new.id != summary.id
    with pytest.raises(Refusal, match="new summary"):
        restore_summary(session, writer, summary.id)
    session.rollback()
    assert session.scalars(select(Summary.source)).all() == ["Anew."]


def test_votes_of_people_who_left_stay_away(session: Session, summary: Summary) -> None:
    writer = session.get_one(User, summary.user_id)
    delete_summary(session, summary)
    session.flush()
    session.delete(session.scalars(select(User).where(User.name == "voter")).one())
    session.commit()
    restored = restore_summary(session, writer, summary.id)
    assert restored is not None
    assert restored.score == 0


def test_a_restored_unlisted_one_has_a_new_link(session: Session) -> None:
    summary = make_summary(session, visibility="unlisted")
    code = summary.share_code
    delete_summary(session, summary)
    session.commit()
    assert summaries.find_shared_summary(session, str(code), None) is None
    restored = restore_summary(session, session.get_one(User, summary.user_id), summary.id)
    assert restored is not None
    assert restored.share_code not in (None, code)


def test_html_of_an_older_renderer_is_made_anew(session: Session, summary: Summary) -> None:
    begin_writing(session)
    session.execute(update(Summary).values(html="old", takeaway_html="old", renderer_version=1))
    session.execute(update(Revision).values(html="old", takeaway_html="old", renderer_version=1))
    session.commit()
    session.expire_all()
    delete_summary(session, summary)
    session.commit()
    list(rerender.renew_stale(session))
    assert not rerender.is_due(session)
    restore_summary(session, session.get_one(User, summary.user_id), summary.id)
    session.commit()
    restored = session.get_one(Summary, summary.id, populate_existing=True)
    assert "<math" in restored.takeaway_html
    assert rerender.is_due(session)
    list(rerender.renew_stale(session))
    first = select(Revision.html).where(Revision.number == 1)
    assert "First." in str(session.scalar(first))
    assert not rerender.is_due(session)


def test_by_the_pages(guest: Browser, app: Flask, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    guest.sign_up("ann")
    guest.submit("/write/conf/x/A1", source="To be deleted.")
    number = session.scalars(select(Summary.id)).one()
    session.commit()
    answer = guest.submit(f"/summary/{number}/delete")
    assert answer.location == "/deleted"
    page = guest.get("/deleted")
    assert "To be deleted." in page.text
    assert guest.get("/paper/conf/x/A1").status == 404
    other = Browser(app.test_client()).sign_up("ben")
    assert "To be deleted." not in other.get("/deleted").text
    token = other.get("/settings").form("/settings/profile")["csrf_token"]
    for what in ("restore", "forget"):
        assert other.post(f"/deleted/{number}/{what}", {"csrf_token": token}).status == 404
        assert guest.post(f"/deleted/{number}/{what}", {}).status == 400
        big = f"/deleted/{2**40}/{what}"
        assert other.post(big, {"csrf_token": token}).status == 404
    answer = guest.submit("/deleted", f"/deleted/{number}/restore")
    assert answer.location == f"/summary/{number}"
    assert guest.get("/paper/conf/x/A1").status == 200
    guest.submit(f"/summary/{number}/delete")
    assert guest.submit("/deleted", f"/deleted/{number}/forget").location == "/deleted"
    assert "Trash is empty" in guest.get("/deleted").text
    assert PASSWORD not in page.text
