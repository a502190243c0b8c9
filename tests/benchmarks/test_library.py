"""The libraries that benchmarks read are like real ones: whole, and the same at each run."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import create_app
from app.config import Config
from app.db import Base, Database
from app.models import Paper, Summary, Vote
from tests.benchmarks import library, pages
from tests.helpers.counts import check_counts


@pytest.mark.slow
def test_it_is_whole(any_file_database: Database, config: Config) -> None:
    library.fill(any_file_database, summaries=60, papers=50, searchable=True)
    client = create_app(config, any_file_database).test_client()
    with any_file_database.session() as session:
        check_counts(session)
        assert session.scalar(select(func.count()).select_from(Summary)) == 60
        assert session.scalar(select(func.count()).select_from(Paper)) == 50
        assert session.scalar(select(func.count()).select_from(Vote))
        paper = session.scalars(select(Paper).where(Paper.summaries_count > 0).limit(1)).one()
        shown = pages.addresses(session)
    assert client.get(f"/paper/{paper.key}").status_code == 200
    found = client.get("/search", query_string={"q": paper.title})
    assert f"/paper/{paper.key}" in found.get_data(as_text=True)
    for address in ("/", "/venues", "/users", "/tags", *shown["venue"], *shown["user"]):
        assert client.get(address).status_code == 200, address


@pytest.mark.slow
def test_it_is_the_same_at_each_run(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        path = library.make(tmp_path / name, summaries=15, papers=20)
        database = Database(f"sqlite:///{path}")
        with database.session() as session:
            found.append(
                {
                    table.name: session.execute(select(table).order_by(*table.primary_key)).all()
                    for table in Base.metadata.sorted_tables
                }
            )
        database.close()
    assert found[0] == found[1]
