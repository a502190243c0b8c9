"""How large a text may be, and what is left out of it."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from app.rendering.errors import RenderError
from app.rendering.math.scanner import clean

MAX_TEXT_BYTES = 65536
# bleach takes quadratic time in the depth of its input.
MAX_ELEMENT_DEPTH = 100


def check_size(text: str) -> None:
    """Refuse a text that is too long.

    Raises:
        RenderError: when it is longer than MAX_TEXT_BYTES.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise RenderError(f"This text is longer than {MAX_TEXT_BYTES // 1024} kB.")


def tidy(text: str) -> str:
    """Returns text without a byte order mark and control characters, lines ended by newlines."""
    return clean(text.removeprefix("\ufeff").replace("\f", " "))


def check_depth(root: Element) -> None:
    """Refuse elements that are nested too deeply.

    Raises:
        RenderError: when there are more than MAX_ELEMENT_DEPTH levels.
    """
    level = [root]
    for _ in range(MAX_ELEMENT_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise RenderError("This text is nested too deeply.")
