"""The `shortlist` command. Heavy imports happen inside the commands: `--help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

if TYPE_CHECKING:
    from app.config import Config

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option(
    "--port",
    default=5000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shortlist")
def main() -> None:
    """Shortlist: write summaries of papers, and follow them from paper to paper.

    Settings are environment variables; the README lists them.
    """


@main.command()
@HOST
@PORT
def demo(host: str, port: int) -> None:
    """Try it: a database, the sample library and a web server, in one step.

    \b
    Example:
      shortlist demo --port 8080
    """
    from dataclasses import replace

    from app import server
    from app.places import SAMPLE
    from app.services import demo as demo_account
    from app.services import sample

    config = _config()
    with _plain_errors():
        server.check_port(host, port)
        config = replace(config, secret_key=config.secret_key or server.demo_secret(config))
        database = server.prepare(config, click.echo)
    with database.session() as session:
        if sample.is_empty(session):
            sample.load(session, SAMPLE, _with_bar("Loading the sample library"))
        elif not demo_account.is_demo(session):
            _stop(
                "This database holds a library that is not a demo's. Use `shortlist serve` for it,"
                " or set SHORTLIST_DATA_DIR to another folder."
            )
        password = demo_account.renew_account(session)
        session.commit()
    database.close()
    click.echo(f"\n  Shortlist    {_address(host, port)}")
    click.echo(f"  Sign in as   {demo_account.NAME}")
    click.echo(f"  Password     {password}")
    click.echo("\n  Stop with Ctrl+C.\n")
    server.run(config, host, port)


@main.command()
@HOST
@PORT
@click.option(
    "--workers", default=1, show_default=True, help="Worker processes.", type=click.IntRange(1, 64)
)
def serve(host: str, port: int, workers: int) -> None:
    """Run the production server; the database is brought up to date first.

    \b
    Example:
      SHORTLIST_SECRET_KEY=… SHORTLIST_SITE_URL=https://papers.example.org shortlist serve
    """
    from app import server

    config = _config()
    if config.secret_key is None:
        _stop(
            "SHORTLIST_SECRET_KEY is not set. Make one and keep it secret:\n"
            '  python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    with _plain_errors():
        server.check_port(host, port)
        server.prepare(config, click.echo).close()
    click.echo(f"Shortlist: {_address(host, port)}")
    server.run(config, host, port, workers)


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
def render(file: TextIO) -> None:
    """Print the HTML that a page would show for a summary in FILE (or - for standard input).

    What went wrong in the text is told on standard error, with its line.

    \b
    Example:
      echo 'The loss is $L = -\\log p$.' | shortlist render -
    """
    from app.services.texts import RenderError, render_alone

    try:
        rendered = render_alone(file.read())
    except RenderError as error:
        _stop(str(error))
    click.echo(rendered.html)
    for problem in rendered.problems:
        place = f"line {problem.line}: " if problem.line else ""
        click.echo(f"{place}{problem.message}", err=True)


@main.command()
def rerender() -> None:
    """Make the HTML of texts anew: after an upgrade that renders them in another way.

    Readers and writers are not locked out; it can be stopped and run again.

    \b
    Example:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist rerender
    """
    from app import server
    from app.services import rerender as renewal

    config = _config()
    with _plain_errors():
        database = server.prepare(config, click.echo)
    with database.session() as session:
        total = renewal.count_stale(session)
        with click.progressbar(
            renewal.renew_stale(session), length=total, label="Rendering summaries"
        ) as bar:
            done = sum(1 for _ in bar)
    database.close()
    click.echo(f"{done:,} of {total:,} summaries are rendered anew.")


def _config() -> Config:
    from app.config import Config, ConfigError

    try:
        return Config.from_environment()
    except ConfigError as error:
        _stop(str(error))


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what prevents a start into one sentence and an exit code."""
    from app.server import CannotStart

    try:
        yield
    except CannotStart as error:
        _stop(str(error))


def _with_bar(label: str) -> Callable[[list[Path]], Iterable[Path]]:
    def shown(files: list[Path]) -> Iterable[Path]:
        with click.progressbar(files, label=label) as bar:
            yield from bar

    return shown


def _address(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (only compared)
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/"


def _stop(message: str) -> NoReturn:
    click.echo(f"shortlist: {message}", err=True)
    sys.exit(1)
