"""`shortlist links`: what is wrong with links between papers, and the graph as a file."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.common import format_count, library, stop

FORMS = ("json", "graphml", "dot")


@click.command()
@click.option(
    "--export",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Export the graph of all public links to a .json, .graphml or .dot file instead.",
)
def links(file: Path | None) -> None:
    """List links of public summaries that are broken, redirected, unknown or ambiguous.

    \b
    Examples:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist links
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist links --export links.graphml
    """
    if file is None:
        _check()
    elif file.suffix.removeprefix(".") not in FORMS:
        stop(f"{file} must end in .json, .graphml or .dot.")
    else:
        _export(file)


def _check() -> None:
    from app.queries.links import health

    found = 0
    with library(quiet=True) as database, database.session() as session:
        for finding in health.check_public_links(session):
            found += 1
            link = finding.link
            what = f"{finding.problem:<10}  summary {link.summary_id} of {link.summary.paper.key}"
            to = link.target_value + (f"#{link.target_user}" if link.target_user else "")
            other = f", which is {finding.other.key}" if finding.other is not None else ""
            click.echo(f"{what}: “{link.label}” → {to}{other}")
    click.echo(f"{format_count(found, 'problem')} found.", err=True)


def _export(file: Path) -> None:
    from app.queries.links import graph
    from app.services.exporting import graph_files
    from app.services.files import READABLE, write_file

    with library() as database, database.session() as session:
        found = graph.load_public_graph(session)
        try:
            text = graph_files.write(found, file.suffix.removeprefix("."))
            write_file(file, text.encode(), READABLE)
        except OSError as error:
            stop(f"{file} can't be written: {error.strerror}.")
    papers, lines = format_count(len(found.papers), "paper"), format_count(len(found.edges), "link")
    click.echo(f"Wrote {papers} and {lines} to {file}.")
