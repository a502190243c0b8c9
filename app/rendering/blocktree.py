"""The tree of a text's blocks, and what decides whether a list is loose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

CONTAINERS = frozenset({"document", "quote", "item", "note", "definition"})
FORMULA = re.compile(r"zqM[0-9a-f]{16}x\d+Mqz[ \t]*")


@dataclass(eq=False, slots=True)
class Block:
    """A block of text and the blocks within it.

    Attributes:
        kind: 'document', 'quote', 'list', 'item', 'note', 'glossary', 'term', 'definition',
            'paragraph', 'heading', 'code', 'table' or 'rule'.
        line: the 0-based line where it starts.
        lines: its own text, for the kinds without children.
        level: a heading's level, or how far the text of an item, note or definition is indented,
            in columns.
        mark: a list's bullet or number delimiter, a fence's character run, a note's label.
        start: the first number of a numbered list; None for bullets.
        info: what follows an opening fence.
        fenced: whether code stands in a fence.
        task: what stands in the box that an item begins with: ' ', 'x' or 'X'; '' without one.
        loose: whether a list's items, or a definition's text, are paragraphs.
        blank_after: whether its last line was blank (decides `loose`).
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
    task: str = ""
    loose: bool = False
    blank_after: bool = False
    no_table: bool = False
    align: tuple[str, ...] = ()


def is_loose(block: Block) -> bool:
    """Says whether blank lines stand between a list's items or between an item's blocks.

    Those around a formula on lines of its own do not count: they are not the writer's.
    """
    last = block.children[-1]
    for item in block.children:
        if item is not last and ends_blank(item):
            return True
        for place, child in enumerate(item.children, 1):
            following = item.children[place] if place < len(item.children) else None
            if following is None and item is last:
                continue
            if ends_blank(child) and not (following and is_formula(following)):
                return True
    return False


def ends_blank(block: Block) -> bool:
    """Says whether a block's last line is blank, looking into lists."""
    while block.kind in ("list", "item") and block.children:
        inner = block.children[-1]
        if block.blank_after and not is_formula(inner):
            return True
        block = inner
    return block.blank_after and not is_formula(block)


def is_formula(block: Block) -> bool:
    """Says whether a paragraph is the token of a formula and nothing else."""
    return block.kind == "paragraph" and bool(FORMULA.fullmatch("\n".join(block.lines)))
