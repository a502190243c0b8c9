"""The command that reads retraction notices in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from app.cli.common import format_count, library, stop


@click.command("import-retractions")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_retractions(file: Path) -> None:
    """Mark papers that are retracted or of concern.

    FILE is retraction_watch.csv of https://gitlab.com/crossref/retraction-watch-data.

    Notices are kept, also about papers that are added later. The newest state counts: a paper that
    was reinstated has no mark. Importing the same file again changes nothing, and you can stop it
    at any time. A notice that a newer file no longer has is kept.

    \b
    Example:
      shortlist import-retractions retraction_watch.csv
    """
    from app.services.retractions.importing import RetractionProgress
    from app.services.retractions.importing import import_retractions as read
    from app.sources.formats.retraction_watch import BadRetractionFile

    progress = RetractionProgress()
    trouble = ""
    with library() as database, database.session() as session:
        try:
            with click.progressbar(length=file.stat().st_size, label="Notices") as bar:
                for progress in read(session, file):
                    bar.update(progress.position - bar.pos)
        except (BadRetractionFile, OSError) as error:
            trouble = str(error)
        except KeyboardInterrupt:
            click.echo()
            stop("Stopped. What was read is kept; run the same command to continue.")
    for problem in progress.problems:
        click.echo(problem)
    if progress.counts or not trouble:
        click.echo(f"{_told(progress.counts)}.")
    if trouble:
        stop(f"{file}: {trouble}")


def _told(counts: Counter[str]) -> str:
    """The result in one line."""
    return ", ".join(
        (
            format_count(counts["new"], "notice") + " added",
            f"{counts['changed']:,} changed",
            f"{counts['unchanged']:,} unchanged",
            f"{counts['left out']:,} without a DOI or PubMed ID",
            f"{counts['bad']:,} unreadable",
            format_count(counts["marked"], "paper") + " here marked or unmarked",
        )
    )
