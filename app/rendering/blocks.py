"""Finds the blocks of a text the way GitHub does: lists, quotes, fences, headings, tables.

Python-Markdown splits at blank lines first and needs four spaces a level, so it builds another
structure than GitHub in a third of real summaries. This parser takes its place: line by line with
a stack of open containers, as the CommonMark specification (0.31, appendix "A parsing strategy")
and the GitHub Flavored Markdown specification (tables, footnotes) describe. It is linear in the
text times the nesting, and nesting is capped. Raw HTML is text here.
"""

from __future__ import annotations

import re

from app.rendering.blocktree import Block, is_loose
from app.rendering.definitions import Define, take_definitions
from app.rendering.errors import RenderError
from app.rendering.tables import delimiter_row, split_row

MAX_DEPTH = 24
MAX_CELLS = 5000
MAX_BLOCKS = 5000
LEAVES = frozenset({"heading", "rule", "code", "table"})

HEADING = re.compile(r"(#{1,6})(?:[ ]+(.*?))??(?:[ ]+#+)?[ ]*")
SETEXT = re.compile(r"(=+|-+)[ ]*")
FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})(.*)")
BULLET = re.compile(r"([-+*])(?=[ ]|$)")
NUMBER = re.compile(r"(\d{1,9})([.)])(?=[ ]|$)", re.ASCII)
NOTE = re.compile(r"\[\^([^\s\[\]]{1,100})\]:[ ]*")


def parse_blocks(text: str, define: Define) -> Block:
    """Builds the tree of blocks.

    Args:
        text: the source; tabs expanded, lines ended by '\\n'.
        define: called with label, target and title of every link definition found.

    Raises:
        RenderError: when containers are nested deeper than MAX_DEPTH, a table has more than
            MAX_CELLS cells, or the text more than MAX_BLOCKS blocks.
    """
    parser = BlockParser(define)
    for number, line in enumerate(text.split("\n")):
        parser.feed(number, line)
    parser.close_to(parser.document)
    return parser.document


