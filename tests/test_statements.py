from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import bindparam, delete, event, func, insert, literal, select, tuple_, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.change_log import EVERYTHING
from app.db import Database, begin_writing
from app.logs import SLOW_QUERY_MS
from app.models import Change, Identifier, Paper, Summary, Tag, User
from app.statements import MAX_LISTED, run
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


@pytest.mark.sqlite_only("PostgreSQL is always asked in the usual way")
def test_slow_ones_are_logged_and_run_directly(caplog: pytest.LogCaptureFixture) -> None:
    """The server logs slow statements by default: no write may be slower for that."""
    database = Database("sqlite://", slow_query_ms=1)
    database.engine.update_execution_options(**{SLOW_QUERY_MS: 0})
    with database.session() as session:
        begin_writing(session)
        with usual(session) as texts:
            assert run(session.connection(), select(literal("secret")), {}).scalar() == "secret"
        assert texts == []
    database.close()
    assert [each for each in caplog.messages if "SELECT ?" in each]
    assert "secret" not in caplog.text


def test_errors_are_sqlalchemys(session: Session) -> None:
    tag = [{"name": "secret", "folded": "secret"}]
    begin_writing(session)
    run(session.connection(), ADD_TAG, tag)
    with pytest.raises(IntegrityError) as raised:
        run(session.connection(), ADD_TAG, tag)
    session.rollback()
    assert "'secret'" not in str(raised.value)
    assert session.scalar(select(func.count()).select_from(Tag)) == 0


def test_a_value_that_is_forgotten_is_no_null(session: Session) -> None:
    begin_writing(session)
    with pytest.raises(StatementError):
        run(session.connection(), RENAME, {"new": "d"})


@pytest.mark.sqlite_only("PostgreSQL is always asked in the usual way")
def test_only_writes_to_sqlite_are_run_directly(session: Session) -> None:
    """The cache of pages has to know what pages read."""
    user = make_user(session)
    paper = make_paper(session)
    session.commit()
    query = select(User.id).where(User.id == bindparam("which"))
    names = tuple_(Identifier.kind, Identifier.paper_id).in_(bindparam("names", expanding=True))
    with usual(session) as texts:
        assert run(session.connection(), query, {"which": user.id}).scalar() == user.id
        assert len(texts) == 1
        begin_writing(session)
        texts.clear()
        assert run(session.connection(), query, {"which": user.id}).scalar() == user.id
        assert texts == []
        named = {"names": [("key", paper.id)]}
        assert run(session.connection(), select(Identifier.value).where(names), named)
        assert len(texts) == 1
