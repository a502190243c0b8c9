"""Backups, made and restored to their end."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from app.db import Database, now
from app.models import Picture
from app.services.files import write_file
from app.services.operation.backup import archive, restore, rows
from app.services.operation.backup.archive import BackupFile
from app.services.operation.backup.manifest import Manifest
from app.services.pictures.storage import find_storage, make_picture_path
from tests.helpers.backup.every_table import fill_every_table

PICTURE = f"{'A' * 22}.png"
CONTENT = b"\x89PNG and some more"


def finish(work: Generator[None, None, Any]) -> Any:
    """Do all steps of something, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def back_up(database: Database, path: Path) -> BackupFile:
    made: BackupFile = finish(
        archive.write_backup(
            database.engine, find_storage(database.info), path, {"SHORTLIST_SITE_NAME": "Ours"}
        )
    )
    return made


def restore_to(database: Database, path: Path) -> Manifest:
    manifest: Manifest = finish(restore.restore_backup(database, path))
    return manifest


def hash_of(database: Database) -> str:
    with database.engine.connect() as connection:
        return rows.hash_database(connection)


def fill(database: Database) -> None:
    """Rows in all tables, and a picture that has a file."""
    with database.migration() as connection:
        fill_every_table(connection)
        facts = {"digest": "", "width": 1, "height": 1, "size": len(CONTENT), "uploaded_at": now()}
        connection.execute(insert(Picture).values(name=PICTURE, user_id=1, **facts))
    path = make_picture_path(database.info["data_dir"], PICTURE)
    path.parent.mkdir(parents=True)
    write_file(path, CONTENT)


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change the members of a backup, as somebody might who wants harm."""
    with zipfile.ZipFile(path) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)


def change_manifest(path: Path, **values: Any) -> None:
    """Let the manifest of a backup say something else."""

    def change(members: dict[str, bytes]) -> None:
        told = json.loads(members["manifest.json"]) | values
        members["manifest.json"] = json.dumps(told).encode()

    rewrite(path, change)
