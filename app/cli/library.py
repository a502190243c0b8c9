"""Commands about the library's texts and files."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.common import library, stop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.import_sources import Source
    from app.services.importing import Options

REPORTED = ("added", "changed", "unchanged", "kept", "refused")


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--user", default="", help="Whose texts they are, where the files do not say.")
@click.option(
    "--visibility",
    type=click.Choice(["public", "unlisted", "private"]),
    default="public",
    show_default=True,
    help="Who can see new summaries whose files do not say.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
def import_(paths: tuple[Path, ...], user: str, visibility: str, dry_run: bool) -> None:
    """Read summaries from files: Markdown with YAML front matter, a folder or zip of such,
    ShortScience's RSS, or its CSV (key, text).

    A file says at least `key`, `doi` or `arxiv`, and `title` when the paper is not here yet.
    Reading the same files again changes nothing. What is refused is named with its line and the
    reason, and the others go on; the exit code is 1 then.

    \b
    Examples:
      shortlist import notes/ --user mira --dry-run
      shortlist import shortscience.xml library.zip
    """
    from app.services.import_sources import BadSource, open_source
    from app.services.importing import Options
    from app.services.rerender import count_stale, renew_stale

    options = Options(writer=user.lower(), visibility=visibility, dry_run=dry_run)
    counts: Counter[str] = Counter()
    with library() as database, database.session() as session:
        for path in paths:
            with ExitStack() as opened:
                try:
                    counts += _import(session, path, open_source(path, opened), options)
                except BadSource as error:
                    click.echo(str(error), err=True)
                    counts["refused"] += 1
        stale = count_stale(session)
        if stale and not dry_run:
            with click.progressbar(renew_stale(session), length=stale, label="Links") as bar:
                for _ in bar:
                    pass
    told = ", ".join(f"{counts[status]:,} {status}" for status in REPORTED if counts[status])
    click.echo(f"{'Would be: ' if dry_run else ''}{told or 'There was nothing to import'}.")
    if counts["refused"]:
        raise SystemExit(1)


def _import(session: Session, path: Path, source: Source, options: Options) -> Counter[str]:
    from app.services.importing import import_files

    counts: Counter[str] = Counter()
    told: list[str] = []
    outcomes = import_files(session, source.incoming, options)
    with click.progressbar(outcomes, length=source.count, label=f"Importing {path.name}") as bar:
        for outcome in bar:
            counts[outcome.status] += 1
            place = f"{outcome.name}:{outcome.line}"
            if outcome.message:
                told.append(f"{place}: {outcome.status}: {outcome.message}")
            told += [f"{place}: {note}" for note in outcome.notes]
    for line in told:
        click.echo(line, err=True)
    return counts


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--user", default="", help="Only the summaries of this user.")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty.")
def export(folder: Path, user: str, force: bool) -> None:
    """Write all summaries as Markdown files below DIR, private ones too: DIR/USER/PAPER.md, and
    pictures beside them. `shortlist import DIR` reads them again.

    \b
    Example:
      shortlist export backup/ --user mira
    """
    from app.queries import people
    from app.services import exporting

    if folder.is_dir() and any(folder.iterdir()) and not force:
        stop(f"{folder} is not empty. Choose a new folder, or add --force.")
    with library() as database, database.session() as session:
        users = people.writers(session)
        if user:
            users = [each for each in users if each.name == user.lower()]
            if not users:
                stop(f"Nobody of the name {user} has written a summary.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = exporting.export(session, users, exporting.into_folder(folder))
            with click.progressbar(written, label="Exporting") as bar:
                count = sum(1 for _ in bar)
        except OSError as error:
            stop(f"{folder} cannot be written: {error.strerror}.")
    click.echo(f"{count:,} summaries of {len(users):,} users are in {folder}.")


@click.command()
def tidy() -> None:
    """Remove pictures that nothing shows any more, and what was deleted over 30 days ago.

    `serve` does it when it starts; on a site that runs for long, run it once a day.

    \b
    Example:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist tidy
    """
    from app.services import deletion, pictures

    with library() as database, database.session() as session:
        forgotten = deletion.purge_deleted(session)
        session.commit()
        removed = pictures.tidy(session)
    click.echo(f"{removed:,} pictures and {forgotten:,} deleted summaries are removed.")


@click.command()
def rerender() -> None:
    """Make the HTML of texts anew: after an upgrade that renders them in another way.

    Readers and writers are not locked out; it can be stopped and run again.

    \b
    Example:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist rerender
    """
    from app.services import rerender as renewal

    with library() as database, database.session() as session:
        total = renewal.count_stale(session)
        with click.progressbar(
            renewal.renew_stale(session), length=total, label="Rendering summaries"
        ) as bar:
            done = sum(1 for _ in bar)
    click.echo(f"{done:,} of {total:,} summaries are rendered anew.")
