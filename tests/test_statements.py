from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import String, bindparam, cast, delete, event, func, insert, select, tuple_, update
from sqlalchemy.exc import (
    IntegrityError,
    OperationalError,
    PendingRollbackError,
    StatementError,
)
from sqlalchemy.orm import Session

from app import statements
from app.change_log import EVERYTHING
from app.db import Database, begin_writing
from app.entities import find_entity, select_columns
from app.logs import watch_slow_queries
from app.models import Change, Identifier, Paper, Summary, Tag, User
from app.prepared_statements import MAX_LISTED, UNNAMED
from app.statements import connection_of, has_connection, read_alone, read_rows, run
from tests.helpers.factories import make_paper, make_summary, make_user

IDS = bindparam("ids", expanding=True)
SUMMARIES = (
    select(Summary.id, Summary.anonymous, Summary.created_at, Summary.published_at, Paper.key)
    .join(Paper)
    .where(Summary.id.in_(IDS), Summary.visibility == bindparam("seen", "public"))
    .order_by(Summary.id)
)
ADD_TAG = insert(Tag)
RENAME = update(Tag).where(Tag.name == bindparam("old")).values(name=bindparam("new"))
REMOVE = delete(Tag).where(Tag.name.in_(bindparam("names", expanding=True))).returning(Tag.name)


@contextmanager
def usual(session: Session) -> Iterator[list[str]]:
    """The statements that go the usual way meanwhile."""
    texts: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_more: object) -> None:
        texts.append(text)

    engine = session.get_bind()
    event.listen(engine, "after_cursor_execute", note)
    yield texts
    event.remove(engine, "after_cursor_execute", note)


def test_the_same_as_sqlalchemy_finds(session: Session) -> None:
    ids = [make_summary(session).id, make_summary(session, anonymous=True).id]
    make_summary(session, visibility="private")
    begin_writing(session)
    connection = session.connection()
    for some in (ids, ids[:1], [0], [], [*ids, *range(-MAX_LISTED, 0)]):
        found = run(connection, SUMMARIES, {"ids": some})
        assert [tuple(row) for row in found] == [
            tuple(row) for row in connection.execute(SUMMARIES, {"ids": some})
        ]
    first = run(connection, SUMMARIES, {"ids": ids}).first()
    assert first.created_at.tzinfo is not None
    assert first.anonymous is False
    assert run(connection, SUMMARIES, {"ids": ids, "seen": "private"}).scalar() is None


def test_without_names_the_same_is_found(session: Session) -> None:
    ids = [make_summary(session).id, make_summary(session, anonymous=True).id]
    connection = session.connection()
    named = read_rows(connection, SUMMARIES, {"ids": ids})
    plain = read_rows(connection, SUMMARIES.execution_options(**UNNAMED), {"ids": ids})
    assert len(plain) == len(ids)
    assert plain == [tuple(row) for row in named]
    if connection.dialect.name == "sqlite":
        assert {type(row) for row in plain} == {tuple}


def test_writes(session: Session) -> None:
    begin_writing(session)
    connection = session.connection()
    run(connection, ADD_TAG, [{"name": "a", "folded": "a"}])  # with the column's default
    run(connection, ADD_TAG, [{"name": name, "folded": name} for name in "bc"])
    assert run(connection, RENAME, {"old": "a", "new": "d"}) == []
    assert session.scalars(select(Tag.summaries_count)).all() == [0, 0, 0]
    assert sorted(run(connection, REMOVE, {"names": ["b", "d", "e"]}).scalars()) == ["b", "d"]
    session.commit()
    assert EVERYTHING in session.scalars(select(Change.name)).all()  # nobody named the change


def test_errors_are_sqlalchemys(session: Session) -> None:
    tag = [{"name": "secret", "folded": "secret"}]
    begin_writing(session)
    run(session.connection(), ADD_TAG, tag)
    with pytest.raises(IntegrityError) as raised:
        run(session.connection(), ADD_TAG, tag)
    session.rollback()
    assert "'secret'" not in str(raised.value)
    assert session.scalar(select(func.count()).select_from(Tag)) == 0


