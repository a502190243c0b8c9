"""What programs that watch the site are told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text, update

from app import create_app
from app.config import Config
from app.db import Database, begin_writing, now
from app.models import Job
from app.services.operation.jobs import leases
from app.services.operation.jobs.kinds import KINDS
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_summary

TOKEN = "only for tests, long enough"


@pytest.fixture
def watched(config: Config, database: Database) -> Browser:
    """The site with a token for its figures, and with limits."""
    settings = replace(config, metrics_token=TOKEN, rate_limits=True, cache_bytes=0)
    return Browser(create_app(settings, database).test_client())


def read_metrics(browser: Browser) -> dict[str, float]:
    answer = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status == 200
    assert answer.response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    for line in lines:
        assert re.fullmatch(r'shortlist_\w+(\{\w+="[^"]*"\})? \d+', line), line
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def is_bare(answer: Page) -> bool:
    """Whether an answer is kept by nobody, and sets no cookie."""
    return (
        answer.response.headers["Cache-Control"] == "no-store"
        and "Set-Cookie" not in answer.response.headers
    )


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_a_site_that_is_well_says_so(guest: Browser, path: str) -> None:
    # A probe may know no name of the site.
    answer = guest.get(path, headers={"Host": "10.0.0.7:5000"})
    assert (answer.status, answer.text) == (200, "ok\n")
    assert is_bare(answer)
    assert guest.client.head(path).status_code == 200
    assert guest.client.post(path).status_code == 405


def test_a_schema_that_does_not_fit_is_not_ready(guest: Browser, database: Database) -> None:
    with database.migration() as connection:
        before = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        answer = guest.get("/health/ready")
        assert (answer.status, answer.text) == (503, "schema\n")
        assert guest.get("/health/live").status == 200
    finally:
        with database.migration() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": before})


def test_a_database_or_disk_that_is_away_is_not_ready(app: Flask, config: Config) -> None:
    nowhere = Path("/nowhere")
    database = Database("sqlite:////nowhere/a.sqlite3", data_dir=nowhere)
    app.extensions["shortlist"] = (config, database)
    answer = Browser(app.test_client()).get("/health/ready")
    assert (answer.status, answer.text) == (503, "database, disk\n")


def test_figures_are_those_of_the_database(watched: Browser, database: Database) -> None:
    with database.session() as session:
        make_summary(session)
        make_summary(session, visibility="private")
        leases.add_missing_kinds(session, KINDS.values(), now())
        begin_writing(session)
        session.execute(update(Job).where(Job.kind == "tidy").values(is_failed=True))
        session.commit()
    found = read_metrics(watched)
    assert found["shortlist_public_summaries"] == 1
    assert found["shortlist_accounts"] == 2
    assert found['shortlist_jobs_failed{job="tidy"}'] == 1
    assert found['shortlist_jobs_failed{job="similar"}'] == 0
    assert found["shortlist_database_bytes"] > 100_000
    assert found["shortlist_disk_bytes"] >= found["shortlist_disk_free_bytes"] > 0


def test_figures_need_the_token(watched: Browser, guest: Browser) -> None:
    for given in ("", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xff"):
        answer = watched.get("/metrics", headers={"Authorization": given})
        assert answer.status == 401
        assert is_bare(answer)
        assert "shortlist_" not in answer.text
    assert guest.get("/metrics").status == 404


def test_probes_meet_no_limit(watched: Browser) -> None:
    assert {watched.get("/health/ready").status for _ in range(40)} == {200}
