"""A backup holds the library as it was at one moment, and its file appears when it is whole."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from app.db import Database, begin_writing
from app.models import Summary
from app.services.operation.backup import archive
from app.services.operation.backup.manifest import BadBackup
from app.services.pictures.storage import FolderStorage, make_picture_path
from tests.helpers.backup.files import (
    CONTENT,
    PICTURE,
    back_up,
    fill,
    finish,
    hash_of,
    restore_to,
)
from tests.helpers.engines import keep_dead_rows
from tests.helpers.factories import make_summary


@pytest.mark.slow
def test_a_drill(any_file_database: Database, tmp_path: Path) -> None:
    """Backed up while people write, then restored elsewhere and here: the same rows."""
    fill(any_file_database)
    with any_file_database.session() as session:
        begin_writing(session)
        session.execute(delete(Summary).where(Summary.id == 2))
        session.commit()
    before = hash_of(any_file_database)
    work = archive.write_backup(
        any_file_database.engine, FolderStorage(tmp_path), tmp_path / "a.zip", {}
    )
    next(work)
    with any_file_database.session() as session:
        for _ in range(2):
            make_summary(session)
            next(work)
    finish(work)
    assert hash_of(any_file_database) != before
    elsewhere = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}", data_dir=tmp_path / "new")
    elsewhere.info["data_dir"].mkdir()
    manifest = restore_to(elsewhere, tmp_path / "a.zip")
    assert manifest.content == before == hash_of(elsewhere)
    assert make_picture_path(elsewhere.info["data_dir"], PICTURE).read_bytes() == CONTENT
    # The index over search entries, which is no rows of a backup, is there too.
    with elsewhere.session() as session:
        found = session.execute(
            text("SELECT count(*) FROM search_index WHERE search_index MATCH 'title'")
        )
        assert found.scalar() == 1
    restore_to(any_file_database, tmp_path / "a.zip")
    assert hash_of(any_file_database) == before
    # What is written afterwards gets numbers that nothing had, deleted summaries included.
    with any_file_database.session() as session:
        assert make_summary(session).id > 2
    with elsewhere.session() as session:
        assert make_summary(session).id > 2
    elsewhere.close()
    if any_file_database.engine.dialect.name == "postgresql":
        keep_dead_rows(any_file_database)


def test_a_picture_without_a_file_is_named(any_file_database: Database, tmp_path: Path) -> None:
    fill(any_file_database)
    made = back_up(any_file_database, tmp_path / "a.zip")
    assert made.manifest.pictures == [PICTURE]
    assert made.manifest.missing == ["name-1", "name-2"]
    assert made.size == made.path.stat().st_size
    assert made.path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(made.path) as opened:
        assert opened.read(f"pictures/{PICTURE}") == CONTENT


def test_what_cannot_be_read_back_is_not_kept(
    any_file_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"the backup of yesterday")
    with monkeypatch.context() as broken:
        broken.setattr("app.services.operation.backup.archive.check_members", _fail)
        with pytest.raises(BadBackup):
            back_up(any_file_database, path)
    assert path.read_bytes() == b"the backup of yesterday"
    assert not archive.is_backup(path)
    work = archive.write_backup(any_file_database.engine, FolderStorage(tmp_path), path, {})
    next(work)
    work.close()  # as when the program is stopped here
    assert sorted(each.name for each in tmp_path.glob("*.zip")) == ["a.zip"]
    assert not list(tmp_path.glob(".new-*"))


def test_an_empty_database_is_no_library(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(archive.NotALibrary):
        finish(
            archive.write_backup(database.engine, FolderStorage(tmp_path), tmp_path / "a.zip", {})
        )
    database.close()


def _fail(*_: object) -> None:
    raise BadBackup
