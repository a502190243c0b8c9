"""Rows kept as JSON until a deletion or a merge is undone, and made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date

from app.db import Base, UTCDateTime


def encode_row(row: Base, names: Iterable[str]) -> dict[str, Any]:
    """Some columns of a row, ready for JSON."""
    return {name: encode_value(getattr(row, name)) for name in names}


def encode_value(value: Any) -> Any:
    """A value as JSON has it: moments and days in ISO 8601."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def decode_row(table: type[Base], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of columns again, as `encode_row` had them; the columns say which are moments.

    Args:
        table: whose columns they are.
        values: by the names of these.
    """
    columns = table.__table__.columns
    return {name: _decoded(columns[name].type, value) for name, value in values.items()}


def make_digest(value: Any) -> str:
    """A short hash of a value of JSON."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _decoded(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UTCDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
