"""Files are written whole: others see the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600  # what only the server reads
READABLE = 0o644  # what people or other programs read


def write_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Write a file whole or not at all.

    Args:
        path: in a folder that is there.
        mode: who may read it, whatever the process lets others do by default.

    Raises:
        OSError: when it cannot be written; what was there is still there.
    """
    with replace_file(path, mode) as file:
        file.write(content)


def probe_folder(folder: Path) -> None:
    """Make sure that files can be written in a folder.

    Raises:
        OSError: when they cannot.
    """
    number, name = tempfile.mkstemp(dir=folder, prefix=".probe-")
    try:
        os.write(number, b"probe")
    finally:
        os.close(number)
        os.unlink(name)


@contextmanager
def replace_file(path: Path, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """Open a file that replaces another one once it is complete.

    It can be read back before that.

    Args, errors: as of `write_file`; what fails in the caller's block is raised as well.
    """
    number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(number, "w+b") as file:
            yield file
            file.flush()
            os.fchmod(number, mode)
            # Before it takes its place: else a crash could leave an empty file there.
            os.fsync(number)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Let the new name outlast a crash; some file systems cannot do that, and the file is there."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
