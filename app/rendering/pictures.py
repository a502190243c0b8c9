"""Pictures of a text that nobody will see, for its writer to know."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from app.rendering.errors import Problem
from app.rendering.links import TEXT_BLOCKS, clip
from app.rendering.sanitizer import is_source

MAX_PROBLEMS = 50


def picture_problems(
    root: Element, line_of: Callable[[Element, Element], int | None]
) -> list[Problem]:
    """Names pictures whose addresses lead nowhere, such as files beside a note.

    Args:
        root: the text, its pictures complete.
        line_of: gives the source line of an element in a block.
    """
    found: list[Problem] = []
    for block in root.iter():
        if block.tag not in TEXT_BLOCKS:
            continue
        for picture in block.iter("img"):
            source = picture.get("src", "")
            if not is_source(source) and len(found) < MAX_PROBLEMS:
                found.append(Problem(line_of(picture, block), reason(source), "picture"))
    return found


def reason(source: str) -> str:
    if not source.strip():
        return "This image has no URL."
    if source.lower().startswith("data:"):
        return "Images in data: URLs are not shown. Add the file instead."
    shown = clip(unquote(source), 60)
    return f"Image “{shown}” not found. Add the file, or use its full https:// URL."
