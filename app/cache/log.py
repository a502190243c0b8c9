"""Reads the log of changes; that nothing is new costs almost nothing."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy.exc import DBAPIError

from app.change_log import CHANNEL, EVERYTHING, PRIVATE_TABLES, VOTED_TABLES
from app.db import Database
from app.engines import sqlite_module

MAX_ROWS = 2000  # read at once; more than that change everything
RETRY_SECONDS = 5.0
CACHE_KB = 1000  # of pages of the file that SQLite keeps for a thread, for short statements
_READ = "SELECT number, name FROM changes WHERE number > {} ORDER BY number LIMIT {}"
_ENDS = "SELECT coalesce(min(number), 0), coalesce(max(number), 0) FROM changes"

DIGEST_BYTES = 16
MAX_STATEMENTS = 2_000  # of which it is known what they read
_SENSITIVE = VOTED_TABLES | PRIVATE_TABLES
# Where a table can stand. A column may, too, but to ask again for its name does no harm.
_TABLES = re.compile(r'(?:\b(?:FROM|JOIN)\b|,)[\s("]*(\w+)', re.IGNORECASE)

Rows = list[tuple[int, str]]
Read = tuple[str, Any]  # a statement of the driver and its values


class LogUnavailable(Exception):
    """The log cannot be read now, so that no kept page may be shown."""


class LogReader(ABC):
    """What one process knows of the log.

    `version` tells apart two states of the database in a thread; as long as it stays the same,
    nothing was committed since.
    """

    _mark = "?"  # of a value, in statements of the driver
    is_local = True  # whether reading it takes no time to speak of
    tells_all = False  # whether each commit changes the version, also one that logs nothing

    @abstractmethod
    def version(self) -> object:
        """The state of the database, as this thread sees it. Raises LogUnavailable."""

    def read(self, after: int) -> tuple[int, Rows]:
        """The rows after a number, and the newest number.

        When rows between are gone, or there are too many, it is one row that says `EVERYTHING`.
        Raises LogUnavailable.
        """
        first, newest = self._query(_ENDS, ())[0]
        if newest == after:
            return newest, []
        if newest < after or first > after + 1:
            return newest, [(newest, EVERYTHING)]
        rows = self._query(_READ.format(self._mark, MAX_ROWS + 1), (after,))
        if len(rows) > MAX_ROWS:
            return newest, [(newest, EVERYTHING)]
        return (rows[-1][0] if rows else newest), [(number, name) for number, name in rows]

    def digest(self, reads: Iterable[Read], number: int) -> bytes | None:
        """What statements answer now, in short; `None` after any change since a number.

        Raises LogUnavailable.
        """
        digest = digest_answers(self._query(*read) for read in reads)
        return digest if self._query(_ENDS, ())[0][1] == number else None

    def close(self) -> None:  # noqa: B027  (not every reader has any)
        """Let go of connections."""

    @abstractmethod
    def _query(self, statement: str, values: Any) -> list[Any]: ...


def digest_answers(answers: Iterable[Any]) -> bytes:
    """What statements answered, in short: `DIGEST_BYTES` for each."""
    texts = (repr(rows).encode() for rows in answers)
    return b"".join(hashlib.blake2b(each, digest_size=DIGEST_BYTES).digest() for each in texts)


@lru_cache(maxsize=MAX_STATEMENTS)
def may_follow_votes(statement: str) -> bool:
    """Whether a statement may answer something else after a vote.

    What the log does not tell of may change with one, too.
    """
    return not _SENSITIVE.isdisjoint(_TABLES.findall(statement))


class MemoryReader(LogReader):
    """Of a database in memory, which has one connection, and so one process that writes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.engine.raw_connection().driver_connection

    def version(self) -> object:
        return self._database.commits.read()

    def _query(self, statement: str, values: Any) -> list[Any]:
        assert self._connection is not None
        found: list[Any] = self._connection.execute(statement, values).fetchall()
        return found


class SQLiteReader(LogReader):
    """Of a file.

    `PRAGMA data_version` changes with every commit of another connection
    (sqlite.org/pragma.html#pragma_data_version), so each thread keeps one on which nothing is
    written, and which has no transaction open: inside one it would see the past. Each connection
    begins with the same number, so the version also says which connection it is.
    """

    tells_all = True

    def __init__(self, path: str) -> None:
        self._path = path
        self._kept = threading.local()
        self._opened = count()

    def version(self) -> object:
        try:
            number: int = self._connection().execute("PRAGMA data_version").fetchone()[0]
        except sqlite_module.Error as error:
            raise self._lost(error) from error
        return self._kept.serial, number

    def close(self) -> None:
        if (connection := self._kept.__dict__.pop("connection", None)) is not None:
            connection.close()

    def _connection(self) -> Any:
        found = self._kept.__dict__.get("connection")
        if found is None:
            found = sqlite_module.connect(
                self._path, isolation_level=None, timeout=1.0, check_same_thread=False
            )
            found.execute("PRAGMA query_only = ON")
            found.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            self._kept.connection, self._kept.serial = found, next(self._opened)
        return found

    def _query(self, statement: str, values: Any) -> list[Any]:
        try:
            found: list[Any] = self._connection().execute(statement, values).fetchall()
        except sqlite_module.Error as error:
            raise self._lost(error) from error
        return found

    def _lost(self, error: Exception) -> LogUnavailable:
        self.close()  # what has failed once may go on failing when the file is well again
        return LogUnavailable(str(error))


class PostgreSQLReader(LogReader):
    """Of a server: a thread listens for what it tells of commits.

    While nobody listens, the log counts as unavailable.
    """

    is_local = False  # it is on another machine, perhaps
    _mark = "%s"

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notified = 0
        self._is_listening = False
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def version(self) -> object:
        if self._thread is None:
            self._start()
        if not self._is_listening:
            raise LogUnavailable("nobody listens")
        return self._notified, self._database.commits.read()

    def close(self) -> None:
        self._is_closed.set()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, daemon=True)
                self._thread.start()

    def _listen(self) -> None:
        import psycopg

        address = self._database.engine.url.set(drivername="postgresql")
        while not self._is_closed.is_set():
            try:
                with psycopg.connect(
                    address.render_as_string(hide_password=False), autocommit=True
                ) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._notified += 1  # whatever was told before, nobody heard
                    self._is_listening = True
                    while not self._is_closed.is_set():
                        for _ in connection.notifies(timeout=RETRY_SECONDS):
                            self._notified += 1
            except psycopg.Error:
                logging.getLogger(__name__).warning(
                    "The database tells of no changes; pages are not cached meanwhile"
                )
            finally:
                self._is_listening = False
            self._is_closed.wait(RETRY_SECONDS)

    def _query(self, statement: str, values: Any) -> list[Any]:
        try:
            with self._database.engine.connect() as connection:
                result = connection.exec_driver_sql(statement, values)
                return [tuple(row) for row in result]
        except DBAPIError as error:
            raise LogUnavailable(str(error.orig)) from error


def open_log(database: Database) -> LogReader:
    """The reader that fits a database."""
    url = database.engine.url
    if database.engine.dialect.name == "postgresql":
        return PostgreSQLReader(database)
    if not url.database or url.database == ":memory:":
        return MemoryReader(database)
    return SQLiteReader(url.database)
