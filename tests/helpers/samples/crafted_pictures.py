"""Picture files put together by hand, as no program would write them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from PIL import Image


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *chunks: bytes, bits: int = 8) -> bytes:
    """A PNG of which the header claims a size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2 * (bits == 8), 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def zip_bomb(megabytes: int) -> bytes:
    """Zeros, packed: one megabyte is packed and repeated, which takes neither time nor memory."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    megabyte = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = megabytes * 1_000_000 % 65_521 << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + megabyte * megabytes + packer.flush() + struct.pack(">I", checksum)


def apng_of(frames: int) -> bytes:
    """An animated PNG of single points."""
    control = struct.pack(">IIIIHHBB", 1, 1, 0, 0, 1, 1, 0, 0)
    pixels = zlib.compress(bytes(4))
    parts = [chunk(b"acTL", struct.pack(">II", frames, 0))]
    parts += [chunk(b"fcTL", struct.pack(">I", 0) + control), chunk(b"IDAT", pixels)]
    for number in range(1, frames):
        parts.append(chunk(b"fcTL", struct.pack(">I", 2 * number - 1) + control))
        parts.append(chunk(b"fdAT", struct.pack(">I", 2 * number) + pixels))
    return png_of(1, 1, *parts)


def gif_of(width: int, height: int, frames: Iterable[tuple[int, int]]) -> bytes:
    """A GIF whose pictures claim sizes; each has a comment before it, and a point of pixels."""
    parts = [b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)]
    for wide, high in frames:
        parts.append(b"\x21\xfe\x02,,\x00")  # looks like the beginning of pictures
        parts.append(b"\x2c" + struct.pack("<HHHHB", 0, 0, wide, high, 0))
        parts.append(b"\x02\x02\x44\x01\x00")
    return b"".join(parts) + b"\x3b"


def webp_of(width: int, height: int, frames: int = 1) -> bytes:
    """An animated WebP of pictures of one point, on a canvas that claims a size."""
    point = saved(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]

    def size(value: int) -> bytes:
        return (value - 1).to_bytes(3, "little")

    def piece(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)

    frame = piece(b"ANMF", bytes(6) + size(1) + size(1) + bytes(4) + point)
    body = piece(b"VP8X", b"\x02\0\0\0" + size(width) + size(height))
    body += piece(b"ANIM", bytes(6)) + frame * frames
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_that_claims(width: int, height: int, *, lossless: bool) -> bytes:
    """A still WebP of one point whose header claims a size."""
    data = bytearray(saved(Image.new("RGB", (1, 1)), "WEBP", lossless=lossless))
    if lossless:
        struct.pack_into("<I", data, 21, (width - 1) | (height - 1) << 14)
    else:
        struct.pack_into("<HH", data, 26, width, height)
    return bytes(data)


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG of one point whose header claims a size."""
    data = bytearray(saved(Image.new("RGB", (1, 1)), "JPEG"))
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, height, width)
    return bytes(data)
