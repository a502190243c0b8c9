"""What is counted of a list is true after each change, whoever made it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import ListEntry, Paper, User
from app.queries.lists import list_overview
from app.services import changes, votes
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish, put_on_list

SUMMARISED = "Has a summary ({})"


@pytest.fixture
def papers(guest: Browser, session: Session) -> list[Paper]:
    """Two papers on Ann's list, who has looked at it, and one that is not."""
    guest.sign_up("ann")
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    make_summary(session, make_paper(session), make_user(session, "mira"))
    found = [make_paper(session, f"conf/x/{name}", name, year=2019) for name in "ABC"]
    for paper in found[:2]:
        put_on_list(session, ann, paper)
    session.commit()
    for _ in range(3):
        assert SUMMARISED.format(0) in guest.get("/list").text
    return found


def find_mira(session: Session) -> User:
    return session.scalars(select(User).where(User.name == "mira")).one()


def test_a_summary_by_another_counts_at_once(
    guest: Browser, session: Session, papers: list[Paper]
) -> None:
    make_summary(session, papers[0], find_mira(session))
    session.commit()
    page = guest.get("/list").text
    assert SUMMARISED.format(1) in page
    assert "<strong>1 paper</strong> on your list has new summaries" in page
    assert guest.get("/list?has=summary").text.count("data-row") == 1


def test_another_year_counts_at_once(guest: Browser, session: Session, papers: list[Paper]) -> None:
    assert "2019 (2)" in guest.get("/list").text
    begin_writing(session)
    session.execute(update(Paper).where(Paper.id == papers[0].id).values(year=2021))
    changes.note(session, "paper", papers[0].id)
    session.commit()
    page = guest.get("/list").text
    assert "2019 (1)" in page
    assert "2021 (1)" in page


def test_own_changes_count_at_once(guest: Browser, session: Session, papers: list[Paper]) -> None:
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    put_on_list(session, ann, papers[2])
    session.commit()
    assert "2019 (3)" in guest.get("/list").text
    begin_writing(session)
    session.delete(session.scalars(select(ListEntry).order_by(ListEntry.id)).first())
    session.commit()
    assert "2019 (2)" in guest.get("/list").text


@pytest.mark.sqlite_only("with PostgreSQL no part is kept for one member")
def test_what_is_about_other_papers_counts_nothing_anew(
    guest: Browser, session: Session, papers: list[Paper], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise AssertionError("counted anew")

    monkeypatch.setattr(list_overview, "load_facets", fail)
    make_summary(session, papers[2], find_mira(session))
    session.commit()
    assert SUMMARISED.format(0) in guest.get("/list").text


@pytest.mark.sqlite_only("with PostgreSQL no part is kept for one member")
def test_votes_on_papers_of_the_list_count_nothing_anew(
    guest: Browser, session: Session, papers: list[Paper], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = make_summary(session, papers[0], find_mira(session))
    voter = make_user(session, "voter")
    session.commit()
    for _ in range(3):
        assert SUMMARISED.format(1) in guest.get("/list").text

    def fail(*_given: object) -> None:
        raise AssertionError("counted anew")

    monkeypatch.setattr(list_overview, "load_facets", fail)
    votes.cast_vote(session, voter, summary.id, 1)
    session.commit()
    assert SUMMARISED.format(1) in guest.get("/list").text


def test_a_title_and_a_takeaway_of_a_listed_paper_are_those_of_now(
    guest: Browser, session: Session, papers: list[Paper]
) -> None:
    begin_writing(session)
    changes.note(session, "paper", papers[0].id)
    named = {"title": "Renamed", "title_html": "Renamed"}
    session.execute(update(Paper).where(Paper.id == papers[0].id).values(**named))
    session.commit()
    assert "Renamed" in guest.get("/list").text
    make_summary(session, papers[1], find_mira(session), takeaway="What it is about.")
    session.commit()
    assert "What it is about." in guest.get("/list").text


def test_a_hidden_text_of_ones_own_is_shown_at_once(
    guest: Browser, session: Session, papers: list[Paper]
) -> None:
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    hidden = {"visibility": "private", "source": "Text."}
    for takeaway in ("For me alone.", "For me alone, again."):
        paper = session.get_one(Paper, papers[0].id)
        publish(session, ann, paper, takeaway=takeaway, **hidden)  # type: ignore[arg-type]
        session.commit()
        for _ in range(3):
            assert takeaway in guest.get("/list").text


def test_the_shorter_way_finds_the_same_new_papers(
    guest: Browser, session: Session, papers: list[Paper]
) -> None:
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    mira = find_mira(session)
    for paper in papers:
        make_summary(session, paper, mira)
    session.commit()
    found = {list_overview._count_new(session, ann, total) for total in (0, 1, 2, 3, 100)}
    assert found == {2}
