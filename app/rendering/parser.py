"""Python-Markdown with our blocks and our inline patterns: from text to elements."""

from __future__ import annotations

import threading
from xml.etree.ElementTree import Element, ElementTree

import markdown
from markdown.blockparser import BlockParser

from app.rendering.blocks.build import build
from app.rendering.blocks.formulas import take_formulas
from app.rendering.blocks.html import remove_comments
from app.rendering.blocks.parser import parse_blocks
from app.rendering.inline.footnotes import FootnoteReference
from app.rendering.inline.line import (
    describe_pictures,
    install,
    install_takeaway,
    normal_label,
    restore_escaped,
    without_escapes,
)
from app.rendering.inline.quotes import curl_tree
from app.rendering.inline.tags import pair_tags
from app.rendering.math.formulas import Formulas


class Parser(BlockParser):
    """Python-Markdown with our blocks and our inline patterns."""

    def __init__(self) -> None:
        self.markdown = markdown.Markdown()
        super().__init__(self.markdown)
        self.markdown.parser = self
        install(self.markdown)
        self.markdown.treeprocessors.deregister("prettify")
        self.formulas = Formulas()
        self.notes: dict[str, Element] = {}

    def parse(self, text: str, formulas: Formulas) -> tuple[Element, dict[str, Element]]:
        """Returns the elements of a text, and its footnotes by label; the formulas go out."""
        self.formulas = formulas
        self.markdown.reset()
        self.markdown.references = {}
        root = self.parseDocument(text.split("\n")).getroot()
        assert root is not None
        read_inline(self.markdown, root, text)
        describe_pictures(root)
        return root, self.notes

    def parseDocument(  # type: ignore[override]  # noqa: N802 the base's name; it is untyped
        self, lines: list[str]
    ) -> ElementTree:
        """Takes the place of Python-Markdown's own splitting into blocks."""
        document = parse_blocks("\n".join(lines), self.define)
        remove_comments(document)
        take_formulas(document, self.formulas)
        root, self.notes = build(document)
        references = self.markdown.inlinePatterns["FootnoteReference"]
        assert isinstance(references, FootnoteReference)
        references.labels = set(self.notes)
        return ElementTree(root)

    def define(self, label: str, target: str, title: str | None) -> None:
        """Keeps a link definition; the first of a label counts."""
        address = without_escapes(target[1:-1] if target.startswith("<") else target)
        found = (address, without_escapes(title or ""))
        self.markdown.references.setdefault(normal_label(label), found)


def read_inline(md: markdown.Markdown, root: Element, text: str) -> None:
    """Reads the inline markup of all blocks; `text` is their source."""
    md.treeprocessors["inline"].run(root)
    if "<" in text:
        pair_tags(root)
    if "'" in text or '"' in text:
        curl_tree(root)  # while escaped quotes can be told from others
    restore_escaped(root)


PARSERS = threading.local()


def parser() -> Parser:
    """Returns this thread's parser; building one takes longer than a text does."""
    if not hasattr(PARSERS, "parser"):
        PARSERS.parser = Parser()
    found: Parser = PARSERS.parser
    return found


def takeaway_markdown() -> markdown.Markdown:
    """Returns this thread's Python-Markdown for takeaways."""
    if not hasattr(PARSERS, "takeaway"):
        made = markdown.Markdown()
        install_takeaway(made)
        made.treeprocessors.deregister("prettify")
        PARSERS.takeaway = made
    found: markdown.Markdown = PARSERS.takeaway
    return found
