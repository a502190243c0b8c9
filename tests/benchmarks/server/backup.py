"""R14: a backup while people write, and its restoring where nothing is, with the commands.

The yardstick copies the library's file twice, and waits each time until it is on the disk: what a
program that knows nothing of it could do. Processor time is told besides, as it is the same on a
machine that others use.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic

from sqlalchemy import select

from app.db import Database
from app.models import Summary, User
from app.services.operation.backup.archive import open_backup
from app.services.operation.backup.rows import hash_database, open_snapshot
from app.services.votes import cast_vote
from tests.benchmarks import library
from tests.benchmarks.measure import Figure
from tests.benchmarks.served import ROOT
from tests.benchmarks.speed import PAPERS, SUMMARIES
from tests.helpers.running import environment, shortlist

MOST_SECONDS = 60.0
PAUSE_SECONDS = 0.02  # between two votes


def figures() -> Iterator[Figure]:
    source = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "old").mkdir()
        path = folder / "old" / "shortlist.sqlite3"
        shutil.copyfile(source, path)
        plain = sum(_copy(path, folder / "copy") for _ in range(2))
        began = _used()
        with _voting(path) as votes:
            saving = _run(folder / "old", "backup", str(folder / "backup.zip"))
        spent_saving = _used() - began
        if len(votes) < 2:
            raise AssertionError("nobody voted meanwhile")
        restoring = _run(folder / "new", "restore", str(folder / "backup.zip"))
        spent = _used() - began
        size = (folder / "backup.zip").stat().st_size
        print(
            f"      backup {saving:.1f} s ({spent_saving:.1f} s of processor time) of"
            f" {path.stat().st_size / 1e6:.0f} MB into {size / 1e6:.0f} MB, {len(votes)} votes"
            f" meanwhile; restore {restoring:.1f} s ({spent - spent_saving:.1f} s);"
            f" two copies of the file {plain:.1f} s, {(saving + restoring) / plain:.0f} × less"
        )
        with open_backup(folder / "backup.zip") as (_, manifest):
            promised = manifest.content
        is_same = promised == _hash(folder / "new" / "shortlist.sqlite3")
        what = "backup while people vote, and restore"
        yield Figure("R14", what, saving + restoring, MOST_SECONDS, "s")
        yield Figure("R14", "libraries of equal content", float(is_same), unit="of 1", least=1)


def _run(data_dir: Path, *arguments: str) -> float:
    """Seconds of a command, which must go well."""
    data_dir.mkdir(exist_ok=True)
    began = monotonic()
    subprocess.run(
        shortlist(*arguments), cwd=ROOT, env=environment(data_dir), check=True, capture_output=True
    )
    return monotonic() - began


def _used() -> float:
    """Processor seconds of the commands so far."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


@contextmanager
def _voting(path: Path) -> Iterator[list[int]]:
    """Somebody votes for one text after the other while the block runs; the texts."""
    end, done = Event(), list[int]()
    database = Database(f"sqlite:///{path}", site_url=library.SITE)

    def vote() -> None:
        with database.session() as session:
            reader = session.scalars(select(User).where(User.name == library.READER)).one()
            texts = select(Summary.id).where(Summary.user_id != reader.id).limit(2000)
            ids = session.scalars(texts).all()
            session.commit()
            for value in cycle([1, -1]):
                for number in ids:
                    if end.wait(PAUSE_SECONDS):
                        return
                    cast_vote(session, reader, number, value)
                    session.commit()
                    done.append(number)

    thread = Thread(target=vote)
    thread.start()
    try:
        yield done
    finally:
        end.set()
        thread.join()
        database.close()


def _copy(source: Path, target: Path) -> float:
    """Seconds until a copy is on the disk."""
    began = monotonic()
    shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    return monotonic() - began


def _hash(path: Path) -> str:
    database = Database(f"sqlite:///{path}", site_url=library.SITE)
    with open_snapshot(database.engine) as connection:
        found = hash_database(connection)
    database.close()
    return found
