"""Commands about the library's texts and files."""

from __future__ import annotations

import click

from app.cli.common import library


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
