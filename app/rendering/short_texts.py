"""Render what is no summary: titles, takeaways, abstracts."""

from __future__ import annotations

import re
from html import escape
from xml.etree.ElementTree import Element

from app.rendering.blocks.formulas import take_formulas
from app.rendering.blocks.paragraphs import parse_paragraphs
from app.rendering.caps import check_depth, check_size
from app.rendering.errors import Problem, RenderError
from app.rendering.inline.quotes import curl_quotes
from app.rendering.math.formulas import Formulas
from app.rendering.math.scanner import clean
from app.rendering.parser import read_inline, takeaway_markdown
from app.rendering.sanitizer import sanitise
from app.text.lines import one_line
from app.text.openings import plain_line

MAX_TAKEAWAY_CHARS = 2000  # more than may be saved: one that is too long is shown, too
MARKUP = re.compile(r"[\\`*_<>&~@]")


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
