"""The `shortlist` command.

Heavy imports happen inside the commands: `--help` answers at once.
"""

from __future__ import annotations

import sys
from typing import TextIO

import click

from app.cli.backup import backup, restore
from app.cli.catalogue import import_dblp
from app.cli.common import address, plain_errors, settings, show_progress, stop
from app.cli.copying import copy_images, copy_to
from app.cli.doctor import doctor
from app.cli.files import export, import_
from app.cli.jobs import jobs
from app.cli.links import links
from app.cli.mail import mail
from app.cli.maintenance import reindex, rerender, similar, tidy
from app.cli.retractions import import_retractions
from app.cli.users import user

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option(
    "--port",
    default=5000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)

FIRST_ADMINISTRATOR = """
Nobody can sign in yet. To create the first administrator, run this in another terminal
(with the same SHORTLIST_* settings):

  shortlist user create NAME --role administrator

It prints a password. Sign in with it: the front page lists the next steps."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shortlist")
def main() -> None:
    """Shortlist: one-page summaries of research papers, linked from paper to paper.

    Settings are environment variables; the README lists them.
    """


@main.command()
@HOST
@PORT
def demo(host: str, port: int) -> None:
    """Try Shortlist with a sample library on a local web server.

    \b
    Example:
      shortlist demo --port 8080
    """
    from dataclasses import replace

    from app import server
    from app.paths import SAMPLE
    from app.queries.catalogue import overview
    from app.services.accounts import demo as demo_account
    from app.services.operation import sample
    from app.services.similar import similarity
    from app.serving import supervisor, worker

    supervisor.end_at_once()
    config = settings()
    with plain_errors():
        number = server.listening_address(host, port)
        config = replace(config, secret_key=config.secret_key or server.demo_secret(config))
        server.check_settings(config)
        database = server.prepare_library(config, click.echo)
    with database.session() as session:
        if not overview.has_papers(session):
            sample.load(session, SAMPLE, show_progress("Loading the sample library"))
            similarity.finish(session)
        elif not demo_account.is_demo(session):
            stop(
                "This database isn't a demo library. Use `shortlist serve`, or set"
                " SHORTLIST_DATA_DIR to another folder."
            )
        password = demo_account.renew_account(session)
        session.commit()
    database.close()
    with plain_errors():
        server.prepare_fonts(config, click.echo)
    click.echo(f"\n  Sign in as   {demo_account.NAME}")
    click.echo(f"  Password     {password}")

    def ready() -> None:
        click.echo(f"  Shortlist    {address(host, port)}")
        click.echo("\n  Stop with Ctrl+C.\n")

    sys.exit(worker.run(config.secret_key or "", (number, port), 1, ready))


@main.command()
@HOST
@PORT
@click.option(
    "--workers",
    default=1,
    show_default=True,
    help="Number of worker processes.",
    type=click.IntRange(1, 64),
)
@click.option(
    "--jobs/--no-jobs", "with_jobs", default=True, help="Run background jobs in another process."
)
def serve(host: str, port: int, workers: int, with_jobs: bool) -> None:
    """Run the production server, after upgrading the database.

    Background jobs run in a process of their own; see `shortlist jobs list`.

    \b
    Example:
      SHORTLIST_SECRET_KEY=… SHORTLIST_SITE_URL=https://papers.example.org shortlist serve
    """
    from app import garbage

    with garbage.uncollected():
        from app import server
        from app.queries import people
        from app.serving import supervisor, worker

    supervisor.end_at_once()
    config = settings()
    if config.secret_key is None:
        stop(
            "SHORTLIST_SECRET_KEY is not set. Generate one and keep it secret:\n"
            '  python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    with plain_errors():
        number = server.listening_address(host, port)
        database = server.prepare(config, click.echo)
    with database.session() as session:
        is_new = people.count_accounts(session, most=1) == 0
    database.close()

    def ready() -> None:
        click.echo(f"Shortlist: {address(host, port)}")
        if is_new:
            click.echo(FIRST_ADMINISTRATOR)

    sys.exit(worker.run(config.secret_key, (number, port), workers, ready, jobs=with_jobs))


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
def render(file: TextIO) -> None:
    """Print the HTML of the summary in FILE.

    Use - to read standard input. Problems in the text are printed to standard error, with their
    lines.

    \b
    Example:
      echo 'The loss is $L = -\\log p$.' | shortlist render -
    """
    from app.rendering import RenderError
    from app.services.renderer import render_alone

    try:
        rendered = render_alone(file.read())
    except RenderError as error:
        stop(str(error))
    click.echo(rendered.html)
    for problem in rendered.problems:
        place = f"line {problem.line}: " if problem.line else ""
        click.echo(f"{place}{problem.message}", err=True)


for command in (
    *(import_, import_dblp, import_retractions, export, user, links, jobs, mail),
    *(backup, restore, copy_to, copy_images, doctor, reindex, rerender, similar, tidy),
):
    main.add_command(command)
