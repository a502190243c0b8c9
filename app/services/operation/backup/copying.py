"""Copy a library to another database, of either kind, in one transaction."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from app.change_log import log_everything
from app.db import Database
from app.services.bulk import copy_rows
from app.services.operation import schema
from app.services.operation.backup import rows
from app.services.operation.backup.archive import NotALibrary
from app.services.operation.backup.restore import fill_anew, has_library

MAX_SHOWN_CHARS = 60  # of a key in a message


class CannotCopy(Exception):
    """A library is not copied; the message says why, for the administrator."""


class CopyDiffers(CannotCopy):
    """What arrived differs from what was sent; `tables` says where."""

    def __init__(self, tables: Sequence[TableComparison]) -> None:
        super().__init__("The copy differs from the library. Nothing of it was kept.")
        self.tables = tables


@dataclass(frozen=True)
class TableComparison:
    """The rows of a table on both sides."""

    name: str
    source: rows.ContentHash
    target: rows.ContentHash

    @property
    def is_same(self) -> bool:
        return self.source == self.target


@dataclass(frozen=True)
class CopyStep:
    """How many rows were copied or compared, of so many."""

    done: int
    total: int


def copy_library(
    source: Engine, target: Database
) -> Generator[CopyStep, None, list[TableComparison]]:
    """Copy all rows to a database without accounts and papers.

    The source is read as it is at one moment. The target gets the schema of the source by the same
    migrations, and everything or nothing: a copy that is interrupted leaves it as it was.

    Args:
        source: nothing is written to it.
        target: without tables, or with those of the same schema.

    Yields:
        After each batch of rows.

    Returns:
        What both sides hold of each table.

    Raises:
        NotALibrary: when the source has no tables of ours.
        SchemaTooNew: when a newer version of the program wrote the source.
        CannotRestore: when the target holds tables of another program.
        CannotCopy: when the target is not empty, or cannot hold a row.
    """
    with rows.open_snapshot(source) as connection:
        revision = schema.read_revision(connection)
        if revision is None:
            raise NotALibrary
        schema.check_known(connection)
        if not schema.is_newest_revision(revision):
            raise CannotCopy(
                f"The library has the schema of an older version ({revision}). Start `shortlist"
                " serve` once, which upgrades it."
            )
        has_tables = _check_target(target.engine, revision)
        try:
            with target.migration() as filled:
                if not has_tables:
                    schema.run_migrations(filled, revision)
                comparisons = yield from _copy_rows(connection, filled)
                if filled.dialect.name == "postgresql":
                    filled.exec_driver_sql("ANALYZE")  # it plans badly without
                log_everything(filled)
        except RuntimeError as error:  # of SQLite's check of references
            raise CannotCopy(str(error)) from None
    return comparisons


def _check_target(target: Engine, revision: str) -> bool:
    """Refuse a target that cannot take a library; whether it has its tables already."""
    with target.connect() as connection:
        if has_library(connection):
            raise CannotCopy(
                "The target holds a library already. Name an empty database: nothing is replaced."
            )
        there = schema.read_revision(connection)
    if there not in (None, revision):
        raise CannotCopy(
            f"The target has schema {there}, the library {revision}. Name a database without"
            " tables."
        )
    return there is not None


def _copy_rows(
    source: Connection, target: Connection
) -> Generator[CopyStep, None, list[TableComparison]]:
    tables = {table.name: table for table in rows.list_tables(source)}
    there = {table.name: table for table in rows.list_tables(target)}
    if {name: table.columns for name, table in tables.items()} != {
        name: table.columns for name, table in there.items()
    }:
        raise CannotCopy("The tables of the library are not those of its schema.")
    total = 2 * sum(_count(source, name) for name in tables)  # copied, then compared
    sent = {name: rows.ContentHash() for name in tables}
    arrived = {name: rows.ContentHash() for name in tables}
    done = 0
    with fill_anew(target, tables):
        for name, table in tables.items():
            for lines in rows.read_lines(source, table):
                _count_in(sent[name], lines)
                batch = [rows.parse_line(line, table.columns) for line in lines]
                _insert(target, there[name], batch)
                done += len(lines)
                yield CopyStep(done, total)
        rows.write_sequences(target, rows.read_sequences(source))
    for name, table in there.items():
        for lines in rows.read_lines(target, table):
            _count_in(arrived[name], lines)
            done += len(lines)
            yield CopyStep(done, total)
    compared = [TableComparison(name, sent[name], arrived[name]) for name in tables]
    if not all(each.is_same for each in compared):
        raise CopyDiffers([each for each in compared if not each.is_same])
    return compared


def _count(connection: Connection, name: str) -> int:
    # Of our own tables.
    return connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0  # noqa: S608


def _count_in(content: rows.ContentHash, lines: Sequence[bytes]) -> None:
    for line in lines:
        content.add(line)


def _insert(target: Connection, table: rows.StoredTable, batch: list[rows.Row]) -> None:
    try:
        copy_rows(target, table.name, table.columns, batch)
    except (DBAPIError, target.dialect.loaded_dbapi.Error) as error:
        if getattr(error, "connection_invalidated", False):
            raise
        misfit = None
        if target.dialect.name == "postgresql":
            misfit = next(_find_misfits(table, batch), None)
        said = misfit or f"A row of {table.name} does not fit into the target."
        raise CannotCopy(said) from error


def _find_misfits(table: rows.StoredTable, batch: list[rows.Row]) -> Iterator[str]:
    """Sentences about values that PostgreSQL refuses and SQLite keeps."""
    for row in batch:
        values = dict(zip(table.columns, row, strict=True))
        for (name, value), kind in zip(values.items(), table.types, strict=True):
            reason = _find_reason(value, kind)
            if reason:
                yield f"{_name_row(table.name, values)}: its {name} {reason}"


def _find_reason(value: Any, kind: TypeEngine[Any]) -> str:
    if isinstance(value, str):
        if "\0" in value:
            return (
                "contains a NUL character, which PostgreSQL cannot store. Remove the character,"
                " then copy again."
            )
        length = getattr(kind, "length", None) if isinstance(kind, String) else None
        if length is not None and len(value) > length:
            return f"has {len(value):,} characters, and PostgreSQL stores {length:,}."
    if isinstance(kind, Integer) and isinstance(value, int):
        bits = 63 if isinstance(kind, BigInteger) else 31
        if not -(2**bits) <= value < 2**bits:
            return "is a number larger than PostgreSQL stores."
    return ""


def _name_row(table: str, values: Mapping[str, Any]) -> str:
    """Which row it is, by its number or by the names that tell rows apart; never by a text."""
    named = {
        name: value
        for name, value in values.items()
        if name in ("id", "number") or name.endswith("_id")
    }
    if "id" in named:
        named = {"id": named["id"]}
    told = ", ".join(f"{name} {value}" for name, value in named.items() if value is not None)
    return f"A row of {table} ({told[:MAX_SHOWN_CHARS]})" if told else f"A row of {table}"
