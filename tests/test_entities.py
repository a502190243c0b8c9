"""Entities that are read and written past the session."""

from __future__ import annotations

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.entities import insert_entity
from app.models import Tag


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
