"""`shortlist serve` runs jobs in one more process, which ends with it and is started anew."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Job, SimilarMark
from tests.helpers.factories import make_summary
from tests.helpers.running import Serve, make_installation, serving
from tests.helpers.waiting import wait_until


@pytest.fixture
def library(tmp_path: Path, sqlite_template: Database) -> Iterator[Database]:
    database = make_installation(tmp_path, sqlite_template)
    yield database
    database.close()


def write(library: Database) -> None:
    with library.session() as session:
        make_summary(session)


def is_done(library: Database) -> bool:
    with library.session() as session:
        return session.scalar(select(SimilarMark.id).limit(1)) is None


def job_process(library: Database) -> int:
    """The process that has run similar papers last, by the lease that it has at a moment."""
    with library.session() as session:
        holders = session.scalars(select(Job.holder).where(Job.holder != "")).all()
    return int(holders[0].split(":")[1]) if holders else 0


def child_besides(serve: Serve, worker: int) -> int:
    """The process that runs jobs, when it is there."""
    others = [pid for pid in serve.until_forked(1) if pid != worker]
    return others[0] if others else 0


@pytest.mark.slow
def test_what_was_written_is_worked_out_soon(tmp_path: Path, library: Database) -> None:
    with serving(tmp_path) as serve:
        serve.until_line("Shortlist:")
        [worker] = serve.until_forked(1)[:1]
        for _ in range(2):
            write(library)
            wait_until(lambda: is_done(library), "the similar papers")
        wait_until(lambda: child_besides(serve, worker), "the process of jobs")
        # Else the next one waits until the lease of the one that was killed has run out.
        wait_until(lambda: not job_process(library), "the end of all jobs")
        first = child_besides(serve, worker)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: child_besides(serve, worker) not in (0, first), "a new one")
        write(library)
        wait_until(lambda: is_done(library), "the similar papers, after it was killed")
        assert serve.until_forked(1)[0] == worker, "readers noticed nothing"
        serve.process.terminate()
        assert serve.ended() == 0
    assert job_process(library) == 0, "no lease is left behind"


@pytest.mark.slow
def test_it_stops_in_the_middle_of_much_to_do(tmp_path: Path, library: Database) -> None:
    for _ in range(60):
        write(library)
    with serving(tmp_path) as serve:
        serve.until_line("Shortlist:")
        wait_until(lambda: job_process(library), "a job that runs")
        serve.process.send_signal(signal.SIGTERM)
        assert serve.ended() == 0
    assert job_process(library) == 0


@pytest.mark.slow
def test_without_jobs_there_is_no_such_process(tmp_path: Path, library: Database) -> None:
    with serving(tmp_path, options=["--no-jobs"]) as serve:
        serve.until_line("Shortlist:")
        with serve.connect("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as client:
            assert client.recv(15) == b"HTTP/1.1 200 OK"
        assert len(serve.until_forked(1)) == 1
        serve.process.terminate()
        assert serve.ended() == 0
    with library.session() as session:
        assert session.scalar(select(Job.id).limit(1)) is None
