"""R7: what was acknowledged is there, whatever happens to the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database
from app.engines import sqlite_module
from app.services.operation import schema
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1")
    return guest.sign_up("ann")


@pytest.fixture
def sqlite_only(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("this is about SQLite's file")


@pytest.mark.usefixtures("sqlite_only")
def test_a_full_disk_is_said_and_forgotten(writer: Browser, session: Session) -> None:
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    form["source"] = "x " * 30_000
    pages = session.scalar(text("PRAGMA page_count"))
    session.execute(text(f"PRAGMA max_page_count = {pages}"))
    session.commit()
    answer = writer.post("/write/conf/x/A1", form)
    assert answer.status == 503
    assert answer.form("/write/conf/x/A1")["source"].strip() == form["source"].strip()
    kept = writer.post("/write/conf/x/A1/draft", form, headers={"Accept": "application/json"})
    assert (kept.status, kept.response.mimetype) == (503, "application/json")
    session.execute(text("PRAGMA max_page_count = 1073741823"))
    session.commit()
    assert writer.post("/write/conf/x/A1", form).status == 303


def test_a_database_that_cannot_be_written(writer: Browser, database: Database) -> None:
    """Locked by something else, or read-only: a clear 503 with the text, then it works again."""
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    form["source"] = "Kept."
    failing = True

    def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if failing and statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            fault = sqlite_module.OperationalError("attempt to write a readonly database")
            raise OperationalError(statement, {}, fault)

    event.listen(database.engine, "before_cursor_execute", refuse)
    try:
        answer = writer.post("/write/conf/x/A1", form)
        assert answer.status == 503
        assert "Kept." in answer.text
        failing = False
        assert writer.post("/write/conf/x/A1", form).status == 303
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse)


@pytest.fixture
def shared_file(tmp_path: Path, config: Config) -> Iterator[tuple[Path, Browser]]:
    """A file on the disk, and somebody signed in to its site, who waits a tenth of a second."""
    file = tmp_path / "shared.sqlite3"
    database = Database(f"sqlite:///{file}", data_dir=tmp_path, password_cost=0)
    schema.upgrade(database)
    event.listen(
        database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 100")
    )
    database.engine.dispose()
    with database.session() as session:
        make_paper(session, "conf/x/A1")
    yield file, Browser(create_app(config, database).test_client()).sign_up("ann")
    database.close()


def test_a_file_that_cannot_be_opened_is_said(
    shared_file: tuple[Path, Browser], tmp_path: Path
) -> None:
    """Also when who asks is the first thing that is read, before any transaction."""
    file, writer = shared_file
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    form["source"] = "Kept."
    writer.client.application.extensions["shortlist"][1].engine.dispose()
    away = file.rename(tmp_path / "away")
    file.mkdir()
    answer = writer.post("/write/conf/x/A1", form)
    assert (answer.status, answer.response.headers["Retry-After"]) == (503, "10")
    assert "Kept." in answer.text
    file.rmdir()
    away.rename(file)
    assert writer.post("/write/conf/x/A1", form).status == 303


def test_a_locked_file_is_waited_for_then_said(shared_file: tuple[Path, Browser]) -> None:
    file, writer = shared_file
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    form["source"] = "Kept."
    with closing(sqlite_module.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = writer.post("/write/conf/x/A1", form)
        assert answer.status == 503
        assert "Kept." in answer.text
        assert writer.get("/help").status == 200
        other.execute("COMMIT")
    assert writer.post("/write/conf/x/A1", form).status == 303
