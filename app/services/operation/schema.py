"""Bring a database to the schema that this version of the program knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import column as column_named
from sqlalchemy import inspect, select, table, update
from sqlalchemy.engine import Connection

from app.change_log import log_everything
from app.db import Database
from app.models import DerivedVersion
from app.paths import MIGRATIONS
from app.text import TEXT_VERSION

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

# Alembic takes as long to load as all of the database; most starts find nothing to migrate.
_REVISION = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)
_VERSIONS = table("alembic_version", column_named("version_num"))


class SchemaTooNew(Exception):
    """The database was written by a newer version of the program."""


def upgrade(database: Database) -> None:
    """Run all migrations that the database has not seen.

    Raises:
        SchemaTooNew: when the database is at a revision that this program does not know.
    """
    if is_newest(database):
        return
    from alembic import command
    from alembic.runtime.migration import MigrationContext

    with database.migration() as connection:
        check_known(connection)
        is_new = not MigrationContext.configure(connection).get_current_heads()
        command.upgrade(make_alembic_config(connection), "head")
        log_everything(connection)
        if is_new:  # nothing in it was folded by older rules
            of_text = update(DerivedVersion).where(DerivedVersion.name == "text")
            connection.execute(of_text.values(version=TEXT_VERSION))


def is_newest(database: Database) -> bool:
    """Whether no migration is left to be run."""
    given: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for name, revision in _REVISION.findall(path.read_text("utf-8")):
            given[name].add(revision)
    newest = given["revision"] - given["down_revision"]
    with database.engine.connect() as connection:
        if not inspect(connection).has_table(_VERSIONS.name):
            return False
        return set(connection.scalars(select(_VERSIONS.c.version_num))) == newest


def check_known(connection: Connection) -> None:
    """Raise `SchemaTooNew` unless the database's revision is one of ours (or it is empty)."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(MIGRATIONS))
    known = {revision.revision for revision in script.walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            raise SchemaTooNew(
                f"The database is at revision {revision}, which this version of Shortlist does not "
                "know: a newer version wrote it. Install that version, or restore a backup."
            )


def make_alembic_config(connection: Connection) -> AlembicConfig:
    """Alembic's configuration without an ini file, working on the given connection."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
