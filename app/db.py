"""The database: declarative base, column types, engine and sessions.

SQLite is opened in write-ahead mode with full synchronisation, so that a post that was acknowledged
survives a power cut. A session reads until `begin_writing`, which opens a transaction with
`BEGIN IMMEDIATE`: SQLite then queues writers instead of failing one that read first and wrote
later, and slow work (rendering, password hashes) is done before the queue. A reading transaction
cannot write at all, so that nobody forgets.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 5000
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


class Base(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, kept as UTC without zone (SQLite has none) and handed out aware."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


class Database:
    """One engine and the sessions on it.

    Args:
        url: SQLAlchemy address; `sqlite://` alone is a database in memory, for tests.
        site_url, password_cost: settings (see `Config`) that services need while they write; they
            find them in `session.info` under the same names.
    """

    def __init__(self, url: str, *, site_url: str = "", password_cost: int = 3) -> None:
        self.engine = _create_engine(url)
        self._info: dict[Any, Any] = {"site_url": site_url, "password_cost": password_cost}

    def session(self) -> Session:
        """A new session that reads, until `begin_writing`; the caller closes it."""
        return Session(self.engine, expire_on_commit=False, info=dict(self._info))

    def close(self) -> None:
        self.engine.dispose()


def begin_writing(session: Session) -> None:
    """Let this session write: its reading transaction ends, one that writes begins.

    Every service calls it when it has done what needs no database. Does nothing in a session that
    writes already, so that services can call each other.
    """
    if session.in_transaction():
        if session.connection().get_execution_options().get("writing"):
            return
        session.commit()
    session.connection(execution_options={"writing": True})


def _create_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=POOL_SIZE)
    in_memory = url in ("sqlite://", "sqlite:///:memory:")
    pool: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"pool_size": POOL_SIZE}
    engine = create_engine(
        url,
        module=sqlite_module,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        **pool,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
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
        "cache_size = -32000",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def insert_missing(
    session: Session, table: type[Base], rows: Sequence[dict[str, Any]], unique: Sequence[str]
) -> None:
    """Insert rows, passing over those whose `unique` columns exist already: exact under races."""
    if not rows:
        return
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    session.execute(insert(table).on_conflict_do_nothing(index_elements=list(unique)), rows)


def engine_version(session: Session) -> str:
    """Name and version of the database engine, for people."""
    if session.get_bind().dialect.name == "sqlite":
        return f"SQLite {sqlite_module.sqlite_version}"
    return f"PostgreSQL {session.scalar(text('SHOW server_version'))}"


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
