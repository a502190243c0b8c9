"""Lists of definitions: lines with terms, then `: definition`.

The form is PHP Markdown Extra's and pandoc's. GitHub has none, so this must take nothing away from
ordinary text: a colon counts only with a space and words behind it, and only below short lines.
"""

from __future__ import annotations

from app.rendering.blocks.tree import Block, ends_blank
from app.rendering.math.scanner import without_formulas

MAX_TERMS = 4
MAX_TERM = 120


def terms_before(container: Block, line: int) -> Block | None:
    """Returns the paragraph that holds the terms of a definition which begins at a line.

    Args:
        container: the innermost block that this line continues: the paragraph, when it follows
            right after it; else what holds it, when one blank line is between them.
        line: the 0-based number of the line.
    """
    below = container
    if container.kind != "paragraph":
        if not container.children or container.children[-1].kind != "paragraph":
            return None
        below = container.children[-1]
        if len(below.lines) != 1 or line - below.line != 2:
            return None
    fits = len(below.lines) <= MAX_TERMS and all(map(is_short, below.lines))
    return below if fits else None


def is_short(text: str) -> bool:
    """Says whether a line may be a term; a formula counts as one letter."""
    return len(text) <= MAX_TERM or len(without_formulas(text)) <= MAX_TERM


def add_terms(glossary: Block, paragraph: Block) -> int:
    """Adds each line of a paragraph to a list of definitions; returns how many."""
    for number, text in enumerate(paragraph.lines):
        term = Block("term", paragraph.line + number, glossary)
        term.lines.append(text)
        glossary.children.append(term)
    return len(paragraph.lines)


def is_parted(definition: Block) -> bool:
    """Says whether blank lines stand between the blocks of a definition."""
    return any(ends_blank(child) for child in definition.children[:-1])
