"""Pages of a list that stay where they are while new rows arrive.

A page's address names the row it begins after (a cursor), not a row number. A cursor is the sort
values and the id of a row, written `value~id`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Label, Select, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.statements import connection_of, read_rows

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
) -> Slice:
    """One page of `query`: the rows after or before a cursor, or after `skip` rows.

    A cursor that cannot be read is ignored: the first page then. One query.
    """
    place = _find_place(order, size=size, after=after, before=before, skip=skip)
    statement = _extend(query, order, place.way)
    rows = session.scalars(statement, place.values).unique().all()
    return _make_slice(rows, order, place)


def take_lines(
    session: Session, query: Select[Any], order: Order, values: Mapping[str, Any], **page: Any
) -> Slice:
    """The same of a query for columns that is made once.

    Args:
        query: with parameters (`bindparam`) for the values, which differ by request.
        page: see `take_page`.
    """
    place = _find_place(order, **page)
    statement = _extend_once(query, order, place.way)
    rows = read_rows(connection_of(session), statement, {**place.values, **values})
    return _make_slice(rows, order, place)


@dataclass(frozen=True)
class _Way:
    """How a page lies in its list, whatever its place."""

    backwards: bool
    has_cursor: bool
    has_skip: bool


@dataclass(frozen=True)
class _Place:
    way: _Way
    size: int
    values: dict[str, Any]


def _find_place(
    order: Order,
    *,
    size: int,
    after: str | None = None,
    before: str | None = None,
    skip: int = 0,
) -> _Place:
    cursor = _read(after if before is None else before, order)
    values: dict[str, Any] = {"page_size": size + 1}
    values |= {f"cursor_{number}": value for number, value in enumerate(cursor or ())}
    has_skip = cursor is None and skip > 0
    values |= {"page_skip": skip} if has_skip else {}
    way = _Way(before is not None and cursor is not None, cursor is not None, has_skip)
    return _Place(way, size, values)


def _extend(query: Select[Any], order: Order, way: _Way) -> Select[Any]:
    columns = (*order.columns, order.id)
    if way.has_cursor:
        # Compared as rows, so that the database begins to read there, and not at the first row.
        here = tuple_(*columns)
        there = tuple_(
            *(
                bindparam(f"cursor_{number}", type_=column.type)
                for number, column in enumerate(columns)
            )
        )
        query = query.where(here > there if way.backwards else here < there)
    directions = [column.asc() if way.backwards else column.desc() for column in columns]
    query = query.order_by(*directions).limit(bindparam("page_size", type_=Integer))
    return query.offset(bindparam("page_skip", type_=Integer)) if way.has_skip else query


_extend_once = lru_cache(maxsize=200)(_extend)


def _make_slice(found: Sequence[Any], order: Order, place: _Place) -> Slice:
    way = place.way
    more = len(found) > place.size
    rows = list(found[: place.size])
    if way.backwards:
        rows = rows[::-1]
    has_before = more if way.backwards else way.has_cursor or way.has_skip
    has_after = True if way.backwards else more
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
