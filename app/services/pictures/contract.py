"""What both kinds of storage of pictures can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class StorageUnavailable(OSError):
    """The bucket cannot be used now; the message says why, without names and keys."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is there, whether or not a picture has its name."""

    name: str
    stored_at: datetime


class PictureStorage(Protocol):
    """What both kinds of storage can do.

    Each method raises `OSError` when that fails, a bucket's `StorageUnavailable`.

    Attributes:
        place: what it is, for the administrator.
    """

    place: str

    def read(self, name: str) -> bytes | None:
        """The content of a file; `None` when there is none."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""

    def copy(self, old: str, new: str) -> None:
        """Give a file a second name; does nothing when there is none."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def list_files(self) -> Iterator[StoredFile]:
        """All files, in any order."""

    def probe(self) -> None:
        """Write, read and remove a file of no picture."""
