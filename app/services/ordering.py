"""Order by hand: rows with a position, the highest first, with gaps between them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

GAP = 1 << 20  # between the positions of two rows
DIRECTIONS = ("up", "down", "top", "bottom")


def move_row(
    session: Session,
    row: Any,
    within: ColumnElement[bool],
    direction: str,
    beside: int | None = None,
) -> bool:
    """Move a row in the order by hand.

    Args:
        row: of a table with the columns `id` and `position`.
        within: which rows are in the same order.
        direction: one of `DIRECTIONS`.
        beside: the number of the row that it goes above or below, as the reader sees the list;
            `None` for the next one in the whole order.

    Returns:
        Whether there was such a row, and room in this direction.
    """
    if direction not in DIRECTIONS:
        return False
    is_up = direction in ("up", "top")
    other = None
    if direction in ("up", "down"):
        other = _find_position(session, row, within, is_up, beside)
        if other is None:
            return False
    table = type(row)
    position = _make_position(session, table, within, other, is_up)
    if position is None:  # no room between the two
        _spread(session, table, within)
        session.refresh(row)
        other = _find_position(session, row, within, is_up, beside)
        position = _make_position(session, table, within, other, is_up)
    row.position = row.position if position is None else position
    session.flush()
    return True


def make_end_position(
    session: Session, table: Any, within: ColumnElement[bool], *, is_up: bool
) -> int:
    """A position above or below all others."""
    ends = func.max(table.position) if is_up else func.min(table.position)
    return (session.scalar(select(ends).where(within)) or 0) + (GAP if is_up else -GAP)


def _find_position(
    session: Session, row: Any, within: ColumnElement[bool], is_up: bool, beside: int | None
) -> int | None:
    """The position of the row that another one goes above or below."""
    table = type(row)
    column = table.position
    query = select(column).where(within)
    if beside is not None:
        return session.scalar(query.where(table.id == beside, table.id != row.id))
    if is_up:
        query = query.where(column > row.position).order_by(column)
    else:
        query = query.where(column < row.position).order_by(column.desc())
    return session.scalar(query.limit(1))


def _make_position(
    session: Session, table: Any, within: ColumnElement[bool], other: int | None, is_up: bool
) -> int | None:
    """A position just above or below another one, or at an end; `None` if there is no room."""
    column = table.position
    if other is None:
        return make_end_position(session, table, within, is_up=is_up)
    beyond = column > other if is_up else column < other
    next_one = select(func.min(column) if is_up else func.max(column)).where(within, beyond)
    found = session.scalar(next_one)
    if found is None:
        return other + (GAP if is_up else -GAP)
    middle: int = (found + other) // 2
    return middle if middle not in (found, other) else None


def _spread(session: Session, table: Any, within: ColumnElement[bool]) -> None:
    """Number the order by hand anew, with gaps."""
    session.flush()
    place = func.row_number().over(order_by=(table.position, table.id)).label("place")
    ranked = select(table.id, place).where(within).subquery()
    session.execute(
        update(table)
        .where(table.id == ranked.c.id)
        .values(position=ranked.c.place * GAP)
        .execution_options(synchronize_session=False)
    )
