"""Runs the statements of writes, and what is read for each reader or for pages.

SQLAlchemy takes ten times as long to run a statement of one row as SQLite does. So a statement that
is built once, and run in a transaction that writes to SQLite, is compiled once too, and then goes
to the driver. So does what `read_alone` and `read_rows` read. All else goes the usual way: with
PostgreSQL, where somebody watches each statement, as tests do that count them, and whatever else
reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from app.change_log import note_write
from app.logs import SLOW_QUERY_MS
from app.prepared_statements import (
    Listeners,
    PreparedStatement,
    RowList,
    Values,
    execute,
    is_for_many,
    is_row,
    prepare_for,
    wrap_error,
)

# Of SQLite's result codes the lowest byte tells the kind (sqlite.org/rescode.html). After these a
# connection goes on failing when the database is well again: the file is read-only, the disk
# failed, the file could not be opened.
SQLITE_LOST = (8, 10, 14)

_CONNECTED = "connected"  # in a session's information: its transaction, and that of the database
NO_VALUES: Values = MappingProxyType({})
# Of each statement that `read_rows` runs directly.
_told: list[Callable[[str, Any, Sequence[Any]], None]] = []


def run(connection: Connection, statement: Any, values: Values | Sequence[Values] = ()) -> RowList:
    """Run a statement that was built once, past the session's objects.

    Args:
        connection: the session's; what the session has to write was flushed.
        statement: of SQLAlchemy's Core; it is kept, so one that is built at each call costs more.
        values: of its parameters; several for a write of several rows.
    """
    if values and _is_direct(connection):
        several: Any = None if is_row(values) else values
        row: Any = values if several is None else several[0]
        prepared = prepare_for(connection, statement, row)
        if prepared is not None and (several is None or len(several) == 1):
            return _run_directly(connection, prepared, row)
        if prepared is not None and is_for_many(prepared, several):
            return _run_directly(connection, prepared, several)
    result = connection.execute(statement, values or None)
    return RowList(result.all()) if result.returns_rows else RowList()


def read_alone(session: Session, statement: Any, values: Values) -> RowList:
    """Read what no kept page or part is confirmed by.

    Nobody who notes what a page is made of may be told of it. So it is for what is kept by nobody,
    what is filled in for each reader, and parts that end with any change that is logged, such as
    what a search found: these stand on `ANYTHING` and say no statements.

    A session that has asked nothing yet begins no transaction for it, which takes longer than
    reading: each such statement sees what is committed when it runs.

    Args:
        statement, values: as `run` takes them, of a statement that only reads.
    """
    engine: Any = session.get_bind()
    if engine.dialect.name == "sqlite" and not _is_watched(engine):
        prepared = prepare_for(engine, statement, values)
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
        prepared = prepare_for(connection, statement, values)
        if prepared is not None:
            return _run_directly(connection, prepared, values, _told)
    return RowList(connection.execute(statement, values or None).all())


def tell_of_reads(callback: Callable[[str, Any, Sequence[Any]], None]) -> None:
    """Call a function with each statement that `read_rows` runs directly.

    It is given the text, the values, and the rows as the driver gives them. Of others SQLAlchemy's
    events tell.
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


def _run_without_transaction(
    engine: Engine, prepared: PreparedStatement, values: Values
) -> RowList:
    pooled = None
    try:
        pooled = engine.raw_connection()  # which may have to open the file
        return execute(engine, pooled.driver_connection, prepared, values)
    except engine.dialect.loaded_dbapi.Error as error:
        if lost := is_lost(error):
            engine.dispose()
            if pooled is not None:
                pooled.invalidate(error)
        raise wrap_error(engine, prepared, error, lost) from error
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


def _run_directly(
    connection: Connection,
    prepared: PreparedStatement,
    values: Values | Sequence[Values],
    told: Listeners = (),
) -> RowList:
    if prepared.table:
        note_write(connection, prepared.table)
    try:
        driver = connection.connection.driver_connection
        return execute(connection, driver, prepared, values, told)
    except connection.dialect.loaded_dbapi.Error as error:
        if lost := is_lost(error):
            give_up(connection, error)
        raise wrap_error(connection, prepared, error, lost) from error
