"""Entities that are read and written past the session are those that it would have loaded."""

from __future__ import annotations

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, defer

from app.db import begin_writing
from app.entities import insert_entity
from app.models import Paper, Summary, Tag
from app.queries import papers, summaries
from tests.helpers.factories import make_paper, make_summary, make_user


def test_an_inserted_entity_is_as_a_loaded_one(session: Session) -> None:
    begin_writing(session)
    tag = Tag(name="vision", folded="vision")
    insert_entity(session, tag)
    assert inspect(tag).persistent
    assert not session.dirty
    assert tag.summaries_count == 0  # which nobody gave
    assert session.scalars(select(Tag)).one() is tag
    tag.summaries_count = 3
    session.commit()
    assert session.scalars(select(Tag.summaries_count)).one() == 3


def test_a_number_that_was_rolled_back_is_given_again(session: Session) -> None:
    begin_writing(session)
    with session.begin_nested() as savepoint:
        former = Tag(name="former", folded="former")
        insert_entity(session, former)
        savepoint.rollback()
    new = Tag(name="new", folded="new")
    insert_entity(session, new)
    session.commit()
    assert session.scalars(select(Tag)).one() is new
    assert former is not new


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
    session.rollback()
    assert found.title == "A paper"
    assert [each.author.name for each in found.authorships] == ["Ann Lee", "Bo Yu"]
    assert found.venue is not None


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
