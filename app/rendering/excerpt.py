"""What of a text is shown elsewhere.

Its opening in lists, its plain text in search.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from app.rendering.elements import add_tail
from app.rendering.headings import unlink_headings
from app.rendering.sentences import fit, sentence_spans, words
from app.text.lines import one_line
from app.text.tex_signs import LOWERED, RAISED

MAX_OPENING_CHARS = 700
MAX_EXCERPT_CHARS = 200
MIN_SENTENCE_CHARS = 50
# Stands for a space within code and links: one of the characters that Unicode keeps for programs.
HELD = "\ufdd0"
# Begins a line of code, until that is told by a tab: another of them.
CODE = "\ufdd1"
WHOLE = frozenset({"a", "code"})
BLOCK_TAGS = (
    "p h3 h4 h5 h6 li blockquote pre tr td th hr figure table div section ul ol dl dt dd br"
    " details summary"
)
TEXTS = frozenset({"p", "li", "dt", "dd"})
# To the end of a line of TeX.
COMMENT = re.compile(r"(?<!\\)%.*")
BLOCKS = frozenset(BLOCK_TAGS.split())


def opening(root: Element) -> Element:
    """Returns a copy of the leading blocks, until they hold about 700 characters.

    Whole blocks only. Without what belongs to the whole text: footnotes, their mentions, ids;
    and with the first picture or player only.
    """
    result = Element("div")
    length = 0
    pictured = False
    for original in root:
        if original.tag == "section":
            break
        size = len("".join(original.itertext()))
        if length and length + size > 2 * MAX_OPENING_CHARS:
            break
        block = copy.deepcopy(original)
        drop_mentions(block)
        unlink_headings(block)
        pictured = drop_pictures(block, pictured)
        if is_empty(block):
            continue
        result.append(block)
        length += size
        if length >= MAX_OPENING_CHARS:
            break
    while len(result) > 1 and result[-1].tag in ("h3", "h4", "h5", "h6", "hr"):
        del result[-1]
    return result


def drop_mentions(block: Element) -> None:
    for parent in list(block.iter()):
        if mentions := [child for child in parent if is_mention(child)]:
            drop(parent, mentions)


def is_mention(element: Element) -> bool:
    """Says whether an element is the raised number that mentions a footnote."""
    first = element[0] if element.tag == "sup" and len(element) else None
    return first is not None and first.get("class") == "note-ref"


def drop_pictures(block: Element, pictured: bool) -> bool:
    """Leaves out all but the first picture or player.

    Returns whether there was one by now.
    """
    for parent in list(block.iter()):
        extra = []
        for child in parent:
            if child.tag in ("img", "video", "audio") or child.get("class") == "player-link":
                if pictured:
                    extra.append(child)
                pictured = True
        if extra:
            drop(parent, extra)
    return pictured


def drop(parent: Element, unwanted: list[Element]) -> None:
    """Removes children and keeps the text after them."""
    children = list(parent)
    parent[:] = []
    for child in children:
        if child in unwanted:
            add_tail(parent, child.tail)
        else:
            parent.append(child)


def is_empty(block: Element) -> bool:
    """Says whether a figure, link or player has lost what it was for."""
    if block.tag not in ("figure", "p"):
        return False
    kept = ("img", "video", "audio", "input")
    return not "".join(block.itertext()).strip() and not any(
        element.tag in kept for element in block.iter()
    )


def plain_text(root: Element, to_source: Callable[[str], str]) -> str:
    """Returns all text for search: a line for each block, a tab before code.

    Args:
        root: the blocks.
        to_source: puts the formulas' source in the tokens' place.
    """
    parts: list[str] = []

    def visit(element: Element) -> None:
        block = element.tag in BLOCKS
        if block:
            parts.append("\n")
        if element.tag == "img":
            parts.append(element.get("alt", ""))
        if element.tag == "pre":
            parts.append(re.sub("^", CODE, "".join(element.itertext()), flags=re.MULTILINE))
        else:
            if element.text:
                parts.append(element.text)
            for child in element:
                if child.get("class") != "note-back":
                    visit(child)
                if child.tail:
                    parts.append(child.tail)
        if block:
            parts.append("\n")

    visit(root)
    found = "".join(parts).split("\n")
    lines = (_in_one_line(to_source(one_line(line))) for line in found)
    return "\n".join(line for line in lines if line.strip())


def _in_one_line(line: str) -> str:
    """A block without the line ends that its formulas have, and without comments in these."""
    if "\n" in line:
        line = one_line(COMMENT.sub("", line))
    return f"\t{one_line(line[1:])}" if line.startswith(CODE) else line


def first_paragraphs(root: Element) -> str:
    """Returns the text of the leading paragraphs and items, until an excerpt can be made.

    Spaces within code and links are HELD, so that no cut is made there.
    """
    taken: list[str] = []
    length = 0
    for element in root.iter():
        if element.tag == "section" or length > MAX_EXCERPT_CHARS:
            break
        if element.tag in TEXTS and element.get("class") not in ("player", "callout-title"):
            text = one_line(own_text(element))
            if text:
                taken.append(text)
                length += len(text)
    return " ".join(taken)


def own_text(element: Element) -> str:
    """Returns an element's text without mentions of footnotes and blocks within it."""
    parts = [element.text or ""]
    for child in element:
        if not is_mention(child) and child.tag not in BLOCKS:
            text = as_sign(child.tag, own_text(child))
            parts.append(one_line(text).replace(" ", HELD) if child.tag in WHOLE else text)
        parts.append(" " if child.tag == "br" else "")
        parts.append(child.tail or "")
    return "".join(parts)


def as_sign(tag: str, text: str) -> str:
    """The text of a `sup` or `sub` in raised or lowered signs."""
    signs = {"sup": RAISED, "sub": LOWERED}.get(tag)
    if signs is None or not all(ord(char) in signs for char in text):
        return text
    return text.translate(signs)


def lead(text: str, to_source: Callable[[str], str]) -> str:
    """Returns the first sentence, or the first ones when they are very short.

    Args:
        text: what first_paragraphs gives; formulas stand in it as their tokens.
        to_source: puts the formulas' source in the tokens' place.
    """
    end = 0
    for _, end in sentence_spans(text):
        if len(to_source(text[:end])) >= MIN_SENTENCE_CHARS:
            break
    return cut(text[:end], to_source)


def excerpt(text: str, to_source: Callable[[str], str]) -> str:
    """Returns the first sentences of a text, as many as go into EXCERPT characters.

    Args:
        text, to_source: as for lead.
    """
    end = 0
    for _, last in sentence_spans(text):
        if len(to_source(text[:last])) > MAX_EXCERPT_CHARS:
            break
        end = last
    if end == len(text) or len(to_source(text[:end])) >= MIN_SENTENCE_CHARS:
        return text[:end]
    return cut(text, to_source)


def cut(text: str, to_source: Callable[[str], str]) -> str:
    """Returns at most EXCERPT characters of a text, whole words, formulas, code and links only."""
    if len(to_source(text)) <= MAX_EXCERPT_CHARS:
        return text
    taken, _ = fit(words(text), to_source, MAX_EXCERPT_CHARS - 1)
    if not taken.strip():  # it begins with something long; only words may be cut in two
        first = text.split(maxsplit=1)[0].replace(HELD, " ")
        parted = first if to_source(first) == first else ""
        taken, _ = fit(words(parted), to_source, MAX_EXCERPT_CHARS - 1)
        taken = taken or parted[: MAX_EXCERPT_CHARS - 1]
    return taken.rstrip(" ,;:(") + "…"
