"""Databases that fail: they heal by themselves, and what people wrote is in no log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database, begin_writing, now
from app.engines import sqlite_module
from app.models import Paper, User
from app.services import bulk
from tests.helpers.client import Browser
from tests.helpers.engines import POSTGRESQL
from tests.helpers.factories import make_paper, make_user


def on_postgresql(test: Callable[..., None]) -> Any:
    """Run a test on PostgreSQL alone; skip it where there is none."""
    missing = pytest.mark.skipif(not POSTGRESQL, reason="no PostgreSQL")
    return missing(
        pytest.mark.parametrize("any_file_database", ["postgresql"], indirect=True)(test)
    )


SECRET_TEXT = "what-nobody-else-may-read"


class Disk:
    """Where SQLite files are opened for reading only, while `read_only` is set."""

    def __init__(self) -> None:
        self.read_only = False
        self.connect = sqlite_module.connect

    def open(self, path: str, **options: Any) -> Any:
        mode = "ro" if self.read_only else "rwc"
        return self.connect(f"file:{path}?mode={mode}", **{**options, "uri": True})


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk()
    monkeypatch.setattr(sqlite_module, "connect", found.open)
    return found


def write(database: Database, name: str) -> None:
    with database.session() as session:
        make_user(session, name)


@pytest.mark.parametrize("any_file_database", ["sqlite"], indirect=True)
def test_a_file_that_can_be_written_again_is(any_file_database: Database, disk: Disk) -> None:
    database = any_file_database
    database.engine.dispose()
    disk.read_only = True
    open_at_once = [database.session() for _ in range(3)]
    for session in open_at_once:  # so that the pool holds several that cannot write
        assert session.scalar(text("SELECT 1")) == 1
    for session in open_at_once:
        session.close()
    with pytest.raises(DBAPIError, match="readonly"):
        write(database, "ann")
    disk.read_only = False
    for name in ("ann", "ben", "cat", "dan"):
        write(database, name)


@pytest.mark.parametrize("any_file_database", ["sqlite"], indirect=True)
def test_the_site_writes_again_after_a_read_only_disk(
    any_file_database: Database, config: Config, disk: Disk
) -> None:
    app = create_app(config, any_file_database)
    ann = Browser(app.test_client()).sign_up("ann")
    any_file_database.engine.dispose()
    disk.read_only = True
    form = ann.get("/settings").form("/settings/profile")
    answer = ann.post("/settings/profile", {**form, "display_name": "Ann A."})
    assert answer.status == 503
    assert ann.get("/settings").status == 200
    disk.read_only = False
    answer = ann.post("/settings/profile", {**form, "display_name": "Ann A."})
    assert answer.status == 303


@on_postgresql
def test_a_session_left_read_only_writes_again(any_file_database: Database) -> None:
    database = any_file_database
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        raw.execute("SET default_transaction_read_only = on")
        raw.commit()
    write(database, "ann")


@on_postgresql
def test_a_transaction_that_turned_read_only_is_not_used_again(
    any_file_database: Database,
) -> None:
    database = any_file_database
    with database.session() as session:
        begin_writing(session)
        raw: Any = session.connection().connection.driver_connection
        backend = raw.info.backend_pid
        session.execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(DBAPIError):
            session.execute(text("DELETE FROM votes"))
    with database.session() as session:
        begin_writing(session)
        raw = session.connection().connection.driver_connection
        assert raw.info.backend_pid != backend
        session.execute(text("DELETE FROM votes"))


@on_postgresql
def test_connections_that_a_restart_ended_are_made_anew(
    any_file_database: Database, config: Config
) -> None:
    app = create_app(config, any_file_database)
    ann = Browser(app.test_client()).sign_up("ann")
    with any_file_database.migration() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )
        )
    assert ann.submit("/settings", "/settings/profile", display_name="Ann A.").status == 303


def failures(session: Session) -> Iterator[str]:
    """What is said of errors of each kind, by a traceback and by the error itself."""
    author = make_user(session, "ann")
    paper = make_paper(session, SECRET_TEXT)
    attempts = [
        lambda: session.add(User(name=author.name, display_name=SECRET_TEXT, joined_at=now())),
        lambda: session.add(
            User(name="ben", display_name=SECRET_TEXT, role=SECRET_TEXT[:20], joined_at=now())
        ),
        lambda: session.add(Paper(key=paper.key, title=SECRET_TEXT)),
        lambda: session.execute(
            text("INSERT INTO votes (summary_id, user_id, value) VALUES (:a, 1, 1)"),
            {"a": SECRET_TEXT},
        ),
        lambda: session.execute(text("SELECT nothing WHERE :a"), {"a": SECRET_TEXT}),
    ]
    for attempt in attempts:
        begin_writing(session)
        try:
            attempt()
            session.flush()
        except DBAPIError as error:
            handler = logging.Formatter()
            yield handler.formatException((type(error), error, error.__traceback__))
            yield str(error)
            yield repr(error.orig)
        session.rollback()


def test_errors_hold_no_values(session: Session) -> None:
    said = list(failures(session))
    assert len(said) == 15
    for each in said:
        assert SECRET_TEXT not in each
        assert SECRET_TEXT[:20] not in each
    assert any("UNIQUE" in each or "unique" in each for each in said)  # still of use


def test_bulk_errors_hold_no_values(session: Session) -> None:
    make_user(session, SECRET_TEXT)
    begin_writing(session)
    row = (SECRET_TEXT, SECRET_TEXT, "", "", 0, "member", now().replace(tzinfo=None))
    columns = ["name", "display_name", "bio", "bio_html", "renderer_version", "role", "joined_at"]
    with pytest.raises(IntegrityError) as caught:
        bulk.insert_rows(session, User, columns, [row])
    assert SECRET_TEXT not in str(caught.value)
    assert SECRET_TEXT not in repr(caught.value.orig)


def test_a_fault_is_logged_without_what_was_sent(
    any_file_database: Database,
    config: Config,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = create_app(config, any_file_database)
    ann = Browser(app.test_client()).sign_up("ann")
    with any_file_database.session() as session:
        make_user(session, SECRET_TEXT)

    def fail(session: Session, user: User, _display_name: str, _bio: str) -> None:
        begin_writing(session)
        session.add(User(name=SECRET_TEXT, display_name=SECRET_TEXT, joined_at=now()))
        session.flush()

    monkeypatch.setattr("app.services.accounts.account.change_profile", fail)
    answer = ann.submit("/settings", "/settings/profile", bio="A bio")
    assert answer.status == 500
    assert "Traceback" in caplog.text
    assert SECRET_TEXT not in caplog.text
    assert SECRET_TEXT not in answer.text


@pytest.mark.parametrize("any_file_database", ["sqlite"], indirect=True)
def test_what_is_to_be_added_outlasts_a_lost_connection(
    any_file_database: Database, disk: Disk
) -> None:
    database = any_file_database
    database.engine.dispose()
    disk.read_only = True
    with database.session() as session:  # so that the pool holds one that cannot write
        session.scalar(text("SELECT 1"))
    disk.read_only = False
    with database.session() as session:
        session.add(User(name="ann", display_name="Ann", joined_at=now()))
        begin_writing(session)
        session.commit()
    with database.session() as session:
        assert session.scalars(select(User.name)).all() == ["ann"]
