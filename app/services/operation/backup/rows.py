"""The rows of a database as lines of JSON, the same from SQLite and PostgreSQL.

A line holds the values of one row, in the order of the columns' names: text, numbers, booleans and
nothing; a moment is `2026-11-30 14:00:00.000000` in UTC, and JSON is text as it is stored. Tables
are found in the database itself, so that one of an older schema is read as well. What the database
makes itself is left out: indexes for search, and computed columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, inspect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.types import JSON, TypeEngine

BATCH = 1000  # rows read or written at once
# A backup names the revision itself, and caches learn from the log of changes: they are empty then.
# Files that somebody sent to be read, and what was found, are not kept for long.
NOT_KEPT = frozenset(
    {
        *("alembic_version", "bibliographies", "bibliography_questions", "list_import_parts"),
        *("changes", "rate_counts"),
    }
)
_WHOLE = 2**256
_FTS5_PARTS = ("data", "idx", "content", "docsize", "config")  # sqlite.org/fts5.html, section 9
# The sequences of PostgreSQL, with the table and column that each numbers.
_SEQUENCES = """
    SELECT owner.relname, attname, sequence.oid::regclass::text
    FROM pg_class AS sequence
    JOIN pg_depend ON objid = sequence.oid AND deptype IN ('a', 'i')
    JOIN pg_class AS owner ON owner.oid = refobjid
    JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE sequence.relkind = 'S' AND sequence.relnamespace = current_schema()::regnamespace
"""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Row = list[Any]


@dataclass(frozen=True)
class StoredTable:
    """A table of a database, with its columns in the order of their names."""

    name: str
    columns: tuple[str, ...]
    types: tuple[TypeEngine[Any], ...] = field(repr=False, compare=False)


@dataclass
class ContentHash:
    """A hash of rows in any order: the sum of the hashes of all lines."""

    rows: int = 0
    total: int = 0

    def add(self, line: bytes) -> None:
        """Count a row in."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest())) % _WHOLE

    @property
    def value(self) -> str:
        return f"{self.total:064x}"


def hash_tables(tables: Mapping[str, ContentHash]) -> str:
    """One hash of all rows of a library."""
    lines = (f"{name} {table.rows} {table.value}\n" for name, table in sorted(tables.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@contextmanager
def open_snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the library as it is at one moment, whatever others write."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        # On SQLite a transaction that reads does so by itself, in write-ahead mode.
        with connection.begin():
            yield connection


def hash_database(connection: Connection) -> str:
    """The hash of all rows in a database, as a backup of it states it."""
    hashes = {}
    for table in list_tables(connection):
        hashes[table.name] = ContentHash()
        for batch in read_lines(connection, table):
            for line in batch:
                hashes[table.name].add(line)
    return hash_tables(hashes)


def list_tables(connection: Connection) -> list[StoredTable]:
    """The tables of a database whose rows make the library, by name."""
    inspector = inspect(connection)
    names = sorted(set(inspector.get_table_names()) - NOT_KEPT - _search_tables(connection))
    # Of all tables at once: PostgreSQL takes nearly as long for one.
    all_columns = inspector.get_multi_columns(filter_names=names)
    found = []
    for name in names:
        columns = {
            column["name"]: column["type"]
            for column in all_columns[None, name]
            if "computed" not in column
        }
        ordered = sorted(columns)
        found.append(StoredTable(name, tuple(ordered), tuple(columns[each] for each in ordered)))
    return found


def read_lines(connection: Connection, table: StoredTable) -> Iterator[list[bytes]]:
    """The rows of a table as lines, at most `BATCH` at a time."""
    on_server = connection.dialect.name == "postgresql"
    names = [
        f"CAST({name} AS text)" if on_server and isinstance(kind, JSON) else name
        for name, kind in zip(table.columns, table.types, strict=True)
    ]
    # The names are those of the database's own tables.
    statement = f"SELECT {', '.join(names)} FROM {table.name}"  # noqa: S608
    special = [
        (position, convert)
        for position, kind in enumerate(table.types)
        if (convert := _converter(kind)) is not None
    ]
    options = {"stream_results": True, "max_row_buffer": BATCH}
    with connection.exec_driver_sql(statement, execution_options=options) as result:
        for rows in result.partitions(BATCH):
            lines = []
            for row in rows:
                values = list(row)
                for position, convert in special:
                    if values[position] is not None:
                        values[position] = convert(values[position])
                lines.append(_encode(values).encode() + b"\n")
            yield lines


def _converter(kind: TypeEngine[Any]) -> Any:
    """What makes of a value of the driver the same for both databases; `None` when it is so."""
    if isinstance(kind, DateTime):
        return _format_moment
    if isinstance(kind, Boolean):
        return bool
    return str if isinstance(kind, Date) else None


def _format_moment(value: datetime | str) -> str:
    if isinstance(value, str):  # of SQLite, where a migration may have left out the fraction
        if len(value) == 26:
            return value
        value = datetime.fromisoformat(value)
    return value.isoformat(" ", "microseconds")


def parse_line(line: bytes, columns: Sequence[str]) -> Row:
    """The values of a line.

    Raises:
        ValueError: when it is no row of so many columns.
    """
    values = json.loads(line)
    plain = (str, int, float, type(None))  # a boolean is an int
    if (
        not isinstance(values, list)
        or len(values) != len(columns)
        or not all(isinstance(value, plain) for value in values)
    ):
        raise ValueError("no row of this table")
    return values


def read_sequences(connection: Connection) -> dict[str, int]:
    """The highest number that each table has given to a row.

    Only of those that never give one twice: all of PostgreSQL's, and of SQLite's those whose
    numbers must not come back.
    """
    if connection.dialect.name == "sqlite":
        if not inspect(connection).has_table("sqlite_sequence"):
            return {}
        given = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {name: number for name, number in given if number}
    found = {}
    for table, _, sequence in connection.exec_driver_sql(_SEQUENCES).all():
        # Of our own sequence.
        statement = f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608
        number, is_called = connection.exec_driver_sql(statement).one()
        if is_called and table not in NOT_KEPT:
            found[table] = int(number)
    return found


def write_sequences(connection: Connection, numbers: Mapping[str, int]) -> None:
    """Let no table give a number again that it has given."""
    if connection.dialect.name == "sqlite":
        for name, given in numbers.items():
            _write_sqlite_sequence(connection, name, given)
        return
    for table, column, sequence in connection.exec_driver_sql(_SEQUENCES).all():
        # Of our own table.
        highest = connection.exec_driver_sql(f"SELECT max({column}) FROM {table}")  # noqa: S608
        most = max(highest.scalar() or 0, numbers.get(table, 0))
        values = (sequence, max(most, 1), most > 0)
        connection.exec_driver_sql("SELECT setval(%s, %s, %s)", values)


def _write_sqlite_sequence(connection: Connection, name: str, given: int) -> None:
    query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
    sql = connection.exec_driver_sql(query, (name,)).scalar()
    if "AUTOINCREMENT" not in str(sql).upper():
        return
    connection.exec_driver_sql(
        "INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0"
        " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
        (name, name),
    )
    connection.exec_driver_sql(
        "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (given, name)
    )


def _search_tables(connection: Connection) -> set[str]:
    """SQLite's tables for full-text search, and those that these are made of."""
    if connection.dialect.name != "sqlite":
        return set()
    query = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
    found = set(connection.exec_driver_sql(query).scalars())
    return found | {f"{name}_{part}" for name in found for part in _FTS5_PARTS}
