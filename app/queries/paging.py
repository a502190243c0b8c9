"""Pages of a list that stay where they are while new rows arrive.

A page's address names the row it begins after (a cursor), not a row number. A cursor is the sort
value and the id of a row, written `value~id`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session


@dataclass(frozen=True)
class Order:
    """Descending order by one column, then by id; `parse` reads the column's value back."""

    column: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[int]
    parse: Callable[[str], Any]


@dataclass(frozen=True)
class Slice:
    """The rows of a page, and the cursors of the pages around it (`None`: there is none)."""

    rows: list[Any]
    before: str | None
    after: str | None


def parse_moment(value: str) -> datetime:
    """A moment out of a cursor: microseconds since 1970."""
    return datetime.fromtimestamp(int(value) / 1_000_000, UTC)


def take(
    session: Session,
    query: Select[Any],
    order: Order,
    *,
    size: int,
    after: str | None = None,
    before: str | None = None,
    skip: int = 0,
) -> Slice:
    """One page of `query`: the rows after or before a cursor, or after `skip` rows.

    A cursor that cannot be read is ignored: the first page then. One query.
    """
    backwards = before is not None
    cursor = _read(before if backwards else after, order)
    if cursor is None:
        backwards = False
    value, row_id = order.column, order.id
    if cursor is not None:
        at, number = cursor
        beyond = value > at if backwards else value < at
        beside = row_id > number if backwards else row_id < number
        query = query.where(or_(beyond, and_(value == at, beside)))
    directions = (value.asc(), row_id.asc()) if backwards else (value.desc(), row_id.desc())
    query = query.order_by(*directions).limit(size + 1)
    if cursor is None and skip:
        query = query.offset(skip)
    rows: Sequence[Any] = session.scalars(query).unique().all()
    more = len(rows) > size
    rows = list(rows[:size])
    if backwards:
        rows = rows[::-1]
    elsewhere = cursor is not None or skip > 0
    has_before = more if backwards else elsewhere
    has_after = True if backwards else more
    return Slice(
        rows,
        _write(rows[0], order) if rows and has_before else None,
        _write(rows[-1], order) if rows and has_after else None,
    )


def _write(row: Any, order: Order) -> str:
    value = getattr(row, order.column.key)
    if isinstance(value, datetime):
        value = round(value.timestamp() * 1_000_000)
    elif isinstance(value, float):
        value = value.hex()
    return f"{value}~{row.id}"


def _read(cursor: str | None, order: Order) -> tuple[Any, int] | None:
    if not cursor or len(cursor) > 80:
        return None
    value, _, number = cursor.rpartition("~")
    try:
        return order.parse(value), max(min(int(number), 2**31 - 1), 0)
    except (ValueError, OverflowError, OSError):
        return None
