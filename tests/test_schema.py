from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Base, Database, begin_writing
from app.services import schema

# Made by the migrations and kept by the database: the models need not know them.
FULL_TEXT = {"search_index", "ix_search_entries_vector", "vector"}


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
