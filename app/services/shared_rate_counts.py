"""Counts of requests that all processes share, for the rate limits.

With PostgreSQL they are in a table of its database, which all machines use; with SQLite in a file
of their own, so that counting neither waits for who writes nor puts pages out of date. They are no
part of the library: no backup has them, and a crash may lose them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any

from limits.storage import Storage

from app.config import Config
from app.db import Database
from app.engines import sqlite_module
from app.services import rate_counts
from app.services.rate_counts import SWEEP_SECONDS, MemoryCounts

SCHEME = "database"
FILE = "rate-counts.sqlite3"  # in the data directory
BUSY_SECONDS = 1.0  # for which another process may keep us waiting
RETRY_SECONDS = 5.0  # after a failure, in which this process counts by itself

_MAKE = (
    "CREATE {kind} TABLE IF NOT EXISTS rate_counts"
    " (key VARCHAR(200) PRIMARY KEY, ends_at DOUBLE PRECISION NOT NULL, count INTEGER NOT NULL)"
)
# A window begins anew when it has ended; what is taken back never gives more.
_COUNT = """
INSERT INTO rate_counts (key, ends_at, count) VALUES (:key, :ends_at, :first)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN rate_counts.ends_at <= :now THEN :first
    WHEN rate_counts.count + :amount < 0 THEN 0 ELSE rate_counts.count + :amount END,
  ends_at = CASE WHEN rate_counts.ends_at <= :now THEN :ends_at ELSE rate_counts.ends_at END
RETURNING count
"""
_FIND = "SELECT count, ends_at FROM rate_counts WHERE key = :key AND ends_at > :now"
_CLEAR = "DELETE FROM rate_counts WHERE key = :key"
_SWEEP = "DELETE FROM rate_counts WHERE ends_at <= :now"
_RESET = "DELETE FROM rate_counts"

_log = logging.getLogger(__name__)


class SharedCounts(Storage):
    """Counts in fixed windows, in a table.

    While the table cannot be used, this process counts by itself: nobody is refused for that.

    Args:
        connect: opens a connection (DB-API 2.0) that commits by itself, with the table there.
        error: what it raises.
        mark: how it writes a named value, with `{}` for the name.
    """

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012  (the library's own form)
    base_exceptions = ValueError

    def __init__(
        self,
        uri: str | None = None,
        wrap_exceptions: bool = False,
        *,
        connect: Callable[[], Any],
        error: type[Exception],
        mark: str,
    ) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._connect, self._error = connect, error
        names = ("key", "ends_at", "first", "now", "amount")
        self._marks = {f":{name}": mark.format(name) for name in names}
        self._statements: dict[str, str] = {}
        self._lock = Lock()
        self._connection: Any = None
        self._next_sweep = 0.0
        self._retry_at = 0.0
        self._own = MemoryCounts()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count requests, and tell how many there are in the present window.

        Args:
            expiry: seconds of a window.
        """
        now = time.time()
        first = max(0, amount)
        values = {"key": key, "ends_at": now + expiry, "now": now, "first": first, "amount": amount}
        rows = self._run(_COUNT, values)
        return self._own.incr(key, expiry, amount) if rows is None else int(rows[0][0])

    def get(self, key: str) -> int:
        rows = self._run(_FIND, {"key": key, "now": time.time()})
        if rows is None:
            return self._own.get(key)
        return int(rows[0][0]) if rows else 0

    def get_expiry(self, key: str) -> float:
        """The end of the present window, in seconds since 1970."""
        now = time.time()
        rows = self._run(_FIND, {"key": key, "now": now})
        if rows is None:
            return self._own.get_expiry(key)
        return float(rows[0][1]) if rows else now

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        self._run(_RESET, {})
        return self._own.reset()

    def clear(self, key: str) -> None:
        self._run(_CLEAR, {"key": key})
        self._own.clear(key)

    def _run(self, statement: str, values: Mapping[str, Any]) -> list[Any] | None:
        """What a statement returns; `None` while the table cannot be used."""
        now = time.monotonic()
        with self._lock:
            if now < self._retry_at:
                return None
            try:
                if self._connection is None:
                    self._connection = self._connect()
                if now >= self._next_sweep:
                    self._execute(_SWEEP, {"now": time.time()})
                    self._next_sweep = now + SWEEP_SECONDS
                return self._execute(statement, values)
            except self._error as error:
                _log.warning("Requests cannot be counted together: %s", type(error).__name__)
                self._retry_at = now + RETRY_SECONDS
                self._drop_connection()
                return None

    def _execute(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        text = self._statements.get(statement)
        if text is None:
            text = statement
            for ours, theirs in self._marks.items():
                text = text.replace(ours, theirs)
            self._statements[statement] = text
        cursor = self._connection.cursor()
        try:
            cursor.execute(text, values)
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(self._error):
                connection.close()


def choose_storage(config: Config, database: Database) -> tuple[str, dict[str, Any]]:
    """Where Flask-Limiter counts: its storage's address, and the options of that.

    A library in memory has one process.
    """
    engine = database.engine
    if config.rate_limit_storage != f"{SCHEME}://":
        is_own = config.rate_limit_storage == "memory://"
        return (f"{rate_counts.SCHEME}://" if is_own else config.rate_limit_storage), {}
    if engine.dialect.name == "postgresql":
        options = {"connect": partial(_open_table, database), "mark": "%({})s"}
        return config.rate_limit_storage, {**options, "error": engine.dialect.loaded_dbapi.Error}
    if not engine.url.database or engine.url.database == ":memory:":
        return f"{rate_counts.SCHEME}://", {}
    path = str(config.data_dir / FILE)
    options = {"connect": partial(_open_file, path), "mark": ":{}"}
    return config.rate_limit_storage, {**options, "error": sqlite_module.Error}


def _open_file(path: str) -> Any:
    connection = sqlite_module.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF"):
        connection.execute(statement)
    connection.execute(_MAKE.format(kind=""))
    return connection


def _open_table(database: Database) -> Any:
    dialect = database.engine.dialect
    arguments, options = dialect.create_connect_args(database.engine.url)
    options["connect_timeout"] = int(RETRY_SECONDS)
    connection: Any = dialect.loaded_dbapi.connect(*arguments, **options)
    connection.autocommit = True
    connection.execute(f"SET statement_timeout = {int(BUSY_SECONDS * 1000)}")
    with suppress(dialect.loaded_dbapi.IntegrityError):  # another process makes it just now
        connection.execute(_MAKE.format(kind="UNLOGGED"))
    return connection
