"""`\\cite{key}`, `[@key]`, `[[@key]]`: links to papers, labelled by their keys until completed.

Sources: LaTeX and natbib (`\\citep[see][p. 3]{key}`), biblatex (`\\parencite`, `\\textcite`), the
"Citation syntax" of Pandoc's manual, and the wiki links that Obsidian's plugins for Zotero write.
"""

from __future__ import annotations

import re
from typing import ClassVar, NamedTuple
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.util import AtomicString

from app.references.addresses import paper_path
from app.references.parsing import normalise_text, parse_name
from app.rendering.inline.pattern import Found, InlinePattern
from app.text import tex
from app.text.lines import one_line

NOTE = r"\[([^\[\]\n{}]{0,200})\]"
COMMAND = (
    r"(?<!\\)\\(?:[Cc]ite(?:t|p|alt|alp|author|year|yearpar|s|times)?"
    r"|(?:[Pp]aren|[Tt]ext|[Aa]uto|[Ff]oot|[Ss]mart)cite)"
    rf"\*?(?:{NOTE})?(?:{NOTE})?\{{([^{{}}\\\n]{{1,2000}})\}}"
)
BRACKETS = r"(?<![\\!\]])\[(?=[^\[\]\n@]{0,200}@)([^\[\]\n]{2,2000})\](?![\[(:])"
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


class Citation(InlinePattern):
    """Reads `\\cite{key}` and `\\cite[see][p. 3]{key, key}`."""

    ANCESTOR_EXCLUDES: ClassVar = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(COMMAND, md)

    def match(self, m: re.Match[str], data: str) -> Found:
        keys = [key.strip() for key in m[3].split(",")]
        if len(keys) > MAX_KEYS or not all(map(is_key, keys)):
            return None, m.start(), m.end()
        # The one note of two is what stands after.
        before, after = (m[1], m[2]) if m[2] is not None else ("", m[1] or "")
        cited = [Cited(key) for key in keys]
        cited[0] = cited[0]._replace(before=tex.plain(before))
        cited[-1] = cited[-1]._replace(after=tex.plain(after))
        return build_citation(cited, m, data), m.start(), m.end()


class BracketCitation(InlinePattern):
    """Reads `[@key]` and `[see @key, p. 3; @key]`."""

    ANCESTOR_EXCLUDES: ClassVar = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(BRACKETS, md)

    def match(self, m: re.Match[str], data: str) -> Found:
        parts = m[1].split(";")
        found = [CITED.fullmatch(part.strip()) for part in parts]
        cited: list[Cited] = []
        for part in found if len(parts) <= MAX_KEYS else ():
            key = part["key"].strip("{}").rstrip(AFTER_KEY) if part else ""
            if part is None or not LIKE_KEY.match(key) or not is_key(key):
                break
            cited.append(Cited(key, one_line(part["before"]), one_line(part["after"] or "")))
        if len(cited) != len(parts):
            return None, m.start(), m.end()
        return build_citation(cited, m, data), m.start(), m.end()


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
