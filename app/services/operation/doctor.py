"""Look an installation over, and say what to do.

It changes nothing. Each check is a function in `CHECKS`, which yields what it finds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import exists, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Database, now, sqlite_module, sqlite_warning
from app.models import Job, LoginSession, Paper, Picture, SearchEntry
from app.models.search_entry import is_paper_entry
from app.queries import site_health
from app.services.accounts.sign_in import passkeys
from app.services.files import probe_folder
from app.services.mail.transport import FOLDER, probe_server
from app.services.operation import health, refolding, schema
from app.services.pictures.storage import find_storage
from app.services.providers import proving
from app.services.providers.exchange import ProviderFailed

OK, WARNING, FAULT = "ok", "warning", "fault"
MIN_FREE_BYTES = 200_000_000
LITTLE_FREE_BYTES = 2_000_000_000
MIN_SIGNS = 12  # different characters in a good key
MAX_SKEW = timedelta(minutes=2)
MAX_WAIT = timedelta(hours=1)
MAX_NAMED = 3
OTHERS_MAY_READ = 0o007
TIMED = ("tidy",)  # jobs that run once a day, whatever there is to do
ORPHAN_AGE = timedelta(days=1)  # a file is written before its row


@dataclass(frozen=True)
class Diagnosis:
    """What a check found.

    Args:
        level: `OK`, `WARNING` or `FAULT`.
        about: what was checked, in a word or two.
        says: what is so.
        mend: what to do about it; empty when nothing needs to be done.
    """

    level: str
    about: str
    says: str
    mend: str = ""


Check = Callable[[Config, Database], Iterator[Diagnosis]]


def examine(config: Config, database: Database) -> Iterator[Diagnosis]:
    """Run all checks; one that cannot read the database says so."""
    for about, check in CHECKS.items():
        try:
            yield from check(config, database)
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).split("\n")[0]
            yield Diagnosis(
                FAULT,
                about,
                f"The database cannot be read: {reason}.",
                "Look at SHORTLIST_DATABASE_URL and whether the database runs; if its file is"
                " damaged, restore a backup.",
            )


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


def check_folders(config: Config, database: Database) -> Iterator[Diagnosis]:
    """Who may read and write what the program keeps."""
    about = "Files"
    paths = [config.data_dir]
    if database.engine.dialect.name == "sqlite" and database.engine.url.database:
        paths.append(Path(database.engine.url.database))
    if config.backups is not None and config.backups.folder.exists():
        paths.append(config.backups.folder)
    is_well = True
    for path in paths:
        try:
            if path.is_dir():
                probe_folder(path)
            elif not os.access(path, os.W_OK):
                raise PermissionError
        except OSError:
            is_well = False
            mend = f"Let the user who runs Shortlist own it: chown -R USER {path}"
            yield Diagnosis(FAULT, about, f"{path} cannot be written.", mend)
    # A folder that nobody else may enter protects what is in it.
    if config.data_dir.exists() and config.data_dir.stat().st_mode & OTHERS_MAY_READ:
        is_well = False
        mend = f"chmod 700 {config.data_dir}"
        yield Diagnosis(WARNING, about, f"Everybody on this machine may read {paths[0]}.", mend)
    if is_well:
        yield Diagnosis(OK, about, f"{config.data_dir} is writable, and nobody else may read it.")


def check_secret(config: Config, _database: Database) -> Iterator[Diagnosis]:
    """The key that signs cookies."""
    new = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    if config.secret_key is None:
        says = "SHORTLIST_SECRET_KEY is not set here."
        yield Diagnosis(WARNING, "Secret key", says, f"`serve` needs one. Make it once: {new}")
    elif len(set(config.secret_key)) < MIN_SIGNS:
        says = "SHORTLIST_SECRET_KEY is easily guessed."
        yield Diagnosis(FAULT, "Secret key", says, f"Set another one: {new}")
    else:
        yield Diagnosis(OK, "Secret key", "It is set, and long enough.")


def check_clock(_config: Config, database: Database) -> Iterator[Diagnosis]:
    """Whether this machine's clock agrees with the database's, and with what was written."""
    moment = now()
    with database.session() as session:
        if session.get_bind().dialect.name == "postgresql":
            there = session.scalar(select(func.now()))
            skew = abs(there - moment) if there is not None else timedelta(0)
        else:
            newest = session.scalar(select(func.max(LoginSession.created_at)))
            skew = max(newest - moment, timedelta(0)) if newest is not None else timedelta(0)
    if skew > MAX_SKEW:
        says = f"It is {skew.total_seconds():,.0f} seconds off."
        mend = "Let all machines take the time from the network: timedatectl set-ntp true"
        yield Diagnosis(FAULT, "Clock", says, mend)
    else:
        yield Diagnosis(OK, "Clock", f"It is {moment:%Y-%m-%d %H:%M} UTC.")


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


def check_mail(config: Config, _database: Database) -> Iterator[Diagnosis]:
    """Whether the mail server takes mail from us; none is sent."""
    settings = config.mail
    if not settings.host:
        says = f"No server is set: `shortlist mail list` shows it, from {config.data_dir / FOLDER}."
        yield Diagnosis(OK, "Mail", says)
        return
    try:
        probe_server(settings)
    except OSError as error:
        says = error.strerror or str(error)
        mend = "Look at the settings SHORTLIST_SMTP_…, and try `shortlist mail test ADDRESS`."
        yield Diagnosis(FAULT, "Mail", f"No mail can be sent: {says.rstrip('.')}.", mend)
    else:
        yield Diagnosis(OK, "Mail", f"{settings.host} takes mail from {settings.sender}.")


def check_sign_in(config: Config, _database: Database) -> Iterator[Diagnosis]:
    """Whether the providers say how people sign in with them; nobody is signed in."""
    about, sign_in = "Sign-in", config.sign_in
    missing = proving.list_missing_packages() if sign_in.providers else []
    if missing:
        says = f"SHORTLIST_SSO needs {' and '.join(missing)}."
        yield Diagnosis(FAULT, about, says, proving.INSTALL)
    if sign_in.passkeys is not None and not passkeys.is_installed():
        says = f"SHORTLIST_PASSKEYS needs {passkeys.PACKAGE}."
        yield Diagnosis(FAULT, about, says, passkeys.INSTALL)
    for provider in sign_in.providers:
        try:
            proving.probe_provider(provider)
        except ProviderFailed as error:
            mend = f"Look at SHORTLIST_SSO_{provider.name.upper()}_ISSUER and the network."
            yield Diagnosis(FAULT, about, f"{provider.label} {error}", mend)
    ways = ["passwords"] if sign_in.passwords else []
    ways += [provider.label for provider in sign_in.providers]
    if sign_in.passkeys is not None:
        ways.append("passkeys")
    if sign_in.user_header is not None:
        ways.append(f"the header {sign_in.user_header.name}")
    yield Diagnosis(OK, about, f"People sign in with {', '.join(ways)}.")


def check_disk(config: Config, _database: Database) -> Iterator[Diagnosis]:
    """The space that is left."""
    folders = [config.data_dir, *([config.backups.folder] if config.backups else [])]
    seen = set()
    for folder in folders:
        space = health.measure_disk(folder)
        if space in seen:  # the same disk
            continue
        seen.add(space)
        says = f"{space.free / 1e9:,.1f} of {space.total / 1e9:,.1f} GB are free for {folder}."
        mend = "Make room, or keep fewer backups (SHORTLIST_BACKUP_KEEP)."
        if space.free < MIN_FREE_BYTES:
            yield Diagnosis(FAULT, "Disk", says, mend)
        elif space.free < LITTLE_FREE_BYTES:
            yield Diagnosis(WARNING, "Disk", says, mend)
        else:
            yield Diagnosis(OK, "Disk", says)


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


# A check is one line here.
CHECKS: dict[str, Check] = {
    "Database": check_database,
    "Schema": check_schema,
    "Files": check_folders,
    "Secret key": check_secret,
    "Clock": check_clock,
    "Search": check_search,
    "Images": check_pictures,
    "Mail": check_mail,
    "Sign-in": check_sign_in,
    "Disk": check_disk,
    "Backup": check_backup,
    "Jobs": check_jobs,
}


def _count_unindexed(session: Session) -> int:
    there = exists().where(SearchEntry.paper_id == Paper.id, is_paper_entry())
    return session.scalar(select(func.count()).select_from(Paper).where(~there)) or 0


def _name_some(names: list[str]) -> str:
    more = ", …" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
