"""`shortlist backup` and `shortlist restore`: the whole library in one file, and back."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from app.cli.common import bare_library, format_count, plain_errors, settings, stop, summaries

if TYPE_CHECKING:
    from app.db import Database
    from app.services.operation.backup.archive import BackupFile
    from app.services.operation.backup.manifest import Manifest

Result = TypeVar("Result")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def backup(file: Path | None) -> None:
    """Back up the whole library to FILE, while people use it.

    The file is a zip with all rows of the database and all images: accounts, summaries in every
    visibility, earlier versions, drafts, votes. Keep it as safe as the database. It also lists
    settings, but neither SHORTLIST_SECRET_KEY nor SHORTLIST_DATABASE_URL: keep the key elsewhere.
    Every backup is read back and compared before it gets its name.

    FILE can be a folder. Without FILE, the backup goes to the folder of the scheduled ones
    (SHORTLIST_BACKUP_DIR), where only the newest are kept.

    \b
    Examples:
      shortlist backup /mnt/backups/shortlist.zip
      shortlist backup /mnt/backups/
    """
    from app.config import BackupSettings
    from app.db import now
    from app.services.operation.backup import schedule

    with bare_library() as (config, database):
        target = config.backups or BackupSettings(config.data_dir / "backups")
        if file is None:
            target.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = target.folder
        if file.is_dir():
            file = file / schedule.name_backup(now())
        made = _back_up(database, file, target.told)
        if file.parent == target.folder:
            schedule.remove_old(target)
    manifest = made.manifest
    click.echo(f"Backed up to {made.path}, read back and compared ({made.size / 1e6:,.1f} MB).")
    click.echo(_describe(manifest))
    if manifest.missing:
        click.echo(
            f"{format_count(len(manifest.missing), 'image')} had no file; see `shortlist doctor`.",
            err=True,
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help="Only check the backup; write nothing.")
@click.option("--replace", is_flag=True, help="Replace the library that is there.")
def restore(file: Path, check: bool, replace: bool) -> None:
    """Restore the library from the backup FILE.

    On a new machine, install Shortlist, set SHORTLIST_DATA_DIR (and SHORTLIST_DATABASE_URL for
    PostgreSQL), and run this. A backup can be restored to either kind of database. One that an
    older version made is upgraded. All or nothing is restored.

    If there is a library already, --replace backs it up to SHORTLIST_BACKUP_DIR and replaces it.
    Stop `shortlist serve` first.

    \b
    Examples:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist restore shortlist.zip
      shortlist restore shortlist.zip --check
    """
    from app import server
    from app.services.operation.backup import restore as restoring
    from app.services.operation.backup.manifest import BadBackup
    from app.services.operation.backup.restore import CannotRestore

    try:
        if check:
            manifest = _finish(restoring.check_backup(file))
            click.echo(f"{file} is whole.\n{_describe(manifest)}")
            return
        config = settings()
        with plain_errors():
            server.ensure_data_dir(config.data_dir)
            database = server.open_database(config)
        try:
            manifest = _restore(database, file, replace)
        finally:
            database.close()
    except (BadBackup, CannotRestore) as error:
        stop(str(error))
    except OSError as error:
        stop(f"The backup cannot be restored: {error.strerror or error}.")
    click.echo(f"Restored the library.\n{_describe(manifest)}")
    if manifest.settings:
        click.echo("Its settings were:")
        for name, value in sorted(manifest.settings.items()):
            click.echo(f"  {name}={value!r}" if " " in value else f"  {name}={value}")
    click.echo(
        "A backup has no secret key. Set the old SHORTLIST_SECRET_KEY, or a new one: then everybody"
        " signs in again."
    )


def _restore(database: Database, file: Path, replace: bool) -> Manifest:
    from sqlalchemy.exc import DBAPIError

    from app.services.operation.backup import restore as restoring
    from app.services.operation.backup import schedule

    # Before anything of the present library is touched.
    _finish(restoring.check_backup(file))
    try:
        restoring.check_unused(database)
        with database.engine.connect() as connection:
            is_there = restoring.has_library(connection)
    except DBAPIError as error:
        stop(f"The database cannot be read: {error.orig}. Move its file away, then restore again.")
    if is_there and not replace:
        stop(
            "There is a library here already. To replace it, use --replace: it is backed up first."
        )
    if is_there:
        path = None
        for path in schedule.back_up_before(database, "restore"):  # noqa: B007
            pass
        click.echo(f"The former library is in {path}.")
    return _finish(restoring.restore_backup(database, file))


def _back_up(database: Database, file: Path, told: Mapping[str, str]) -> BackupFile:
    from sqlalchemy.exc import DBAPIError

    from app.services.operation import schema
    from app.services.operation.backup import archive, schedule
    from app.services.operation.backup.manifest import BadBackup
    from app.services.pictures.storage import find_storage

    if file.exists() and not archive.is_backup(file):
        stop(f"{file} is there already, and is not a backup. Choose another name.")
    try:
        storage = find_storage(database.info)
        made = _finish(archive.write_backup(database.engine, storage, file, told))
    except archive.NotALibrary:
        stop("There is no library in this database.")
    except OSError as error:
        stop(f"The backup cannot be written: {error.strerror or error}.")
    except BadBackup as error:
        stop(f"The backup was not kept: {error}")
    if schema.is_newest(database):
        try:
            with database.session() as session:
                schedule.record_backup(session, made, is_scheduled=False)
                session.commit()
        except DBAPIError as error:  # which a read-only database raises: the backup is there
            click.echo(f"The backup cannot be noted in the database: {error.orig}.", err=True)
    return made


def _finish(work: Generator[None, None, Result]) -> Result:
    """Do all steps of something, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: Result = end.value
            return found


def _describe(manifest: Manifest) -> str:
    counts = ", ".join(
        (
            summaries(manifest.count_rows("summaries")),
            format_count(manifest.count_rows("papers"), "paper"),
            format_count(manifest.count_rows("users"), "account"),
            format_count(len(manifest.pictures), "image"),
        )
    )
    return (
        f"As of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: {counts}.\n"
        f"Content {manifest.content}, schema {manifest.revision}, Shortlist {manifest.program}."
    )
