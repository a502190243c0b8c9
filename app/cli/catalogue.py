"""Commands that fill the catalogue of papers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from app.cli.common import format_count, library, stop
from app.cli.jobs import run_job

STREAM = re.compile(r"[a-z]+/[\w-]+", re.ASCII | re.IGNORECASE)
LABELS = {"works": "Papers", "persons": "Persons", "links": "Links"}
YEAR = click.IntRange(1500, 2200)


def _streams(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> frozenset[str]:
    found = [value.strip().strip("/") for value in values]
    for value in found:
        if not STREAM.fullmatch(value):
            raise click.BadParameter(f"{value!r} is not a venue key such as conf/nips.")
    return frozenset(found)


@click.command("import-dblp")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--venue",
    "venues",
    multiple=True,
    callback=_streams,
    metavar="KEY",
    help="Only papers of this venue, e.g. conf/nips; repeatable.",
)
@click.option("--since", type=YEAR, help="Only papers from this year on.")
@click.option("--until", type=YEAR, help="Only papers up to this year.")
def import_dblp(file: Path, venues: frozenset[str], since: int | None, until: int | None) -> None:
    """Import papers and authors from the dblp dump.

    FILE is dblp.xml or dblp.xml.gz from https://dblp.org/xml/.

    You can stop it at any time; the same command continues where it stopped. A newer file updates
    only what dblp has changed, and never what people edited. The site stays available.

    \b
    Examples:
      shortlist import-dblp dblp.xml.gz
      shortlist import-dblp dblp.xml.gz --venue conf/nips --venue conf/icml --since 2012
    """
    if since is not None and until is not None and since > until:
        stop(f"--since {since} is after --until {until}.")
    try:
        _read(file, venues, since, until)
    except KeyboardInterrupt:
        click.echo()
        stop("Stopped. Progress is kept; run the same command to continue.")


def _read(file: Path, venues: frozenset[str], since: int | None, until: int | None) -> None:
    from app.services.dblp.dump_import import find_venues_without_papers, import_dump
    from app.sources.dblp_dump.terms import BadDump, Wanted

    counts: Mapping[str, int] = {}
    problems: tuple[str, ...] = ()
    trouble = ""
    wanted = Wanted(venues, since, until)
    with library() as database, database.session() as session:
        with click.progressbar(length=file.stat().st_size, label=LABELS["works"]) as bar:
            try:
                for progress in import_dump(session, file, wanted):
                    counts, problems = progress.counts, progress.problems
                    bar.label = LABELS[progress.stage]
                    bar.update(progress.position - bar.pos)
            except (BadDump, OSError) as error:
                trouble = str(error)
        run_job(database, "texts", "Links")
        unmatched = find_venues_without_papers(session, wanted)
    for problem in problems:
        click.echo(problem)
    if counts or not trouble:
        click.echo(f"{_told(counts)}.")
    if unmatched and not trouble:
        keys = " and ".join(unmatched)
        click.echo(f"No papers found for {keys}. Check the key on dblp.")
    if trouble:
        stop(f"{file}: {trouble}")


def _told(counts: Mapping[str, int]) -> str:
    """The result in one line."""
    parts = [
        format_count(counts.get("added", 0), "paper") + " added",
        f"{counts.get('updated', 0):,} updated",
        f"{counts.get('joined', 0):,} joined to another version",
        f"{counts.get('unchanged', 0):,} unchanged",
        f"{counts.get('left out', 0):,} left out",
        format_count(counts.get("persons", 0), "person") + " new or changed",
    ]
    return ", ".join(parts)
