"""What XML 1.0 can hold of a text."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def remove_not_xml(text: str) -> str:
    """A text without the characters that no XML may contain, not even as a reference."""
    return _NOT_XML.sub("", text)
