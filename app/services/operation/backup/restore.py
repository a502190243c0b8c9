"""Make a library of a backup, in one transaction."""

from __future__ import annotations

import io
import shutil
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, StatementError

from app.change_log import log_everything
from app.db import Database
from app.engines import sqlite_module
from app.services.bulk import copy_rows
from app.services.importing.archives import Archive, BadArchive
from app.services.operation import schema
from app.services.operation.backup import manifest as manifests
from app.services.operation.backup import rows
from app.services.operation.backup.archive import check_members, open_backup
from app.services.operation.backup.manifest import BadBackup, Manifest
from app.services.pictures.contract import PictureStorage
from app.services.pictures.picture_file import MAX_BYTES
from app.services.pictures.storage import find_storage

MAX_LINE_BYTES = 100_000_000  # bytes of one row
# What a library takes in a database, compared with its rows as lines: indexes, and a journal.
EXPANSION = 4


class CannotRestore(Exception):
    """A backup is not restored here; the message says why, for the administrator."""


def check_backup(path: Path) -> Generator[None, None, Manifest]:
    """Check that a backup is whole and that this program can restore it.

    Yields:
        After each short step.

    Raises:
        BadBackup: when not.
        OSError: when it cannot be read.
    """
    with open_backup(path) as (archive, manifest):
        _check_revision(manifest)
        yield from check_members(archive, manifest)
    return manifest


def has_library(connection: Connection) -> bool:
    """Whether a database holds something that a restore would remove.

    Raises:
        CannotRestore: when its tables are another program's.
    """
    names = set(inspect(connection).get_table_names())
    if not names:
        return False
    if schema.read_revision(connection) is None:
        raise CannotRestore("The database holds tables of another program. Name an empty one.")
    return any(
        # Of our own tables.
        connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first()  # noqa: S608
        for name in names & {"users", "papers"}
    )


def check_unused(database: Database) -> None:
    """Make sure that no other process has the database open.

    Raises:
        CannotRestore: when one has.
    """
    in_use = CannotRestore(
        "The library is in use. Stop `shortlist serve` and other commands first, on all machines."
    )
    database.close()  # our own connections; it opens new ones when it is asked again
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            others = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if others.scalar():
                raise in_use
        return
    path = database.engine.url.database
    if path is None or not Path(path).exists():
        return
    # To leave write-ahead mode, SQLite needs the file for itself (sqlite.org/wal.html, section 2).
    probe = sqlite_module.connect(path, timeout=1)
    try:
        probe.execute("PRAGMA journal_mode = DELETE")
    except sqlite_module.OperationalError:
        raise in_use from None
    finally:
        probe.close()


def restore_backup(database: Database, path: Path) -> Generator[None, None, Manifest]:
    """Put the library of a backup in the place of what is in a database.

    All is checked before anything is written, and again when it is. A backup of an older schema is
    brought up to date. Pictures that are here already stay.

    Yields:
        After each short step.

    Raises:
        BadBackup: when the backup is damaged, hostile, or of a newer version.
        CannotRestore: when there is no room for it.
        OSError: when the file cannot be read.
    """
    with open_backup(path) as (archive, manifest):
        _check_revision(manifest)
        _check_room(database.info["data_dir"], manifest)
        yield from check_members(archive, manifest)
        yield from _restore_pictures(find_storage(database.info), archive, manifest)
        try:
            with database.migration() as connection:
                _remove_all(connection)
                schema.run_migrations(connection, manifest.revision)
                yield from _restore_rows(connection, archive, manifest)
                schema.run_migrations(connection)
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql("ANALYZE")  # it plans badly without
                log_everything(connection)
        except (DBAPIError, StatementError, RuntimeError) as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            raise BadBackup("The rows of this backup do not fit together.") from error
        except BadArchive as error:
            raise BadBackup(f"This backup cannot be read: {error}") from None
    return manifest


