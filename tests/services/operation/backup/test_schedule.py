"""Backups are made on their own when it is time, and the oldest are removed."""

from __future__ import annotations

import os
from collections import deque
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.config import BackupSettings
from app.db import Database, begin_writing, now
from app.models import Backup
from app.services.operation.backup import archive, schedule
from app.services.operation.jobs import runner
from app.services.operation.jobs.kinds import KINDS
from tests.helpers.factories import make_summary
from tests.helpers.jobs import one_row

ONLY = {"backup": KINDS["backup"]}


@pytest.fixture
def library(any_file_database: Database, tmp_path: Path) -> Database:
    any_file_database.info["backups"] = BackupSettings(tmp_path / "backups", hours=24, keep=2)
    return any_file_database


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_job_backs_up_once_a_day(library: Database, tmp_path: Path) -> None:
    with library.session() as session:
        make_summary(session)
        session.commit()
        assert schedule.is_due(session)
    runner.run_due(library, lambda: False, ONLY)
    (name,) = names(tmp_path / "backups")
    with library.session() as session:
        assert not schedule.is_due(session)
        row = session.scalars(select(Backup)).one()
        assert row.path == str(tmp_path / "backups" / name)
        assert row.is_scheduled
        assert archive.is_backup(Path(row.path))
        begin_writing(session)
        session.execute(update(Backup).values(made_at=now() - timedelta(hours=25)))
        session.commit()
        assert schedule.is_due(session)


def test_one_that_was_asked_for_does_not_count(library: Database, tmp_path: Path) -> None:
    deque(schedule.back_up_before(library, "upgrade"), maxlen=0)
    (name,) = names(tmp_path / "backups")
    assert name.endswith("-before-upgrade.zip")
    with library.session() as session:
        assert schedule.is_due(session)


def test_none_is_made_when_none_is_to_be_kept(library: Database, tmp_path: Path) -> None:
    library.info["backups"] = BackupSettings(tmp_path / "backups", keep=0)
    with library.session() as session:
        assert not schedule.is_due(session)
    library.info["backups"] = None
    with library.session() as session:
        assert not schedule.is_due(session)


def test_only_old_backups_are_removed(tmp_path: Path) -> None:
    kept = ["notes.txt", "shortlist-20261103-000000.zip", "shortlist-20261104-000000.zip"]
    kept += ["shortlist-20261101-000000-before-upgrade.zip", "shortlist-mine.zip", ".new-b"]
    old = ["shortlist-20261101-000000.zip", "shortlist-20261102-000000.zip", ".new-a"]
    for name in (*kept, *old):
        (tmp_path / name).touch()
    os.utime(tmp_path / ".new-a", (0, 0))
    schedule.remove_old(BackupSettings(tmp_path, keep=2))
    assert names(tmp_path) == sorted(kept)


def test_a_backup_leaves_room(
    library: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "MIN_FREE_BYTES", 10**18)
    runner.run_due(library, lambda: False, ONLY)
    with library.session() as session:
        job = one_row(session, "backup")
        assert job.error == "OSError: There is too little space left for a backup"
        assert job.attempts == 1
    assert names(tmp_path / "backups") == []
