"""HTML as a tree of blocks and inline elements, to compare two renderers by.

What we do otherwise on purpose is made equal on both sides: the level of headings, boxes around
tables, attributes for looks, the shape of footnotes, typographic quotes.
What is left is compared exactly, texts, addresses and titles included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import cmarkgfm
from cmarkgfm.cmark import Options

from app.rendering.blocks.build import finish
from app.rendering.caps import tidy as tidy_source
from app.rendering.inline.footnotes import number_footnotes
from app.rendering.math.formulas import Formulas, Span
from app.rendering.parser import parser

GITHUB = ["table", "autolink", "strikethrough", "tasklist"]
OPTIONS = Options.CMARK_OPT_FOOTNOTES
# GitHub leaves quotes as they are typed, and a text may have typographic ones of its own.
STRAIGHT = str.maketrans("“”‘’″′", "\"\"''\"'")
RAW_HTML = "<!-- raw HTML omitted -->"
VOID = frozenset({"br", "hr", "img", "input"})
BLOCKS = frozenset(
    [
        "p",
        "h",
        "li",
        "blockquote",
        "pre",
        "cell",
        "tr",
        "thead",
        "tbody",
        "table",
        "ul",
        "ol",
        "hr",
        "dl",
        "dt",
        "dd",
        "root",
    ]
)
KEPT = {
    "a": ("href", "title"),
    "img": ("src", "alt", "title"),
    "ol": ("start",),
    "input": ("checked",),
    "cell": ("align",),
}


@dataclass(slots=True)
class Node:
    """An element: its name, the attributes that count, its children (texts are `str`)."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        inner = "".join(str(child) for child in self.children)
        return f"<{self.tag}{attributes}>{inner}</{self.tag}>"


def ours(text: str) -> Node:
    """What our Markdown makes of a text, before media, links and sanitisers."""
    formulas = Formulas()
    root, notes = parser().parse(tidy_source(text), formulas)
    number_footnotes(root, notes, "")
    finish(root)
    formulas.keep_literal(root)
    return tidy(from_element(root))


def formulas_of(text: str) -> list[Span]:
    """The formulas of a text in Markdown, in order."""
    formulas = Formulas()
    parser().parse(tidy_source(text), formulas)
    return list(formulas.spans.values())


def with_words(text: str, word: str = "formula", displays: bool = True) -> str:
    """A text with a word in the place of each formula, or each that is no display formula.

    One that has its lines for itself becomes a paragraph, inside the quotes that it stands in.
    """
    lines: list[str | None] = [*tidy_source(text).split("\n")]
    ends = [(0, 0)]
    places = []
    for span in formulas_of(text):
        parts = span.source.split("\n")
        first, last = span.line - 1, span.line + len(parts) - 2
        head, tail = lines[first] or "", lines[last] or ""
        unescaped = re.compile(rf"(?<!\\)(?:\\\\)*{re.escape(parts[0])}")
        found = unescaped.search(head, ends[-1][1] if ends[-1][0] == first else 0)
        if found:
            start = found.end() - len(parts[0])
        else:  # a fence
            start, parts[-1] = min(set(map(head.find, "`~")) - {-1}), tail
        end = start + len(parts[0]) if first == last else tail.index(parts[-1]) + len(parts[-1])
        ends.append((last, end))
        places.append((first, start, last, end, span.display))
    for first, start, last, end, display in reversed(places):
        if display and not displays:
            continue
        before, after = (lines[first] or "")[:start], (lines[last] or "")[end:]
        lines[first : last + 1] = [before + word + after] + [None] * (last - first)
        marks = before.rstrip(" \t")
        if display and not marks.strip("> \t") and not after.strip():
            lines[first] = "\n".join([marks, before + word, marks])
    return "\n".join(line for line in lines if line is not None)


def block_structure(text: str) -> str:
    """The blocks that we make of a text, without what stands in them."""

    def blocks(node: Node) -> str:
        inner = "".join(blocks(child) for child in node.children if isinstance(child, Node))
        return f"<{node.tag}>{inner}</{node.tag}>" if node.tag in BLOCKS else inner

    return blocks(ours(text))


def github(text: str, extensions: bool = True) -> Node:
    """What GitHub's library makes of it, or, without `extensions`, of plain CommonMark."""
    return from_html(github_html(text, extensions))


def github_html(text: str, extensions: bool = True, unsafe: bool = True) -> str:
    html = cmarkgfm.cmark.markdown_to_html_with_extensions(
        text,
        options=(OPTIONS if extensions else 0) | (Options.CMARK_OPT_UNSAFE if unsafe else 0),
        extensions=GITHUB if extensions else [],
    )
    assert isinstance(html, str)
    return html


