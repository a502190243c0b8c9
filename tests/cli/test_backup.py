"""`shortlist backup` and `shortlist restore`, as an administrator runs them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import Backup
from app.services.operation import schema
from tests.helpers.backup.files import fill, hash_of
from tests.helpers.commands import SECRET, assert_refused, run
from tests.helpers.factories import make_summary
from tests.helpers.running import make_installation


@pytest.fixture
def library(tmp_path: Path, sqlite_template: Database) -> Iterator[Database]:
    database = make_installation(tmp_path / "data", sqlite_template)
    fill(database)
    yield database
    database.close()


@pytest.mark.slow
def test_a_library_moves_to_a_clean_machine(library: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    done = run(tmp_path / "data", "backup", str(file), SHORTLIST_SITE_NAME="Our lab", **SECRET)
    assert done.returncode == 0, done
    assert "read back and compared" in done.stdout
    assert "2 summaries, 2 papers, 2 accounts, 1 image." in done.stdout
    assert "2 images had no file" in done.stderr
    content = re.search(r"Content (\w{64})", done.stdout)
    assert content is not None
    assert SECRET["SHORTLIST_SECRET_KEY"].encode() not in file.read_bytes()
    checked = run(tmp_path / "data", "restore", "--check", str(file))
    assert checked.returncode == 0
    assert content[0] in checked.stdout
    done = run(tmp_path / "new", "restore", str(file))
    assert done.returncode == 0, done
    assert content[0] in done.stdout
    assert "SHORTLIST_SITE_NAME='Our lab'" in done.stdout
    new = Database(f"sqlite:///{tmp_path / 'new' / 'shortlist.sqlite3'}")
    with library.session() as session:
        row = session.scalars(select(Backup).order_by(Backup.id.desc())).first()
        assert row is not None
        assert (row.path, row.content) == (str(file), content[1])
    assert hash_of(new) == content[1]
    new.close()


def test_a_library_is_not_replaced_by_mistake(library: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert run(tmp_path / "data", "backup", str(file)).returncode == 0
    with library.session() as session:
        make_summary(session)
    there = hash_of(library)
    with library.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert_refused(run(tmp_path / "data", "restore", str(file)), "The library is in use.")
    library.close()
    assert_refused(run(tmp_path / "data", "restore", str(file)), "use --replace")
    assert hash_of(library) == there
    library.close()
    done = run(tmp_path / "data", "restore", "--replace", str(file))
    assert done.returncode == 0, done
    assert hash_of(library) != there
    library.close()
    former = re.search(r"The former library is in (.+)\.\n", done.stdout)
    assert former is not None
    again = run(tmp_path / "other", "restore", former[1])
    assert again.returncode == 0
    other = Database(f"sqlite:///{tmp_path / 'other' / 'shortlist.sqlite3'}")
    assert hash_of(other) == there
    other.close()


def test_what_cannot_be_done_is_said(library: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    assert_refused(run(data, "backup", str(notes)), "is not a backup")
    assert notes.read_text() == "mine"
    assert_refused(run(data, "backup", str(tmp_path / "no" / "a.zip")), "cannot be written")
    assert_refused(run(tmp_path / "nowhere", "backup", "a.zip"), "There is no library in")
    assert not (tmp_path / "nowhere").exists()
    assert_refused(run(data, "restore", "--check", str(notes)), "This is not a zip")
    (data / "shortlist.sqlite3-wal").unlink(missing_ok=True)
    shutil.copy(notes, tmp_path / "shortlist.sqlite3")
    assert_refused(run(tmp_path, "backup", "a.zip"), "The database cannot be read")


def test_a_folder_will_do(library: Database, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert run(tmp_path / "data", "backup", str(tmp_path / "mine")).returncode == 0
    assert run(tmp_path / "data", "backup", SHORTLIST_BACKUP_KEEP="1").returncode == 0
    for folder in (tmp_path / "mine", tmp_path / "data" / "backups"):
        (path,) = folder.iterdir()
        assert re.fullmatch(r"shortlist-\d{8}-\d{6}\.zip", path.name)


def test_an_upgrade_is_preceded_by_a_backup(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    old = Database(f"sqlite:///{data / 'shortlist.sqlite3'}", data_dir=data)
    with old.migration() as connection:
        schema.run_migrations(connection, "0024")
    before = hash_of(old)
    old.close()
    full = {"SHORTLIST_BACKUP_DIR": str(data / "shortlist.sqlite3")}
    assert_refused(run(data, "user", "list", **full), "SHORTLIST_BACKUP_KEEP=0")
    done = run(data, "user", "list")
    assert done.returncode == 0, done
    (path,) = (data / "backups").iterdir()
    assert path.name.endswith("-before-upgrade.zip")
    assert f"The backup is {path}." in done.stdout + done.stderr
    checked = run(data, "restore", "--check", str(path))
    assert f"Content {before}, schema 0024" in checked.stdout
    assert run(data, "user", "list").stdout.count("backup") == 0
