"""Fast ways into a database: SQLite without its indexes, which are made at the end; COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection

from app.db import Database

PRAGMAS = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "cache_size = -1000000",
    "foreign_keys = OFF",
)


@contextmanager
def filled(database: Database) -> Iterator[Connection]:
    """A connection that puts rows in fast; the indexes are there again at the end.

    SQLite gets no statistics, for no library has them.
    """
    with database.engine.connect().execution_options(
        writing=True, postgresql_readonly=False
    ) as connection:
        if connection.dialect.name == "sqlite":
            yield from _sqlite(connection)
        else:
            yield connection
            _set_sequences(connection)
            connection.commit()
            # By an option, which ends when the connection goes back to those that others take.
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("VACUUM ANALYZE")


def insert(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Put rows into a table."""
    raw: Any = connection.connection.driver_connection
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        return
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _sqlite(connection: Connection) -> Iterator[Connection]:
    raw: Any = connection.connection.driver_connection
    connection.exec_driver_sql("PRAGMA query_only = OFF")
    raw.commit()
    for pragma in PRAGMAS:
        raw.execute(f"PRAGMA {pragma}")
    later = raw.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql > ''"
    ).fetchall()
    raw.execute("BEGIN")
    for name, kind, _ in later:
        raw.execute(f"DROP {kind} {name}")
    yield connection
    for _, _, sql in later:
        raw.execute(sql)
    raw.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    raw.commit()
    connection.invalidate()  # nobody else shall have these settings


def _set_sequences(connection: Connection) -> None:
    """After rows with numbers of their own, the next one begins behind them."""
    found = connection.exec_driver_sql(
        "SELECT s.relname, t.relname, a.attname FROM pg_class s"
        " JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'a'"
        " JOIN pg_class t ON t.oid = d.refobjid"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
        " WHERE s.relkind = 'S'"
    ).all()
    for sequence, table, column in found:
        connection.exec_driver_sql(
            f"SELECT setval('{sequence}', coalesce(max({column}), 0) + 1, false) FROM {table}"
        )
