"""`shortlist jobs`, and the commands that run a job."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from app.db import Database, begin_writing, now
from app.models import Job, SimilarMark
from app.services.operation.jobs import leases, runner
from app.services.operation.jobs.kinds import KINDS
from app.services.similar import similarity
from tests.helpers.commands import assert_refused, run
from tests.helpers.factories import make_summary
from tests.helpers.jobs import one_row
from tests.helpers.running import environment, make_installation, shortlist
from tests.helpers.waiting import SAFETY, wait_until


@pytest.fixture
def library(tmp_path: Path, sqlite_template: Database) -> Iterator[Database]:
    database = make_installation(tmp_path, sqlite_template)
    with database.session() as session:
        make_summary(session)
    yield database
    database.close()


def listed(data_dir: Path) -> dict[str, list[str]]:
    """The columns of each job: state, left, last run, and so on."""
    done = run(data_dir, "jobs", "list")
    assert done.returncode == 0, done
    lines = done.stdout.splitlines()
    starts = [match.start() for match in re.finditer(r"\S+(?: \S+)*", lines[0])]
    found = {}
    for line in lines[1 : len(KINDS) + 1]:
        cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
        found[cells[0]] = cells[1:]
    return found


def test_jobs_are_listed_run_stopped_and_retried(tmp_path: Path, library: Database) -> None:
    before = listed(tmp_path)
    assert before.keys() == KINDS.keys()
    assert before["similar"][:3] == ["waiting", "1", "never"]
    assert before["tidy"][-1] == KINDS["tidy"].says
    assert run(tmp_path, "jobs", "stop", "similar", "tidy").returncode == 0
    assert run(tmp_path, "jobs", "run").returncode == 0
    after = listed(tmp_path)
    assert after["similar"][:3] == ["stopped", "1", "never"]
    assert after["tidy"][0] == "stopped"
    assert after["rerender"][:2] == ["waiting", "0"]
    assert after["rerender"][2] != "never"
    refused = run(tmp_path, "similar")
    assert "jobs retry similar" in refused.stderr
    assert "2 jobs will run again" in run(tmp_path, "jobs", "retry").stdout
    assert run(tmp_path, "jobs", "run").returncode == 0
    assert listed(tmp_path)["similar"][:2] == ["waiting", "0"]
    again = run(tmp_path, "jobs", "run", "tidy", "similar")
    assert again.returncode == 0
    assert "tidy: 1 step.\nsimilar: " in again.stdout


def test_a_job_that_fails_is_told_to_cron(
    tmp_path: Path, library: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(similarity, "_work_out", fail)
        assert_refused(run(tmp_path, "jobs", "run"), "Some jobs failed")
    said = run(tmp_path, "jobs", "list").stdout
    assert "similar failed: ZeroDivisionError (test_jobs.py:" in said
    assert listed(tmp_path)["similar"][-2] == "1"
    # It is not due yet; somebody may have mended it.
    assert_refused(run(tmp_path, "jobs", "run"), "Some jobs failed")
    assert "1 job will run again" in run(tmp_path, "jobs", "retry", "similar").stdout
    assert run(tmp_path, "jobs", "run").returncode == 0
    assert "failed" not in run(tmp_path, "jobs", "list").stdout


def test_names_are_checked(tmp_path: Path) -> None:
    done = run(tmp_path, "jobs", "stop", "nothing")
    assert done.returncode == 2
    assert f"Choose from {', '.join(KINDS)}." in done.stderr
    assert_refused(run(tmp_path, "jobs", "run", "tidy", "--forever"), "don't name any")


@pytest.mark.slow
def test_a_command_waits_for_the_process_that_does_it(tmp_path: Path, library: Database) -> None:
    job = runner.claim_kind(library, KINDS["tidy"])
    assert job is not None
    holder = ":".join(job.holder.split(":")[:2])
    process = subprocess.Popen(
        shortlist("tidy"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    line = next(line for line in process.stderr if "tidy is already running" in line)
    assert holder in line
    with library.session() as session:
        assert one_row(session, "tidy").holder == job.holder
        session.commit()
        leases.release_lease(session, job, now(), 0)
    said, _ = process.communicate(timeout=SAFETY)
    assert process.returncode == 0
    assert "Deleted: 0 images" in said


@pytest.mark.slow
def test_a_process_of_its_own_runs_them_and_another_takes_over(
    tmp_path: Path, library: Database
) -> None:
    """Killed in the middle of a job, it leaves a lease that another takes when it has run out."""
    first = start(tmp_path)
    with library.session() as session:
        wait_until(lambda: not has_marks(library), "the similar papers")
        wait_until(lambda: not is_held(library, "similar"), "the lease given back")
        first.kill()
        first.wait(SAFETY)
        begin_writing(session)
        session.execute(update(Job).values(held_until=now()))  # perhaps it held some
        session.commit()
        job = runner.claim_kind(library, KINDS["similar"])  # as if it had died in it
        assert job is not None
        begin_writing(session)
        similarity.mark_papers(session, [1])
        session.commit()
        second = start(tmp_path)
        begin_writing(session)
        session.execute(update(Job).where(Job.id == job.id).values(held_until=now()))
        session.commit()
        wait_until(lambda: not has_marks(library), "the takeover")
        second.terminate()
        assert second.wait(SAFETY) == 0
        assert one_row(session, "similar").holder == ""


def start(data_dir: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(shortlist("jobs", "run", "--forever"), env=environment(data_dir))


def has_marks(library: Database) -> bool:
    with library.session() as session:
        return session.query(SimilarMark).first() is not None


def is_held(library: Database, kind: str) -> bool:
    with library.session() as session:
        return session.query(Job.id).filter(Job.kind == kind, Job.holder != "").first() is not None
