"""Copy the files of all pictures from one storage to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from app.services.pictures.contract import PictureStorage, StorageUnavailable


class Outcome(Enum):
    """What became of the file of a picture."""

    COPIED = "copied"
    PRESENT = "present"
    MISSING = "missing"


def copy_files(
    names: Sequence[str], source: PictureStorage, target: PictureStorage
) -> Iterator[Outcome]:
    """Copy files and read each back; those that are there already and the same stay.

    Nothing is removed. It can be stopped, and run again.

    Yields:
        What became of each, in the order of `names`.

    Raises:
        OSError: when a storage cannot be used, or does not keep what was written.
    """
    for name in names:
        content = source.read(name)
        if content is None:
            yield Outcome.MISSING
        elif target.read(name) == content:
            yield Outcome.PRESENT
        else:
            target.write(name, content)
            if target.read(name) != content:
                raise StorageUnavailable("What was written cannot be read back")
            yield Outcome.COPIED
