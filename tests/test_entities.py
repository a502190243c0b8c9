"""Entities that are made of rows are those that a session would load."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.models import Paper, Summary
from app.queries import papers, summaries
from tests.helpers.factories import make_paper, make_summary, make_user


def test_a_paper_has_its_authors_in_order_and_its_venue(session: Session) -> None:
    make_paper(session, "conf/x/A", "A paper", authors=["Ann Lee", "Bo Yu"], venue="X")
    session.commit()
    loaded = session.scalars(select(Paper)).one()
    session.expunge_all()
    found = papers.find_paper_by_key(session, "conf/x/A")
    assert found is not None
    assert [each.printed for each in found.authorships] == ["Ann Lee", "Bo Yu"]
    for column in Paper.__table__.columns:
        assert getattr(found, column.key) == getattr(loaded, column.key)
    assert found not in session.dirty
    assert papers.find_paper_by_key(session, "conf/x/A") is found
    assert papers.find_paper_by_key(session, "conf/x/B") is None


def test_what_a_list_did_not_load_is_there_afterwards(session: Session) -> None:
    paper = make_paper(session)
    make_summary(session, paper, make_user(session, "mira"), source="The text.", tags=["b", "a"])
    session.commit()
    session.expunge_all()
    without = defer(Summary.source, raiseload=True)
    known = session.scalars(select(Summary).options(without)).one()
    found = papers.find_paper_by_key(session, paper.key)
    assert found is not None
    (entry,) = summaries.list_summaries_of_paper(session, found, None)
    assert entry.summary is known
    assert entry.summary.source == "The text."
    assert [tag.name for tag in entry.tags] == ["a", "b"]
    assert not session.dirty