class BlockParser:
    """Takes one line after the other; `tip` is the innermost open block."""

    def __init__(self, define: Define) -> None:
        self.document = Block("document", 0)
        self.tip = self.document
        self.define = define
        self.blocks = 0
        self.number = 0
        self.line = ""
        self.at = 0

    def feed(self, number: int, line: str) -> None:
        """Adds a line."""
        self.number, self.line, self.at = number, line, 0
        container = self.match_containers()
        if container.kind == "code":
            if container.fenced:
                self.continue_fence(container)
            else:
                container.lines.append(self.line[self.at :])
                self.leave_blank_marks(container)
            return
        while self.start_block(container):
            container = self.tip
            if container.kind in LEAVES:
                self.leave_blank_marks(container)
                return
        self.add_text(container)

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
        indent, blank = self.indent(), self.blank()
        if block.kind == "quote":
            if indent > 3 or not self.line.startswith(">", self.at + indent):
                return False
            self.at += indent + 1
            self.at += self.line.startswith(" ", self.at)
            return True
        if block.kind in ("item", "note"):
            if blank:
                # An item that starts with a blank line has only that one.
                return bool(block.children)
            if indent < block.level:
                return False
            self.at += block.level
            return True
        if block.kind == "code":
            if not block.fenced and (indent >= 4 or blank):
                self.at += min(indent, 4)
                return True
            return block.fenced
        if block.kind in ("paragraph", "table"):
            return not blank
        return block.kind == "list"

    def continue_fence(self, code: Block) -> None:
        """Adds a line to fenced code, or ends it."""
        indent = self.indent()
        rest = self.line[self.at + indent :].rstrip(" ")
        if indent < 4 and rest.startswith(code.mark) and not rest.strip(code.mark[0]):
            self.tip = self.parent_of(code)
            return
        code.lines.append(self.line[self.at + min(indent, code.level) :])

    # -- the blocks that start in this line

    def start_block(self, container: Block) -> bool:
        """Starts a block at the current column if one begins there."""
        if self.blank():
            return False
        indent = self.indent()
        if indent >= 4:
            if self.tip.kind == "paragraph" or container.kind == "table":
                return False
            self.at += 4
            self.open(container, "code").lines.append(self.line[self.at :])
            return True
        rest = self.line[self.at + indent :]
        if rest[0] not in "#>`~=-_*+[|:0123456789":
            return False
        in_paragraph = container.kind == "paragraph"
        return (
            self.start_quote(container, rest, indent)
            or self.start_heading(container, rest)
            or self.start_fence(container, rest, indent)
            or (in_paragraph and self.start_table(container, rest))
            or (in_paragraph and self.underline(container, rest))
            or self.start_rule(container, rest)
            or self.start_note(container, rest, indent)
            or self.start_item(container, rest, indent)
        )

    def start_quote(self, container: Block, rest: str, indent: int) -> bool:
        if rest[0] != ">":
            return False
        self.at += indent + 1
        self.at += self.line.startswith(" ", self.at)
        self.open(container, "quote")
        return True

    def start_heading(self, container: Block, rest: str) -> bool:
        found = HEADING.fullmatch(rest) if rest[0] == "#" else None
        if not found:
            return False
        heading = self.open(container, "heading")
        heading.level = len(found[1])
        heading.lines.append((found[2] or "").strip(" "))
        return True

    def start_fence(self, container: Block, rest: str, indent: int) -> bool:
        found = FENCE.match(rest) if rest[0] in "`~" else None
        if not found:
            return False
        code = self.open(container, "code")
        code.fenced, code.mark, code.level = True, found[1], indent
        code.info = found[2].strip()
        return True

    def start_table(self, paragraph: Block, rest: str) -> bool:
        align = delimiter_row(rest)
        if not align or len(split_row(paragraph.lines[-1])) != len(align):
            return False
        header = paragraph.lines.pop()
        if not paragraph.lines:
            self.parent_of(paragraph).children.remove(paragraph)
            self.tip = self.parent_of(paragraph)
        table = self.open(self.parent_of(paragraph), "table")
        table.align = align
        table.line = self.number - 1
        table.lines.append(header)
        self.check_cells(table)
        return True

    def underline(self, paragraph: Block, rest: str) -> bool:
        found = SETEXT.fullmatch(rest)
        if not found:
            return False
        self.take_definitions(paragraph)
        if not paragraph.lines:
            return False
        paragraph.kind = "heading"
        paragraph.level = 1 if rest[0] == "=" else 2
        return True

    def start_rule(self, container: Block, rest: str) -> bool:
        marks = rest.replace(" ", "")
        if rest[0] not in "*-_" or len(marks) < 3 or marks.strip(rest[0]):
            return False
        self.open(container, "rule")
        return True

    def start_note(self, container: Block, rest: str, indent: int) -> bool:
        found = NOTE.match(rest) if rest.startswith("[^") else None
        if not found:
            return False
        note = self.open(container, "note")
        note.mark, note.level = found[1], 4
        self.at += indent + found.end()
        return True

    def start_item(self, container: Block, rest: str, indent: int) -> bool:
        number = NUMBER.match(rest)
        found = number or BULLET.match(rest)
        if not found:
            return False
        after = rest[found.end() :]
        interrupts = not after.strip() or (number and int(number[1]) != 1)
        if interrupts and container.kind == "paragraph":
            return False
        spaces = len(after) - len(after.lstrip(" "))
        if not after.strip() or spaces > 4:
            spaces = 1
        mark = number[2] if number else rest[0]
        if container.kind != "list" or container.mark != mark:
            if container.kind == "list":
                container = self.parent_of(container)
            container = self.open(container, "list")
            container.mark = mark
            container.start = int(number[1]) if number else None
        item = self.open(container, "item")
        item.level = indent + found.end() + spaces
        self.at += min(item.level, len(self.line) - self.at)
        return True

    # -- what is left of the line

    def add_text(self, container: Block) -> None:
        """Adds the rest of the line to the open leaf, or starts a paragraph."""
        blank = self.blank()
        if self.tip.kind == "paragraph" and not blank:
            # Also without its container's prefix, a line goes on with an open paragraph.
            self.tip.lines.append(self.line[self.at :].lstrip(" "))
            return
        self.close_to(container)
        if blank and container.children:
            container.children[-1].blank_after = True
        self.leave_blank_marks(container)
        if container.kind == "table":
            self.add_row(container)
        elif not blank:
            paragraph = self.open(container, "paragraph")
            paragraph.lines.append(self.line[self.at :].lstrip(" "))

    def add_row(self, table: Block) -> None:
        table.lines.append(self.line[self.at :])
        self.check_cells(table)

    def check_cells(self, table: Block) -> None:
        if len(table.lines) * len(table.align) > MAX_CELLS:
            raise RenderError("This table has too many cells.", self.number + 1)

    def leave_blank_marks(self, container: Block) -> None:
        """Notes on all open blocks whether the line just read was blank."""
        blank = self.blank() and not (
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

    # -- opening and closing

    def open(self, container: Block, kind: str) -> Block:
        """Opens a block below a container, closing what stands open beneath it."""
        self.close_to(container)
        while container.kind not in ("document", "quote", "item", "note"):
            if container.kind == "list" and kind == "item":
                break
            container = self.parent_of(container)
            self.close_to(container)
        block = Block(kind, self.number, container)
        container.children.append(block)
        self.tip = block
        self.blocks += 1
        if self.blocks > MAX_BLOCKS:
            message = "This text has too many paragraphs and list items."
            raise RenderError(message, self.number + 1)
        if kind in ("quote", "item", "note"):
            self.check_depth(block)
        return block

    def check_depth(self, block: Block) -> None:
        depth = 0
        above: Block | None = block
        while above is not None:
            depth += above.kind != "list"
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
            elif closing.kind == "code" and not closing.fenced:
                while closing.lines and not closing.lines[-1].strip(" "):
                    closing.lines.pop()

    def take_definitions(self, paragraph: Block) -> None:
        """Takes the link definitions that a paragraph starts with out of it."""
        left = take_definitions(paragraph.lines, self.define)
        paragraph.line += len(paragraph.lines) - len(left)
        paragraph.lines = left

    @staticmethod
    def parent_of(block: Block) -> Block:
        assert block.parent is not None
        return block.parent

    def indent(self) -> int:
        """Returns how many spaces stand at the current column."""
        rest = self.line[self.at :]
        return len(rest) - len(rest.lstrip(" "))

    def blank(self) -> bool:
        return not self.line[self.at :].strip(" ")
