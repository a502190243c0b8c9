"""What takes seconds to make and is the same for all processes of a run."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

_VARIABLE = "SHORTLIST_TEST_SHARED"


@cache
def shared_folder() -> Path:
    """The folder of a run: the processes that this one starts later have the same."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = mkdtemp(prefix="shortlist-tests-")
        atexit.register(shutil.rmtree, os.environ[_VARIABLE], ignore_errors=True)
    return Path(os.environ[_VARIABLE])


def make_once(name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is filled by whoever needs it first; the others wait for that.

    Args:
        name: of the folder.
        make: fills the folder that it is given, which is there and empty.
    """
    folder = shared_folder() / name
    with (shared_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            begun = Path(mkdtemp(dir=shared_folder()))
            make(begun)
            begun.rename(folder)
    return folder
