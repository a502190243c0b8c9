"""What the commands share: settings, errors in one sentence, progress."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from app.config import Config
    from app.db import Database


def settings() -> Config:
    """The settings, or an end with a sentence."""
    from app.config import Config
    from app.settings.values import ConfigError

    try:
        return Config.from_environment()
    except ConfigError as error:
        stop(str(error))


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what prevents a start into one sentence and an exit code."""
    from app.server import CannotStart

    try:
        yield
    except CannotStart as error:
        stop(str(error))


@contextmanager
def library(*, quiet: bool = False) -> Iterator[Database]:
    """The database of this installation, brought up to date; closed at the end.

    Args:
        quiet: whether standard output is for the command's own answer alone.
    """
    from app import server

    with plain_errors():
        database = server.prepare_library(settings(), partial(click.echo, err=quiet))
    try:
        yield database
    finally:
        database.close()


@contextmanager
def bare_library() -> Iterator[tuple[Config, Database]]:
    """The database as it is.

    It is not upgraded, and nothing is made that is not there.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import DBAPIError

    from app import server

    config = settings()
    url = make_url(config.database_url)
    if url.drivername == "sqlite" and not Path(url.database or "").is_file():
        stop(f"There is no library in {url.database}. Set SHORTLIST_DATA_DIR to where it is.")
    with plain_errors():
        database = server.open_database(config)
    try:
        yield config, database
    except DBAPIError as error:
        stop(f"The database cannot be read: {error.orig}.")
    finally:
        database.close()


class _OneLine(logging.Formatter):
    """A fault in one line: what, and where in the program."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        said = f"shortlist: {record.getMessage()}"
        if error is None:
            return said
        places = traceback.extract_tb(error.__traceback__)
        place = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
        return f"{said}: {type(error).__name__}: {_first_line(error)}{place}"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]


def one_line_faults(name: str) -> None:
    """Show what a module writes down about faults of ours on standard error, without tracebacks."""
    log = logging.getLogger(name)
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine())
    log.handlers = [handler]
    log.propagate = False


def show_progress(label: str) -> Callable[[list[Path]], Iterable[Path]]:
    """Show a progress bar while a list of files is worked through."""

    def shown(files: list[Path]) -> Iterable[Path]:
        with click.progressbar(files, label=label) as bar:
            yield from bar

    return shown


def address(host: str, port: int) -> str:
    """The address to open in a browser for what the server listens on."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (only compared)
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/"


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns that are as wide as their widest cells."""
    shown = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def format_count(number: int, one: str, many: str = "") -> str:
    """A number and what is counted: "1 summary", "2 votes"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def summaries(number: int) -> str:
    """How many summaries, in words."""
    return format_count(number, "summary", "summaries")


def stop(message: str) -> NoReturn:
    """End with a sentence and exit code 1."""
    click.echo(f"shortlist: {message}", err=True)
    sys.exit(1)