def _check_revision(manifest: Manifest) -> None:
    if not schema.is_known(manifest.revision):
        raise BadBackup(
            f"Shortlist {manifest.program} made this backup, with a newer schema"
            f" ({manifest.revision}) than this version knows. Install that version, then restore"
            " it."
        )


def _check_room(data_dir: Path, manifest: Manifest) -> None:
    need = sum(
        member.size * (EXPANSION if name.startswith("tables/") else 1)
        for name, member in manifest.members.items()
    )
    free = shutil.disk_usage(data_dir).free
    if need > free:
        raise CannotRestore(
            f"The disk of {data_dir} has {free / 1e9:.1f} GB left, and the library may need"
            f" {need / 1e9:.1f} GB."
        )


def _restore_pictures(
    storage: PictureStorage, archive: Archive, manifest: Manifest
) -> Iterator[None]:
    for name in manifest.pictures:
        content = archive.read(manifests.name_picture(name), MAX_BYTES)
        try:
            if storage.read(name) != content:
                storage.write(name, content)
        except OSError as error:
            raise CannotRestore(
                f"Images cannot be written to {storage.place}: {error.strerror or error}."
            ) from None
        yield


def _remove_all(connection: Connection) -> None:
    """Remove all tables, so that the migrations begin at the first."""
    on_server = connection.dialect.name == "postgresql"
    if on_server:
        names = inspect(connection).get_table_names()
    else:
        # Those for search first, which take the tables with them that they are made of.
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'"
        for name in connection.exec_driver_sql(query).scalars().all():
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
        names = inspect(connection).get_table_names()
    for name in names:
        connection.exec_driver_sql(f'DROP TABLE "{name}"{" CASCADE" if on_server else ""}')
    if on_server:
        query = (
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (SELECT FROM"
            " pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"  # an extension's
        )
        for name in connection.exec_driver_sql(query).scalars().all():
            connection.exec_driver_sql(f"DROP FUNCTION {name} CASCADE")


def _restore_rows(connection: Connection, archive: Archive, manifest: Manifest) -> Iterator[None]:
    tables = {table.name: table for table in rows.list_tables(connection)}
    ours = {name: sorted(table.columns) for name, table in tables.items()}
    if ours != {name: sorted(table.columns) for name, table in manifest.tables.items()}:
        raise BadBackup("The tables of this backup are not those of its version.")
    with fill_anew(connection, tables):
        for name, table in manifest.tables.items():
            for batch in _read_batches(archive, name, table.columns):
                copy_rows(connection, name, table.columns, batch)
                yield
        rows.write_sequences(connection, manifest.sequences)
    if rows.hash_database(connection) != manifest.content:
        raise BadBackup("What was restored differs from what was backed up.")


def _read_batches(archive: Archive, name: str, columns: list[str]) -> Iterator[list[rows.Row]]:
    with archive.open(manifests.name_table(name)) as member:
        file = io.BufferedReader(member, 1_000_000)  # type: ignore[type-var]
        batch: list[rows.Row] = []
        while line := file.readline(MAX_LINE_BYTES):
            try:
                batch.append(rows.parse_line(line, columns))
            except (ValueError, RecursionError):
                raise BadBackup(f"A row of {name} in this backup is damaged.") from None
            if len(batch) == rows.BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


@contextmanager
def fill_anew(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Empty tables, and let them be filled in any order; references are checked afterwards.

    On SQLite the end of a migration checks them.

    Args:
        tables: our own names only: they are not quoted.
    """
    again = _drop_references(connection)
    for name in tables:  # which migrations may have begun to fill
        connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608
    yield
    for statement in again:
        connection.exec_driver_sql(statement)


def _drop_references(connection: Connection) -> list[str]:
    """Drop PostgreSQL's foreign keys; returns the statements that make them again."""
    if connection.dialect.name != "postgresql":
        return []
    query = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    )
    again = []
    for table, name, definition in connection.exec_driver_sql(query).all():
        connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    return again
