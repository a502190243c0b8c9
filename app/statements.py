"""Runs the statements of writes, and what is read for one member alone.

SQLAlchemy takes ten times as long to run a statement of one row as SQLite does. So a statement that
is built once, and run in a transaction that writes to SQLite, is compiled once too, and then goes
to the driver. So does what `read_alone` and `read_rows` read. All else goes the usual way: with
PostgreSQL, where somebody watches each statement, as tests do that count them, and whatever else
reads.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import inf
from time import perf_counter
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import TupleType, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from app.change_log import note_write
from app.logs import SLOW_QUERY_MS, log_slow_query

# Of SQLite's result codes the lowest byte tells the kind (sqlite.org/rescode.html). After these a
# connection goes on failing when the database is well again: the file is read-only, the disk
# failed, the file could not be opened.
SQLITE_LOST = (8, 10, 14)
MAX_KEPT = 500  # statements, with a list of each length
MAX_LISTED = 50  # values of an `IN`; with more, running it takes longer than preparing it

_CONNECTED = "connected"  # in a session's information: its transaction, and that of the database
Values = Mapping[str, Any]
NO_VALUES: Values = MappingProxyType({})
_Processor = Callable[[Any], Any] | None
_Told = Sequence[Callable[[str, Any], None]]
_told: list[Callable[[str, Any], None]] = []  # of each statement that `read_rows` runs directly


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


def run(connection: Connection, statement: Any, values: Values | Sequence[Values] = ()) -> RowList:
    """Run a statement that was built once, past the session's objects.

    Args:
        connection: the session's; what the session has to write was flushed.
        statement: of SQLAlchemy's Core; it is kept, so one that is built at each call costs more.
        values: of its parameters; several for a write of several rows.
    """
    if values and _is_direct(connection):
        several: Any = None if _is_row(values) else values
        row: Any = values if several is None else several[0]
        prepared = _prepare_for(connection, statement, row)
        if prepared is not None and (several is None or len(several) == 1):
            return _run_directly(connection, prepared, row)
        if prepared is not None and _is_for_many(prepared, several):
            return _run_directly(connection, prepared, several)
    result = connection.execute(statement, values or None)
    return RowList(result.all()) if result.returns_rows else RowList()


def read_alone(session: Session, statement: Any, values: Values) -> RowList:
    """Read what goes into no page and no part that is kept.

    A session that has asked nothing yet begins no transaction for it, which takes longer than
    reading: each such statement sees what is committed when it runs.

    Args:
        statement, values: as `run` takes them, of a statement that only reads.
    """
    engine: Any = session.get_bind()
    if engine.dialect.name == "sqlite" and not _is_watched(engine):
        prepared = _prepare_for(engine, statement, values)
        if prepared is not None and has_connection(session):
            session.flush()
            return _run_directly(connection_of(session), prepared, values)
        if prepared is not None:
            return _run_without_transaction(engine, prepared, values)
    session.flush()
    return RowList(session.connection().execute(statement, values).all())


def read_rows(connection: Connection, statement: Any, values: Values = NO_VALUES) -> RowList:
    """Read rows of which pages are made, in the session's transaction.

    Who notes what a page is made of is told of it (`tell_of_reads`).

    Args:
        connection, statement, values: as `run` takes them, of a statement that only reads.
    """
    if connection.dialect.name == "sqlite" and not _is_watched(connection):
        prepared = _prepare_for(connection, statement, values)
        if prepared is not None:
            return _run_directly(connection, prepared, values, _told)
    return RowList(connection.execute(statement, values or None).all())


def tell_of_reads(callback: Callable[[str, Any], None]) -> None:
    """Call a function with the text and values of each statement that `read_rows` runs directly.

    Of others SQLAlchemy's events tell.
    """
    _told.append(callback)


def answer_in_transaction(session: Session) -> Callable[[str, Any], list[Any]] | None:
    """What the driver answers in the transaction in which a session reads.

    `None` where a transaction does not go on seeing what it saw: with PostgreSQL.
    """
    engine: Any = session.get_bind()
    if engine.dialect.name != "sqlite":
        return None
    driver: Any = session.connection().connection.driver_connection

    def answer(statement: str, values: Any) -> list[Any]:
        found: list[Any] = driver.execute(statement, values).fetchall()
        return found

    return answer


@event.listens_for(Session, "after_begin")
def _note_connection(session: Session, transaction: Any, connection: Connection) -> None:
    if transaction.parent is None:
        session.info[_CONNECTED] = transaction, connection


@event.listens_for(Session, "after_transaction_end")
def _forget_connection(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(_CONNECTED, None)


def has_connection(session: Session) -> bool:
    """Whether a session is in a transaction of the database."""
    return _CONNECTED in session.info


def connection_of(session: Session) -> Connection:
    """The connection of a session's transaction; one is begun where there is none.

    The session itself takes longer to find it than a short statement runs.
    """
    found = session.info.get(_CONNECTED)
    if found is None or not found[0].is_active:  # the session says what went wrong
        return session.connection()
    if session.in_nested_transaction():  # whose savepoint the session sets only when it is asked
        return session.connection()
    connection: Connection = found[1]
    return connection


def _run_without_transaction(engine: Engine, prepared: _Prepared, values: Values) -> RowList:
    pooled = None
    try:
        pooled = engine.raw_connection()  # which may have to open the file
        return _execute(engine, pooled.driver_connection, prepared, values)
    except engine.dialect.loaded_dbapi.Error as error:
        if lost := is_lost(error):
            engine.dispose()
            if pooled is not None:
                pooled.invalidate(error)
        raise _wrap(engine, prepared, error, lost) from error
    finally:
        if pooled is not None:
            pooled.close()


def is_lost(error: BaseException) -> bool:
    """Whether SQLite's connection is of no more use after an error."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in SQLITE_LOST


