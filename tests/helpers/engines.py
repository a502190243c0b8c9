"""The databases on which each test runs."""

from __future__ import annotations

import os
from itertools import count
from typing import Any

from sqlalchemy import text

import app.models  # noqa: F401  (all tables)
from app.cache.log import LogReader, LogUnavailable
from app.db import Base, Database

# A reader's machine may have no PostgreSQL; CI must.
POSTGRESQL = os.environ.get("SHORTLIST_TEST_POSTGRESQL_URL", "")


ENGINES = ["sqlite", "postgresql"] if POSTGRESQL else ["sqlite"]


TABLES = [table for table in reversed(Base.metadata.sorted_tables) if table.name != "sections"]
_FULL = text(
    " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in TABLES)
)
# All of them: one that was set to another number, and gave none yet, looks as if it were new.
_RESTART = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
    " FROM pg_sequences WHERE schemaname = 'public'"
)
# TRUNCATE takes ten times as long as deleting a few rows, but leaves none of the dead ones, through
# which every test that follows would read. Nothing else removes them (see `keep_dead_rows`).
_TRUNCATE_EVERY = 40  # tests
_emptied = count(1)


def empty_postgresql(database: Database) -> None:
    """Remove all rows that a test may have written, and begin all numbers at 1 again."""
    with database.migration() as connection:
        if next(_emptied) % _TRUNCATE_EVERY == 0:
            names = ", ".join(map(str, TABLES))
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            return
        full = set(connection.scalars(_FULL))
        for table in TABLES:
            if table.name in full:
                connection.execute(table.delete())
        connection.execute(_RESTART)


def drop_everything(database: Database) -> None:
    """Drop all tables of a database on PostgreSQL."""
    with database.migration() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def drop_rate_counts(database: Database) -> None:
    """Drop the table that servers on PostgreSQL make for themselves; it is in no schema."""
    with database.migration() as connection:
        connection.execute(text("DROP TABLE IF EXISTS rate_counts"))


def keep_dead_rows(database: Database) -> None:
    """Switch off autovacuum: rows take no place of deleted ones, and statistics stay the same."""
    with database.migration() as connection:
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))


def copy_database(template: Database, to: Database) -> None:
    """Put the content of a database in the place of another's, whatever a test left there."""
    source, target = template.engine.raw_connection(), to.engine.raw_connection()
    target.rollback()
    target.driver_connection.execute("PRAGMA query_only = OFF")  # type: ignore[union-attr]
    source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
    source.close()
    target.close()


class NoLog(LogReader):
    """A log of changes that cannot be read, so that no page is kept."""

    def version(self) -> object:
        raise LogUnavailable

    def _query(self, statement: str, values: Any) -> list[Any]:
        raise LogUnavailable
