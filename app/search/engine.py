"""The module of the database's engine, and what each of them offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.search import postgresql, sqlite
from app.search.clauses import Clause
from app.search.reading import Read, read_for_page


class Engine(Protocol):
    """What a module for a database offers."""

    def first(
        self,
        session: Session,
        clauses: Sequence[Clause],
        limit: int,
        within: str = "",
        start: int = 0,
        read: Read = read_for_page,
    ) -> Sequence[Any]: ...

    def is_any(self, session: Session, clauses: Sequence[Clause]) -> bool: ...

    def list_papers(self, session: Session, clauses: Sequence[Clause], limit: int) -> list[int]: ...

    def titles(self, session: Session, start: str, end: str, limit: int) -> list[int]: ...


def engine_of(session: Session) -> Engine:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
