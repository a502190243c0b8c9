"""Logs as text or JSON, with the ID of the request and nothing about people.

No line has an address of a network, a path with its arguments, or a value of a query: paths may
hold secret links, arguments what somebody searched for, and values what people wrote.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

FACTS = "facts"  # of a record: what JSON shows as fields of its own
REQUESTS = "app.requests"
MAX_STATEMENT_CHARS = 2000
SLOW_QUERY_MS = "slow_query_ms"  # the execution option of an engine that is watched
_request_id: ContextVar[str] = ContextVar("request_id", default="")
_slow_log = logging.getLogger("app.slow_queries")


def set_request_id(value: str) -> None:
    """Say which request this thread answers from now on; empty for none."""
    _request_id.set(value)


def configure_logging(*, as_json: bool, requests: bool) -> None:
    """Log to standard error.

    Args:
        as_json: whether each line is a JSON object.
        requests: whether each request is logged, too.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JSONFormatter() if as_json else TextFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(REQUESTS).setLevel(logging.INFO if requests else logging.WARNING)


class TextFormatter(logging.Formatter):
    """A message, and the request that it is about."""

    def format(self, record: logging.LogRecord) -> str:
        said = super().format(record)
        number = _request_id.get()
        return f"{said} [request {number}]" if number else said


class JSONFormatter(logging.Formatter):
    """A JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := _request_id.get():
            values["request"] = number
        values.update(getattr(record, FACTS, {}))
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            values["error"] = type(error).__name__
            values["traceback"] = "".join(traceback.format_tb(error.__traceback__))
        return json.dumps(values, ensure_ascii=False)


def watch_slow_queries(engine: Engine, milliseconds: int) -> None:
    """Log statements that take longer, without their values.

    Who hands one to the driver, past the events of SQLAlchemy, measures it with `note_query`.
    """
    engine.update_execution_options(**{SLOW_QUERY_MS: milliseconds})

    @event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Connection, *_: Any) -> None:
        connection.info["begun"] = perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def end(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        begun = connection.info.pop("begun", None)
        if begun is not None:
            note_query(statement, perf_counter() - begun, milliseconds)


def note_query(statement: str, seconds: float, milliseconds: int) -> None:
    """Log a statement if it took longer than so many milliseconds."""
    took = seconds * 1000
    if took >= milliseconds:
        said = " ".join(statement.split())[:MAX_STATEMENT_CHARS]
        facts = {"ms": round(took), "statement": said}
        _slow_log.warning("Slow query, %.0f ms: %s", took, said, extra={FACTS: facts})
