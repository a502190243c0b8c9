"""The file that is kept of an uploaded picture, and how large that may be.

What makes it is in `encoding`, which only its own process loads.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_BYTES = 10_000_000  # of an uploaded file
MAX_PIXELS = 25_000_000
DAMAGED = "Can’t read this image: the file is damaged, or not what its name says."


@dataclass(frozen=True)
class PictureFile:
    """A file that we wrote; `width` and `height` are in pixels."""

    content: bytes
    extension: str
    width: int
    height: int
