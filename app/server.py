"""Prepare an installation, so that it can be served or worked with."""

from __future__ import annotations

import os
import secrets
import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.config import Config
from app.db import Database
from app.engines import sqlite_warning
from app.services.accounts.sign_in import passkeys
from app.services.files import probe_folder
from app.services.lookup.asking import make_lookup_settings
from app.services.operation import refolding, schema
from app.services.operation.fonts.files import ensure_fonts, find_fonts
from app.services.pictures.bucket import MISSING
from app.services.providers import proving

Report = Callable[[str], None]


class CannotStart(Exception):
    """The server cannot start; the message says why and what to do."""


def prepare(config: Config, say: Report) -> Database:
    """Make all that the server needs, once its settings are checked.

    Raises:
        CannotStart: in words for the person who starts it.
    """
    check_settings(config)
    database = prepare_library(config, say)
    prepare_fonts(config, say)
    return database


def check_settings(config: Config) -> None:
    """Refuse settings that no server can start with.

    Raises:
        CannotStart: in words for the person who starts it.
    """
    _counts_somewhere(config.rate_limit_storage)
    _can_welcome(config.welcome)
    _can_sign_in(config)


def prepare_fonts(config: Config, say: Report) -> None:
    """Make the fonts, unless they are there: that takes some seconds."""
    fonts = config.data_dir / "fonts"
    if not find_fonts(fonts):
        say("Making the fonts (once) …")
        ensure_fonts(fonts)


def prepare_library(config: Config, say: Report) -> Database:
    """Make the data directory, and bring the database up to date.

    Args:
        config: settings.
        say: shows a line to the person who runs the program.

    Raises:
        CannotStart: in words for that person.
    """
    ensure_data_dir(config.data_dir)
    database = open_database(config)
    try:
        _back_up_before_upgrade(database, config, say)
        schema.upgrade(database)
        _renew_search(database, say)
    except schema.SchemaTooNew as error:
        raise CannotStart(str(error)) from None
    except DBAPIError as error:
        raise CannotStart(f"The database cannot be opened: {error.orig}.") from None
    if database.engine.dialect.name == "sqlite" and (warning := sqlite_warning()):
        say(warning)
    return database


def _back_up_before_upgrade(database: Database, config: Config, say: Report) -> None:
    if config.backups is None or not config.backups.keep or schema.is_newest(database):
        return
    with database.engine.connect() as connection:
        revision = schema.read_revision(connection)
    if revision is None or not schema.is_known(revision):
        return
    from app.services.operation.backup import schedule

    say("Backing up the library before the upgrade …")
    try:
        if config.bucket is None:
            path = deque(schedule.back_up_before(database, "upgrade"), maxlen=1).pop()
        else:  # in a process of its own: this one forks, and must not have used the bucket
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
                path = other.submit(_back_up, config).result()
    except OSError as error:
        raise CannotStart(
            f"The library cannot be backed up before the upgrade: {error.strerror or error}"
            f" ({config.backups.folder}). Make room there, name another folder in"
            " SHORTLIST_BACKUP_DIR, or set SHORTLIST_BACKUP_KEEP=0 to upgrade without a backup."
        ) from None
    say(f"The backup is {path}.")


def _back_up(config: Config) -> Path:
    from app.services.operation.backup import schedule

    database = open_database(config)
    try:
        return deque(schedule.back_up_before(database, "upgrade"), maxlen=1).pop()
    finally:
        database.close()


def _renew_search(database: Database, say: Report) -> None:
    with database.session() as session:
        if refolding.is_due(session):
            say("Renewing what is searched, for new rules (once) …")
            deque(refolding.refold(session), maxlen=0)


def open_database(config: Config) -> Database:
    """The database of an installation; services get the settings they need with it.

    Raises:
        CannotStart: when a bucket is set that this installation cannot use.
    """
    if config.bucket is not None and find_spec("obstore") is None:
        raise CannotStart(f"{MISSING}, or unset SHORTLIST_BUCKET.")
    return Database(
        config.database_url,
        site_url=config.site_url,
        site_name=config.site_name,
        password_cost=config.password_cost,
        data_dir=config.data_dir,
        backups=config.backups,
        slow_query_ms=config.slow_query_ms,
        mail=config.mail,
        bucket=config.bucket,
        licence=config.licence.id if config.licence is not None else "",
        outside=make_lookup_settings(
            config.data_dir, on=config.lookups, site_url=config.site_url, contact=config.contact
        ),
    )


def demo_secret(config: Config) -> str:
    """The demo's own secret key, made once and kept in the data directory."""
    ensure_data_dir(config.data_dir)
    path = config.data_dir / "demo-secret"
    if not path.exists():
        # Only the owner may read it, from the first moment on.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def listening_address(host: str, port: int) -> str:
    """The number of a host's address, where we can listen.

    Raises:
        CannotStart: when nobody could listen there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise CannotStart(
            f"Cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}. "
            "Choose another one with --port."
        ) from None
    return str(address[0])


def _counts_somewhere(uri: str) -> None:
    if uri in ("database://", "memory://"):
        return
    from limits.errors import ConfigurationError
    from limits.storage import storage_from_string

    try:
        storage_from_string(uri)
    except (ConfigurationError, ValueError) as error:
        raise CannotStart(f"SHORTLIST_RATE_LIMIT_STORAGE cannot be used: {error}") from None


def _can_welcome(text: str) -> None:
    if not text:
        return
    from app.rendering import RenderError
    from app.rendering.markdown import render

    try:
        render(text)
    except RenderError as error:
        raise CannotStart(f"SHORTLIST_WELCOME cannot be used: {error}") from None


def _can_sign_in(config: Config) -> None:
    missing = proving.list_missing_packages() if config.sign_in.providers else []
    if missing:
        raise CannotStart(f"SHORTLIST_SSO needs {' and '.join(missing)}. {proving.INSTALL}")
    if config.sign_in.passkeys is not None and not passkeys.is_installed():
        raise CannotStart(f"SHORTLIST_PASSKEYS needs {passkeys.PACKAGE}. {passkeys.INSTALL}")


def ensure_data_dir(folder: Path) -> None:
    """Make the data directory, if it is not there.

    Raises:
        CannotStart: when nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe_folder(folder)
    except OSError as error:
        raise CannotStart(
            f"The data directory {folder} cannot be written: {error.strerror}. "
            "Set SHORTLIST_DATA_DIR to one that can."
        ) from None