def has_raw_html(text: str) -> bool:
    """Says whether a text holds HTML, which GitHub passes on and we show as text."""
    return RAW_HTML in github_html(text, unsafe=False)


def from_html(html: str) -> Node:
    """Reads well-formed HTML."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return tidy(reader.root)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while len(self.open) > 1:
            if self.open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def from_element(element: Element) -> Node:
    node = Node(element.tag, dict(element.attrib))
    if element.text:
        node.children.append(element.text)
    for child in element:
        node.children.append(from_element(child))
        if child.tail:
            node.children.append(child.tail)
    return node


def tidy(root: Node) -> Node:
    """Makes the known differences equal."""
    root.tag = "root"
    return shape(root)


def shape(node: Node) -> Node:
    tag = node.tag
    if re.fullmatch(r"h[1-6]", tag):
        tag = "h"
    elif tag in ("td", "th"):
        tag = "cell"
        side = node.attributes.get("class", "").removeprefix("cell-")
        node.attributes.setdefault("align", side)
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            children.append(child.translate(STRAIGHT))
        elif child.tag == "sup":
            children.append(Node("note", {"number": text_of(child)}))
        elif child.tag == "a" and is_way_back(child):
            continue
        elif child.tag in ("div", "section"):
            children.extend(shape(child).children)
        elif child.tag == "p" and not (child.children and shape(child).children):
            continue
        elif child.tag == tag == "strong":
            children.extend(shape(child).children)
        else:
            children.append(shape(child))
    attributes = {
        name: same(name, node.attributes[name])
        for name in KEPT.get(tag, ())
        if node.attributes.get(name, "").strip()
    }
    if "checked" in node.attributes:
        attributes["checked"] = "yes"
    children = join_texts(children)
    if tag not in ("pre", "code"):
        children = collapse(children, tag in BLOCKS)
    return Node(tag, attributes, children)


def same(name: str, value: str) -> str:
    """Makes values equal that mean the same."""
    if name in ("href", "src"):
        return unquote(value.replace("http://www.", "https://www."))
    return " ".join(value.split())


def is_way_back(link: Node) -> bool:
    return link.attributes.get("class", "") in ("note-back", "footnote-backref")


def text_of(node: Node | str) -> str:
    return node if isinstance(node, str) else "".join(text_of(child) for child in node.children)


def join_texts(children: list[Node | str]) -> list[Node | str]:
    joined: list[Node | str] = []
    for child in children:
        if isinstance(child, str) and joined and isinstance(joined[-1], str):
            joined[-1] += child
        else:
            joined.append(child)
    return joined


def collapse(children: list[Node | str], block: bool) -> list[Node | str]:
    """Makes one space of white space, and none of it beside blocks and line breaks."""
    out: list[Node | str] = []
    for place, child in enumerate(children):
        if not isinstance(child, str):
            out.append(child)
            continue
        text = re.sub(r"[ \t\n\r\f]+", " ", child)
        if edge(children, place - 1, block):
            text = text.lstrip(" ")
        if edge(children, place + 1, block):
            text = text.rstrip(" ")
        if text:
            out.append(text)
    return out


def edge(children: list[Node | str], place: int, block: bool) -> bool:
    if not 0 <= place < len(children):
        return block
    neighbour = children[place]
    return isinstance(neighbour, Node) and (neighbour.tag in BLOCKS or neighbour.tag == "br")


def difference(ours: Node, theirs: Node, texts: bool = True) -> str | None:
    """Returns the first place where two trees differ, in words; None when they agree."""
    if ours.tag != theirs.tag:
        return f"<{ours.tag}> for <{theirs.tag}>"
    if texts and ours.attributes != theirs.attributes:
        return f"<{ours.tag}> {ours.attributes} for {theirs.attributes}"
    mine = [c for c in ours.children if texts or isinstance(c, Node)]
    other = [c for c in theirs.children if texts or isinstance(c, Node)]
    for one, two in zip(mine, other, strict=False):
        if isinstance(one, Node) and isinstance(two, Node):
            if found := difference(one, two, texts):
                return f"{ours.tag} > {found}" if "for" in found else found
        elif one != two:
            return f"{ours.tag} > {brief(one)} for {brief(two)}"
    if len(mine) > len(other):
        return f"{ours.tag} > more: {brief(mine[len(other)])} for nothing"
    if len(mine) < len(other):
        return f"{ours.tag} > less: nothing for {brief(other[len(mine)])}"
    return None


def brief(part: Node | str) -> str:
    text = repr(part) if isinstance(part, str) else str(part)
    return text if len(text) <= 60 else text[:57] + "…"
