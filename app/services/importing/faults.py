"""What goes wrong in an import besides what files say.

For one item, or for all that follow.
"""

from __future__ import annotations

import logging

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from app.rendering.sandbox.child import ResourceLimitExceeded, SandboxBusy

LOCKED = "The database is busy."
FULL = "The server is out of disk space."
READ_ONLY = "The database is read-only at the moment."
AWAY = "The database isn’t responding."
BUSY = "The server is busy."
TOO_LONG = "This takes too long to import: split it into smaller files."
TOO_LARGE = "This is too large to import: split it into smaller files."
OURS = "Something broke on our side. We’ve logged it."
NOT_STORED = "Something in it cannot be stored."
_REASONS = {"time": TOO_LONG, "memory": TOO_LARGE}
# Words in the messages of SQLite (`sqlite3ErrStr` in its `main.c`), which not each module names.
_SQLITE = {"locked": LOCKED, "busy": LOCKED, "full": FULL, "readonly": READ_ONLY}
# Codes of PostgreSQL (its manual, appendix A) that are no fault of what was to be written.
_POSTGRESQL = {"25006": READ_ONLY, "53100": FULL, "55P03": LOCKED}
_AWAY = ("08", "25", "53", "55", "57", "58", "F0", "XX")  # the first two signs of the others

_log = logging.getLogger(__name__)


class ImportStopped(Exception):
    """The import cannot go on; the message says why, for who imports."""


def describe_refusal(error: Exception, where: str) -> str:
    """Say why an item was not taken.

    For a fault that its file could not have been known for.

    What is our fault is written down.

    Args:
        where: the file, and the line of the item.

    Raises:
        ImportStopped: when the items that follow would fare no better.
    """
    if (reason := _why_stopped(error)) is not None:
        raise ImportStopped(reason) from error
    if isinstance(error, UnicodeError | DataError):
        return NOT_STORED
    _log.error("Importing %s failed", where, exc_info=error)
    return OURS


def make_stopped(error: Exception) -> ImportStopped:
    """The end of a run of which nothing can be known any more."""
    if (reason := _why_stopped(error)) is None:
        _log.error("An import failed", exc_info=error)
    return ImportStopped(reason or OURS)


def roll_back(session: Session) -> None:
    """Undo what was not committed, so that the session can be used again.

    Raises:
        ImportStopped: when the database cannot be reached.
    """
    try:
        session.rollback()
    except DBAPIError as error:
        raise make_stopped(error) from error


def _why_stopped(error: Exception) -> str | None:
    if isinstance(error, ImportStopped):
        return str(error)
    if isinstance(error, ResourceLimitExceeded):
        return _REASONS.get(error.reason, BUSY)
    if isinstance(error, SandboxBusy):
        return BUSY
    if isinstance(error, DBAPIError):
        return _why_away(error)
    return AWAY if isinstance(error, NoConnection) else None


def _why_away(error: DBAPIError) -> str | None:
    """What the database lacks, in words; `None` when it did not like one statement."""
    code = getattr(error.orig, "sqlstate", None)
    if code:
        return _POSTGRESQL.get(code, AWAY if code.startswith(_AWAY) else None)
    if isinstance(error, DataError | IntegrityError | ProgrammingError | NotSupportedError):
        return None
    if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR":
        return None
    said = str(error.orig)
    return next((reason for word, reason in _SQLITE.items() if word in said), AWAY)
