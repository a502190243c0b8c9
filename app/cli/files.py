"""`shortlist import` and `shortlist export`: the library's summaries and papers as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.common import format_count, library, one_line_faults, stop, summaries
from app.cli.jobs import run_job
from app.licences import LICENCES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.importing.opening import ImportSource
    from app.services.importing.terms import ImportOptions, ImportOutcome, ImportRun

MAX_NAMED_ACCOUNTS = 20  # accounts in a report
SIMILAR_SECONDS = 1.0
REPORTED = ("added", "changed", "unchanged", "kept", "refused")


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--user", default="", help="Author of summaries whose files don't name one.")
@click.option(
    "--visibility",
    type=click.Choice(["public", "unlisted", "private"]),
    default="public",
    show_default=True,
    help="Visibility of new summaries whose files don't set one.",
)
@click.option(
    "--licence",
    type=click.Choice([*LICENCES], case_sensitive=False),
    default=None,
    help="Licence of public and unlisted summaries whose files don't state one; else none.",
)
@click.option("--dry-run", is_flag=True, help="Show what would happen without writing anything.")
def import_(
    paths: tuple[Path, ...], user: str, visibility: str, licence: str | None, dry_run: bool
) -> None:
    """Import summaries and papers from files.

    Summaries: Markdown files with YAML front matter, folders or zips of them, and ShortScience's
    RSS or CSV. Papers: BibTeX.

    A summary needs a `key`, `doi` or `arxiv`, and a `title` if the paper is new. A BibTeX entry
    needs a title. Empty fields of existing papers are filled in from BibTeX; nothing is
    overwritten. Importing the same files twice changes nothing. Items that can't be imported are
    listed with their line and the reason, and the rest are imported; the exit code is then 1.

    New papers are always public, even for private summaries. Don't import papers whose existence
    is confidential.

    \b
    Examples:
      shortlist import notes/ --user mira --dry-run
      shortlist import shortscience.xml library.zip
      shortlist import refs.bib
    """
    from app.services.importing import faults
    from app.services.importing.terms import ImportOptions

    options = ImportOptions(
        writer=user.lower(), visibility=visibility, licence=licence or "", dry_run=dry_run
    )
    report = _Report()
    one_line_faults("app.services.importing.faults")
    with library() as database, database.session() as session:
        try:
            _import_all(session, paths, options, report)
            if not (options.dry_run or report.stopped):
                run_job(database, "texts", "Links")
                run_job(database, "similar", "Similar", SIMILAR_SECONDS)
        except Exception as error:  # whatever it is, what was done is told
            report.stopped = str(faults.make_stopped(error))
    click.echo(f"{'Would be: ' if dry_run else ''}{report}.")
    for line in report.handed_to():
        click.echo(line)
    if report.stopped:
        stop(f"Import stopped. {report.stopped} Finished items are kept; run it again to continue.")
    if report.counts["refused"]:
        raise SystemExit(1)


def _import_all(
    session: Session, paths: tuple[Path, ...], options: ImportOptions, report: _Report
) -> None:
    from app.services.importing.opening import BadSource, open_source
    from app.services.importing.terms import ImportRun

    run = ImportRun(options)
    for path in paths:
        with ExitStack() as opened:
            try:
                _import(session, path, open_source(path, opened), run, report)
            except BadSource as error:
                click.echo(str(error), err=True)
                report.counts["refused"] += 1
        if report.stopped:
            return


@dataclass
class _Report:
    """What became of all files, and whose accounts got texts; by whether they are in use. `stopped`
    is why the run ended before its time, if it did."""

    counts: Counter[str] = field(default_factory=Counter)
    stopped: str = ""
    writers: dict[bool, set[str]] = field(default_factory=lambda: {False: set(), True: set()})

    def __str__(self) -> str:
        told = (f"{self.counts[status]:,} {status}" for status in REPORTED if self.counts[status])
        return ", ".join(told) or "Nothing to import"

    def add(self, outcome: ImportOutcome) -> None:
        self.counts[outcome.status] += 1
        if outcome.writer and outcome.status in ("added", "changed"):
            self.writers[outcome.can_sign_in].add(outcome.writer)

    def handed_to(self) -> Iterator[str]:
        """Whoever has such an account reads what was private to its writer."""
        from app.services.accounts.user_names import UNKNOWN

        if names := self.writers[True]:
            yield f"Imported into existing accounts: {_some(names)}."
        if names := {name for name in self.writers[False] if not name.startswith(UNKNOWN)}:
            yield f"No sign-in yet for {_some(names)}."
            yield "To set a password: shortlist user password NAME"


def _some(names: set[str]) -> str:
    listed = sorted(names)
    more = len(listed) - MAX_NAMED_ACCOUNTS
    return ", ".join(listed[:MAX_NAMED_ACCOUNTS]) + (f" and {more:,} others" if more > 0 else "")


def _import(
    session: Session, path: Path, source: ImportSource, run: ImportRun, report: _Report
) -> None:
    from app.services.importing.storing import import_files

    told: list[str] = []
    outcomes = import_files(session, source.incoming, run.options, run)
    with click.progressbar(outcomes, length=source.count, label=f"Importing {path.name}") as bar:
        for outcome in bar:
            if outcome.status == "stopped":
                report.stopped = outcome.message
                break
            report.add(outcome)
            place = f"{outcome.name}:{outcome.line}"
            if outcome.message:
                told.append(f"{place}: {outcome.status}: {outcome.message}")
            told += [f"{place}: {note}" for note in outcome.notes]
    for line in told:
        click.echo(line, err=True)


@click.command()
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False)
)
@click.option("--user", default="", help="Only this user's summaries.")
@click.option("--force", is_flag=True, help="Overwrite an existing folder or file.")
@click.option(
    "--bibtex",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Export all papers to one BibTeX file instead; - for standard output.",
)
def export(folder: Path | None, user: str, force: bool, bibtex: Path | None) -> None:
    """Export all summaries, including private ones, as Markdown files in DIR.

    The files are named DIR/USER/PAPER.md, with images beside them. --bibtex writes all papers as
    BibTeX. `shortlist import` reads both.

    \b
    Examples:
      shortlist export backup/ --user mira
      shortlist export --bibtex papers.bib
    """
    if folder is None and bibtex is None:
        stop("Give a folder for summaries, or a file with --bibtex.")
    if bibtex == Path("-"):
        _print_bibtex()
    elif bibtex is not None:
        _export_bibtex(bibtex, force)
    if folder is not None:
        _export_summaries(folder, user, force)


def _print_bibtex() -> None:
    from app.services.exporting import bibtex_file

    with library() as database, database.session() as session:
        for _, text in bibtex_file.read_entries(session):
            click.echo(text, nl=False)


def _export_bibtex(path: Path, force: bool) -> None:
    from app.services.exporting import bibtex_file

    if path.exists() and not force:
        stop(f"{path} already exists. Choose another name, or add --force.")
    with library() as database, database.session() as session:
        written = bibtex_file.export_bibtex(session, path)
        try:
            with click.progressbar(
                written, length=bibtex_file.count_entries(session), label="Exporting"
            ) as bar:
                count = sum(1 for _ in bar)
        except OSError as error:
            stop(f"{path} can't be written: {error.strerror}.")
    click.echo(f"{path} has {format_count(count, 'paper')}.")


def _export_summaries(folder: Path, user: str, force: bool) -> None:
    from app.queries import people
    from app.services.exporting import vault

    if folder.is_dir() and any(folder.iterdir()) and not force:
        stop(f"{folder} is not empty. Choose a new folder, or add --force.")
    with library() as database, database.session() as session:
        users = people.list_writers(session)
        if user:
            found = people.find_user(session, user.strip())
            users = [each for each in users if found is not None and each.id == found.id]
            if not users:
                stop(f"No summaries by {user}.")
            if users[0].name != user.strip().lower():
                click.echo(f"{user} is now {users[0].name}.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = vault.export_vault(session, users, vault.make_folder_writer(folder))
            with click.progressbar(written, label="Exporting") as bar:
                count = sum(1 for _ in bar)
        except OSError as error:
            stop(f"{folder} can't be written: {error.strerror}.")
    click.echo(f"{folder} has {summaries(count)} of {format_count(len(users), 'user')}.")
