"""`[@key]`, `[see @key, p. 3; @key]`: links to papers, labelled by their keys until completed.

Source: Pandoc's manual, "Citation syntax".
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from app.references.addresses import paper_path
from app.references.parsing import normalise_text, parse_name
from app.text.lines import one_line

# What stands behind the bracket that opens one.
BRACKETS = r"(?=[^\[\]\n@]{0,200}@)(?P<cited>[^\[\]\n]{2,2000})\](?![\[(:])"
CITED = re.compile(
    r"(?P<before>(?:[^\s@][^@]{0,200}\s)??)-?@(?P<key>[\w{][^\s,;{}]{0,300}\}?)(?:,?\s(?P<after>.+))?"
)
# What stands behind a key and is not part of it.
AFTER_KEY = ".,:;?!"
# A name alone is somebody who is called.
LIKE_KEY = re.compile(r"(?=.*[A-Za-z])(?=.*[\d/:])")
MAX_KEYS = 50


class Cited(NamedTuple):
    """One paper that is cited, and the words before and after it."""

    key: str
    before: str = ""
    after: str = ""


def read_brackets(m: re.Match[str], data: str) -> Element | None:
    """The citation in brackets; `m["cited"]` is what stands in them."""
    parts = m["cited"].split(";")
    found = [CITED.fullmatch(part.strip()) for part in parts]
    cited: list[Cited] = []
    for part in found if len(parts) <= MAX_KEYS else ():
        key = part["key"].strip("{}").rstrip(AFTER_KEY) if part else ""
        if part is None or not LIKE_KEY.match(key) or not is_key(key):
            return None
        cited.append(Cited(key, one_line(part["before"]), one_line(part["after"] or "")))
    return build_citation(cited, m, data) if cited else None


def is_key(text: str) -> bool:
    """Says whether a paper can be called so."""
    return parse_name(normalise_text(text)) is not None


def build_citation(cited: list[Cited], m: re.Match[str], data: str) -> Element:
    """Makes a group of links in square brackets.

    Where the text has brackets already, "(\\cite{key})", it gets none.
    """
    bare = data[: m.start()].endswith("(") and data.startswith(")", m.end())
    group = Element("span", {"class": "citation"})
    lead = "" if bare else "["
    for one in cited:
        before = f"{lead}{one.before} " if one.before else lead
        if len(group):
            group[-1].tail = AtomicString((group[-1].tail or "") + before)
        else:
            group.text = AtomicString(before)
        link = SubElement(group, "a", {"href": paper_path(one.key), "cite": "1"})
        link.text = AtomicString(one.key)
        link.tail = AtomicString(f", {one.after}" if one.after else "")
        lead = "; " if one.after else ", "
    group[-1].tail = AtomicString((group[-1].tail or "") + ("" if bare else "]"))
    return group
