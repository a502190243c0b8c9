"""Answers for programs that watch the site: live, ready, and figures for Prometheus.

They stand before the app, so that they need no session, no host name and no rate limit.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.config import Config
from app.db import Database, now
from app.queries import site_health
from app.services.operation import health
from app.services.operation.jobs import control
from app.services.operation.jobs.kinds import KINDS

Answer = tuple[str, str]  # status and body
WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Source: Prometheus, "Exposition formats", text format 0.0.4.
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PLAIN_TYPE = "text/plain; charset=utf-8"
PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
OK, AWAY = "200 OK", "503 Service Unavailable"


def with_probes(wsgi_app: WSGIApp, app: Flask, config: Config) -> Any:
    """A WSGI app around another one, which answers some paths itself."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        database: Database = app.extensions["shortlist"][1]
        if path == "/metrics" and config.metrics_token:
            status, body = _metrics(environ, database, config.metrics_token)
        elif path == "/health/live":
            status, body = OK, "ok\n"
        elif path == "/health/ready":
            problems = health.find_problems(database)
            status, body = (AWAY, f"{', '.join(problems)}\n") if problems else (OK, "ok\n")
        else:
            return wsgi_app(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            status, body = "405 Method Not Allowed", "Only GET.\n"
        kind = METRICS_TYPE if path == "/metrics" and status == OK else PLAIN_TYPE
        content = body.encode()
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
        ]
        if status.startswith("401"):
            headers.append(("WWW-Authenticate", "Bearer"))
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

    return answer


def _metrics(environ: dict[str, Any], database: Database, token: str) -> Answer:
    given = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
    if not hmac.compare_digest(given, f"Bearer {token}".encode()):
        return "401 Unauthorized", "Send the token: Authorization: Bearer …\n"
    try:
        return OK, "".join(_write_metrics(database, now()))
    except SQLAlchemyError:
        return AWAY, "database\n"


def _write_metrics(database: Database, moment: datetime) -> Iterator[str]:
    """Figures from the database and the disk: the same from every worker and machine."""
    with database.session() as session:
        site = site_health.count_site(session)
        backup = site_health.find_last_backup(session)
        timed = [kind.name for kind in KINDS.values() if kind.every is not None]
        due = site_health.list_oldest_due(session, moment, timed)
        states = list(control.list_jobs(session, moment))
    kinds = [state for state in states if not state.key]
    failed = {state.kind.name: 0 for state in states}
    for state in states:
        failed[state.kind.name] += state.state == "failed"
    disk = health.measure_disk(database.info["data_dir"])
    yield _gauge("info", "The version that answers.", {f'version="{version("shortlist")}"': 1})
    yield _gauge("papers", "Papers.", {"": site.papers})
    yield _gauge("public_summaries", "Public summaries.", {"": site.summaries})
    yield _gauge("accounts", "Accounts.", {"": site.accounts})
    yield _gauge("drafts", "Drafts.", {"": site.drafts})
    yield _gauge("images", "Uploaded images.", {"": site.pictures})
    yield _gauge("images_bytes", "Size of uploaded images.", {"": site.pictures_size})
    yield _gauge("database_bytes", "Size of the database.", {"": site.database_size})
    yield _gauge("disk_free_bytes", "Free space of the data directory.", {"": disk.free})
    yield _gauge("disk_bytes", "Size of the disk of the data directory.", {"": disk.total})
    yield _gauge("jobs_failed", "Jobs that failed for good.", _by_job(failed))
    left = {state.kind.name: state.left for state in kinds if state.left is not None}
    yield _gauge("jobs_left", "What jobs of a kind have left to do.", _by_job(left))
    ended = {state.kind.name: state.ended_at for state in kinds if state.ended_at is not None}
    seconds = {name: round(end.timestamp()) for name, end in ended.items()}
    yield _gauge("job_end_timestamp_seconds", "When a job last ended.", _by_job(seconds))
    # What works through marks begins within a second, and knows no older time.
    queues = [state.kind.name for state in kinds if state.kind.is_waiting is None]
    ages = {name: round((moment - due.get(name, moment)).total_seconds()) for name in queues}
    yield _gauge("job_wait_seconds", "How long the oldest due job has waited.", _by_job(ages))
    if backup is not None:
        made_at = round(backup.made_at.timestamp())
        yield _gauge("backup_timestamp_seconds", "When the last backup was made.", {"": made_at})
        yield _gauge("backup_bytes", "Size of the last backup.", {"": backup.size})


def _by_job(values: dict[str, int]) -> dict[str, int]:
    return {f'job="{name}"': value for name, value in values.items()}


def _gauge(name: str, says: str, values: dict[str, int]) -> str:
    full = f"shortlist_{name}"
    lines = [f"# HELP {full} {says}", f"# TYPE {full} gauge"]
    for labels, value in values.items():
        lines.append(f"{full}{{{labels}}} {value}" if labels else f"{full} {value}")
    return "\n".join(lines) + "\n"
