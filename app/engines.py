"""How SQLite and PostgreSQL are opened: settings of connections, transactions, errors.

SQLite is opened in write-ahead mode with full synchronisation, so that a post that was acknowledged
survives a power cut. A transaction reads or writes, as its connection's options say (`READING`,
`WRITING`): one that writes begins with `BEGIN IMMEDIATE`, and one that reads cannot write at all.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from types import ModuleType
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from app.statements import give_up, is_lost
from app.write_queue import WriteQueue, leave, take_waited

BUSY_TIMEOUT_MS = 5000
READING = {"writing": False, "postgresql_readonly": True}
WRITING = {"writing": True, "postgresql_readonly": False}
# A connection that met one of these goes on failing when the database is well again: the
# transaction only reads, and cannot be made to write by a server in recovery.
POSTGRESQL_LOST = ("25006", "0A000")
DATA_ERRORS = "22"  # PostgreSQL's class of errors whose very message quotes a value
# Of pages that each connection to SQLite keeps. The system keeps the file, too, and there are as
# many connections as threads: with eight times as much, pages take as long.
CACHE_KB = 4000
POOL_SIZE = 10  # connections kept open by a process, a few more than it has threads
# The write-ahead log of these and older versions can corrupt a file when it is reset
# (sqlite.org, release notes of 3.51.3); 3.44.6 and 3.50.7 have the correction too.
SQLITE_FIXED = (3, 51, 3)
SQLITE_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def _sqlite_module() -> ModuleType:
    # One process must never open a file with two builds, so the choice is made here only.
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    module: ModuleType = dbapi2
    return module


sqlite_module = _sqlite_module()


def open_engine(url: str) -> Engine:
    """Open the database of an address; `sqlite://` alone is one in memory."""
    # Values are what people wrote, perhaps for themselves alone: no log may have them.
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
            execution_options=READING,
            hide_parameters=True,
        )
        event.listen(engine, "handle_error", _on_postgresql_error)
        return engine
    in_memory = url in ("sqlite://", "sqlite:///:memory:")
    pool: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"pool_size": POOL_SIZE}
    engine = create_engine(
        url,
        module=sqlite_module,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        hide_parameters=True,
        **pool,
    )
    event.listen(engine, "connect", _set_pragmas)
    if not in_memory:  # which is gone with its only connection
        WriteQueue(engine, BUSY_TIMEOUT_MS / 1000)  # before a transaction begins
        event.listen(engine, "handle_error", _on_sqlite_error)
    event.listen(engine, "begin", begin_on_sqlite)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    # Without this the driver begins transactions by itself, and never with IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        f"cache_size = -{CACHE_KB}",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_on_sqlite(connection: Connection) -> None:
    """Begin a transaction that reads or writes, as the connection's options say."""
    options = connection.get_execution_options()
    writing = options.get("writing", False)
    cursor = raw_connection(connection)
    cursor.execute(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    if options.get("migrating"):
        cursor.execute("PRAGMA foreign_keys = OFF")
    statement = "BEGIN IMMEDIATE" if writing else "BEGIN"
    waited_ms = int(1000 * take_waited(connection.info))
    try:
        if waited_ms:  # for other threads: for other processes only what is left
            cursor.execute(f"PRAGMA busy_timeout = {max(0, BUSY_TIMEOUT_MS - waited_ms)}")
        cursor.execute(statement)
        if writing:
            # BEGIN IMMEDIATE does not mind that the connection cannot write. This has nothing to
            # do (there is no such vacuum here), but fails then.
            cursor.execute("PRAGMA incremental_vacuum(1)")
    except sqlite_module.OperationalError as error:
        leave(connection.info)
        if is_lost(error):
            give_up(connection, error)
        # What SQLAlchemy would make of it: "the database is locked" is no fault of the program.
        raise OperationalError(statement, {}, error) from error
    finally:
        if waited_ms:
            with suppress(sqlite_module.Error):  # it may be closed by now
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _on_sqlite_error(context: ExceptionContext) -> None:
    if is_lost(context.original_exception):
        context.is_disconnect = True  # the whole pool connects anew


def _on_postgresql_error(context: ExceptionContext) -> None:
    error = context.original_exception
    if getattr(error, "sqlstate", None) in POSTGRESQL_LOST:
        context.is_disconnect = True
    before = str(error)
    hide_values(error)
    wrapped = context.sqlalchemy_exception
    if wrapped is not None:
        wrapped.args = tuple(
            each.replace(before, str(error)) if isinstance(each, str) else each
            for each in wrapped.args
        )


def hide_values(error: Any) -> None:
    """Take what people wrote out of the message of PostgreSQL's driver.

    No log may have it.

    The first line of a message names tables and columns; its detail holds whole rows.
    """
    code = getattr(error, "sqlstate", None)
    if code is None or not error.diag.message_primary:  # not the server's
        return
    kind = f"{type(error).__name__} ({code})"
    error.args = (kind if code.startswith(DATA_ERRORS) else error.diag.message_primary,)


def raw_connection(connection: Connection) -> Any:
    """The driver's own connection, for what must not begin a transaction."""
    return connection.connection.driver_connection


def sqlite_warning() -> str | None:
    """A sentence when the SQLite in use can damage its file, else `None`."""
    major, minor, patch = (int(part) for part in sqlite_module.sqlite_version.split("."))
    fixed_in = SQLITE_BACKPORTS.get((major, minor))
    if (major, minor, patch) >= SQLITE_FIXED or (fixed_in is not None and patch >= fixed_in):
        return None
    return (
        f"SQLite {sqlite_module.sqlite_version} has a fault in its write-ahead log that can damage "
        "the database (mended in 3.51.3). Back up often, or install the pysqlite3 package."
    )
