"""R15: each schema there ever was, with rows in all its tables, becomes the next without loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from app.db import Database
from app.paths import MIGRATIONS
from app.services.operation import schema
from app.services.operation.backup import rows
from tests.helpers.backup.every_table import fill_every_table
from tests.helpers.engines import ENGINES

Keys = dict[str, list[str]]
Tables = dict[str, dict[Any, dict[str, Any]]]
# What a migration writes anew or takes away, by its number.
CHANGES: dict[str, set[str]] = {
    "0007": {"summaries.renderer_version"},  # they are rendered anew
    "0020": {"summaries.popularity"},
    "0023": {"sections.name"},
}
# What the program makes again when it opens the library.
REBUILT = {"search_entries", "search_words", "derived_versions"}


@pytest.fixture(params=ENGINES)
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}", data_dir=tmp_path)
        yield found
        found.close()
        return
    yield request.getfixturevalue("postgresql_without_tables")


@pytest.mark.slow
def test_each_schema_becomes_the_next_without_loss(library: Database) -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    revisions = [each.revision for each in script.walk_revisions()][::-1]
    assert len(revisions) > 20
    changed: dict[str, set[str]] = {}
    for revision in revisions:
        with library.migration() as connection:
            keys = read_keys(connection)
            before = read_rows(connection, keys)
            schema.run_migrations(connection, revision)
            changed[revision] = find_changes(before, read_rows(connection, keys))
            fill_every_table(connection)
    assert {revision: found for revision, found in changed.items() if found} == CHANGES
    with library.engine.connect() as connection:
        assert all(read_rows(connection, read_keys(connection)).values())


def read_keys(connection: Connection) -> Keys:
    """The columns of each table's primary key."""
    keys = inspect(connection).get_multi_pk_constraint()
    return {name: constraint["constrained_columns"] for (_, name), constraint in keys.items()}


def read_rows(connection: Connection, keys: Keys) -> Tables:
    """All rows by their primary keys: of tables in `keys` by these, which may be former ones."""
    columns = read_keys(connection) | keys
    found: Tables = {}
    for table in rows.list_tables(connection):
        lines = [line for batch in rows.read_lines(connection, table) for line in batch]
        values = [
            dict(zip(table.columns, rows.parse_line(line, table.columns), strict=True))
            for line in lines
        ]
        key = columns[table.name]
        found[table.name] = {tuple(row[column] for column in key): row for row in values}
    return found


def find_changes(before: Tables, after: Tables) -> set[str]:
    """The tables, columns and rows that are not as they were."""
    found: set[str] = set()
    for name, old in before.items():
        new = after.get(name)
        if name in REBUILT:
            continue
        if new is None:
            found.add(name)
            continue
        found |= {f"{name}: a row" for key in old if key not in new}
        for key, row in old.items():
            there = new.get(key, {})
            found |= {
                f"{name}.{column}" for column, value in row.items() if there.get(column) != value
            }
    return found
