"""`[[@key]]`, `[[conf/nips/RenHGS15|shown]]`, `![[picture.png|300]]`: Obsidian's links.

A link to a paper that it names by key, DOI or arXiv id leads there. Of links between notes a reader
here knows nothing: an import makes links to papers of them (`services.importing`), and what is left
is text.
"""

from __future__ import annotations

import re
from typing import ClassVar
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from app.references.addresses import encode_address, paper_path
from app.references.identifiers import is_dblp_key
from app.references.parsing import parse_name
from app.references.wiki_links import BEHIND_BRACKET, read_size
from app.rendering.inline.citations import BRACKETS, Cited, build_citation, is_key, read_brackets
from app.rendering.inline.pattern import Found, InlinePattern
from app.rendering.inline.tags import set_size
from app.rendering.media import PICTURES
from app.text.lines import one_line

# Begins with one sign, so that a text without it is passed at once.
PATTERN = rf"\[(?:{BEHIND_BRACKET}|(?<![\\!\]]\[){BRACKETS})"


class BracketLink(InlinePattern):
    """Reads links and pictures in two brackets, and citations in one: see `citations`."""

    ANCESTOR_EXCLUDES: ClassVar = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(PATTERN, md)

    def match(self, m: re.Match[str], data: str) -> Found:
        if m["cited"]:
            return read_brackets(m, data), m.start(), m.end()
        target, shown = m["target"].strip(), one_line(m["shown"] or "")
        start = m.start()
        found: Element | None = None
        if data.startswith("!", start - 1) and start:
            start -= 1
            found = embed_picture(target, shown)
        elif target.startswith("@") and is_key(target[1:]):
            cited = Cited(target[1:])
            found = paper_link(cited.key, shown) if shown else build_citation([cited], m, data)
        elif (key := named_paper(target)) is not None:
            found = paper_link(key, shown or key)
            if not shown:
                found.set("cite", "1")
        return found, start, m.end()


def named_paper(target: str) -> str | None:
    """The paper that a target surely means: dblp's key, a DOI, an arXiv id."""
    ref = parse_name(target)
    if ref is None or (ref.kind == "key" and not is_dblp_key(target)):
        return None
    return target if ref.kind in ("key", "doi", "arxiv") and "://" not in target else None


def paper_link(key: str, shown: str) -> Element:
    link = Element("a", {"href": paper_path(key)})
    link.text = AtomicString(shown)
    return link


def embed_picture(target: str, shown: str) -> Element | None:
    """The picture that is embedded.

    `shown` is its width, its width and height, or its text."""
    if not PICTURES.search(target):
        return None
    picture = Element("img", {"src": encode_address(target), "alt": ""})
    size = read_size(shown)
    picture.text = AtomicString("" if size else shown)
    if size:
        set_size(picture, *size)
    return picture
