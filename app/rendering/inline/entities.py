"""Character references: `&amp;`, `&#38;`, `&#x26;`.

Without the semicolon they are text.
"""

from __future__ import annotations

import html
import re

from app.rendering.characters import UNWANTED

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def character(reference: str) -> str | None:
    """Returns the character that a reference stands for.

    `None` when it is none, or for what no page may hold.
    """
    text = html.unescape(reference)
    return None if text == reference or UNWANTED.search(text) else text


def without_entities(text: str) -> str:
    """Puts characters in place of the references in a text."""
    return ENTITY.sub(lambda found: character(found[0]) or found[0], text)
