"""Text as it comes line by line: paragraphs, and display formulas as blocks beside them."""

from __future__ import annotations

from app.rendering.blocks.cursor import SPACE, Cursor
from app.rendering.blocks.displays import DisplayLine, Displays
from app.rendering.blocks.link_definitions import Define
from app.rendering.blocks.markers import begins_block
from app.rendering.blocks.open_blocks import OpenBlocks
from app.rendering.blocks.tree import FLOWING, Block


def parse_paragraphs(text: str) -> Block:
    """Builds the tree of a text that is no Markdown: paragraphs and display formulas.

    Raises:
        RenderError: when the text has more than MAX_BLOCKS of them.
    """
    return ParagraphParser(text).parse()


class ParagraphParser(OpenBlocks):
    """Takes one line after the other, and knows no other blocks."""

    def __init__(self, text: str, define: Define | None = None) -> None:
        super().__init__(define)
        self.lines = text.split("\n")
        if not self.lines[-1]:
            self.lines.pop()  # a newline ends a line, it begins none
        self.displays = Displays(self.lines)

    def parse(self) -> Block:
        """Reads all lines; returns the document."""
        while self.number < len(self.lines):
            self.read_line()
            self.number += 1
        self.close_to(self.document)
        return self.document

    def read_line(self) -> None:
        """Reads the line at hand, and those that a display formula takes with it."""
        self.cursor = Cursor(self.lines[self.number])
        self.add_text(self.match_containers())

    def add_text(self, container: Block) -> None:
        """Adds the rest of the line to the open paragraph, or starts one."""
        blank = self.cursor.blank()
        text = self.cursor.rest.lstrip(SPACE)
        if self.tip.kind in FLOWING and not blank:
            # Also without its container's prefix, a line goes on with an open paragraph.
            self.add_flowing(self.parent_of(self.tip), text)
            return
        self.close_to(container)
        if blank and container.children:
            container.children[-1].blank_after = True
        self.note_blank(container, blank)
        if not blank:
            self.add_flowing(container, text)

    def add_flowing(self, container: Block, text: str) -> None:
        """Adds text to the open paragraph, or starts one, or a display formula."""
        opened = self.tip.kind == "paragraph"
        paragraph = self.tip if opened else self.open(container, "paragraph")
        read = self.read_display(self.parent_of(paragraph), text, paragraph.half)
        block = paragraph
        if read.alone and opened:
            block = self.open(container, "formula")
        elif read.alone:
            block.kind = "formula"
        block.lines += read.lines
        block.half = read.half
        self.number += len(read.lines) - 1

    def read_display(self, container: Block, text: str, half: bool) -> DisplayLine:
        """Reads the display formulas that begin on this line of a container."""
        return self.displays.read(
            self.number, text, half, lambda first, last: self.within(container, first, last)
        )

    def within(self, container: Block, first: int, last: int) -> list[str] | None:
        """The text of lines in a container; None when they are not all in it.

        As in a paragraph, a line may lack the marks and the indentation of its containers when it
        follows right after another and begins no block.
        """
        path: list[Block] = []
        block = container
        while block is not self.document:
            path.append(block)
            block = self.parent_of(block)
        kept, found = self.cursor, []
        after_blank = False
        for line in self.lines[first : last + 1]:
            self.cursor = Cursor(line)
            inside = all(self.continues(block) for block in reversed(path))
            text = self.cursor.rest.lstrip(SPACE)
            if not inside and (not text or after_blank or begins_block(text)):
                break
            found.append(text)
            after_blank = not text
        self.cursor = kept
        return found if len(found) == last - first + 1 else None

    def continues(self, block: Block) -> bool:
        """As of all open blocks, but a display formula ends a table."""
        if not super().continues(block):
            return False
        text = self.cursor.rest.lstrip(SPACE)
        if block.kind != "table" or "|" in text or text[0] not in "$\\":
            return True
        return not self.read_display(self.parent_of(block), text, half=False).alone
