"""Finds the blocks of a text the way GitHub does: lists, quotes, fences, headings, tables.

Python-Markdown splits at blank lines first and needs four spaces a level, so it builds another
structure than GitHub in a third of real summaries. This parser takes its place: line by line with
a stack of open containers, as the CommonMark specification (0.31, appendix "A parsing strategy")
and the GitHub Flavored Markdown specification (tables, footnotes) describe. It is linear in the
text times the nesting, and nesting is capped. Raw HTML is text here.
"""

from __future__ import annotations

from app.rendering.blocks.cursor import SPACE, Cursor
from app.rendering.blocks.definition_lists import add_terms, terms_before
from app.rendering.blocks.html import HtmlParser
from app.rendering.blocks.link_definitions import Define
from app.rendering.blocks.markers import (
    DEFINITION,
    FENCE,
    FIRST,
    HEADING,
    NOTE,
    SETEXT,
    TASK,
    is_rule,
    list_marker,
)
from app.rendering.blocks.tables import delimiter_row, split_row
from app.rendering.blocks.tree import FLOWING, Block
from app.rendering.errors import RenderError
from app.rendering.math.scanner import without_formulas

MAX_CELLS = 5000
LEAVES = frozenset({"heading", "rule", "code", "table"})


def parse_blocks(text: str, define: Define) -> Block:
    """Builds the tree of blocks.

    Args:
        text: the source, lines ended by '\\n'.
        define: called with label, target and title of every link definition found.

    Raises:
        RenderError: when containers are nested deeper than MAX_DEPTH, a table has more than
            MAX_CELLS cells, or the text more than MAX_BLOCKS blocks.
    """
    return BlockParser(text, define).parse()