def give_up(connection: Connection, error: BaseException) -> None:
    """Open the file anew after such an error.

    The connections in the pool were opened as this one was. New ones may write by then.
    """
    connection.engine.dispose()
    connection.invalidate(error)


@dataclass(frozen=True)
class _Prepared:
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


def _is_row(values: Any) -> bool:
    """Whether these are the values of one row."""
    # The type itself is compared first: asking whether it is a mapping takes ten times as long.
    return type(values) is dict or isinstance(values, Mapping)


def _is_direct(connection: Connection) -> bool:
    options = connection.get_execution_options()
    return bool(
        options.get("writing", False)
        and "migrating" not in options
        and connection.dialect.name == "sqlite"
        and not _is_watched(connection)
    )


def _is_watched(where: Connection | Engine) -> bool:
    """Whether somebody watches statements who is not told of those that are run directly."""
    watchers = where.dispatch.before_cursor_execute
    if SLOW_QUERY_MS in where.get_execution_options():
        return len(watchers) > 1  # one logs slow ones, which we do, too
    return bool(watchers)


def _is_for_many(prepared: _Prepared, rows: Sequence[Values]) -> bool:
    """Whether a statement runs for all of these rows as it does for the first."""
    if prepared.row is not None or prepared.lists:
        return False
    return all(row.keys() == rows[0].keys() for row in rows)


def _prepare_for(where: Connection | Engine, statement: Any, values: Values) -> _Prepared | None:
    """The statement for these values, `None` for one that the driver cannot take so."""
    prepared = _prepare(statement, where.dialect, tuple(values))
    if prepared is not None:
        for name in prepared.lists:
            if not 0 < len(values[name]) <= MAX_LISTED:
                return None
    return prepared


@lru_cache(MAX_KEPT)
def _prepare(statement: Any, dialect: Any, names: tuple[str, ...]) -> _Prepared | None:
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
    row: Any = namedtuple("Row", columns.keys(), rename=True) if found_kinds else None
    return _Prepared(
        text=str(compiled),
        places=tuple(places),
        lists=frozenset(name for name, _, _, is_list, _ in places if is_list),
        table=statement.table.name if getattr(statement, "is_dml", False) else "",
        row=row and row._make,
        results=tuple((n, processor) for n, processor in found if processor is not None),
    )


def _run_directly(
    connection: Connection,
    prepared: _Prepared,
    values: Values | Sequence[Values],
    told: _Told = (),
) -> RowList:
    if prepared.table:
        note_write(connection, prepared.table)
    try:
        driver = connection.connection.driver_connection
        return _execute(connection, driver, prepared, values, told)
    except connection.dialect.loaded_dbapi.Error as error:
        if lost := is_lost(error):
            give_up(connection, error)
        raise _wrap(connection, prepared, error, lost) from error


def _execute(
    where: Connection | Engine,
    driver: Any,
    prepared: _Prepared,
    values: Values | Sequence[Values],
    told: _Told = (),
) -> RowList:
    text, row = prepared.text, cast("Values", values)
    begun = perf_counter()
    if _is_row(values):
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
    rows = cursor.fetchall() if prepared.row is not None else ()
    cursor.close()
    took = (perf_counter() - begun) * 1000
    if took >= where.get_execution_options().get(SLOW_QUERY_MS, inf):
        log_slow_query(text, took)
    for tell in told:
        tell(text, bound)
    return RowList(_converted(rows, prepared) if rows else ())


def _bind(prepared: _Prepared, values: Values) -> list[Any]:
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


def _wrap(
    where: Connection | Engine, prepared: _Prepared, error: BaseException, lost: bool
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


def _converted(rows: Iterable[Any], prepared: _Prepared) -> Iterable[Any]:
    make: Any = prepared.row
    if not prepared.results:
        return map(make, rows)
    several = [list(row) for row in rows]
    for row in several:
        for number, processor in prepared.results:
            row[number] = processor(row[number])
    return map(make, several)
