"""Commands that tidy the library, and compute again what follows from its texts."""

from __future__ import annotations

import click

from app.cli.common import format_count, library, summaries
from app.cli.jobs import run_job


@click.command()
def tidy() -> None:
    """Delete unused images, and summaries in the trash for over 30 days.

    Also computes similar papers that are still missing.

    `serve` does both on its own; `shortlist jobs list` shows when.

    \b
    Example:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist tidy
    """
    with library() as database:
        done = run_job(database, "tidy")
        run_job(database, "similar", "Similar")
    pictures = format_count(sum(each.pictures for each in done), "image")
    deleted = summaries(sum(each.summaries for each in done))
    click.echo(f"Deleted: {pictures}, {deleted} from the trash.")


@click.command()
@click.option("--missing", is_flag=True, help="Only papers that aren't indexed yet.")
def reindex(missing: bool) -> None:
    """Rebuild the search index.

    After an import that was stopped, or if in doubt.

    The site stays available. You can stop it and run it again.

    \b
    Example:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist reindex --missing
    """
    from app.services.operation import refolding
    from app.services.search_index import indexing

    with library() as database, database.session() as session:
        work = indexing.index_missing if missing else refolding.refold
        done = sum(work(session))
    click.echo(f"Indexed: {format_count(done, 'paper')}.")


@click.command()
def rerender() -> None:
    """Render all texts again, after an upgrade that changed the renderer.

    `serve` does this on its own after an upgrade. Use this to do it right away, or after going
    back to an older version. The site stays available. You can stop it and run it again.

    \b
    Example:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist rerender
    """
    from app.services.operation.rerender import count_stale

    with library() as database:
        with database.session() as session:
            total = count_stale(session)
        done = len(run_job(database, "rerender", "Rendering"))
    click.echo(f"Rendered: {done:,} of {format_count(total, 'text')}.")


@click.command()
@click.option("--all", "every", is_flag=True, help="Include papers without summaries.")
def similar(every: bool) -> None:
    """Recompute which papers are similar.

    Saving a summary does this for the papers it concerns. Use this command after filling the
    library another way, such as from dblp: with --all, papers without summaries show similar ones
    that have some. You can stop it; the job `similar` continues.

    \b
    Example:
      shortlist similar --all
    """
    from app.services.similar import similarity

    with library() as database:
        with database.session() as session:
            similarity.mark_all(session, every=every)
        done = len(run_job(database, "similar", "Similar"))
    click.echo(f"Computed: {format_count(done, 'paper')}.")