class BlockParser(HtmlParser):
    """Knows all blocks of the dialect."""

    def read_line(self) -> None:
        """Reads the line at hand, and those that a display formula takes with it."""
        self.cursor = Cursor(self.lines[self.number])
        self.line_done = False
        container = self.match_containers()
        if container.kind == "code":
            self.continue_code(container)
            return
        if container.kind in ("comment", "summary"):
            self.continue_html(container)
            container = self.tip
        while not self.line_done and self.start_block(container):
            container = self.tip
            if container.kind in LEAVES:
                self.note_blank(container, self.cursor.blank())
                return
            if container.task:
                break  # what follows the box is text, whatever it looks like
        if not self.line_done:
            self.add_text(container)

    # -- the blocks that go on

    def continue_code(self, code: Block) -> None:
        if code.fenced:
            self.continue_fence(code)
            return
        code.lines.append(self.cursor.rest)
        self.note_blank(code, self.cursor.blank())

    def continue_fence(self, code: Block) -> None:
        """Adds a line to fenced code, or ends it."""
        indent = self.cursor.indent()
        rest = self.cursor.rest.strip(SPACE)
        if indent < 4 and rest.startswith(code.mark) and not rest.strip(code.mark[0]):
            self.tip = self.parent_of(code)
            return
        self.cursor.take_indent(code.level)
        code.lines.append(self.cursor.rest)

    # -- the blocks that start in this line

    def start_block(self, container: Block) -> bool:
        """Starts a block at the current column if one begins there."""
        cursor = self.cursor
        if cursor.blank():
            return False
        begins_details = container.kind == "details" and not container.children
        if begins_details and self.start_summary(container):
            return True
        indent = cursor.indent()
        if indent >= 4:
            if self.tip.kind in FLOWING:
                return False
            cursor.take_indent(4)
            self.open(container, "code").lines.append(cursor.rest)
            return True
        rest = cursor.rest.lstrip(SPACE)
        if rest[0] not in FIRST:
            return False
        in_paragraph = container.kind == "paragraph"
        if in_paragraph and SETEXT.fullmatch(rest):
            return self.underline(container, rest)
        return (
            self.start_quote(container, rest, indent)
            or self.start_heading(container, rest)
            or self.start_fence(container, rest, indent)
            or self.start_rule(container, rest)
            or self.start_note(container, rest, indent)
            or self.start_item(container, rest, indent)
            or (in_paragraph and self.start_table(container, rest))
            or self.start_definition(container, rest, indent)
            or (rest[0] in "<%" and self.start_html(container, rest))
        )

    def start_quote(self, container: Block, rest: str, indent: int) -> bool:
        if rest[0] != ">":
            return False
        self.open(container, "quote")
        self.take_mark(indent, 1)
        return True

    def start_heading(self, container: Block, rest: str) -> bool:
        found = HEADING.fullmatch(rest) if rest[0] == "#" else None
        if not found:
            return False
        heading = self.open(container, "heading")
        heading.level = len(found[1])
        heading.lines.append((found[2] or "").strip(SPACE))
        return True

    def start_fence(self, container: Block, rest: str, indent: int) -> bool:
        found = FENCE.match(rest) if rest[0] in "`~" else None
        if not found:
            return False
        code = self.open(container, "code")
        code.fenced, code.mark, code.level = True, found[1], indent
        code.info = found[2].strip(SPACE)
        return True

    def underline(self, paragraph: Block, rest: str) -> bool:
        self.take_definitions(paragraph)
        if not paragraph.lines:
            return False
        paragraph.kind = "heading"
        paragraph.level = 1 if rest[0] == "=" else 2
        return True

    def start_rule(self, container: Block, rest: str) -> bool:
        if not is_rule(rest):
            return False
        self.open(container, "rule")
        return True

    def start_note(self, container: Block, rest: str, indent: int) -> bool:
        found = NOTE.match(rest) if rest.startswith("[^") else None
        if not found:
            return False
        note = self.open(container, "note")
        note.mark, note.level = found[1], 4
        self.cursor.take_indent(indent)
        self.cursor.take_text(found.end(1) + 2)
        self.cursor.take_indent(self.cursor.indent())
        return True

    def start_item(self, container: Block, rest: str, indent: int) -> bool:
        marker = list_marker(rest)
        if not marker:
            return False
        empty = not rest[len(marker.text) :].strip(SPACE)
        interrupts = empty or marker.number not in (None, 1)
        if interrupts and container.kind == "paragraph":
            return False
        if container.kind != "list" or container.mark != marker.kind:
            if container.kind == "list":
                container = self.parent_of(container)
            container = self.open(container, "list")
            container.mark = marker.kind
            container.start = marker.number
        item = self.open(container, "item")
        item.level = self.take_item_mark(indent, len(marker.text))
        if task := TASK.match(self.cursor.rest):
            item.task = task[1]
            self.cursor.take_text(task.end())
        return True

    def take_item_mark(self, indent: int, length: int) -> int:
        """Passes a mark and what parts it from the text.

        Returns how far in the text begins.
        """
        cursor = self.cursor
        cursor.take_indent(indent)
        cursor.take_text(length)
        spaces = cursor.indent()
        # Five or more are one, and the indentation of code.
        spaces = 1 if spaces > 4 or cursor.blank() else spaces
        cursor.take_indent(spaces)
        return indent + length + spaces

    def start_table(self, paragraph: Block, rest: str) -> bool:
        align = delimiter_row(rest)
        if not align or paragraph.no_table:
            return False
        if len(split_row(without_formulas(paragraph.lines[-1], row=True))) != len(align):
            paragraph.no_table = True
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

    def start_definition(self, container: Block, rest: str, indent: int) -> bool:
        # A formula is a word, whatever signs it is made of.
        if rest[0] != ":" or not DEFINITION.match(without_formulas(rest)):
            return False
        terms = terms_before(container, self.number)
        if terms is not None:
            if not terms.blank_after:
                self.take_definitions(terms)
            if not terms.lines:
                return False
            container = self.open_glossary(terms)
        elif container.kind != "glossary":
            return False
        parted = terms.blank_after if terms else container.children[-1].blank_after
        definition = self.open(container, "definition")
        definition.loose = parted
        definition.level = self.take_item_mark(indent, 1)
        return True

    def open_glossary(self, terms: Block) -> Block:
        """Makes terms of the paragraph before a definition.

        They go in the list before it or a new one.
        """
        parent = self.tip = self.parent_of(terms)
        parent.children.remove(terms)
        if parent.children and parent.children[-1].kind == "glossary":
            self.tip = glossary = parent.children[-1]
        else:
            glossary = self.open(parent, "glossary")
            glossary.line = terms.line
        self.count(add_terms(glossary, terms))
        return glossary

    # -- what is left of the line

    def add_text(self, container: Block) -> None:
        """Adds the rest of the line to the open leaf, or starts one."""
        if container.kind != "table":
            super().add_text(container)
            return
        self.note_blank(container, blank=False)
        container.lines.append(self.cursor.rest)
        self.check_cells(container)

    def check_cells(self, table: Block) -> None:
        if len(table.lines) * len(table.align) > MAX_CELLS:
            raise RenderError("This table has too many cells.", self.number + 1)
