"""Render what was written to what is shown.

The steps in their order, and the caps.

blocks → formulas out → inline → media, footnotes, links → sanitise → formulas in. Nothing here
keeps state between two texts but what is costly to build, one set per thread.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element, ElementTree

import markdown
from markdown.blockparser import BlockParser

from app.rendering.blocks.build import build, finish
from app.rendering.blocks.build import mark_lines as mark
from app.rendering.blocks.formulas import take_formulas
from app.rendering.blocks.highlight import highlight
from app.rendering.blocks.html import remove_comments
from app.rendering.blocks.paragraphs import parse_paragraphs
from app.rendering.blocks.parser import parse_blocks
from app.rendering.blocks.tables import label_heads
from app.rendering.errors import Problem, RenderError
from app.rendering.excerpt import HELD, excerpt, first_paragraphs, lead, opening, plain_text
from app.rendering.headings import is_long, link_headings, name_headings
from app.rendering.inline.brackets import OpenBrackets, open_brackets
from app.rendering.inline.footnotes import FootnoteReference, number_footnotes
from app.rendering.inline.line import (
    describe_pictures,
    install,
    install_takeaway,
    normal_label,
    restore_escaped,
    without_escapes,
)
from app.rendering.inline.quotes import curl_quotes, curl_tree
from app.rendering.inline.tags import pair_tags
from app.rendering.links import FindPapers, LinkReader, PaperLink
from app.rendering.math.formulas import Formulas
from app.rendering.math.scanner import clean
from app.rendering.media import embed_media
from app.rendering.pictures import picture_problems
from app.rendering.sanitizer import sanitise
from app.text.lines import one_line
from app.text.openings import plain_line

RENDERER_VERSION = 7
MAX_TEXT_BYTES = 65536
MAX_TAKEAWAY_CHARS = 2000  # more than may be saved: one that is too long is shown, too
# bleach takes quadratic time in the depth of its input.
MAX_ELEMENT_DEPTH = 100

MARKUP = re.compile(r"[\\`*_<>&~@]")


@dataclass(frozen=True)
class Rendered:
    """A text as it is shown, and what else is kept of it.

    Attributes:
        html: safe HTML, put on a page as it is.
        opening: safe HTML of the leading blocks, about 700 characters of text, for lists.
        text: the whole as plain text, formulas as their source, for search: a line for each block,
            one of code behind a tab.
        lead: safe inline HTML of the first sentence, at most 200 characters of text.
        excerpt: the first sentences, plain, at most 200 characters.
        links: the links to papers, in order.
        problems: what the writer should look at, by line.
        brackets: what stands in `[[…]]` and is no link; for `preview` only.
    """

    html: str
    opening: str
    text: str
    lead: str
    excerpt: str
    links: tuple[PaperLink, ...]
    problems: tuple[Problem, ...]
    brackets: tuple[OpenBrackets, ...] = ()


@dataclass(frozen=True)
class Preview:
    """A text as it is shown to its writer beside the source.

    Attributes:
        html: as of `Rendered`, with `data-line` on its blocks.
        words: how many it has; a formula counts as the words between its spaces.
        links, problems: as of `Rendered`.
        brackets: what stands in `[[…]]` and is no link.
    """

    html: str
    words: int
    links: tuple[PaperLink, ...]
    problems: tuple[Problem, ...]
    brackets: tuple[OpenBrackets, ...]


def render(
    text: str,
    *,
    find: FindPapers | None = None,
    site_url: str = "",
    id_prefix: str = "",
    mark_lines: bool = False,
) -> Rendered:
    """Renders a summary, comment or bio written in Markdown with LaTeX.

    A pure function of its arguments and of what `find` answers.

    Args:
        text: what was written; hostile until it has passed here.
        find: says what is known of the papers that the text links to; asked once, with their
            references without user, and only when there are any.
        site_url: where this site is, to recognise absolute links to our own papers.
        id_prefix: what the ids of footnotes start with; it must differ between the texts that
            stand on one page.
        mark_lines: for `preview`: whether blocks get the 1-based source line where they begin as
            `data-line`, and `brackets` are looked for. What is stored is rendered without.

    Raises:
        RenderError: when the text is longer than MAX_TEXT_BYTES, or nested or marked up beyond
            the caps.
    """
    check_size(text)
    formulas = Formulas()
    try:
        reader = LinkReader(formulas, find, site_url)
        return render_tree(tidy(text), formulas, reader, id_prefix, mark_lines)
    except RecursionError:
        raise RenderError("This text is nested too deeply.") from None


def preview(
    text: str, *, find: FindPapers | None = None, site_url: str = "", id_prefix: str = ""
) -> Preview:
    """Renders a text for its writer; the arguments and errors are those of `render`.

    Counts words here too: a server that counted them would keep its readers waiting.
    """
    found = render(text, find=find, site_url=site_url, id_prefix=id_prefix, mark_lines=True)
    words = sum(any(map(str.isalnum, word)) for word in found.text.split())
    return Preview(found.html, words, found.links, found.problems, found.brackets)


def render_tree(
    text: str, formulas: Formulas, reader: LinkReader, id_prefix: str, mark_lines: bool
) -> Rendered:
    """The steps of render()."""
    root, notes = parser().parse(text, formulas)
    formulas.keep_literal(root)
    embed_media(root)
    number_footnotes(root, notes, id_prefix)
    link_headings(root, id_prefix, formulas.to_source)
    if is_long(text):
        name_headings(root, id_prefix)
    reader.read(root)
    found = [*reader.problems, *picture_problems(root, reader.line_of)]
    wants_brackets = mark_lines and "[[" in text
    brackets = open_brackets(root, reader.source_line, formulas.to_source) if wants_brackets else ()
    highlight(root)
    label_heads(root, formulas.to_source)
    if mark_lines:
        mark(root)
    finish(root)
    check_depth(root)
    html = formulas.to_html(sanitise(root))
    start = formulas.to_html(sanitise(opening(root)))
    leading = first_paragraphs(root)
    sentence = lead(leading, formulas.to_source).replace(HELD, " ")
    problems = sorted([*formulas.problems(), *found], key=lambda problem: problem.line or 0)
    return Rendered(
        html=html,
        opening=start,
        text=plain_text(root, formulas.to_source),
        lead=formulas.to_html(escape(sentence), inline=True),
        excerpt=formulas.to_source(excerpt(leading, formulas.to_source).replace(HELD, " ")),
        links=tuple(reader.links),
        problems=tuple(problems),
        brackets=brackets,
    )


def render_inline(text: str) -> str:
    """Renders a title: formulas and plain text, no Markdown.

    Returns:
        One line of safe inline HTML.

    Raises:
        RenderError: when the text is longer than MAX_TEXT_BYTES.
    """
    check_size(text)
    formulas = Formulas()
    taken = formulas.take(clean(one_line(text)))
    return formulas.to_html(escape(curl_quotes(one_line(taken))))


def render_takeaway(text: str) -> str:
    """Renders a takeaway: formulas, emphasis and code, no other Markdown.

    Returns:
        One line of safe inline HTML.

    Raises:
        RenderError: when the text is longer than MAX_TAKEAWAY_CHARS, or nested beyond the caps.
    """
    return preview_takeaway(text)[0]


def preview_takeaway(text: str) -> tuple[str, tuple[Problem, ...]]:
    """Renders a takeaway for its writer.

    Returns:
        What `render_takeaway` returns, and what is wrong with its formulas.

    Raises:
        RenderError: as of render_takeaway.
    """
    if len(text) > MAX_TAKEAWAY_CHARS:
        raise RenderError(f"A takeaway can be up to {MAX_TAKEAWAY_CHARS:,} characters.")
    formulas = Formulas()
    line = Element("p")
    line.text = formulas.take(clean(one_line(text)))
    root = Element("div")
    root.append(line)
    read_inline(takeaway_markdown(), root, text)
    formulas.keep_literal(line)
    check_depth(root)
    return formulas.to_html(sanitise(line)), tuple(formulas.problems())


def plain_takeaway(text: str) -> str:
    """The text of a takeaway without markup, its formulas as their source."""
    formulas = Formulas()
    return formulas.to_source(curl_quotes(plain_line(formulas.take(clean(one_line(text))))))


def as_label(title: str) -> str:
    """The Markdown of a link's text that reads like a title.

    Formulas as they are, no markup.
    """
    formulas = Formulas()
    escaped = MARKUP.sub(r"\\\g<0>", formulas.take(clean(one_line(title))))
    # A backslash before a bracket would begin a formula.
    return formulas.to_source(escaped.replace("[", "&#91;").replace("]", "&#93;"))


def render_plain(text: str) -> str:
    """Renders an abstract: paragraphs of plain text and formulas, no Markdown.

    Returns:
        Safe HTML, one `p` for each stretch of text between blank lines or display formulas.

    Raises:
        RenderError: when the text is longer than MAX_TEXT_BYTES, or has too many paragraphs or
            formulas.
    """
    check_size(text)
    formulas, paragraphs = plain_paragraphs(text)
    shown = (escape(curl_quotes(text)) for text in paragraphs)
    return formulas.to_html("\n".join(f'<p dir="auto">{text}</p>' for text in shown))


def plain_paragraphs(text: str) -> tuple[Formulas, list[str]]:
    """The formulas of a plain text, and its paragraphs with their tokens."""
    formulas = Formulas()
    document = parse_paragraphs(clean(text))
    take_formulas(document, formulas)
    paragraphs = ("\n".join(map(str.strip, block.lines)) for block in document.children)
    return formulas, [text for text in paragraphs if text]


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


def check_size(text: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise RenderError(f"This text is longer than {MAX_TEXT_BYTES // 1024} kB.")


def tidy(text: str) -> str:
    """Returns text without a byte order mark and control characters, lines ended by newlines."""
    return clean(text.removeprefix("\ufeff").replace("\f", " "))


def check_depth(root: Element) -> None:
    level = [root]
    for _ in range(MAX_ELEMENT_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise RenderError("This text is nested too deeply.")
