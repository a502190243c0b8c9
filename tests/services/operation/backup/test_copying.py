"""A copy in another database has the same rows, serves the same pages, or is not there at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text, update

from app import create_app
from app.config import Config
from app.db import Database, begin_writing
from app.models import User
from app.services.operation import schema
from app.services.operation.backup import copying
from app.services.operation.backup.archive import NotALibrary
from tests.helpers.backup.every_table import fill_every_table
from tests.helpers.backup.files import finish, hash_of
from tests.helpers.client import Browser
from tests.helpers.engines import POSTGRESQL, copy_database, keep_dead_rows
from tests.helpers.factories import make_paper, make_summary, make_user

PAGES = ("/", "/paper/conf/x/A1", "/search?q=hourglass", "/feed.atom")
LONG = "Łódź 🦉 𝔸 \\u0000 “quotes” \t" * 20_000


@pytest.fixture
def source(any_file_database: Database) -> Database:
    """A library with something in every table, and rows that another database could spoil."""
    fill_with_odd_rows(any_file_database)
    return any_file_database


def fill_with_odd_rows(database: Database) -> None:
    with database.migration() as connection:
        fill_every_table(connection)
    with database.session() as session:
        paper = make_paper(session, "conf/x/A1", title="An hourglass of 🦉")
        make_summary(session, paper, make_user(session, "ann"), source="On the hourglass.")
        number = make_user(session, "last").id
        session.commit()
        begin_writing(session)
        session.execute(update(User).where(User.id == number).values(id=2_000_000_000, bio=LONG))
        session.commit()
    if database.engine.dialect.name == "sqlite":
        with database.migration() as connection:  # as an old migration may have left it
            connection.execute(text("UPDATE users SET joined_at = '2020-01-02 03:04:05'"))


@pytest.fixture
def open_new(
    tmp_path: Path, sqlite_template: Database, request: pytest.FixtureRequest
) -> Callable[..., Database]:
    """Opens files of SQLite, with the tables of this version or none."""

    def opened(name: str, *, with_tables: bool = True) -> Database:
        found = Database(f"sqlite:///{tmp_path / name}", data_dir=tmp_path)
        if with_tables:
            copy_database(sqlite_template, found)
        request.addfinalizer(found.close)
        return found

    return opened


def copy(source: Database, target: Database) -> list[copying.TableComparison]:
    found: list[copying.TableComparison] = finish(copying.copy_library(source.engine, target))
    return found


def read_pages(database: Database, config: Config) -> list[str]:
    guest = Browser(create_app(config, database).test_client())
    pages = [guest.get(path) for path in PAGES]
    assert [page.status for page in pages] == [200] * len(PAGES)
    return [re.sub(r"\?v=\w+", "", page.text) for page in pages]


@pytest.mark.slow
def test_a_round_trip(
    source: Database, config: Config, open_new: Callable[..., Database], tmp_path: Path
) -> None:
    """There and back, from either kind of database: rows, pages, searches and next numbers."""
    kept, pages = hash_of(source), read_pages(source, config)
    there = open_new("there.sqlite3", with_tables=False)
    compared = copy(source, there)
    assert all(each.is_same for each in compared)
    assert {"summaries", "votes", "drafts", "list_entries"} <= {
        each.name for each in compared if each.target.rows
    }
    assert hash_of(there) == kept
    assert schema.is_newest(there)
    assert read_pages(there, config) == pages
    assert "hourglass" in pages[2]
    again = open_new("again.sqlite3")
    copy(there, again)
    assert hash_of(again) == kept == hash_of(source)
    with again.session() as session:
        assert make_user(session).id == 2_000_000_001
        assert session.get_one(User, 2_000_000_000).bio == LONG
    if source.engine.dialect.name == "postgresql":
        keep_dead_rows(source)


@pytest.mark.slow
@pytest.mark.skipif(not POSTGRESQL, reason="needs PostgreSQL")
def test_from_sqlite_to_postgresql(
    postgresql_tables: Database, config: Config, open_new: Callable[..., Database], tmp_path: Path
) -> None:
    here = open_new("here.sqlite3")
    fill_with_odd_rows(here)
    pages = read_pages(here, config)
    there = postgresql_tables
    copy(here, there)
    assert hash_of(there) == hash_of(here)
    assert read_pages(there, config) == pages
    with there.session() as session:  # sequences are past the largest numbers
        assert make_user(session).id == 2_000_000_001
    back = open_new("back.sqlite3")
    with pytest.raises(copying.CannotCopy, match="holds a library already"):
        copy(here, there)
    copy(there, back)
    assert hash_of(back) == hash_of(there)


@pytest.mark.skipif(not POSTGRESQL, reason="needs PostgreSQL")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("bio = 'a' || char(0) || 'b'", r"users \(id 1\): its bio contains a NUL"),
        ("renderer_version = 4000000000", r"users \(id 1\): its renderer_version is a number"),
    ],
)
def test_what_postgresql_cannot_store_is_named(
    postgresql_tables: Database, open_new: Callable[..., Database], change: str, says: str
) -> None:
    here = open_new("here.sqlite3")
    with here.session() as session:
        make_user(session)
        session.commit()
    with here.migration() as connection:
        connection.execute(text(f"UPDATE users SET {change}"))
    empty = hash_of(postgresql_tables)
    with pytest.raises(copying.CannotCopy, match=says):
        copy(here, postgresql_tables)
    assert hash_of(postgresql_tables) == empty


def test_an_interrupted_copy_leaves_nothing(open_new: Callable[..., Database]) -> None:
    here, there = open_new("here.sqlite3"), open_new("there.sqlite3")
    with here.migration() as connection:
        fill_every_table(connection)
    empty = hash_of(there)
    work = copying.copy_library(here.engine, there)
    steps = [next(work) for _ in range(30)]
    assert steps[-1].total > steps[-1].done > 0
    with here.session() as session:  # people write on, and are not waited for
        make_user(session, "late")
        session.commit()
    work.close()
    assert hash_of(there) == empty
    copy(here, there)
    assert hash_of(there) == hash_of(here)


def test_a_difference_keeps_nothing(
    open_new: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = open_new("here.sqlite3"), open_new("there.sqlite3")
    with here.session() as session:
        make_user(session, "ann")
        session.commit()
    empty, copy_rows = hash_of(there), copying.copy_rows

    def spoil(connection, table, columns, batch):  # type: ignore[no-untyped-def]
        if table == "users":
            batch[0][columns.index("display_name")] += " "
        copy_rows(connection, table, columns, batch)

    monkeypatch.setattr(copying, "copy_rows", spoil)
    with pytest.raises(copying.CopyDiffers) as error:
        copy(here, there)
    assert [each.name for each in error.value.tables] == ["users"]
    assert hash_of(there) == empty


def test_targets_and_sources_that_are_refused(
    open_new: Callable[..., Database], tmp_path: Path
) -> None:
    here, other = open_new("here.sqlite3"), open_new("other.sqlite3")
    with here.session() as session:
        make_user(session, "ann")
        session.commit()
    for database in (other, open_new("old.sqlite3", with_tables=False)):
        with database.migration() as connection:
            if database is other:
                connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
            else:
                connection.execute(text("CREATE TABLE things (id INTEGER)"))
    with pytest.raises(copying.CannotCopy, match="The target has schema 0001"):
        copy(here, other)
    with pytest.raises(copying.CannotCopy, match="older version"):
        copy(other, here)
    with pytest.raises(NotALibrary):
        copy(open_new("empty.sqlite3", with_tables=False), here)
    with pytest.raises(Exception, match="another program"):
        copy(here, Database(f"sqlite:///{tmp_path / 'old.sqlite3'}"))
