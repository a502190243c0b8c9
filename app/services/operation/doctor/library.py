"""Checks of the database and of what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Database, now
from app.engines import sqlite_module, sqlite_warning
from app.models import Job, Paper, Picture, SearchEntry
from app.models.search_entry import is_paper_entry
from app.queries import site_health
from app.services.operation import refolding, schema
from app.services.operation.doctor.diagnosis import FAULT, OK, WARNING, Diagnosis
from app.services.pictures.storage import find_storage

MAX_WAIT = timedelta(hours=1)
MAX_NAMED = 3
TIMED = ("tidy",)  # jobs that run once a day, whatever there is to do
ORPHAN_AGE = timedelta(days=1)  # a file is written before its row


def check_database(_config: Config, database: Database) -> Iterator[Diagnosis]:
    """The engine, and whether its file is whole."""
    about = "Database"
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "postgresql":
            number = connection.exec_driver_sql("SHOW server_version").scalar()
            yield Diagnosis(OK, about, f"PostgreSQL {number} answers.")
            return
        options = set(connection.exec_driver_sql("PRAGMA compile_options").scalars())
        damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if "ENABLE_FTS5" not in options or "OMIT_JSON" in options:
        mend = "Install the pysqlite3 package, or another build of Python."
        yield Diagnosis(FAULT, about, "SQLite was built without FTS5 or JSON.", mend)
    if warning := sqlite_warning():
        yield Diagnosis(WARNING, about, warning, "Install the pysqlite3 package.")
    if damage != "ok":
        yield Diagnosis(FAULT, about, "The file is damaged.", "Restore the last backup.")
    else:
        version = sqlite_module.sqlite_version
        yield Diagnosis(OK, about, f"SQLite {version}; the file is whole.")


def check_schema(_config: Config, database: Database) -> Iterator[Diagnosis]:
    """Whether the database fits the program."""
    with database.engine.connect() as connection:
        revision = schema.read_revision(connection)
    if revision is None:
        mend = "`shortlist serve` makes one."
        yield Diagnosis(WARNING, "Schema", "There is no library yet.", mend)
    elif not schema.is_known(revision):
        mend = "Install the version that wrote it, or restore an older backup."
        yield Diagnosis(FAULT, "Schema", f"A newer version wrote it ({revision}).", mend)
    elif not schema.is_newest(database):
        mend = "Restart `shortlist serve`, which upgrades it."
        yield Diagnosis(WARNING, "Schema", f"It is of an older version ({revision}).", mend)
    else:
        yield Diagnosis(OK, "Schema", f"It fits this version ({revision}).")


def check_search(_config: Config, database: Database) -> Iterator[Diagnosis]:
    """Whether search finds all papers, by the present rules."""
    with database.session() as session:
        missing = _count_unindexed(session)
        is_stale = refolding.is_due(session)
    if is_stale:
        mend = "Restart `shortlist serve`, or run `shortlist reindex`."
        yield Diagnosis(WARNING, "Search", "The index was made by older rules.", mend)
    if missing:
        says = f"Papers that are not in the index: {missing:,}."
        yield Diagnosis(WARNING, "Search", says, "Run `shortlist reindex --missing`.")
    if not is_stale and not missing:
        yield Diagnosis(OK, "Search", "All papers are in the index.")


def check_pictures(config: Config, database: Database) -> Iterator[Diagnosis]:
    """Whether images and their files belong together."""
    with database.session() as session:
        names = set(session.scalars(select(Picture.name)))
    try:
        storage = find_storage(database.info)
        if config.bucket is not None:
            storage.probe()
        files = list(storage.list_files())
        there = {file.name for file in files}
        missing = sorted(name for name in names - there if not storage.has(name))
    except OSError as error:
        mend = "Look at the settings SHORTLIST_BUCKET… and at the rights of the key."
        yield Diagnosis(FAULT, "Images", f"{error.strerror or error}.", mend)
        return
    old = now() - ORPHAN_AGE
    orphans = sorted(file.name for file in files if file.name not in names and file.stored_at < old)
    if missing:
        says = f"Without a file: {len(missing):,} ({_name_some(missing)})."
        mend = f"Copy them from a backup to {storage.place}."
        yield Diagnosis(FAULT, "Images", says, mend)
    if orphans:
        says = f"Files of no image in {storage.place}: {len(orphans):,} ({_name_some(orphans)})."
        yield Diagnosis(WARNING, "Images", says, "They do no harm, and can be deleted.")
    if not missing and not orphans:
        yield Diagnosis(OK, "Images", f"Each of {len(names):,} has its file in {storage.place}.")


def check_backup(config: Config, database: Database) -> Iterator[Diagnosis]:
    """The age of the last backup, and where it is."""
    with database.session() as session:
        last = site_health.find_last_backup(session)
    hours = config.backups.hours if config.backups else 24
    mend = "See `shortlist jobs list` for the job `backup`, or run `shortlist backup`."
    if last is None:
        yield Diagnosis(WARNING, "Backup", "There is none yet.", mend)
        return
    says = f"The last one is of {last.made_at:%Y-%m-%d %H:%M} UTC: {last.path}."
    if now() - last.made_at > 2 * timedelta(hours=hours):
        yield Diagnosis(FAULT, "Backup", says, mend)
    elif not Path(last.path).exists():
        mend = "Run `shortlist backup`, unless it is on another machine or was moved."
        yield Diagnosis(WARNING, "Backup", f"{says} It is not there.", mend)
    else:
        yield Diagnosis(OK, "Backup", says)


def check_jobs(_config: Config, database: Database) -> Iterator[Diagnosis]:
    """Jobs that failed, are stopped, or that nobody runs."""
    moment, is_well = now(), True
    with database.session() as session:
        troubled = Job.is_failed | (Job.attempts > 1) | Job.is_stopped
        columns = (Job.kind, Job.key, Job.error, Job.is_failed, Job.is_stopped)
        rows = session.execute(select(*columns).where(troubled).order_by(Job.id)).all()
        due = site_health.list_oldest_due(session, moment, TIMED)
    for kind, key, error, is_failed, is_stopped in rows:
        is_well = False
        name = f"{kind} {key}".rstrip()
        if is_stopped:
            mend = f"`shortlist jobs retry {kind}` starts it."
            yield Diagnosis(WARNING, "Jobs", f"{name} is stopped.", mend)
        else:
            mend = f"When the cause is mended: `shortlist jobs retry {kind}`."
            level = FAULT if is_failed else WARNING
            yield Diagnosis(level, "Jobs", f"{name} failed: {error}".rstrip(": ") + ".", mend)
    late = [kind for kind, since in due.items() if moment - since > MAX_WAIT]
    if late:
        is_well = False
        mend = "Start `shortlist serve` without --no-jobs, or `shortlist jobs run --forever`."
        yield Diagnosis(FAULT, "Jobs", f"Nobody has run {', '.join(late)} since it was due.", mend)
    if is_well:
        yield Diagnosis(OK, "Jobs", "None failed, and none waits too long.")


def _count_unindexed(session: Session) -> int:
    there = exists().where(SearchEntry.paper_id == Paper.id, is_paper_entry())
    return session.scalar(select(func.count()).select_from(Paper).where(~there)) or 0


def _name_some(names: list[str]) -> str:
    more = ", …" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
