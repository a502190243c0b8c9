"""Pages of a list that stay where they are while new rows arrive.

A page's address names the row it begins after (a cursor), not a row number. A cursor is the sort
values and the id of a row, written `value~id`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Label, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

MAX_INT = 2**31 - 1
MAX_BIGINT = 2**63 - 1
MAX_CURSOR_CHARS = 80


@dataclass(frozen=True)
class Order:
    """Descending order by columns, then by id; an index has them all, in this order.

    Attributes:
        columns: what is ordered by; a row has an attribute of each name.
        id: the last column, a whole number.
        parse: reads a column's value back, one function for each.
        name: of the row's attribute that is its id.
    """

    columns: tuple[InstrumentedAttribute[Any] | Label[Any], ...]
    id: InstrumentedAttribute[int]
    parse: tuple[Callable[[str], Any], ...]
    name: str = "id"


@dataclass(frozen=True)
class Slice:
    """The rows of a page, and the cursors of the pages around it.

    A cursor is `None` where there is no such page.
    """

    rows: list[Any]
    before: str | None
    after: str | None


def parse_whole(value: str) -> int:
    """A whole number out of a cursor, no larger than a column can be."""
    return max(min(int(value), MAX_BIGINT), -MAX_BIGINT)


def parse_small(value: str) -> int:
    """The same, for a column of PostgreSQL's `integer`."""
    return max(min(int(value), MAX_INT), -MAX_INT)


def parse_moment(value: str) -> datetime:
    """A moment out of a cursor: microseconds since 1970."""
    return datetime.fromtimestamp(int(value) / 1_000_000, UTC)


def take_page(
    session: Session,
    query: Select[Any],
    order: Order,
    *,
    size: int,
    after: str | None = None,
    before: str | None = None,
    skip: int = 0,
    entities: bool = True,
) -> Slice:
    """One page of `query`: the rows after or before a cursor, or after `skip` rows.

    A cursor that cannot be read is ignored: the first page then. One query, which gives entities,
    or else rows of columns.
    """
    backwards = before is not None
    cursor = _read(before if backwards else after, order)
    if cursor is None:
        backwards = False
    columns = (*order.columns, order.id)
    if cursor is not None:
        # Compared as rows, so that the database begins to read there, and not at the first row.
        here = tuple_(*columns)
        there = tuple_(
            *(literal(value, column.type) for value, column in zip(cursor, columns, strict=True))
        )
        query = query.where(here > there if backwards else here < there)
    directions = [column.asc() if backwards else column.desc() for column in columns]
    query = query.order_by(*directions).limit(size + 1)
    if cursor is None and skip:
        query = query.offset(skip)
    rows: Sequence[Any] = (
        session.scalars(query).unique().all()
        if entities
        else session.connection().execute(query).all()
    )
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
    values = [getattr(row, column.key) for column in order.columns]
    return "~".join((*map(_write_value, values), str(getattr(row, order.name))))


def _write_value(value: Any) -> str:
    if isinstance(value, datetime):
        return str(round(value.timestamp() * 1_000_000))
    return value.hex() if isinstance(value, float) else str(value)


def _read(cursor: str | None, order: Order) -> tuple[Any, ...] | None:
    if not cursor or len(cursor) > MAX_CURSOR_CHARS:
        return None
    *values, number = cursor.split("~")
    try:
        read = [parse(value) for parse, value in zip(order.parse, values, strict=True)]
        return *read, max(parse_small(number), 0)
    except (ValueError, OverflowError, OSError):
        return None
