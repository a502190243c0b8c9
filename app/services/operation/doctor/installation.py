"""Checks of the machine and of the settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.config import Config
from app.db import Database, now
from app.models import LoginSession
from app.services.accounts.sign_in import passkeys
from app.services.files import probe_folder
from app.services.mail.transport import FOLDER, probe_server
from app.services.operation import health
from app.services.operation.doctor.diagnosis import FAULT, OK, WARNING, Diagnosis
from app.services.providers import proving
from app.services.providers.exchange import ProviderFailed

MIN_FREE_BYTES = 200_000_000
LITTLE_FREE_BYTES = 2_000_000_000
MIN_SIGNS = 12  # different characters in a good key
MAX_SKEW = timedelta(minutes=2)
OTHERS_MAY_READ = 0o007


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
