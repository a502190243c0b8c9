"""Statements as SQLite's driver takes them: compiled once, run past SQLAlchemy's execution.

`app.statements` says which statements go this way, and in which transaction.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import inf
from time import perf_counter
from typing import Any, cast

from sqlalchemy import TupleType
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from app.logs import SLOW_QUERY_MS, log_slow_query

MAX_KEPT = 500  # statements, with a list of each length
MAX_LISTED = 50  # values of an `IN`; with more, running it takes longer than preparing it
# Options of a statement that finds a thousand rows: to name their columns takes as long as to
# read them.
UNNAMED = {"unnamed_columns": True}
Values = Mapping[str, Any]
Listeners = Sequence[Callable[[str, Any, Sequence[Any]], None]]
_Processor = Callable[[Any], Any] | None


class RowList(list[Any]):
    """What a statement returned."""

    def all(self) -> RowList:
        return self

    def first(self) -> Any:
        return self[0] if self else None

    def one_or_none(self) -> Any:
        if len(self) > 1:
            raise ValueError("There is more than one row.")
        return self.first()

    def scalars(self) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self]

    def scalar(self) -> Any:
        """The first value of the first row; `None` where there is none."""
        return self[0][0] if self else None


@dataclass(frozen=True)
class PreparedStatement:
    """A statement as the driver takes it.

    Attributes:
        text: with a mark at each place for a list.
        places: where the values come from, in the order of the text: a name, how the value is
            turned into the database's, what it is when none is given, whether it is a list, and
            how many values each of that list has if these are several.
        lists: the names of its lists, if it has any.
        table: that it writes to; empty for one that reads.
        row: makes a row of what is found, `None` for a statement that returns none.
    """

    text: str
    places: tuple[tuple[str, _Processor, Any, bool, int], ...]
    lists: frozenset[str]
    table: str
    row: Callable[[Iterable[Any]], Any] | None
    results: tuple[tuple[int, Callable[[Any], Any]], ...]


def is_row(values: Any) -> bool:
    """Whether these are the values of one row."""
    # The type itself is compared first: asking whether it is a mapping takes ten times as long.
    return type(values) is dict or isinstance(values, Mapping)


def is_for_many(prepared: PreparedStatement, rows: Sequence[Values]) -> bool:
    """Whether a statement runs for all of these rows as it does for the first."""
    if prepared.row is not None or prepared.lists:
        return False
    return all(row.keys() == rows[0].keys() for row in rows)


def prepare_for(
    where: Connection | Engine, statement: Any, values: Values
) -> PreparedStatement | None:
    """The statement for these values, `None` for one that the driver cannot take so."""
    prepared = _prepare(statement, where.dialect, tuple(values))
    if prepared is not None:
        for name in prepared.lists:
            if not 0 < len(values[name]) <= MAX_LISTED:
                return None
    return prepared


@lru_cache(MAX_KEPT)
def _prepare(statement: Any, dialect: Any, names: tuple[str, ...]) -> PreparedStatement | None:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)
    if compiled.literal_execute_params:
        return None  # a value that SQLAlchemy writes into the text each time
    defaults = dict(compiled.params)
    for column in compiled.insert_prefetch or ():
        if column.default is None or not column.default.is_scalar:
            return None
        defaults[column.key] = column.default.arg  # type: ignore[attr-defined]  # of scalar ones
    if compiled.update_prefetch:
        return None
    places = []
    for name in compiled.positiontup or ():
        bound = compiled.binds[name]
        if bound.required and name not in names:
            return None  # SQLAlchemy says which value is missing; the driver would take NULL
        kinds = bound.type.types if isinstance(bound.type, TupleType) else [bound.type]
        processors = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds]
        width = len(kinds) if isinstance(bound.type, TupleType) else 0
        if width and any(processors):
            return None
        places.append((name, processors[0], defaults.get(name), bound.expanding, width))
    columns = statement.exported_columns
    found_kinds = [column.type.dialect_impl(dialect) for column in columns]
    found = ((n, kind.result_processor(dialect, None)) for n, kind in enumerate(found_kinds))
    named: Any = namedtuple("Row", columns.keys(), rename=True) if found_kinds else None
    is_unnamed = statement.get_execution_options().keys() >= UNNAMED.keys()
    return PreparedStatement(
        text=str(compiled),
        places=tuple(places),
        lists=frozenset(name for name, _, _, is_list, _ in places if is_list),
        table=statement.table.name if getattr(statement, "is_dml", False) else "",
        row=named and (tuple if is_unnamed else named._make),
        results=tuple((n, processor) for n, processor in found if processor is not None),
    )


def execute(
    where: Connection | Engine,
    driver: Any,
    prepared: PreparedStatement,
    values: Values | Sequence[Values],
    told: Listeners = (),
) -> RowList:
    text, row = prepared.text, cast("Values", values)
    begun = perf_counter()
    if is_row(values):
        for name, _, _, is_list, width in prepared.places if prepared.lists else ():
            if is_list:
                mark = f"({', '.join('?' * width)})" if width else "?"
                marks = ", ".join([mark] * len(row[name]))
                marks = f"VALUES {marks}" if width else marks
                text = text.replace(f"__[POSTCOMPILE_{name}]", marks, 1)
        bound: Any = _bind(prepared, row)
        cursor = driver.execute(text, bound)
    else:
        bound = [_bind(prepared, each) for each in cast("Sequence[Values]", values)]
        cursor = driver.executemany(text, bound)
    rows: Sequence[Any] = cursor.fetchall() if prepared.row is not None else ()
    cursor.close()
    took = (perf_counter() - begun) * 1000
    if took >= where.get_execution_options().get(SLOW_QUERY_MS, inf):
        log_slow_query(text, took)
    for tell in told:
        tell(text, bound, rows)
    return RowList(_converted(rows, prepared) if rows else ())


def _bind(prepared: PreparedStatement, values: Values) -> list[Any]:
    if not prepared.lists:
        given_or_default = values.get
        return [
            given_or_default(name, default)
            if processor is None
            else processor(given_or_default(name, default))
            for name, processor, default, _, _ in prepared.places
        ]
    bound: list[Any] = []
    for name, processor, default, is_list, width in prepared.places:
        given = values.get(name, default)
        some = given if is_list else (given,)
        some = chain.from_iterable(some) if width else some
        bound += some if processor is None else map(processor, some)
    return bound


def wrap_error(
    where: Connection | Engine, prepared: PreparedStatement, error: BaseException, lost: bool
) -> BaseException:
    """The error as SQLAlchemy's own way raises it."""
    kind = where.dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        prepared.text,
        {},
        error,
        kind,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=where.dialect,
    )


def _converted(rows: Iterable[Any], prepared: PreparedStatement) -> Iterable[Any]:
    make: Any = prepared.row
    if not prepared.results:
        return rows if make is tuple else map(make, rows)
    several = [list(row) for row in rows]
    for row in several:
        for number, processor in prepared.results:
            row[number] = processor(row[number])
    return map(make, several)
