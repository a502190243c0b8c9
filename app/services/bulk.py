"""Read and write many rows at once, past the session's objects.

For what adds thousands of papers a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.change_log import note_write
from app.db import Base
from app.engines import hide_values

BATCH = 500  # rows named in one statement


def split_into_batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Numbers in their order, each once, as many at a time as one statement names."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def among(
    session: Session, column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """`column IN values` as one parameter, however many values there are."""
    if is_sqlite(session):
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(literal(list(values), ARRAY(column.type)))


def reserve_ids(session: Session, table: type[Base], count: int) -> range | list[int]:
    """Numbers for new rows, in a session that writes."""
    name = table.__tablename__
    if is_sqlite(session):
        highest = session.scalar(select(func.max(table.__table__.c.id))) or 0
        return range(highest + 1, highest + 1 + count)
    take = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")
    return list(session.scalars(take, {"name": name, "n": count}))


def insert_rows(
    session: Session, table: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows whose values stand in the order of `columns`, as the driver takes them."""
    if not rows:
        return
    connection = session.connection()
    note_write(connection, table.__tablename__)
    copy_rows(connection, table.__tablename__, columns, rows)


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows into a table without a note in the log of changes.

    Args:
        table, columns: our own names only: they are not quoted.
        rows: of values in the order of `columns`, as the driver takes them.
    """
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {table} ({names}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        hide_values(error)
        if isinstance(error, connection.dialect.loaded_dbapi.IntegrityError):
            raise IntegrityError(statement, {}, error) from error  # as SQLAlchemy would
        raise
