"""Bring a database to the schema that this version of the program knows."""

from __future__ import annotations

import re
from functools import cache
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
    with database.migration() as connection:
        check_known(connection)
        is_new = read_revision(connection) is None
        run_migrations(connection)
        if is_new:  # nothing in it was folded by older rules
            of_text = update(DerivedVersion).where(DerivedVersion.name == "text")
            connection.execute(of_text.values(version=TEXT_VERSION))
        log_everything(connection)


def run_migrations(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction of the caller."""
    from alembic import command

    command.upgrade(make_alembic_config(connection), revision)


def is_newest(database: Database) -> bool:
    """Whether no migration is left to be run."""
    with database.engine.connect() as connection:
        return is_newest_revision(read_revision(connection))


def is_newest_revision(revision: str | None) -> bool:
    """Whether no migration follows a revision."""
    known, older = _list_revisions()
    return revision in known - older


def is_known(revision: str) -> bool:
    """Whether this program can bring a database of this revision up to date."""
    return revision in _list_revisions()[0]


def read_revision(connection: Connection) -> str | None:
    """The revision of a database; `None` when it has no tables of ours."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    return connection.scalar(select(_VERSIONS.c.version_num))


@cache
def _list_revisions() -> tuple[set[str], set[str]]:
    """All revisions, and those that another one follows."""
    given: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for name, revision in _REVISION.findall(path.read_text("utf-8")):
            given[name].add(revision)
    return given["revision"], given["down_revision"]


def check_known(connection: Connection) -> None:
    """Raise `SchemaTooNew` unless the database's revision is one of ours (or it is empty)."""
    revision = read_revision(connection)
    if revision is not None and not is_known(revision):
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
