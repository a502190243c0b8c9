"""Addresses as they stand in a text, and the links that all addresses become.

The rules are those of GitHub Flavored Markdown (6.9, "extended autolinks"), with two exceptions:
`www.` leads to https, and an address in square brackets is linked too, for many cite like that.
"""

from __future__ import annotations

import re
import unicodedata
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor as InlineTreeprocessor
from markdown.util import INLINE_PLACEHOLDER_RE, AtomicString

from app.references.addresses import encode_address
from app.rendering.inline.entities import without_entities
from app.rendering.inline.pattern import Found, InlinePattern

# An escaped character within an address is a mark by then.
BARE = (
    r"[Hhw](?:(?<=[Hh])(?<![A-Za-z].)[Tt][Tt][Pp][Ss]?://|(?<=w)(?<![^\s*_~(\[].)ww\.)"
    rf"(?:[^\s<\x02]|{INLINE_PLACEHOLDER_RE.pattern})++"
)
LOCAL = r"[A-Za-z0-9.+_\-]"
MAIL = (
    rf"(?:(?<![A-Za-z0-9])mailto:|(?<!{LOCAL}))"
    rf"{LOCAL}++@[A-Za-z0-9_\-]*+(?:\.[A-Za-z0-9][A-Za-z0-9_\-]*+)++(?!@)"
)
ESCAPED = re.compile(r"\x02(\d+)\x03")
# ASCII but letters, digits, hyphen, full stop and underscore ends a domain.
DOMAIN = re.compile(r"[^\s\x00-,/:-@\[-^`{-\x7f]+")
ENTITY_END = re.compile(r"&[A-Za-z]+;\Z")
TRAILING = "?!.,:*_~'\""
TAG_END = re.compile("[\"']>")
MAX_LABELS = 10


class BareAddress(InlinePattern):
    """`https://example.org/x` and `www.example.org` as they stand in the text."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(BARE, md)
        self.markdown = md

    def match(self, m: re.Match[str], data: str) -> Found:
        text, ends = self.unmark(m[0])
        label = trim_address(text)
        host = label.partition("://")[2] if "://" in label else label
        if not is_domain(host):
            return None, m.start(), m.start() + 1
        scheme = "https://" if host is label else ""
        end = m.start() + ends[len(label) - 1]
        return address(scheme + without_entities(label), label), m.start(), end

    def unmark(self, text: str) -> tuple[str, list[int]]:
        """Puts escaped characters back, up to the first mark that stands for something else.

        Returns:
            The address, and for each character where it ends in `text`.
        """
        inline = self.markdown.treeprocessors["inline"]
        assert isinstance(inline, InlineTreeprocessor)
        out: list[str] = []
        ends: list[int] = []
        at = 0
        while at < len(text):
            mark = INLINE_PLACEHOLDER_RE.match(text, at)
            end = mark.end() if mark else at + 1
            char = text[at]
            if mark:
                node = inline.stashed_nodes.get(mark[1])
                escaped = ESCAPED.fullmatch(node) if isinstance(node, str) else None
                if escaped is None:
                    break
                char = chr(int(escaped[1]))
            out.append(char)
            ends.append(end)
            at = end
        return "".join(out), ends


class BareMail(InlinePattern):
    """`someone@example.org` as it stands in the text."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(MAIL, md)

    def match(self, m: re.Match[str], data: str) -> Found:
        if not m[0][-1].isalpha():  # `package@1.0.2`
            return None, m.start(), m.end()
        scheme = "" if m[0].startswith("mailto:") else "mailto:"
        return address(scheme + m[0], m[0]), m.start(), m.end()


def is_domain(text: str) -> bool:
    """Says whether a text begins with the name of a host.

    As GitHub's library decides it.
    """
    found = DOMAIN.match(text)
    if not found or found[0][0] in "-._":
        return False
    name = found[0]
    for place, char in enumerate(name):
        if not char.isascii() and unicodedata.category(char)[0] == "P":
            name = name[:place]
            break
    labels = name.split(".")
    return bool(name) and (len(labels) > MAX_LABELS or not any("_" in part for part in labels[-2:]))


def trim_address(text: str) -> str:
    """Leaves out the punctuation after a bare address, and brackets that it does not open.

    What is left of a tag that it stands in goes too.
    """
    text = TAG_END.split(text, maxsplit=1)[0]
    opened = {end: text.count(start) - text.count(end) for start, end in ("()", "[]", "{}")}
    end = len(text)
    while end:
        last = text[end - 1]
        if last == ";":
            # `&lt;` at the end is not the address's, nor is the semicolon of a sentence.
            start = text.rfind("&", max(0, end - 40), end)
            entity = ENTITY_END.match(text, start, end) if start >= 0 else None
            end = start if entity else end - 1
            continue
        if last in opened and opened[last] < 0:
            opened[last] += 1
        elif last not in TRAILING:
            break
        end -= 1
    return text[:end]


def address(href: str, label: str) -> Element:
    """Returns a link labelled by its own address; `bare` says so to later steps."""
    element = Element("a", {"href": encode_address(href), "bare": "1"})
    element.text = AtomicString(label)
    return element
