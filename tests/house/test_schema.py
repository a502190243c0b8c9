from __future__ import annotations

import re
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Base, Database, begin_writing
from app.services import votes
from app.services.operation import schema
from tests.helpers.factories import make_paper, make_summary, make_user

# Made by the migrations and kept by the database: the models need not know them.
FULL_TEXT = {"search_index", "ix_search_entries_vector", "vector", "ix_papers_title_beginning"}


def included(_object: Any, name: str | None, _kind: str, _reflected: bool, _other: Any) -> bool:
    return name not in FULL_TEXT and not (name or "").startswith("search_index_")


def test_migrations_build_the_models_schema(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": included, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(database: Database, session: Session) -> None:
    schema.upgrade(database)
    assert session.scalar(text("SELECT count(*) FROM sections")) == 3


def test_a_database_of_a_newer_version_is_refused(database: Database, session: Session) -> None:
    begin_writing(session)
    before = session.scalar(text("SELECT version_num FROM alembic_version"))
    session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    session.commit()
    try:
        with pytest.raises(schema.SchemaTooNew, match="9999"):
            schema.upgrade(database)
    finally:
        begin_writing(session)
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": before})
        session.commit()


def definitions(database: Database) -> dict[str, list[str]]:
    """What SQLite keeps of each table: columns, constraints and AUTOINCREMENT, in any order."""
    with database.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
        )
        return {
            name: sorted(part.strip(" ()") for part in re.sub(r"[\s\"]+", " ", sql).split(", "))
            for name, sql in rows
            if not name.startswith(("search_index", "sqlite_", "alembic_"))
        }


def test_migrations_keep_every_constraint(sqlite_template: Database) -> None:
    models = Database("sqlite://")
    with models.migration() as connection:
        Base.metadata.create_all(connection)
    assert definitions(sqlite_template) == definitions(models)
    models.close()


def test_rebuilding_a_table_loses_nothing(database: Database, session: Session) -> None:
    """Later migrations change tables of a library that is in use."""
    target = make_paper(session, "conf/x/Target")
    summary = make_summary(session, source="See \\cite{conf/x/Target}.", tags=["a"])
    votes.cast_vote(session, make_user(session), summary.id, 1)
    session.commit()

    def counts() -> dict[str, int]:
        names = [table.name for table in Base.metadata.sorted_tables]
        found = {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}
        session.commit()
        return found

    before = counts()
    assert before["links"] == before["votes"] == before["summary_tags"] == 1
    with database.migration() as connection:
        operations = Operations(MigrationContext.configure(connection))
        for name in ("papers", "users", "summaries"):
            with operations.batch_alter_table(name, recreate="auto") as table:
                table.create_index(f"ix_{name}_probe", ["id"])
                if connection.dialect.name == "sqlite":
                    table.alter_column("id", nullable=False)
    assert counts() == before
    assert session.scalar(text("SELECT target_id FROM links")) == target.id
    session.commit()
    with database.migration() as connection:
        for name in ("papers", "users", "summaries"):
            connection.execute(text(f"DROP INDEX ix_{name}_probe"))
