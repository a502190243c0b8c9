from __future__ import annotations

import json

import pytest
from sqlalchemy import Date

from app.db import Base, UTCDateTime, now
from app.models import Draft, Paper, Revision, Summary, Vote
from app.services.row_values import decode_row, encode_row


@pytest.mark.parametrize("table", [Draft, Paper, Revision, Summary, Vote])
def test_every_column_comes_back_from_json(table: type[Base]) -> None:
    moment = now()
    values = {}
    for name, column in table.__table__.columns.items():
        values[name] = moment if isinstance(column.type, UTCDateTime) else f"2024-02-0{len(name)}"
        if isinstance(column.type, Date):
            values[name] = moment.date()
    row = table(**values)
    kept = json.loads(json.dumps(encode_row(row, values)))
    assert decode_row(table, kept) == values
    assert decode_row(table, dict.fromkeys(values)) == dict.fromkeys(values)
