"""LaTeX's commands of text: `\\cite[p. 3]{key}`, `\\url{address}`, `\\href{address}{text}`.

Sources: LaTeX and natbib (`\\citep[see][p. 3]{key}`), biblatex (`\\parencite`, `\\textcite`) and
hyperref. They are one pattern, for each pattern costs every text time.
"""

from __future__ import annotations

import re
from typing import ClassVar
from xml.etree.ElementTree import Element

from markdown import Markdown

from app.references.addresses import encode_address
from app.rendering.inline.addresses import address
from app.rendering.inline.citations import MAX_KEYS, Cited, build_citation, is_key
from app.rendering.inline.pattern import Found, InlinePattern
from app.text import tex

NOTE = r"\[([^\[\]\n{}]{0,200})\]"
PATTERN = (
    r"\\(?<!\\\\)(?:"
    r"(?:[Cc]ite(?:t|p|alt|alp|author|year|yearpar|s|times)?"
    r"|(?:[Pp]aren|[Tt]ext|[Aa]uto|[Ff]oot|[Ss]mart)cite)"
    rf"\*?(?:{NOTE})?(?:{NOTE})?\{{(?P<keys>[^{{}}\\\n]{{1,2000}})\}}"
    r"|url[ \t]?\{(?P<url>[^\s{}]{1,2000})\}"
    r"|href[ \t]?\{(?P<href>[^\s{}]{1,2000})\}[ \t]?\{(?P<text>[^{}\n]{1,1000})\})"
)
# TeX wants these escaped in an address.
ESCAPED = re.compile(r"\\([%#&_~])")


class LatexCommand(InlinePattern):
    """Reads all three; what stands in the second braces of `\\href` is Markdown."""

    ANCESTOR_EXCLUDES: ClassVar = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(PATTERN, md)

    def match(self, m: re.Match[str], data: str) -> Found:
        found = cite(m, data) if m["keys"] else link(m)
        return found, m.start(), m.end()


def cite(m: re.Match[str], data: str) -> Element | None:
    keys = [key.strip() for key in m["keys"].split(",")]
    if len(keys) > MAX_KEYS or not all(map(is_key, keys)):
        return None
    # The one note of two is what stands after.
    before, after = (m[1], m[2]) if m[2] is not None else ("", m[1] or "")
    cited = [Cited(key) for key in keys]
    cited[0] = cited[0]._replace(before=tex.plain(before))
    cited[-1] = cited[-1]._replace(after=tex.plain(after))
    return build_citation(cited, m, data)


def link(m: re.Match[str]) -> Element | None:
    href = ESCAPED.sub(r"\1", m["url"] or m["href"])
    if "\\" in href:
        return None
    if m["url"]:
        return address(href, href)
    anchor = Element("a", {"href": encode_address(href)})
    anchor.text = m["text"]
    return anchor
