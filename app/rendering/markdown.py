"""Render a summary, a bio or a note: the steps in their order.

blocks → formulas out → inline → media, footnotes, links → sanitise → formulas in. Nothing here
keeps state between two texts but what is costly to build, one set per thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from app.rendering.blocks.build import finish
from app.rendering.blocks.build import mark_lines as mark
from app.rendering.blocks.highlight import highlight
from app.rendering.blocks.tables import label_heads
from app.rendering.caps import check_depth, check_size, tidy
from app.rendering.errors import Problem, RenderError
from app.rendering.excerpt import HELD, excerpt, first_paragraphs, lead, opening, plain_text
from app.rendering.headings import is_long, link_headings, name_headings
from app.rendering.inline.brackets import OpenBrackets, open_brackets
from app.rendering.inline.footnotes import number_footnotes
from app.rendering.links import FindPapers, LinkReader, PaperLink
from app.rendering.math.formulas import Formulas
from app.rendering.media import embed_media
from app.rendering.parser import parser
from app.rendering.pictures import picture_problems
from app.rendering.sanitizer import sanitise

RENDERER_VERSION = 7


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
