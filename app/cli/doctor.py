"""`shortlist doctor`: look the installation over."""

from __future__ import annotations

import sys

import click

from app.cli.common import bare_library, format_count

MARKS = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "fault": ("FAULT", "red")}


@click.command()
def doctor() -> None:
    """Check the installation, and say what to do about each problem.

    Checks the database, schema, files and their rights, secret key, clock, search index, images,
    sign-in, disk space, last backup and jobs. Changes nothing; the site can be used meanwhile. Run
    it with the same SHORTLIST_* settings and as the same user as `shortlist serve`.

    The exit code is 1 if there is a fault, else 0, so that cron can send a mail.

    \b
    Example:
      SHORTLIST_DATA_DIR=/srv/shortlist shortlist doctor
    """
    from app.services.operation.doctor.diagnosis import FAULT
    from app.services.operation.doctor.examination import examine

    levels = []
    with bare_library() as (config, database):
        for found in examine(config, database):
            levels.append(found.level)
            mark, color = MARKS[found.level]
            click.echo(f"{click.style(f'{mark:8}', fg=color)} {found.about}: {found.says}")
            if found.mend:
                click.echo(f"{'':8} {'':{len(found.about)}}  → {found.mend}")
    faults, warnings = levels.count(FAULT), levels.count("warning")
    counts = (format_count(faults, "fault"), format_count(warnings, "warning"))
    click.echo(f"\n{', '.join(counts)}.")
    sys.exit(1 if faults else 0)
