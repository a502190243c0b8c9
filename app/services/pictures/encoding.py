"""The file that is kept of an uploaded picture: decoded, and written anew.

What a stranger sent is never handed out: only pixels survive, in a file that we wrote. That file is
a fixed point: stored again it gives the same bytes, so that a library can be exported and imported
without a change. PNG is one by nature. JPEG becomes one when it is encoded again and again: mostly
after some ten times the same file comes again. What comes to no rest is kept as PNG.

Pure, and for strangers' files to be called in a process with limits: `files.py` does that.
"""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.services.pictures.headers import BadPicture, count_frames, read_size
from app.services.pictures.picture_file import DAMAGED, MAX_BYTES, MAX_PIXELS, PictureFile

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MAX_SIDE_PIXELS = 10_000  # pixels
MAX_FRAMES = 1000  # of an animation, of which the first is kept
MAX_FRAME_PIXELS = 1_000_000_000  # of all frames together
MAX_WIDTH, MAX_HEIGHT = 1600, 2400
MAX_PNG_BYTES = 1_500_000  # bytes; an opaque picture that would be larger is a photograph
JPEG_QUALITY = 85
JPEG_ROUNDS = 40

_TOO_MANY_PIXELS = f"Images can have up to {MAX_PIXELS // 1_000_000} million pixels."


def encode(data: bytes) -> PictureFile:
    """The file that we keep of an uploaded one.

    Raises:
        BadPicture: in words for who uploaded it.
    """
    if len(data) > MAX_BYTES:
        raise BadPicture(f"Images can be up to {MAX_BYTES // 1_000_000} MB.")
    image, is_jpeg = _decoded(data)
    png = b"" if is_jpeg else _png(image)
    if is_jpeg or (len(png) > MAX_PNG_BYTES and "A" not in image.mode):
        jpeg = _settled_jpeg(image)
        if jpeg is not None:
            return PictureFile(jpeg, "jpg", *image.size)
    return PictureFile(png or _png(image), "png", *image.size)


def _decoded(data: bytes) -> tuple[Image.Image, bool]:
    """The pixels of a file in one of few modes, upright and not too large."""
    image = _opened(data)
    is_jpeg = image.format in ("JPEG", "MPO")  # the second is what some telephones write
    try:
        if is_jpeg:
            image.draft("RGB", (MAX_WIDTH, MAX_HEIGHT))  # skips what is scaled away anyway
        image.load()
        image = _plain(ImageOps.exif_transpose(image))
    except MemoryError:
        raise
    except Exception:  # whatever a decoder makes of hostile pixels
        raise BadPicture(DAMAGED) from None
    if image.width > MAX_WIDTH or image.height > MAX_HEIGHT:
        image.thumbnail((MAX_WIDTH, MAX_HEIGHT), Image.Resampling.LANCZOS)
    return image, is_jpeg


def _opened(data: bytes) -> Image.Image:
    """A file of which the header was read and is within the limits, and no pixel yet."""
    try:
        # Some decoders take memory for the sizes that a file claims as soon as they are opened.
        _check(*(read_size(data) or (1, 1)), count_frames(data, MAX_FRAMES))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have limits
            image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
        _check(*image.size, 1)
    except UnidentifiedImageError:
        raise BadPicture("Use PNG, JPEG, GIF or WebP.") from None
    except (BadPicture, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise BadPicture(_TOO_MANY_PIXELS) from None
    except Exception:  # whatever a decoder makes of a hostile header
        raise BadPicture(DAMAGED) from None
    return image


def _check(width: int, height: int, count: int) -> None:
    if max(width, height) > MAX_SIDE_PIXELS:
        raise BadPicture(f"Each side can be up to {MAX_SIDE_PIXELS:,} pixels.")
    if width * height > MAX_PIXELS:
        raise BadPicture(_TOO_MANY_PIXELS)
    if count > MAX_FRAMES:
        raise BadPicture(f"Animations can have up to {MAX_FRAMES:,} frames.")
    if width * height * count > MAX_FRAME_PIXELS:
        raise BadPicture("This animation is too large: make it shorter or smaller.")


def _plain(image: Image.Image) -> Image.Image:
    """Grey, colours, or colours with transparency; eight bits each, and no metadata."""
    if image.has_transparency_data:
        found = image.convert("RGBA")
        opaque = found.getchannel("A").getextrema() == (255, 255)
        found = found.convert("RGB") if opaque else found
    elif image.mode.startswith("I"):  # sixteen bits of grey
        found = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    else:
        found = image.convert("L" if image.mode in ("1", "L", "F") else "RGB")
    plain = Image.new(found.mode, found.size)
    plain.paste(found)
    return plain


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=9)
    return out.getvalue()


def _settled_jpeg(image: Image.Image) -> bytes | None:
    """A JPEG that this function makes again of itself; `None` if there is none soon.

    Encoding again and again ends in a circle of files, mostly of a single one. Whichever file of
    the circle it begins with, the least of them is the one that is kept.
    """
    files = [_jpeg(image)]
    for _ in range(JPEG_ROUNDS):
        again = _jpeg(Image.open(BytesIO(files[-1]), formats=("JPEG",)))
        if again in files:
            return min(files[files.index(again) :])
        files.append(again)
    return None


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    # Full colour resolution: with halved it hardly ever comes to rest.
    image.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue()


FUNCTIONS = {"encode": encode}
REFUSALS = (BadPicture,)
