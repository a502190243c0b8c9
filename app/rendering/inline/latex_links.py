"""`\\url{address}` and `\\href{address}{text}`, as LaTeX's package hyperref has them."""

from __future__ import annotations

import re
from typing import ClassVar
from xml.etree.ElementTree import Element

from markdown import Markdown

from app.references.addresses import encode_address
from app.rendering.inline.addresses import address
from app.rendering.inline.pattern import Found, InlinePattern

PATTERN = (
    r"(?<!\\)\\(?:url[ \t]?\{(?P<url>[^\s{}]{1,2000})\}"
    r"|href[ \t]?\{(?P<href>[^\s{}]{1,2000})\}[ \t]?\{(?P<text>[^{}\n]{1,1000})\})"
)
# TeX wants these escaped in an address.
ESCAPED = re.compile(r"\\([%#&_~])")


class LatexLink(InlinePattern):
    """Reads both; what stands in the second braces is Markdown."""

    ANCESTOR_EXCLUDES: ClassVar = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(PATTERN, md)

    def match(self, m: re.Match[str], data: str) -> Found:
        href = ESCAPED.sub(r"\1", m["url"] or m["href"])
        if "\\" in href:
            return None, m.start(), m.end()
        if m["url"]:
            return address(href, href), m.start(), m.end()
        link = Element("a", {"href": encode_address(href)})
        link.text = m["text"]
        return link, m.start(), m.end()
