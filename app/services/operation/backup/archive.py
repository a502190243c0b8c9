"""The file of a backup: a zip of rows, pictures and a manifest.

It is written whole, and read back before it has its name.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.engine import Connection, Engine

from app.db import now
from app.services.files import replace_file
from app.services.importing.archives import Archive, ArchiveLimits, BadArchive, open_archive
from app.services.operation import schema
from app.services.operation.backup import manifest as manifests
from app.services.operation.backup import rows
from app.services.operation.backup.manifest import BadBackup, Manifest, Member, TableContent
from app.services.pictures.contract import PictureStorage

CHUNK_BYTES = 1_000_000  # bytes read or written at once
# Text that somebody repeats may be packed as well as deflate can. What counts is the total, which
# must fit on the disk: `restore.py` looks at that.
LIMITS = ArchiveLimits(
    entries=5_000_000, total_bytes=10**13, directory_bytes=500_000_000, ratio=1100
)
LEVEL = 1  # of zlib: a third larger than the best, in a fifth of the time


class NotALibrary(Exception):
    """There is nothing to be backed up."""


@dataclass(frozen=True)
class BackupFile:
    """A backup that was written and read back; its size is in bytes."""

    path: Path
    size: int
    manifest: Manifest


def write_backup(
    engine: Engine, storage: PictureStorage, path: Path, settings: Mapping[str, str]
) -> Generator[None, None, BackupFile]:
    """Back up a library as it is at one moment, while people go on writing.

    The file takes its name when all of it is written and was read back.

    Args:
        engine: of the library's database.
        storage: where its pictures are.
        path: of the file; its folder is there.
        settings: what of the settings the backup is to contain.

    Yields:
        After each short step.

    Raises:
        NotALibrary: when the database has no tables of ours.
        OSError: when the file cannot be written.
        BadBackup: when what was written cannot be read back.
    """
    with replace_file(path) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as opened:
            writer = _BackupWriter(opened, storage)
            with rows.open_snapshot(engine) as connection:
                made_at = now()
                revision = schema.read_revision(connection)
                if revision is None:
                    raise NotALibrary
                for table in rows.list_tables(connection):
                    yield from writer.add_table(connection, table)
                sequences = rows.read_sequences(connection)
            yield from writer.add_pictures()
            manifest = Manifest(
                program=version("shortlist"),
                revision=revision,
                made_at=made_at,
                content=rows.hash_tables(writer.hashes),
                tables=writer.tables,
                members=writer.members,
                sequences=sequences,
                missing=writer.missing,
                settings=settings,
            )
            opened.writestr(manifests.NAME, manifests.write_manifest(manifest))
        file.flush()
        with open_backup_file(file) as (archive, found):
            if found != manifest:
                raise BadBackup("What was written differs from what was to be written.")
            for _ in check_members(archive, found):
                yield
        size = file.seek(0, 2)
    return BackupFile(path, size, manifest)


def is_backup(path: Path) -> bool:
    """Whether a file says that it is a backup."""
    try:
        with open_backup(path):
            return True
    except (BadBackup, OSError):
        return False


@contextmanager
def open_backup(path: Path) -> Iterator[tuple[Archive, Manifest]]:
    """Open a backup and look at what it says of itself.

    `check_members` reads the rest.

    Raises:
        BadBackup: when it is none, or a hostile one, or is damaged.
        OSError: when it cannot be read.
    """
    with path.open("rb") as file, open_backup_file(file) as found:
        yield found


@contextmanager
def open_backup_file(file: BinaryIO) -> Iterator[tuple[Archive, Manifest]]:
    """As `open_backup`, of an open file."""
    try:
        with open_archive(file, LIMITS) as archive:
            if manifests.NAME not in archive.names:
                raise BadBackup("This file is not a backup of Shortlist.")
            manifest = manifests.read_manifest(archive.read(manifests.NAME, manifests.MAX_BYTES))
            if {*archive.names} != {manifests.NAME, *manifest.members}:
                raise BadBackup("This backup has other members than it should have.")
            yield archive, manifest
    except BadArchive as error:
        raise BadBackup(f"This backup cannot be read: {error}") from None


def check_members(archive: Archive, manifest: Manifest) -> Iterator[None]:
    """Read all members and compare their hashes with the manifest.

    Raises:
        BadBackup: when one differs.
    """
    for name, member in manifest.members.items():
        if archive.size(name) != member.size:
            raise BadBackup(f"{name} in this backup is damaged.")
        digest = hashlib.sha256()
        try:
            with archive.open(name) as file:
                while chunk := file.read(CHUNK_BYTES):
                    digest.update(chunk)
                    yield
        except BadArchive as error:
            raise BadBackup(f"{name} in this backup cannot be read: {error}") from None
        if digest.hexdigest() != member.sha256:
            raise BadBackup(f"{name} in this backup is damaged.")


class _BackupWriter:
    """Adds members to a zip, and takes their hashes."""

    def __init__(self, opened: zipfile.ZipFile, storage: PictureStorage) -> None:
        self._zip = opened
        self._storage = storage
        self._pictures: list[str] = []
        self.tables: dict[str, TableContent] = {}
        self.hashes: dict[str, rows.ContentHash] = {}
        self.members: dict[str, Member] = {}
        self.missing: list[str] = []

    def add_table(self, connection: Connection, table: rows.StoredTable) -> Iterator[None]:
        content = self.hashes[table.name] = rows.ContentHash()
        with self._member(manifests.name_table(table.name)) as write:
            for lines in rows.read_lines(connection, table):
                for line in lines:
                    content.add(line)
                write(b"".join(lines))
                if table.name == "pictures":
                    place = table.columns.index("name")
                    self._pictures += (
                        str(rows.parse_line(line, table.columns)[place]) for line in lines
                    )
                yield
        self.tables[table.name] = TableContent([*table.columns], content.rows, content.value)

    def add_pictures(self) -> Iterator[None]:
        """Add the files of all pictures that the rows name, as far as they are there still."""
        for name in self._pictures:
            content = self._storage.read(name)
            if content is None:
                self.missing.append(name)
                continue
            # Pictures are packed already.
            with self._member(manifests.name_picture(name), is_packed=True) as write:
                write(content)
            yield

    @contextmanager
    def _member(self, name: str, *, is_packed: bool = False) -> Iterator[Callable[[bytes], None]]:
        """Add a member, by a function that takes its content piece by piece."""
        digest, size = hashlib.sha256(), 0

        def write(content: bytes) -> None:
            nonlocal size
            target.write(content)
            digest.update(content)
            size += len(content)

        entry = zipfile.ZipInfo(name) if is_packed else name  # which is not deflated
        # A member's size is not known before, and may be above 4 GB.
        with self._zip.open(entry, "w", force_zip64=True) as target:
            yield write
        self.members[name] = Member(size, digest.hexdigest())
