"""Which engine searches a session's database."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.search import postgresql, sqlite
from app.search.reading import Engine


def engine_of(session: Session) -> Engine:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.ENGINE if is_sqlite else postgresql.ENGINE
