"""Rows in every table that a database has, whatever its schema."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Table,
    inspect,
)
from sqlalchemy.engine import Connection

from app.services.operation.backup import rows

MOMENT = datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=UTC).replace(tzinfo=None)
_ALLOWED = re.compile(
    r"(\w+)\)?(?:::\w+)*\s*(?:IN|= ANY)\s*\(+(?:ARRAY\[)?([^)\]]+)", re.IGNORECASE
)
SNAPSHOT = {"summary": {"source": "S", "imported_votes": 0}, "paper": {"title_folded": "t"}}
# What the program reads back, and so is not any text.
SPECIAL: dict[str, Any] = {
    "visibility": "public",
    "read": "parts",
    "made": "hand",
    "licence": "CC-BY-4.0",
    "kind": "key",
    "role": "member",
    "data": SNAPSHOT,
    "reasons": [["words", "graph"]],
    "details": {"pages": "1–2"},
    "retraction_state": {"nature": "retraction", "date": "2021-03-04", "reasons": [], "url": ""},
    "year": 2016,
    "position": 0,
    "renderer_version": 1,
}


def fill_every_table(connection: Connection, count: int = 2) -> None:
    """Put rows into every table that is empty: each refers to the same row of other tables."""
    names = [table.name for table in rows.list_tables(connection)]
    empty = [name for name in names if _is_empty(connection, name)]
    if not empty:
        return
    metadata = MetaData()
    metadata.reflect(connection, only=empty)  # and what these refer to
    made: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        ordered = table.select().order_by(*table.primary_key.columns)
        kept = [dict(row._mapping) for row in connection.execute(ordered)]
        made[table.name] = kept
        if kept:  # a migration has
            continue
        for number in range(1, count + 1):
            row = _make_row(connection, table, number, made)
            connection.execute(table.insert(), row)
            made[table.name].append(row)
    rows.write_sequences(connection, {})


def _is_empty(connection: Connection, name: str) -> bool:
    return connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() is None


def _make_row(
    connection: Connection, table: Table, number: int, made: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    allowed = _allowed_values(connection, table)
    return {
        column.name: _make_value(table, column, number, made, allowed)
        for column in table.columns
        if column.computed is None
    }


def _make_value(
    table: Table,
    column: Column[Any],
    number: int,
    made: dict[str, list[dict[str, Any]]],
    allowed: dict[str, str],
) -> Any:
    for key in column.foreign_keys:
        there = made.get(key.column.table.name, [])
        # What refers to its own table refers to the first row, and that to nothing.
        if number <= len(there):
            return there[number - 1][key.column.name]
        return None if column.nullable else there[0][key.column.name]
    if column.name in allowed:
        return allowed[column.name]
    if column.name in SPECIAL and not (column.primary_key and len(table.primary_key) == 1):
        return SPECIAL[column.name]
    kind = column.type
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Float):
        return number + 0.1
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, DateTime):
        return MOMENT + timedelta(days=number)
    if isinstance(kind, Date):
        return date(2026, 11, number)
    if isinstance(kind, JSON):
        return {"number": number, "text": "“Łódź”"}
    text = f"{column.name} Łódź\n\t𝔸 \"'{number}"
    if column.primary_key or column.unique or "hash" in column.name or "name" in column.name:
        text = f"{column.name.replace('_', '-')}-{number}"
    length = getattr(kind, "length", None)
    return text if length is None else text[-length:]


def _allowed_values(connection: Connection, table: Table) -> dict[str, str]:
    """The first value that each column may have, of those that a constraint lists."""
    found = {}
    for constraint in inspect(connection).get_check_constraints(table.name):
        match = _ALLOWED.search(constraint["sqltext"])
        if match is not None:
            value = match[2].split(",")[0].strip().split("::")[0].strip("'\" ")
            found[match[1]] = value
    return found
