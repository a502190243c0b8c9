"""The files of uploaded pictures.

Made in a process with limits, and written where `storage` says.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from app.rendering.sandbox.child import Child, Children, ResourceLimitExceeded, SandboxBusy
from app.services.pictures.contract import PictureStorage, StorageUnavailable
from app.services.pictures.headers import BadPicture
from app.services.pictures.picture_file import DAMAGED, MAX_BYTES, PictureFile
from app.services.refusals import Refusal

log = logging.getLogger(__name__)

# Only the child loads it: Pillow takes time and memory.
_ENCODER = "app.services.pictures.encoding"
MAX_MEMORY_BYTES = (
    800_000_000  # bytes of address space; the largest animation that is taken needs 660 MB
)
MAX_CPU_SECONDS = 40  # of the child's own time for one; a large photograph takes some five
MAX_SECONDS = 120  # seconds by the clock, on a machine that has much else to do
MAX_WAIT_SECONDS = 10  # seconds for the child to be free
MAX_CHILDREN = 2  # one of which waits: the server has four threads

_PROBLEMS = {
    "time": "This image takes too long to read. Save it again in another program and try that.",
    "memory": "This image is too large to read. Make it smaller and try again.",
}


def _children() -> Children:
    child = Child(_ENCODER, seconds=MAX_CPU_SECONDS, memory=MAX_MEMORY_BYTES, within=MAX_SECONDS)
    return Children(child, waits=MAX_WAIT_SECONDS, at_once=MAX_CHILDREN)


_work = _children()


@atexit.register
def _stop() -> None:
    _work.stop()


def _forget() -> None:
    """A fork must not talk to the child of the process that it came from."""
    global _work  # noqa: PLW0603
    _work = _children()


os.register_at_fork(after_in_child=_forget)


def encode(data: bytes, children: Child | Children | None = None) -> PictureFile:
    """The file that we keep of an uploaded one.

    Raises `Refusal` in words for who uploaded it.

    Args:
        children: who does it, when it is not the child that all uploads have.
    """
    if len(data) > MAX_BYTES:  # need not travel
        raise Refusal("picture", f"Images can be up to {MAX_BYTES // 1_000_000} MB.")
    try:
        made: PictureFile = (children or _work).call("encode", data)
    except BadPicture as error:
        raise Refusal("picture", str(error)) from None
    except ResourceLimitExceeded as error:
        raise Refusal("picture", _PROBLEMS.get(error.reason, DAMAGED)) from None
    except SandboxBusy:
        raise Refusal("picture", "The server is busy. Try again shortly.") from None
    return made


def write(storage: PictureStorage, name: str, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises `Refusal` when the disk takes no more, or the bucket does not answer.
    """
    with _refuse():
        storage.write(name, content)


def copy(storage: PictureStorage, old: str, new: str) -> None:
    """Give a file, if it is there, a second name; raises as `write`."""
    with _refuse():
        storage.copy(old, new)


@contextmanager
def _refuse() -> Iterator[None]:
    try:
        yield
    except StorageUnavailable as error:
        log.error("An image was not stored: %s", error)
        said = "Images can’t be stored right now. Your text is kept. Try again shortly."
        raise Refusal("picture", said) from None
    except OSError:
        raise Refusal("picture", "The server has no space left for this image.") from None
