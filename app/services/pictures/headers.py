"""How large a picture says it is.

Read from its first bytes, before any decoder sees it.

Formats: PNG (https://www.w3.org/TR/png-3/), GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt),
WebP (https://developers.google.com/speed/webp/docs/riff_container), JPEG
(https://www.w3.org/Graphics/JPEG/itu-t81.pdf).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = (b"GIF87a", b"GIF89a")


class BadPicture(ValueError):
    """A picture that is not taken; the message is a sentence for who sent it."""


def read_size(data: bytes) -> tuple[int, int] | None:
    """The width and height that the header claims; `None` when there is no such header.

    Raises:
        struct.error: when it is cut off.
    """
    if data.startswith(_PNG):
        return struct.unpack_from(">II", data, 16)
    if data.startswith(_GIF):
        return struct.unpack_from("<HH", data, 6)
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    return _webp_size(data) if _is_webp(data) else None


def count_frames(data: bytes, max_frames: int) -> int:
    """How many pictures an animation has; those beyond `max_frames` are not counted.

    Raises:
        struct.error, IndexError: when it is cut off.
    """
    if data.startswith(_PNG):
        found = _png_frames(data)
    elif data.startswith(_GIF):
        found = _gif_frames(data)
    elif _is_webp(data):
        found = (1 for kind, _, _ in _riff_chunks(data) if kind == b"ANMF")
    else:
        return 1
    count = 0
    for count, _ in enumerate(found, 1):
        if count > max_frames:
            break
    return max(count, 1)


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fills
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2
        if marker != 0x01 and not 0xD0 <= marker <= 0xD8:
            at += struct.unpack_from(">H", data, at)[0]
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The name of each chunk, and where its content begins and ends."""
    at = 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        yield data[at : at + 4], at + 8, at + 8 + length
        at += 8 + length + length % 2


def _png_frames(data: bytes) -> Iterator[int]:
    at = 8
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"fcTL":
            yield at
        at += 12 + length


def _gif_frames(data: bytes) -> Iterator[int]:
    at = 13 + _colours(data[10])
    while at < len(data):
        kind = data[at]
        if kind == 0x2C:  # a picture: its place, colours and pixels
            yield at
            at = _after_blocks(data, at + 11 + _colours(data[at + 9]))
        elif kind == 0x21:  # an extension
            at = _after_blocks(data, at + 2)
        elif kind == 0x3B:
            return
        else:
            at += 1  # Pillow goes on behind what it does not know


def _colours(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data) and (length := data[at]):
        at += length + 1
    return at + 1
