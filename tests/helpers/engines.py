"""The databases on which each test runs."""

from __future__ import annotations

import os

from app.db import Database

# A reader's machine may have no PostgreSQL; CI must.
POSTGRESQL = os.environ.get("SHORTLIST_TEST_POSTGRESQL_URL", "")


ENGINES = ["sqlite", "postgresql"] if POSTGRESQL else ["sqlite"]


def copy_database(template: Database, to: Database) -> None:
    """Put the content of a database in the place of another's, whatever a test left there."""
    source, target = template.engine.raw_connection(), to.engine.raw_connection()
    target.rollback()
    target.driver_connection.execute("PRAGMA query_only = OFF")  # type: ignore[union-attr]
    source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
    source.close()
    target.close()
