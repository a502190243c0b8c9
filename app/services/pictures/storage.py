"""Where the files of pictures are kept: in a folder, or in a bucket.

A file has the name of its picture, which is random, and never changes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from app.services.files import probe_folder, write_file
from app.services.pictures.bucket import BucketStorage
from app.services.pictures.contract import PictureStorage, StoredFile
from app.settings.bucket import BucketSettings

log = logging.getLogger(__name__)
_FOLDER = "pictures"


class FolderStorage:
    """Files below the data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER
        self.place = str(self._folder)

    def read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(path, content)

    def copy(self, old: str, new: str) -> None:
        content = self.read(old)
        if content is not None:
            self.write(new, content)

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def list_files(self) -> Iterator[StoredFile]:
        for path in self._folder.glob("*/*"):
            yield StoredFile(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def probe(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe_folder(self._folder)

    def _path(self, name: str) -> Path:
        return make_picture_path(self._folder.parent, name)


def make_picture_path(data_dir: Path, name: str) -> Path:
    """Where the file of a picture lies in a data directory."""
    return data_dir / _FOLDER / name[:2] / name


def find_storage(info: Mapping[Any, Any]) -> PictureStorage:
    """The storage of a library, by the `info` of its database or a session."""
    settings: BucketSettings | None = info.get("bucket")
    return FolderStorage(info["data_dir"]) if settings is None else open_bucket(settings)


@cache
def open_bucket(settings: BucketSettings) -> PictureStorage:
    """The storage in a bucket; connections are made when it is asked for something.

    Raises:
        StorageUnavailable: when the settings or the installation cannot be used.
    """
    return BucketStorage(settings)


def remove_files(storage: PictureStorage, names: Iterable[str]) -> None:
    """Remove files whose rows are gone; what fails is left for `tidy`."""
    for name in names:
        try:
            storage.remove(name)
        except OSError as error:
            log.warning("A file of an image cannot be removed: %s", error.strerror or error)
            return
