"""Whether the program can serve: its database answers and fits, and its disk takes files."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.services.operation import schema

MIN_FREE_BYTES = 10_000_000


@dataclass(frozen=True)
class DiskSpace:
    """The disk of a folder, in bytes."""

    free: int
    total: int


def find_problems(database: Database) -> list[str]:
    """What keeps the program from serving, by single words; empty when nothing does."""
    problems = []
    try:
        if not schema.is_newest(database):
            problems.append("schema")
    except SQLAlchemyError:
        problems.append("database")
    folder: Path = database.info["data_dir"]
    # Nothing is written: anybody may ask, and as often as they like.
    if not os.access(folder, os.W_OK) or measure_disk(folder).free < MIN_FREE_BYTES:
        problems.append("disk")
    return problems


def measure_disk(folder: Path) -> DiskSpace:
    """The space on the disk of a folder.

    If the folder is not there, of the next one above that is.
    """
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return DiskSpace(usage.free, usage.total)