@pytest.mark.sqlite_only("PostgreSQL is always asked in the usual way")
def test_a_file_that_cannot_be_opened_is_an_error_of_sqlalchemys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/file")
    query = select(User.id).where(User.id == bindparam("which"))
    with database.session() as session, pytest.raises(OperationalError) as raised:
        read_alone(session, query, {"which": 1})
    database.close()
    assert raised.value.connection_invalidated


def test_a_value_that_is_forgotten_is_no_null(session: Session) -> None:
    begin_writing(session)
    with pytest.raises(StatementError):
        run(session.connection(), RENAME, {"new": "d"})


@pytest.mark.sqlite_only("PostgreSQL is always asked in the usual way")
def test_only_writes_to_sqlite_are_run_directly(session: Session) -> None:
    """The cache of pages has to know what pages read."""
    user = make_user(session)
    session.commit()
    query = select(User.id).where(User.id == bindparam("which"))
    with usual(session) as texts:
        assert run(session.connection(), query, {"which": user.id}).scalar() == user.id
        assert len(texts) == 1
        begin_writing(session)
        texts.clear()
        assert run(session.connection(), query, {"which": user.id}).scalar() == user.id
        assert texts == []


@pytest.mark.sqlite_only("PostgreSQL is always asked in the usual way")
def test_what_the_driver_cannot_take_goes_the_usual_way(session: Session) -> None:
    summary = make_summary(session)
    session.commit()
    begin_writing(session)
    pairs = bindparam("pairs", expanding=True)
    made = tuple_(Summary.id, Summary.created_at).in_(pairs)  # a moment is turned into a text
    given = {"pairs": [(summary.id, summary.created_at)]}
    rows = [{"name": name, "folded": name} for name in "ab"]
    with usual(session) as texts:
        assert run(session.connection(), select(Summary.id).where(made), given)
        assert len(texts) == 1
        add = insert(Tag).returning(Tag.name)
        assert sorted(run(session.connection(), add, rows).scalars()) == ["a", "b"]
        assert len(texts) == 2


def test_several_values_of_a_row_are_looked_for_together(session: Session) -> None:
    papers = [make_paper(session, key=f"paper/{number}") for number in range(3)]
    pairs = [("key", paper.id) for paper in papers[:2]] + [("doi", papers[2].id)]
    names = tuple_(Identifier.kind, Identifier.paper_id).in_(bindparam("names", expanding=True))
    query = select(Identifier.value).where(names).order_by(Identifier.value)
    begin_writing(session)
    for some in (pairs, pairs[:1], [], pairs * MAX_LISTED):
        found = run(session.connection(), query, {"names": some}).scalars()
        assert found == [f"paper/{number}" for number in range(min(len(some), 2))]


def test_several_rows_are_written_at_once(session: Session) -> None:
    begin_writing(session)
    with usual(session) as texts:
        rows = [{"name": name, "folded": name} for name in "abc"]
        run(connection_of(session), ADD_TAG, rows)
        assert (texts == []) is (session.get_bind().dialect.name == "sqlite")
    assert session.scalars(select(Tag.name).order_by(Tag.name)).all() == ["a", "b", "c"]
    with pytest.raises(IntegrityError):
        run(connection_of(session), ADD_TAG, rows)
    session.rollback()


def test_the_connection_of_a_session_is_that_of_its_transaction(session: Session) -> None:
    session.commit()
    assert not has_connection(session)
    connection = connection_of(session)
    assert has_connection(session)
    assert connection is session.connection()
    begin_writing(session)
    assert connection_of(session) is session.connection()
    assert connection_of(session).get_execution_options()["writing"]
    with session.begin_nested():
        assert connection_of(session) is session.connection()
    assert connection_of(session) is session.connection()
    session.rollback()
    assert not has_connection(session)


