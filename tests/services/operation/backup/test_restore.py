"""A restore is all or nothing, and refuses what is damaged, hostile, or newer than the program."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from app.db import Database
from app.services.operation import schema
from app.services.operation.backup import restore, rows
from app.services.operation.backup.manifest import BadBackup
from app.services.operation.backup.restore import CannotRestore
from tests.helpers.backup.every_table import fill_every_table
from tests.helpers.backup.files import (
    back_up,
    change_manifest,
    fill,
    finish,
    hash_of,
    restore_to,
    rewrite,
)
from tests.helpers.engines import copy_database
from tests.helpers.waiting import wait_until


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Database) -> bytes:
    """A backup of a library."""
    folder = tmp_path_factory.mktemp("made")
    database = Database(f"sqlite:///{folder / 'a.sqlite3'}", data_dir=folder)
    copy_database(sqlite_template, database)
    fill(database)
    found = back_up(database, folder / "a.zip").path.read_bytes()
    database.close()
    return found


@pytest.fixture
def path(made: bytes, tmp_path: Path) -> Path:
    found = tmp_path / "backup.zip"
    found.write_bytes(made)
    return found


@pytest.fixture
def library(tmp_path: Path, sqlite_template: Database) -> Iterator[Database]:
    """A library that nothing may happen to."""
    found = Database(f"sqlite:///{tmp_path / 'here.sqlite3'}", data_dir=tmp_path)
    copy_database(sqlite_template, found)
    yield found
    found.close()


def test_a_whole_backup_is_found_whole(path: Path) -> None:
    manifest = finish(restore.check_backup(path))
    assert manifest.count_rows("summaries") == 2
    assert manifest.settings == {"SHORTLIST_SITE_NAME": "Ours"}


def test_a_backup_of_an_older_schema_is_upgraded(tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}", data_dir=tmp_path)
    with old.migration() as connection:
        schema.run_migrations(connection, "0020")
        fill_every_table(connection)
    back_up(old, tmp_path / "old.zip")
    new = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}", data_dir=tmp_path)
    restore_to(new, tmp_path / "old.zip")
    schema.upgrade(old)
    assert schema.is_newest(new)
    assert hash_of(new) == hash_of(old)
    old.close()
    new.close()


def test_a_newer_schema_is_refused(path: Path, library: Database) -> None:
    change_manifest(path, revision="9999", program="99.0")
    with pytest.raises(BadBackup, match=r"Shortlist 99\.0 made this backup, with a newer schema"):
        restore_to(library, path)


def test_a_newer_format_is_refused(path: Path, library: Database) -> None:
    change_manifest(path, format=2, program="99.0")
    with pytest.raises(BadBackup, match=r"A newer version of Shortlist \(99\.0\)"):
        restore_to(library, path)


@pytest.mark.parametrize("part", ["tables/votes.jsonl", "pictures/" + "A" * 22 + ".png"])
def test_a_changed_member_is_noticed(path: Path, part: str) -> None:
    rewrite(path, lambda members: members.update({part: members[part][:-1] + b"\n"}))
    if part.startswith("tables"):  # of the same length
        rewrite(path, lambda members: members.update({part: members[part].replace(b"1", b"2")}))
    with pytest.raises(BadBackup, match="is damaged"):
        finish(restore.check_backup(path))


def test_a_damaged_file_is_refused(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.index(b"tables/papers.jsonl") + 60
    content[place : place + 20] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(BadBackup, match="cannot be read"):
        finish(restore.check_backup(path))


@pytest.mark.parametrize(
    "name", ["../evil.png", "/etc/evil.png", "pictures/../../evil.png", "tables/x", "evil.sqlite3"]
)
def test_other_members_are_refused(path: Path, name: str) -> None:
    rewrite(path, lambda members: members.update({name: b"x"}))
    with pytest.raises(BadBackup):
        finish(restore.check_backup(path))

    def add(members: dict[str, bytes]) -> None:
        told = json.loads(members["manifest.json"])
        told["members"][name] = {"size": 1, "sha256": "0" * 64}
        members["manifest.json"] = json.dumps(told).encode()

    rewrite(path, add)
    with pytest.raises(BadBackup):
        finish(restore.check_backup(path))


def test_a_link_is_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as opened:
        link = zipfile.ZipInfo("pictures/B.png")
        link.external_attr = 0o120777 << 16
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(BadBackup, match="is a link"):
        finish(restore.check_backup(path))


def test_a_bomb_is_refused(path: Path, library: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "MAX_LINE_BYTES", 10_000)
    name = "tables/votes.jsonl"
    rewrite(path, lambda members: members.update({name: b"[" * 50_000}))
    change_member(path, name)
    with pytest.raises(BadBackup, match="A row of votes"):
        restore_to(library, path)
    huge = {name: {"size": 10**15, "sha256": "0" * 64}}
    rewrite(path, lambda members: members.update({"manifest.json": _claim(members, huge)}))
    with pytest.raises(CannotRestore, match=r"the library may need 4,?000,?000\.0 GB"):
        restore_to(library, path)


def test_rows_that_do_not_fit_change_nothing(path: Path, library: Database) -> None:
    """Also where the backup says of itself that they do."""
    before = hash_of(library)
    name = "tables/votes.jsonl"
    for content in (
        b'["2026-11-25 09:00:00.123456",99,99,1]\n',  # a summary that is not there
        b'["2026-11-25 09:00:00.123456",1,1,1]\n',  # rows are missing
    ):
        rewrite(path, lambda members, content=content: members.update({name: content}))  # type: ignore[misc]
        change_member(path, name)
        with pytest.raises(BadBackup):
            restore_to(library, path)
    assert hash_of(library) == before


def test_a_library_is_known(path: Path, library: Database, tmp_path: Path) -> None:
    with library.engine.connect() as connection:
        assert not restore.has_library(connection)
    restore_to(library, path)
    with library.engine.connect() as connection:
        assert restore.has_library(connection)
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    with other.migration() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    with (
        other.engine.connect() as connection,
        pytest.raises(CannotRestore, match="another program"),
    ):
        restore.has_library(connection)
    other.close()


def test_a_library_in_use_is_noticed(any_file_database: Database, tmp_path: Path) -> None:
    with _alone(any_file_database, tmp_path) as library:
        wait_until(partial(_is_unused, library), "the end of other connections")
        url = library.engine.url.render_as_string(hide_password=False)
        other = Database(url, data_dir=tmp_path)
        with other.engine.connect() as connection:
            rows.list_tables(connection)
            with pytest.raises(CannotRestore, match="in use"):
                restore.check_unused(library)
        other.close()
        wait_until(partial(_is_unused, library), "the end of the other connection")


@contextmanager
def _alone(database: Database, data_dir: Path) -> Iterator[Database]:
    """A database to which no other test has connections."""
    url = database.engine.url
    if url.drivername == "sqlite":
        yield database
        return
    name = f"{url.database}_alone"
    server = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    address = url.set(database=name).render_as_string(hide_password=False)
    library = Database(address, data_dir=data_dir)
    try:
        yield library
    finally:
        library.close()
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def _is_unused(database: Database) -> bool:
    try:
        restore.check_unused(database)
    except CannotRestore:  # a server takes a moment to end a connection that was closed
        return False
    return True


def change_member(path: Path, name: str) -> None:
    """Let a manifest say of a member what it is, as somebody does who knows the format."""

    def change(members: dict[str, bytes]) -> None:
        content = members[name]
        facts = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        members["manifest.json"] = _claim(members, {name: facts})

    rewrite(path, change)


def _claim(members: dict[str, bytes], facts: dict[str, dict[str, object]]) -> bytes:
    told = json.loads(members["manifest.json"])
    told["members"].update(facts)
    return json.dumps(told).encode()
