"""Pictures for tests: drawn, saved, damaged."""

from __future__ import annotations

import random
import struct
from functools import cache

from PIL import Image, ImageDraw

from app.services.pictures import picture_file
from tests.helpers.samples.crafted_pictures import chunk, png_of, saved, zip_bomb


def photo(seed: int, width: int = 900, height: int = 600) -> Image.Image:
    """Soft colours, some grain, and lines, as a photograph of a whiteboard has."""
    choose = random.Random(seed)
    colours = bytes(choose.randrange(256) for _ in range(30 * 20 * 3))
    image = Image.frombytes("RGB", (30, 20), colours).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    grain = Image.frombytes("L", (width, height), choose.randbytes(width * height))
    image = Image.blend(image, grain.convert("RGB"), 0.05)
    draw = ImageDraw.Draw(image)
    for _ in range(20):
        ends = [choose.randrange(width), choose.randrange(height)]
        draw.line([*ends, choose.randrange(width), choose.randrange(height)], fill="black")
    return image


def drawing(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    image = Image.new(mode, size, "white" if mode != "F" else 1)
    ImageDraw.Draw(image).rectangle((20, 20, 90, 90), fill=1 if mode in ("F", "I;16") else "black")
    return image


SOURCES = {
    "drawing": lambda: saved(drawing()),
    "grey": lambda: saved(drawing("L")),
    "black and white": lambda: saved(drawing("1")),
    "palette": lambda: saved(photo(1).quantize(16)),
    "transparent": lambda: saved(Image.new("RGBA", (50, 40), (255, 0, 0, 90))),
    "transparent palette": lambda: saved(photo(1).quantize(16), transparency=3),
    "sixteen bits": lambda: saved(drawing("I;16")),
    "photograph": lambda: saved(photo(2), "JPEG", quality=80),
    "grey photograph": lambda: saved(photo(3).convert("L"), "JPEG"),
    "print colours": lambda: saved(photo(4).convert("CMYK"), "JPEG"),
    "large photograph": lambda: saved(photo(5, 3000, 2000), "JPEG", quality=70),
    "photograph as PNG": lambda: saved(photo(6, 1500, 1000), compress_level=1),
    "tall": lambda: saved(drawing(size=(200, 5000))),
    "one point": lambda: saved(Image.new("RGB", (1, 1))),
    "GIF": lambda: saved(photo(7, 200, 100).quantize(64), "GIF"),
    "animation": lambda: saved(
        drawing("P"), "GIF", save_all=True, append_images=[drawing("P", (300, 200))]
    ),
    "WebP": lambda: saved(photo(8, 300, 200), "WEBP"),
    "WebP without loss": lambda: saved(drawing(), "WEBP", lossless=True),
    "noise": lambda: saved(
        Image.frombytes("RGB", (200, 150), random.Random(1).randbytes(90_000)), "JPEG"
    ),
}


@cache
def source(name: str) -> bytes:
    """A picture of `SOURCES`; made when it is first needed, because some take long."""
    return SOURCES[name]()


BAD = {
    "nothing": lambda: b"",
    "text": lambda: b"not a picture at all",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "pdf": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj",
    "tiff": lambda: saved(drawing(), "TIFF"),
    "bitmap": lambda: saved(drawing(), "BMP"),
    "half a JPEG": lambda: source("photograph")[: len(source("photograph")) // 2],
    "half a PNG": lambda: source("drawing")[:200],
    "no pixels": lambda: png_of(1, 1),
    "many pixels": lambda: png_of(30_000, 30_000, chunk(b"IDAT", zip_bomb(1))),
    "no width": lambda: png_of(0, 10),
    "many pixels of GIF": lambda: (
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\xf0\0\0" + b"\0" * 30
    ),
    "a bomb of text": lambda: png_of(10, 10, chunk(b"zTXt", b"x\0\0" + zip_bomb(300))),
    "a bomb of a profile": lambda: png_of(10, 10, chunk(b"iCCP", b"x\0\0" + zip_bomb(300))),
    "a lying length": lambda: b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**31 - 1) + b"IHDR",
    "WebP without end": lambda: b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + b"\0" * 20,
    "too many bytes": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * picture_file.MAX_BYTES,
}


@cache
def bad(name: str) -> bytes:
    return BAD[name]()
