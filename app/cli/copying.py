"""`shortlist copy-to` and `copy-images`: the library in another database or storage."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.common import bare_library, format_count, print_table, stop

if TYPE_CHECKING:
    from app.db import Database
    from app.services.operation.backup.copying import TableComparison

SHOWN_HASH = 12  # characters


@click.command("copy-to")
@click.argument("url")
def copy_to(url: str) -> None:
    """Copy the whole library to the empty database URL, and compare.

    URL is what SHORTLIST_DATABASE_URL will be: postgresql://… or sqlite:////…, from either kind to
    either kind. The database must exist for PostgreSQL; a file for SQLite is made. It may have no
    tables, or those of this version without accounts and papers. All or nothing is copied: after a
    copy that was interrupted, run it again.

    The library is copied as it is when the command begins. What people write later is not copied,
    so stop `shortlist serve` first, and start it again with the new SHORTLIST_DATABASE_URL.

    Images stay where they are (in SHORTLIST_DATA_DIR, or in the bucket). For another data
    directory, copy its folder `pictures`.

    Afterwards the rows of each table are counted and hashed in both databases. The exit code is 1
    if anything differs; then nothing of the copy is kept.

    \b
    Example:
      shortlist copy-to 'postgresql://shortlist@db.example.org/shortlist'
    """
    from sqlalchemy.exc import DBAPIError

    from app.db import Database

    address = _check_url(url)
    shown = _hide_passwords(url)
    with bare_library() as (config, source):
        if _is_same(config.database_url, address):
            stop("The library is in this database already.")
        made = _make_file(address)
        target = Database(address, data_dir=config.data_dir)
        compared = None
        try:
            compared = _copy(source, target)
        except DBAPIError as error:
            stop(f"The copy failed: {error.orig}.")
        finally:
            target.close()
            if compared is None and made is not None:
                made.unlink(missing_ok=True)
    _print_tables(compared)
    rows = sum(each.target.rows for each in compared)
    click.echo(f"Copied {format_count(rows, 'row')} to {shown}; both sides are the same.")
    click.echo("Set SHORTLIST_DATABASE_URL to it and restart the server. Images were not moved.")


@click.command("copy-images")
@click.argument("to", type=click.Choice(["bucket", "folder"]))
def copy_images(to: str) -> None:
    """Copy all images to the bucket, or from it to the data directory.

    Needs the SHORTLIST_BUCKET… settings in both directions. Each image is read back and compared;
    those that are there already are left alone, so you can stop the command and run it again.
    Nothing is deleted. The exit code is 1 if an image has no file.

    To change to a bucket while people use the site: run this, restart `shortlist serve` with the
    settings of the bucket, and run this once more for what was uploaded in between.

    \b
    Example:
      shortlist copy-images bucket
    """
    from sqlalchemy import select

    from app.models import Picture
    from app.services.pictures.storage import FolderStorage, open_bucket
    from app.services.pictures.transfer import Outcome, copy_files

    with bare_library() as (config, database):
        if config.bucket is None:
            stop("Set SHORTLIST_BUCKET and its other settings, also to copy images from it.")
        with database.session() as session:
            names = session.scalars(select(Picture.name).order_by(Picture.id)).all()
        counts = dict.fromkeys(Outcome, 0)
        try:
            ends = [FolderStorage(config.data_dir), open_bucket(config.bucket)]
            source, target = ends if to == "bucket" else reversed(ends)
            work = copy_files(names, source, target)
            with click.progressbar(work, length=len(names), label="Copying") as bar:
                for outcome in bar:
                    counts[outcome] += 1
        except OSError as error:
            stop(f"The images cannot be copied: {error.strerror or error}.")
    click.echo(
        f"Copied to {target.place}: {format_count(counts[Outcome.COPIED], 'image')};"
        f" {counts[Outcome.PRESENT]:,} were there already."
    )
    if missing := counts[Outcome.MISSING]:
        stop(f"{format_count(missing, 'image')} without a file in {source.place}.")


def _copy(source: Database, target: Database) -> list[TableComparison]:
    from app.services.operation.backup import copying, restore
    from app.services.operation.backup.archive import NotALibrary
    from app.services.operation.schema import SchemaTooNew

    try:
        restore.check_unused(target)
        work = copying.copy_library(source.engine, target)
        with click.progressbar(length=1, label="Copying") as bar:
            while True:
                try:
                    step = next(work)
                except StopIteration as end:
                    found: list[TableComparison] = end.value
                    return found
                bar.length = step.total
                bar.update(step.done - bar.pos)
    except NotALibrary:
        stop("There is no library in SHORTLIST_DATABASE_URL.")
    except copying.CopyDiffers as error:
        _print_tables(error.tables)
        stop(str(error))
    except (copying.CannotCopy, restore.CannotRestore, SchemaTooNew) as error:
        stop(str(error))


def _check_url(url: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from app.config import Config
    from app.settings.values import ConfigError

    try:
        address = Config.from_environment({"SHORTLIST_DATABASE_URL": url}).database_url
        host = make_url(address).host or ""
    except ConfigError:
        stop("URL must start with sqlite:/// and name a file, or with postgresql://.")
    except (ArgumentError, ValueError):
        stop("URL can’t be read. Check its port and brackets.")
    if "@" in host:  # else a part of the password would be looked up, and shown, as a host
        stop("URL can’t be read. Write @ in a password as %40.")
    return address


def _hide_passwords(url: str) -> str:
    """A URL for the screen; PostgreSQL takes a password after the question mark, too."""
    from sqlalchemy.engine import make_url

    found = make_url(url)
    secret = [name for name in found.query if "password" in name]
    return found.difference_update_query(secret).render_as_string(hide_password=True)


def _is_same(first: str, second: str) -> bool:
    from sqlalchemy.engine import make_url

    one, other = make_url(first), make_url(second)
    if one.drivername == other.drivername == "sqlite":
        return Path(one.database or "").resolve() == Path(other.database or "").resolve()
    return one == other


def _make_file(url: str) -> Path | None:
    """Make the file of a database that is not there, for its owner alone; `None` if it is."""
    from sqlalchemy.engine import make_url

    target = make_url(url)
    if target.drivername != "sqlite":
        return None
    path = Path(target.database or "")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return None
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror}.")
    return path


def _print_tables(tables: Sequence[TableComparison]) -> None:
    lines = []
    filled = [each for each in tables if each.source.rows or each.target.rows]
    for each in filled:
        verdict = "same" if each.is_same else "DIFFERENT"
        hashes = (each.source.value[:SHOWN_HASH], each.target.value[:SHOWN_HASH])
        counts = (f"{each.source.rows:,}", f"{each.target.rows:,}")
        lines.append([each.name, *counts, *hashes, verdict])
    print_table(("Table", "Rows here", "There", "Content here", "There", ""), lines)
    if empty := len(tables) - len(filled):
        click.echo(f"{format_count(empty, 'other table')} have no rows on either side.")
