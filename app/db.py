"""The database: declarative base, column types and sessions.

A session reads until `begin_writing`, which opens a transaction with `BEGIN IMMEDIATE`: SQLite then
queues writers instead of failing one that read first and wrote later, and slow work (rendering,
password hashes) is done before the queue. A reading transaction cannot write at all, so that nobody
forgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, event, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.change_log import CommitMark, watch
from app.config import PROGRAM_NAME, BackupSettings
from app.engines import WRITING, open_engine, raw_connection
from app.logs import watch_slow_queries
from app.settings.bucket import BucketSettings
from app.settings.mail import NO_MAIL_SERVER, MailSettings
from app.statements import connection_of, has_connection, is_lost, run

_TOO_LATE = "A session begins to write before its first savepoint."
PAPERS_LOCK = 0x53686F72  # any number that nothing else in the database locks


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
        self.engine = open_engine(url)
        if slow_query_ms:
            watch_slow_queries(self.engine, slow_query_ms)
        on_server = self.engine.dialect.name == "postgresql"
        self.commits = CommitMark(data_dir / "commits" if on_server else None)
        watch(self.engine, self.commits, run)
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
                    raw_connection(connection).execute("PRAGMA foreign_keys = ON")

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
    if has_connection(session):
        if connection_of(session).get_execution_options().get("writing"):
            return
        if session.in_nested_transaction():
            raise RuntimeError(_TOO_LATE)
        session.commit()
    elif session.in_nested_transaction():
        raise RuntimeError(_TOO_LATE)
    try:
        session.connection(execution_options=WRITING)
    except OperationalError as error:
        if error.orig is None or not is_lost(error.orig):
            raise
        # The pool is empty now: this opens the file, which may be well again. Nothing was begun, so
        # nothing is rolled back: that would lose what the session is to add.
        session.connection(execution_options=WRITING)


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
    run(connection_of(session), _insert_or_pass(table, tuple(unique), is_sqlite), rows)


@cache
def _insert_or_pass(table: type[Base], unique: tuple[str, ...], is_sqlite: bool) -> Any:
    """Made once for each table: making it takes longer than a row does."""
    insert = sqlite_insert if is_sqlite else postgresql_insert
    return insert(table).on_conflict_do_nothing(index_elements=unique)