def test_after_a_failed_flush_nothing_is_written_before_a_rollback(session: Session) -> None:
    begin_writing(session)
    session.add_all([Tag(name="a", folded="a"), Tag(name="a", folded="a")])
    with pytest.raises(IntegrityError):
        session.flush()
    with pytest.raises(PendingRollbackError):
        connection_of(session)
    session.rollback()
    assert session.scalars(select(Tag.name)).all() == []


def test_what_is_read_alone_is_the_same_in_a_transaction_and_without(session: Session) -> None:
    ids = [make_summary(session).id, make_summary(session, anonymous=True).id]
    session.commit()
    for some in (ids, [], [*ids, *range(-MAX_LISTED, 0)]):
        given = {"ids": some}
        with Session(session.get_bind(), info={}) as opened:
            found = [read_alone(opened, SUMMARIES, given)]
            opened.connection()
            found.append(read_alone(opened, SUMMARIES, given))
            expected = [tuple(row) for row in opened.execute(SUMMARIES, given)]
        assert [[tuple(row) for row in each] for each in found] == [expected] * 2


@pytest.mark.sqlite_only("PostgreSQL is always asked in the usual way")
def test_what_is_read_alone_begins_nothing_and_sees_what_the_session_wrote(
    session: Session,
) -> None:
    user = make_user(session, "one")
    query = select(User.display_name).where(User.id == bindparam("which"))
    with usual(session) as texts:
        opened = Session(session.get_bind(), info={})
        assert read_alone(opened, query, {"which": user.id}).scalar() == user.display_name
        assert not opened.in_transaction()
        assert texts == []
    begin_writing(session)
    user.display_name = "Another"
    assert read_alone(session, query, {"which": user.id}).scalar() == "Another"
    session.rollback()


def test_slow_statements_are_logged_that_are_run_directly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    database = Database("sqlite://")
    watch_slow_queries(database.engine, 0)
    query = select((bindparam("given", type_=String) + "b").label("joined"))
    with caplog.at_level("WARNING"), database.session() as session, usual(session) as texts:
        assert read_alone(session, query, {"given": "a secret"}).scalar() == "a secretb"
    database.close()
    assert texts == []
    assert len(caplog.records) == 1
    assert "joined" in caplog.text
    assert "a secret" not in caplog.text


def test_rows_of_pages_are_read_past_sqlalchemy_and_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [make_summary(session).id, make_summary(session, anonymous=True).id]
    session.commit()
    told: list[tuple[str, object]] = []
    monkeypatch.setattr(statements, "_told", [lambda *each: told.append(each[:2])])
    connection = session.connection()
    connection.execute(SUMMARIES, {"ids": ids})  # which begins the transaction
    with usual(session) as texts:
        found = read_rows(connection, SUMMARIES, {"ids": ids})
    assert [row.id for row in found] == ids
    if connection.dialect.name == "sqlite":
        assert texts == []
        [(text, values)] = told
        again = connection.connection.driver_connection.execute(text, values)  # type: ignore[union-attr]
        assert [row[0] for row in again.fetchall()] == ids
    else:
        assert len(texts) == 1
        assert told == []


def test_a_value_that_is_written_into_the_text_goes_the_usual_way(session: Session) -> None:
    make_summary(session)
    joined = select(func.aggregate_strings(cast(Paper.id, String), ",")).where(
        Paper.id > bindparam("least")
    )
    assert read_rows(session.connection(), joined, {"least": 0}).scalar()


def test_an_entity_is_attached_as_the_session_loads_it(session: Session) -> None:
    paper = make_paper(session, "conf/x/A", "A paper")
    session.commit()
    session.expunge_all()
    statement = select_columns(Paper).where(Paper.key == bindparam("key"))
    assert find_entity(session, Paper, statement, {"key": "conf/x/B"}) is None
    found = find_entity(session, Paper, statement, {"key": paper.key})
    assert found is not None
    assert found.title == "A paper"
    assert found not in session.dirty
    assert session.get(Paper, found.id) is found
    assert find_entity(session, Paper, statement, {"key": paper.key}) is found
