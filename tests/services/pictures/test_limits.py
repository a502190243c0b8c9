"""Pictures that take too much are refused by their headers, and the rest has limits of its own."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from PIL import Image, ImageFile, WebPImagePlugin

from app.rendering.sandbox.child import Child, Children
from app.services.pictures import encoding, files
from app.services.pictures.encoding import MAX_FRAMES, MAX_SIDE_PIXELS
from app.services.pictures.files import encode
from app.services.pictures.headers import BadPicture, count_frames, read_size
from app.services.pictures.picture_file import DAMAGED
from app.services.refusals import Refusal
from tests.helpers.samples.crafted_pictures import (
    apng_of,
    chunk,
    gif_of,
    jpeg_of,
    png_of,
    saved,
    webp_of,
    webp_that_claims,
    zip_bomb,
)

SIDES = "Each side can be up to 10,000 pixels."
PIXELS = "Images can have up to 25 million pixels."
FRAMES = "Animations can have up to 1,000 frames."
ANIMATION = "This animation is too large: make it shorter or smaller."
POINTS = [(1, 1)] * (MAX_FRAMES + 1)


def thin() -> bytes:
    """25 million pixels, one below the other; Pillow takes 1.2 GB to make it smaller."""
    rows = bytes(2_000_000)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(rows) for _ in range(25)) + packer.flush()
    return png_of(1, 25_000_000, chunk(b"IDAT", packed), bits=1)


TOO_MUCH = {
    "a thin PNG": (thin, SIDES),
    "a huge PNG": (lambda: png_of(2**31 - 1, 2**31 - 1, chunk(b"IDAT", zip_bomb(1))), SIDES),
    "a wide JPEG": (lambda: jpeg_of(65_500, 1), SIDES),
    "a huge JPEG": (lambda: jpeg_of(65_500, 65_500), SIDES),
    "a huge GIF": (lambda: gif_of(65_535, 65_535, [(1, 1)]), SIDES),
    "a GIF whose picture is larger": (lambda: gif_of(1, 1, [(65_535, 1)]), SIDES),
    "a huge WebP": (lambda: webp_that_claims(16_383, 16_383, lossless=False), SIDES),
    "a huge WebP without loss": (lambda: webp_that_claims(16_384, 16_384, lossless=True), SIDES),
    "a huge canvas of WebP": (lambda: webp_of(2**24, 1), SIDES),
    "a large PNG": (
        lambda: png_of(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS, chunk(b"IDAT", zip_bomb(1))),
        PIXELS,
    ),
    "a large JPEG": (lambda: jpeg_of(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), PIXELS),
    "a large GIF": (lambda: gif_of(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS, [(1, 1)]), PIXELS),
    "a GIF whose picture is large": (
        lambda: gif_of(1, 1, [(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS)]),
        PIXELS,
    ),
    "a large WebP": (
        lambda: webp_that_claims(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS, lossless=False),
        PIXELS,
    ),
    "a large canvas of WebP": (lambda: webp_of(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), PIXELS),
    "frames of GIF": (lambda: gif_of(1, 1, POINTS), FRAMES),
    "frames of WebP": (lambda: webp_of(1, 1, MAX_FRAMES + 1), FRAMES),
    "frames of PNG": (lambda: apng_of(MAX_FRAMES + 1), FRAMES),
    "a long film in GIF": (lambda: gif_of(5000, 5000, [(1, 1)] * 41), ANIMATION),
    "a long film in WebP": (lambda: webp_of(5000, 5000, 41), ANIMATION),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_large_is_refused_by_its_header(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, reason = TOO_MUCH[name]
    data = make()
    assert len(data) < 130_000
    with pytest.raises(Refusal) as caught:
        encode(data)
    assert caught.value.message == reason
    for each in (ImageFile.ImageFile, WebPImagePlugin.WebPImageFile):
        monkeypatch.setattr(each, "load", Mock(side_effect=AssertionError("decoded")))
    with pytest.raises(BadPicture, match=reason):
        encoding.encode(data)


def test_animations_within_the_limits_are_taken() -> None:
    for data in (gif_of(2, 2, POINTS[1:]), webp_of(2, 2, MAX_FRAMES), apng_of(MAX_FRAMES)):
        assert encode(data).extension == "png"


PIXEL = chunk(b"IDAT", zlib.compress(bytes(4)))


# Made when they are needed: who collects the tests has no use for them.
BOMBS = {
    "text": lambda: png_of(1, 1, chunk(b"zTXt", b"x\0\0" + zip_bomb(300)), PIXEL),
    "long text": lambda: png_of(1, 1, chunk(b"iTXt", b"x\0\1\0\0\0" + zip_bomb(300)), PIXEL),
    "profile": lambda: png_of(1, 1, chunk(b"iCCP", b"x\0\0" + zip_bomb(300)), PIXEL),
    "text behind": lambda: png_of(1, 1, PIXEL, chunk(b"zTXt", b"x\0\0" + zip_bomb(300))),
    "long text behind": lambda: png_of(1, 1, PIXEL, chunk(b"iTXt", b"x\0\1\0\0\0" + zip_bomb(300))),
    "texts": lambda: png_of(
        1, 1, *[chunk(b"zTXt", b"%d\0\0" % n + zip_bomb(1)) for n in range(500)], PIXEL
    ),
    "pixels": lambda: png_of(1, 1, chunk(b"IDAT", zip_bomb(900))),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_stay_within_little_memory(name: str, small: Child) -> None:
    """They are refused as damaged, or only their point is taken."""
    try:
        problem = f"{encode(BOMBS[name](), small).width} pixel"
    except Refusal as error:
        problem = error.message
    assert problem in ("1 pixel", DAMAGED)


@pytest.fixture
def small() -> Iterator[Child]:
    """A child with a fifth of the memory that others have."""
    module = encoding.__name__
    found = Child(module, seconds=60, within=120, memory=files.MAX_MEMORY_BYTES // 5)
    yield found
    found.stop()


def test_what_takes_more_memory_is_refused_and_the_next_one_is_taken(small: Child) -> None:
    with pytest.raises(Refusal, match="too large to read"):
        encode(saved(Image.new("RGBA", (5000, 5000), (1, 2, 3, 4)), compress_level=1), small)
    assert encode(saved(Image.new("RGB", (1, 1))), small).width == 1


def test_the_largest_picture_is_taken() -> None:
    """An image of 25 million pixels fits into the memory that there is."""
    largest = saved(
        Image.new("RGBA", (MAX_SIDE_PIXELS, 2500), (1, 2, 3, 4)), "WEBP", method=0, quality=0
    )
    assert encode(largest).width == encoding.MAX_WIDTH


def test_what_takes_too_long_is_refused_and_the_next_one_is_taken() -> None:
    # Of the child's own time; the first takes about four times as much, the next a thousandth.
    hasty = Child(encoding.__name__, seconds=0.25, within=120)
    try:
        with pytest.raises(Refusal, match="takes too long"):
            encode(saved(Image.effect_noise((2000, 4500), 50), compress_level=0), hasty)
        assert encode(saved(Image.new("RGB", (1, 1))), hasty).width == 1
    finally:
        hasty.stop()


def test_when_all_are_busy_the_writer_is_told() -> None:
    with pytest.raises(Refusal, match="Try again shortly"):
        encode(saved(Image.new("RGB", (1, 1))), Children(waits=0.01))


def test_damaged_files_are_refused_in_words() -> None:
    """Cut anywhere, with any byte changed: nothing but a picture or a refusal comes of it."""
    choose = random.Random(5)
    image = Image.effect_noise((20, 20), 50).convert("RGB")
    whole = [
        *(saved(image, form) for form in ("PNG", "JPEG", "WEBP")),
        *(saved(image.quantize(9), "GIF"), saved(image, "WEBP", lossless=True), apng_of(3)),
        *(gif_of(3, 3, [(1, 1)] * 3), webp_of(3, 3, 3), saved(image, "JPEG", progressive=True)),
    ]
    for data in whole:
        for _ in range(60):
            damaged = bytearray(data[: choose.randrange(len(data) + 1)])
            assert problem_of(bytes(damaged))[-1:] in ("", ".")
            damaged = bytearray(data)
            for _ in range(choose.choice((1, 2, 8))):
                damaged[choose.randrange(len(damaged))] = choose.choice((0, 1, 127, 128, 255))
            assert problem_of(bytes(damaged))[-1:] in ("", ".")


def problem_of(data: bytes) -> str:
    try:
        encoding.encode(data)
    except BadPicture as error:
        return str(error)
    return ""


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_headers_say_what_decoders_find(form: str) -> None:
    data = saved(Image.new("RGB", (31, 17)), form)
    assert read_size(data) == (31, 17)
    assert count_frames(data, 5) == 1
    assert read_size(saved(Image.new("RGBA", (31, 17)), "WEBP", lossless=True)) == (31, 17)
    assert read_size(b"text") is None
    moving, *more = (Image.new("RGB", (31, 17), colour) for colour in ("red", "lime", "blue"))
    if form != "JPEG":
        assert count_frames(saved(moving, form, save_all=True, append_images=more), 5) == 3
