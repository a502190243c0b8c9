"""`\\cite{key}`: a link to a paper, labelled by its key until the links are completed."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.util import AtomicString

from app.references.addresses import paper_path
from app.references.parsing import normalise_text, parse_name
from app.rendering.inline.pattern import Found, InlinePattern

PATTERN = r"(?<!\\)\\cite[tp]?\*?\{([^{}\\\n]{1,2000})\}"
MAX_KEYS = 50


class Citation(InlinePattern):
    """Reads `\\cite{key}` and `\\cite{key, key}`, as LaTeX and natbib write them."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(PATTERN, md)

    def match(self, m: re.Match[str], data: str) -> Found:
        keys = [key.strip() for key in m[1].split(",")]
        if len(keys) > MAX_KEYS or not all(parse_name(normalise_text(key)) for key in keys):
            return None, m.start(), m.end()
        group = Element("span", {"class": "citation"})
        # "(\\cite{key})" has its brackets already.
        bare = data[: m.start()].endswith("(") and data.startswith(")", m.end())
        group.text = AtomicString("" if bare else "[")
        for place, key in enumerate(keys):
            link = SubElement(group, "a", {"href": paper_path(key), "cite": "1"})
            link.text = AtomicString(key)
            link.tail = AtomicString(("" if bare else "]") if place == len(keys) - 1 else ", ")
        return group, m.start(), m.end()
