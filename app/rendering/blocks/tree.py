"""The tree of a text's blocks, and what decides whether a list is loose."""

from __future__ import annotations

from dataclasses import dataclass, field

CONTAINERS = frozenset({"document", "quote", "item", "note", "definition", "details"})
# Leaves that text goes on with, whatever its indentation.
FLOWING = frozenset({"paragraph", "formula"})


@dataclass(eq=False, slots=True)
class Block:
    """A block of text and the blocks within it.

    Attributes:
        kind: 'document', 'quote', 'list', 'item', 'note', 'glossary', 'term', 'definition',
            'paragraph', 'formula', 'heading', 'code', 'table', 'rule', 'details', 'summary' or
            'comment'.
        line: the 0-based line where it starts.
        lines: its own text, for the kinds without children.
        level: a heading's level, or how far the text of an item, note or definition is indented,
            in columns.
        mark: a list's bullet or number delimiter, a fence's character run, a note's label, the
            tag of details or a summary, what ends a comment.
        start: the first number of a numbered list; None for bullets. 1 for details shown open.
        info: what follows an opening fence.
        fenced: whether code stands in a fence.
        closed: whether the end of details, a summary or a comment was found.
        task: what stands in the box that an item begins with: ' ', 'x' or 'X'; '' without one.
        loose: whether a list's items, or a definition's text, are paragraphs.
        blank_after: whether its last line was blank (decides `loose`).
        half: whether a `$$` in a paragraph's lines waits for one that closes it.
        no_table: whether a paragraph's lines were found to be no table's head.
        align: a table's columns: '', 'left', 'center' or 'right'.
    """

    kind: str
    line: int
    parent: Block | None = None
    children: list[Block] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    level: int = 0
    mark: str = ""
    start: int | None = None
    info: str = ""
    fenced: bool = False
    closed: bool = False
    task: str = ""
    loose: bool = False
    blank_after: bool = False
    half: bool = False
    no_table: bool = False
    align: tuple[str, ...] = ()


def is_loose(block: Block) -> bool:
    """Says whether blank lines stand between a list's items or between an item's blocks."""
    last = block.children[-1]
    for item in block.children:
        if item is not last and ends_blank(item):
            return True
        for child in item.children:
            if ends_blank(child) and not (item is last and child is item.children[-1]):
                return True
    return False


def ends_blank(block: Block) -> bool:
    """Says whether a block's last line is blank, looking into lists."""
    while block.kind in ("list", "item") and block.children and not block.blank_after:
        block = block.children[-1]
    return block.blank_after
