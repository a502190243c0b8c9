"""Backups that nobody asks for, and how many are kept."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.config import BackupSettings
from app.db import Database, begin_writing, now
from app.models import Backup
from app.services.operation.backup.archive import BackupFile, write_backup
from app.services.pictures.storage import find_storage

# Bytes that a backup leaves free, besides twice what the last one took: a full disk stops the site.
MIN_FREE_BYTES = 200_000_000
MAX_LISTED = 200  # backups in the table
_NAME = re.compile(r"shortlist-\d{8}-\d{6}(?P<reason>-before-[a-z]+)?\.zip")
_UNFINISHED = ".new-*"  # as `app.services.files.replace_file` calls what a killed process leaves
_UNFINISHED_AGE = timedelta(days=1)


def name_backup(moment: datetime, reason: str = "") -> str:
    """What a backup is called when nobody says.

    Args:
        moment: in UTC.
        reason: why it was made, such as "before-upgrade"; empty for the usual ones.
    """
    return f"shortlist-{moment:%Y%m%d-%H%M%S}{'-' if reason else ''}{reason}.zip"


def is_due(session: Session) -> bool:
    """Whether it is time for a backup."""
    settings = _settings(session)
    if settings is None or not settings.keep:
        return False
    last = session.scalar(select(func.max(Backup.made_at)).where(Backup.is_scheduled))
    return last is None or last + timedelta(hours=settings.hours) <= now()


def run_backup(session: Session) -> Generator[None]:
    """Make a backup in the folder for them, and remove those that are too many.

    Raises:
        OSError: when there is no room for it, or it cannot be written.
    """
    settings = _settings(session)
    if settings is None:
        return
    session.commit()
    _make_room(settings.folder)
    path = settings.folder / name_backup(now())
    engine, storage = session.get_bind().engine, find_storage(session.info)
    made = yield from write_backup(engine, storage, path, settings.told)
    record_backup(session, made, is_scheduled=True)
    session.commit()
    remove_old(settings)


def back_up_before(database: Database, reason: str) -> Iterator[Path]:
    """Make a backup before something that changes a library as a whole.

    Its row is missing where the table is: the schema may be an older one.

    Args:
        reason: what is about to happen, such as "upgrade".

    Yields:
        The path of the file, after each step.
    """
    settings: BackupSettings | None = database.info["backups"]
    if settings is None:
        return
    path = settings.folder / name_backup(now(), f"before-{reason}")
    _make_room(settings.folder)
    for _ in write_backup(database.engine, find_storage(database.info), path, settings.told):
        yield path
    remove_old(settings)


def record_backup(session: Session, made: BackupFile, *, is_scheduled: bool) -> None:
    """Note that a backup was made; the caller commits."""
    begin_writing(session)
    session.add(
        Backup(
            made_at=made.manifest.made_at,
            path=str(made.path),
            size=made.size,
            content=made.manifest.content,
            is_scheduled=is_scheduled,
        )
    )
    session.flush()
    newest = select(Backup.id).order_by(Backup.id.desc()).limit(MAX_LISTED)
    session.execute(delete(Backup).where(Backup.id.not_in(newest)))


def remove_old(settings: BackupSettings) -> None:
    """Remove all but the newest backups of each kind, and what killed processes left."""
    kinds: dict[str, list[Path]] = {}
    for path in sorted(settings.folder.iterdir(), reverse=True):
        if (match := _NAME.fullmatch(path.name)) is not None:
            kinds.setdefault(match["reason"] or "", []).append(path)
    for paths in kinds.values():
        for path in paths[max(settings.keep, 1) :]:
            path.unlink(missing_ok=True)
    for path in settings.folder.glob(_UNFINISHED):
        with suppress(OSError):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < now() - _UNFINISHED_AGE:
                path.unlink()


def _make_room(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sizes = [path.stat().st_size for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    if shutil.disk_usage(folder).free < 2 * max(sizes, default=0) + MIN_FREE_BYTES:
        raise OSError(errno.ENOSPC, "There is too little space left for a backup", str(folder))


def _settings(session: Session) -> BackupSettings | None:
    found: BackupSettings | None = session.info["backups"]
    return found
