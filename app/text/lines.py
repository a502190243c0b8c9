"""White space, ends of lines, control characters, and what XML cannot hold."""

from __future__ import annotations

import re

# Those that are no white space; what joins letters and emoji is none of them.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain_ends(text: str) -> str:
    """A text in which every line ends with a single line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """A text with single spaces for all white space, and without control characters."""
    return " ".join(_CONTROL.sub("", text).split())


def visible_line(text: str) -> str:
    """A text in one line without signs that cannot be seen.

    These could make names look alike.
    """
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """A text without signs that cannot be seen; lines stay, other white space is spaces."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else " " if char.isspace() else ""
        for char in text
    )


def remove_not_xml(text: str) -> str:
    """A text without the characters that XML 1.0 may not contain."""
    return _NOT_XML.sub("", text)
