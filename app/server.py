"""Prepare an installation and serve it with granian."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.config import Config
from app.db import Database, sqlite_warning
from app.services import refolding, schema
from app.services.fonts import make_math_font, math_font

# Python runs one thread at a time, and more of them get in each other's way: the front page is
# served 92 times a second with one, 83 with two, 68 with five. Four leave some to those who read
# while others wait for the database.
THREADS = 4
BACKLOG = 128  # requests taken in and not answered yet, per worker
DAY = 24 * 60 * 60  # seconds

Say = Callable[[str], None]


class CannotStart(Exception):
    """The server cannot start; the message says why and what to do."""


def prepare(config: Config, say: Say) -> Database:
    """Make the data directory, bring the database up to date, make the math font.

    Args:
        config: settings.
        say: shows a line to the person who starts the server.

    Raises:
        CannotStart: in words for that person.
    """
    _writable(config.data_dir)
    _counts_somewhere(config.rate_limit_storage)
    database = open_database(config)
    try:
        schema.upgrade(database)
        _renew_search(database, say)
    except schema.SchemaTooNew as error:
        raise CannotStart(str(error)) from None
    except DBAPIError as error:
        raise CannotStart(f"The database cannot be opened: {error.orig}.") from None
    if database.engine.dialect.name == "sqlite" and (warning := sqlite_warning()):
        say(warning)
    fonts = config.data_dir / "fonts"
    if math_font(fonts) is None:
        say("Making the math font (once) …")
        make_math_font(fonts)
    return database


def _renew_search(database: Database, say: Say) -> None:
    with database.session() as session:
        if refolding.is_due(session):
            say("Renewing what is searched, for new rules (once) …")
            deque(refolding.refold(session), maxlen=0)


def open_database(config: Config) -> Database:
    """The database of an installation; services get the settings they need with it."""
    return Database(
        config.database_url,
        site_url=config.site_url,
        password_cost=config.password_cost,
        data_dir=config.data_dir,
    )


def demo_secret(config: Config) -> str:
    """The demo's own secret key, made once and kept in the data directory."""
    _writable(config.data_dir)
    path = config.data_dir / "demo-secret"
    if not path.exists():
        # Only the owner may read it, from the first moment on.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def check_port(host: str, port: int) -> None:
    """Raise `CannotStart` when nobody could listen there."""
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


def tidy_daily() -> None:
    """Run `shortlist tidy` now and once a day, for as long as this program runs."""
    threading.Thread(target=_tidy_again_and_again, daemon=True).start()


def _tidy_again_and_again() -> None:
    # A program of its own: workers may be forked at any moment, and a fork must not meet a thread
    # that holds a lock. -P: not from the folder in which the server happens to be started.
    command = [sys.executable, "-P", "-c", "from app.cli import main; main()", "tidy"]
    while True:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603  (all ours)
        time.sleep(DAY)


def run(config: Config, host: str, port: int, workers: int = 1) -> None:
    """Serve until stopped. The workers read the same settings from the environment."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # Worker processes are started anew and read their settings from the environment.
    os.environ["SHORTLIST_SECRET_KEY"] = config.secret_key or ""
    Granian(
        "app.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=BACKLOG,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def _counts_somewhere(uri: str) -> None:
    from limits.errors import ConfigurationError
    from limits.storage import storage_from_string

    try:
        storage_from_string(uri)
    except (ConfigurationError, ValueError) as error:
        raise CannotStart(f"SHORTLIST_RATE_LIMIT_STORAGE cannot be used: {error}") from None


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"The data directory {folder} cannot be written: {error.strerror}. "
            "Set SHORTLIST_DATA_DIR to one that can."
        ) from None
