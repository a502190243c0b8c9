"""Bring a database to the schema that this version of the program knows."""

from __future__ import annotations

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import update
from sqlalchemy.engine import Connection

from app.db import Database
from app.models import DerivedVersion
from app.paths import MIGRATIONS
from app.text import TEXT_VERSION


class SchemaTooNew(Exception):
    """The database was written by a newer version of the program."""


def upgrade(database: Database) -> None:
    """Run all migrations that the database has not seen.

    Raises:
        SchemaTooNew: when the database is at a revision that this program does not know.
    """
    with database.migration() as connection:
        check_known(connection)
        is_new = not MigrationContext.configure(connection).get_current_heads()
        command.upgrade(alembic_config(connection), "head")
        if is_new:  # nothing in it was folded by older rules
            of_text = update(DerivedVersion).where(DerivedVersion.name == "text")
            connection.execute(of_text.values(version=TEXT_VERSION))


def check_known(connection: Connection) -> None:
    """Raise `SchemaTooNew` unless the database's revision is one of ours (or it is empty)."""
    script = ScriptDirectory(str(MIGRATIONS))
    known = {revision.revision for revision in script.walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            raise SchemaTooNew(
                f"The database is at revision {revision}, which this version of Shortlist does not "
                "know: a newer version wrote it. Install that version, or restore a backup."
            )


def alembic_config(connection: Connection) -> AlembicConfig:
    """Alembic's configuration without an ini file, working on the given connection."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
