"""The database: declarative base, column types, engine and sessions.

SQLite is opened in write-ahead mode with full synchronisation, so that a post that was acknowledged
survives a power cut. A session reads until `begin_writing`, which opens a transaction with
`BEGIN IMMEDIATE`: SQLite then queues writers instead of failing one that read first and wrote
later, and slow work (rendering, password hashes) is done before the queue. A reading transaction
cannot write at all, so that nobody forgets.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, create_engine, event, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

from app.change_log import CommitMark, watch
from app.config import PROGRAM_NAME, BackupSettings
from app.logs import watch_slow_queries
from app.settings.bucket import BucketSettings
from app.settings.mail import NO_MAIL_SERVER, MailSettings
from app.statements import give_up, is_lost, run
from app.write_queue import WriteQueue, leave, take_waited

BUSY_TIMEOUT_MS = 5000
READING = {"writing": False, "postgresql_readonly": True}
WRITING = {"writing": True, "postgresql_readonly": False}
PAPERS_LOCK = 0x53686F72  # any number that nothing else in the database locks
# A connection that met one of these goes on failing when the database is well again: the
# transaction only reads, and cannot be made to write by a server in recovery.
POSTGRESQL_LOST = ("25006", "0A000")
DATA_ERRORS = "22"  # PostgreSQL's class of errors whose very message quotes a value
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
        site_url, site_name, password_cost, data_dir, backups, mail, bucket, licence: settings (see
            `Config`) that services need; they find them in `session.info` under the same names.
        outside: how jobs look papers up elsewhere (`app.services.lookup.asking.LookupSettings`);
            `None`: not at all.
        slow_query_ms: statements that take longer are logged; 0 logs none.
    """

    def __init__(
        self,
        url: str,
        *,
        site_url: str = "",
        site_name: str = PROGRAM_NAME,
        password_cost: int = 3,
        data_dir: Path = Path("instance"),
        backups: BackupSettings | None = None,
        slow_query_ms: int = 0,
        mail: MailSettings = NO_MAIL_SERVER,
        outside: object = None,
        bucket: BucketSettings | None = None,
        licence: str = "",
    ) -> None:
        self.engine = _create_engine(url)
        if slow_query_ms:
            watch_slow_queries(self.engine, slow_query_ms)
        on_server = self.engine.dialect.name == "postgresql"
        self.commits = CommitMark(data_dir / "commits" if on_server else None)
        watch(self.engine, self.commits)
        self.info: dict[Any, Any] = {
            "site_url": site_url,
            "link_base": site_url,  # the former may be taken from a request, this one never
            "site_name": site_name,
            "mail": mail,
            "outside": outside,
            "password_cost": password_cost,
            "data_dir": data_dir,
            "backups": backups,
            "bucket": bucket,
            "licence": licence,
            "commits": self.commits,
        }

    def session(self) -> Session:
        """A new session that reads, until `begin_writing`; the caller closes it."""
        return Session(self.engine, expire_on_commit=False, info=dict(self.info))

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """A connection whose transaction may rebuild tables; it is committed at the end.

        SQLite rebuilds a table by dropping the old one, and with foreign keys on that deletes all
        that refers to it. They cannot be switched off inside a transaction, so they are before,
        and every reference is checked before the commit.
        """
        with self.engine.connect().execution_options(**WRITING, migrating=True) as connection:
            try:
                with connection.begin():
                    yield connection
                    if connection.dialect.name == "sqlite":
                        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                        if broken:
                            raise RuntimeError(f"The migration broke references: {broken[:5]}")
            finally:
                if connection.dialect.name == "sqlite":
                    _raw(connection).execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        self.engine.dispose()


@event.listens_for(Session, "after_commit")
def _mark_commit(session: Session) -> None:
    mark: CommitMark | None = session.info.get("commits")
    if mark is not None:
        mark.change_if_expected()


def begin_writing(session: Session) -> None:
    """Let this session write: its reading transaction ends, one that writes begins.

    Every service calls it when it has done what needs no database. Does nothing in a session that
    writes already, so that services can call each other.
    """
    if session.in_transaction():
        if session.connection().get_execution_options().get("writing"):
            return
        if session.in_nested_transaction():
            raise RuntimeError("A session begins to write before its first savepoint.")
        session.commit()
    try:
        session.connection(execution_options=WRITING)
    except OperationalError as error:
        if error.orig is None or not is_lost(error.orig):
            raise
        session.rollback()  # the pool is empty now: this opens the file, which may be well again
        session.connection(execution_options=WRITING)


def _create_engine(url: str) -> Engine:
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
        "cache_size = -32000",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_on_sqlite(connection: Connection) -> None:
    """Begin a transaction that reads or writes, as the connection's options say."""
    options = connection.get_execution_options()
    writing = options.get("writing", False)
    cursor = _raw(connection)
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


def _raw(connection: Connection) -> Any:
    """The driver's own connection, for what must not begin a transaction."""
    return connection.connection.driver_connection


def lock_papers(session: Session, *, alone: bool) -> None:
    """Lock the list of papers until the transaction ends.

    One transaction that adds papers, or many that link to them, hold it at a time.

    Else two could add the same paper, or a link be saved in the moment in which its target is
    added, without either seeing the other. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        take = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        session.execute(select(take(PAPERS_LOCK)))


def insert_missing(
    session: Session, table: type[Base], rows: Sequence[dict[str, Any]], unique: Sequence[str]
) -> None:
    """Insert rows, passing over those whose `unique` columns exist already: exact under races."""
    if not rows:
        return
    # In one order everywhere, or two transactions could wait for each other.
    rows = sorted(rows, key=lambda row: [str(row[name]) for name in unique])
    session.flush()
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    # Past the session, which would take a list of rows for its own objects.
    run(session.connection(), _insert_or_pass(table, tuple(unique), is_sqlite), rows)


@cache
def _insert_or_pass(table: type[Base], unique: tuple[str, ...], is_sqlite: bool) -> Any:
    """Made once for each table: making it takes longer than a row does."""
    insert = sqlite_insert if is_sqlite else postgresql_insert
    return insert(table).on_conflict_do_nothing(index_elements=unique)


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
