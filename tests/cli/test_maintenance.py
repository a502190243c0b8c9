"""`shortlist tidy` and `reindex`, as an administrator runs them."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from app.db import Database, begin_writing, now
from app.models import DeletedSummary, SearchEntry
from app.services.summaries import deletion
from tests.helpers.commands import SECRET, run
from tests.helpers.factories import make_summary
from tests.helpers.running import environment, free_port, provide_fonts, shortlist
from tests.helpers.waiting import SAFETY, wait_until


def test_tidy_and_reindex(tmp_path: Path, library: Database) -> None:
    """Both in one installation, which takes long to make."""
    delete_long_ago(library)
    done = run(tmp_path / "data", "tidy")
    assert "Deleted: 0 images, 1 summary from the trash." in done.stdout
    assert deleted(library) == 0
    with library.session() as session:
        begin_writing(session)
        session.execute(delete(SearchEntry))
        session.commit()
    done = run(tmp_path / "data", "reindex", "--missing")
    assert "Indexed: 1 paper." in done.stdout


@pytest.mark.slow
def test_serve_tidies(tmp_path: Path, library: Database) -> None:
    delete_long_ago(library)
    provide_fonts(tmp_path / "data")
    process = subprocess.Popen(
        shortlist("serve", "--port", str(free_port())),
        env=environment(tmp_path / "data", **SECRET),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: not deleted(library), "the tidying")
    finally:
        process.terminate()
        process.wait(SAFETY)
    assert deleted(library) == 0


def delete_long_ago(library: Database) -> None:
    with library.session() as session:
        deletion.delete_summary(session, make_summary(session))
        begin_writing(session)
        session.execute(update(DeletedSummary).values(deleted_at=now() - timedelta(days=31)))
        session.commit()


def deleted(library: Database) -> int:
    with library.session() as session:
        return session.scalar(select(func.count()).select_from(DeletedSummary)) or 0
