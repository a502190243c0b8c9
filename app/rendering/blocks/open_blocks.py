"""The tree of blocks while it grows.

Which are open, which go on, and what closing one does.
"""

from __future__ import annotations

from app.rendering.blocks.cursor import SPACE, Cursor
from app.rendering.blocks.definition_lists import is_parted
from app.rendering.blocks.link_definitions import Define, take_definitions
from app.rendering.blocks.tables import split_row
from app.rendering.blocks.tree import CONTAINERS, FLOWING, Block, is_loose
from app.rendering.errors import RenderError

MAX_DEPTH = 24
MAX_BLOCKS = 5000
# What stands in nothing else.
PARTS = frozenset({("list", "item"), ("glossary", "definition")})


class OpenBlocks:
    """A document and the path of its open blocks.

    Attributes:
        document: the root.
        tip: the innermost open block.
        number: the 0-based line at hand.
        cursor: how far that line has been read.
    """

    def __init__(self, define: Define | None) -> None:
        self.document = Block("document", 0)
        self.tip = self.document
        self.number = 0
        self.cursor = Cursor()
        self.define = define
        self.blocks = 0

    def open(self, container: Block, kind: str) -> Block:
        """Opens a block below a container, closing what stands open beneath it."""
        self.close_to(container)
        while container.kind not in CONTAINERS:
            if (container.kind, kind) in PARTS:
                break
            container = self.parent_of(container)
            self.close_to(container)
        block = Block(kind, self.number, container)
        container.children.append(block)
        self.tip = block
        self.count(1)
        if kind in CONTAINERS:
            self.check_depth(block)
        return block

    def count(self, blocks: int) -> None:
        self.blocks += blocks
        if self.blocks > MAX_BLOCKS:
            message = "This text has too many paragraphs and list items."
            raise RenderError(message, self.number + 1)

    def check_depth(self, block: Block) -> None:
        depth = 0
        above: Block | None = block
        while above is not None:
            depth += above.kind not in ("list", "glossary")
            above = above.parent
        if depth > MAX_DEPTH:
            message = "Lists and quotes are nested too deeply here."
            raise RenderError(message, self.number + 1)

    def close_to(self, container: Block) -> None:
        """Closes all open blocks below a container."""
        while self.tip is not container:
            closing = self.tip
            self.tip = self.parent_of(closing)
            if closing.kind == "paragraph":
                self.take_definitions(closing)
                if not closing.lines:
                    self.tip.children.remove(closing)
            elif closing.kind == "list":
                closing.loose = is_loose(closing)
            elif closing.kind == "definition":
                closing.loose = closing.loose or is_parted(closing)
            elif closing.kind == "code" and not closing.fenced:
                while closing.lines and not closing.lines[-1].strip(SPACE):
                    closing.lines.pop()
            elif closing.kind in ("comment", "summary") and not closing.closed:
                make_text(closing)

    def take_definitions(self, paragraph: Block) -> None:
        """Takes the link definitions that a paragraph starts with out of it."""
        if self.define is None or not paragraph.lines:
            return
        left = take_definitions(paragraph.lines, self.define)
        paragraph.line += len(paragraph.lines) - len(left)
        paragraph.lines = left

    @staticmethod
    def parent_of(block: Block) -> Block:
        assert block.parent is not None
        return block.parent

    def note_blank(self, container: Block, blank: bool) -> None:
        """Notes on a block and those around it whether the line just read was blank."""
        blank = blank and not (
            container.kind in ("quote", "heading", "rule")
            or (container.kind == "code" and container.fenced)
            or (
                container.kind == "item"
                and not container.children
                and container.line == self.number
            )
        )
        block: Block | None = container
        while block is not None:
            block.blank_after = blank
            block = block.parent

    # -- the containers that this line continues

    def match_containers(self) -> Block:
        """Walks down the open blocks; returns the innermost that this line continues."""
        path = []
        block = self.tip
        while block is not self.document:
            path.append(block)
            block = self.parent_of(block)
        while path and self.continues(path[-1]):
            block = path.pop()
        return block

    def continues(self, block: Block) -> bool:
        """Says whether this line goes on with an open block, and consumes its prefix."""
        cursor = self.cursor
        indent, blank = cursor.indent(), cursor.blank()
        if block.kind == "quote":
            if indent > 3 or not cursor.rest.lstrip(SPACE).startswith(">"):
                return False
            self.take_mark(indent, 1)
            return True
        if block.kind in ("item", "definition", "note"):
            if indent >= block.level:
                cursor.take_indent(block.level)
                return True
            if block.kind == "note":
                return not cursor.rest
            if blank:
                cursor.take_indent(indent)
            # An item that starts with a blank line has only that one.
            return blank and bool(block.children)
        if block.kind == "code":
            if not block.fenced and (indent >= 4 or blank):
                cursor.take_indent(4)
                return True
            return block.fenced
        if block.kind == "table":
            return not blank and bool(split_row(cursor.rest))
        if block.kind in FLOWING or block.kind == "summary":
            return not blank
        return block.kind in ("list", "glossary", "details", "comment")

    def take_mark(self, indent: int, length: int) -> None:
        """Passes a container's mark and the space after it."""
        self.cursor.take_indent(indent)
        self.cursor.take_text(length)
        self.cursor.take_indent(1)


def make_text(block: Block) -> None:
    """Makes text again of a comment or summary that was begun and never ended."""
    if block.kind == "summary":
        block.lines.insert(0, block.mark)
    block.kind = "paragraph"
