"""`shortlist jobs`: run, list, stop and retry what is done behind the scenes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click

from app.cli.common import format_count, library, print_table, stop

if TYPE_CHECKING:
    from app.db import Database
    from app.models import Job
    from app.services.operation.jobs.control import JobState
    from app.services.operation.jobs.kinds import JobKind

WAIT_SECONDS = 1.0  # between two looks whether another process is done
COLUMNS = ("job", "state", "left", "last run", "took", "steps", "next run", "attempts", "what")


def _check_kinds(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    from app.services.operation.jobs.kinds import KINDS

    for name in names:
        if name not in KINDS:
            raise click.BadParameter(f"Unknown job {name!r}. Choose from {', '.join(KINDS)}.")
    return names


@click.group()
def jobs() -> None:
    """Manage background jobs.

    `shortlist serve` and `shortlist demo` run them on their own.
    """


@jobs.command()
@click.argument("names", nargs=-1, metavar="[JOB]...", callback=_check_kinds)
@click.option("--forever", is_flag=True, help="Keep running, and run each job when it is due.")
def run(names: tuple[str, ...], forever: bool) -> None:
    """Run all due jobs, or the given ones now.

    Only needed where `shortlist serve` doesn't run them: call it from cron, or with --forever as a
    service. Any number of processes and machines can do this at the same time.

    \b
    Examples:
      shortlist jobs run
      shortlist jobs run tidy
      shortlist jobs run --forever
    """
    from app.services.operation.jobs import runner
    from app.services.operation.jobs.kinds import KINDS
    from app.serving import job_process

    if forever and names:
        stop("--forever runs all jobs; don't name any.")
    with library() as database:
        if forever:
            job_process.run(database)
        elif not names:
            runner.run_due(database, lambda: False)
            _tell_failures(database)
        for name in names:
            if KINDS[name].is_recurring:
                steps = len(run_job(database, name))
                click.echo(f"{name}: {format_count(steps, 'step')}.")
            else:
                runner.run_due(database, lambda: False, {name: KINDS[name]})


@jobs.command("list")
def list_() -> None:
    """List jobs with their state, last run, remaining work and last error.

    Times are UTC. "Steps" counts the papers, texts or other items of the last run. A job with an
    error is retried after a pause that doubles each time; after eight attempts it counts as failed.

    \b
    Example:
      shortlist jobs list
    """
    from app.db import now
    from app.services.operation.jobs import control

    with library(quiet=True) as database, database.session() as session:
        states = list(control.list_jobs(session, now()))
    print_table(COLUMNS, map(_row, states))
    for state in states:
        if state.holder:
            click.echo(f"{_name(state)} is running in process {state.holder}.")
        if state.error:
            click.echo(f"{_name(state)} failed: {state.error}")


@jobs.command("stop")
@click.argument("names", nargs=-1, required=True, metavar="JOB...", callback=_check_kinds)
def stop_(names: tuple[str, ...]) -> None:
    """Stop jobs until `shortlist jobs retry`, even across restarts.

    A running job ends within seconds and can continue from there later.

    \b
    Example:
      shortlist jobs stop rerender
    """
    from app.db import now
    from app.services.operation.jobs import control
    from app.services.operation.jobs.kinds import KINDS

    with library(quiet=True) as database, database.session() as session:
        control.stop_kinds(session, [KINDS[name] for name in names], now())
        session.commit()
        running = [name for name in names if control.find_holder(session, KINDS[name], now())]
    for name in names:
        click.echo(f"Stopped {name}{' (ends at its next step)' if name in running else ''}.")


@jobs.command()
@click.argument("names", nargs=-1, metavar="[JOB]...", callback=_check_kinds)
def retry(names: tuple[str, ...]) -> None:
    """Restart failed or stopped jobs: the given ones, or all.

    \b
    Example:
      shortlist jobs retry similar
    """
    from app.db import now
    from app.services.operation.jobs import control
    from app.services.operation.jobs.kinds import KINDS

    with library(quiet=True) as database, database.session() as session:
        count = control.retry_kinds(session, names or tuple(KINDS), now())
        session.commit()
    click.echo(f"{format_count(count, 'job')} will run again.")


def run_job(
    database: Database, name: str, label: str = "", seconds: float | None = None
) -> list[Any]:
    """Run a recurring job now, with a progress bar.

    Waits while another process runs it.

    Args:
        label: of the bar; without one there is none.
        seconds: stop after this time; what is left waits for the next run.

    Returns:
        What its steps yield.
    """
    from app.services.operation.jobs import runner
    from app.services.operation.jobs.kinds import KINDS

    kind = KINDS[name]
    job = _claim(database, kind)
    if job is None:
        click.echo(f"{name} is stopped. Restart it with `shortlist jobs retry {name}`.", err=True)
        return []
    end = None if seconds is None else monotonic() + seconds
    with database.session() as session:
        left = kind.count_left(session) if label and kind.count_left else 0
    work = runner.perform_job(database, job, lambda: end is not None and monotonic() > end)
    # However this ends, the lease is given back.
    with closing(work):
        if not left:
            return list(work)
        with click.progressbar(work, length=left, label=label) as bar:
            return list(bar)


def _claim(database: Database, kind: JobKind) -> Job | None:
    """Take the lease of a job, after another process that has it; `None` when it is stopped."""
    from app.db import now
    from app.services.operation.jobs import control, runner

    told = ""
    while (job := runner.claim_kind(database, kind)) is None:
        with database.session() as session:
            holder = control.find_holder(session, kind, now())
            if not holder and control.is_stopped(session, kind):
                return None
        if holder and holder != told:
            click.echo(f"{kind.name} is already running in process {holder}; waiting …", err=True)
            told = holder
        sleep(WAIT_SECONDS)
    return job


def _tell_failures(database: Database) -> None:
    """End with exit code 1 when jobs have failed, so that cron sends a mail."""
    from app.db import now
    from app.services.operation.jobs import control

    with database.session() as session:
        failed = [state for state in control.list_jobs(session, now()) if state.attempts]
    if any(not state.holder for state in failed):
        stop("Some jobs failed; see `shortlist jobs list`.")


def _name(state: JobState) -> str:
    return f"{state.kind.name} {state.key}".rstrip()


def _row(state: JobState) -> Sequence[str]:
    took = ""
    if state.began_at is not None and state.ended_at is not None:
        took = _duration(state.ended_at - state.began_at)
    return (
        _name(state),
        state.state,
        "" if state.left is None else f"{state.left:,}",
        _moment(state.ended_at or state.began_at) or "never",
        took,
        f"{state.steps:,}",
        "" if state.state in ("stopped", "running") else _moment(state.next_at) or "when needed",
        f"{state.attempts:,}",
        state.kind.says,
    )


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _duration(time: timedelta) -> str:
    seconds = time.total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else str(timedelta(seconds=round(seconds)))
