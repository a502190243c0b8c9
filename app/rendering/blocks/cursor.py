"""Where a parser of blocks stands in a line.

What is left of it, and at which column.

A tab reaches to the next column that four divides. One that is used up in part only, by a list
marker or by the indentation of code, leaves spaces; all others stay in the text.
"""

from __future__ import annotations

SPACE = " \t"
TAB = 4


class Cursor:
    """A line and a place in it.

    Attributes:
        line: the line's text; a tab that is cut in two becomes spaces in it.
        at: the index of the next character.
        column: its column.
    """

    __slots__ = ("at", "column", "line")

    def __init__(self, line: str = "") -> None:
        self.line = line
        self.at = 0
        self.column = 0

    @property
    def rest(self) -> str:
        return self.line[self.at :]

    def blank(self) -> bool:
        """Says whether nothing but white space is left; other spaces than ASCII's are text."""
        return not self.line[self.at :].strip(SPACE)

    def indent(self) -> int:
        """Returns how many columns of white space come next."""
        column = self.column
        for char in self.line[self.at :]:
            if char == " ":
                column += 1
            elif char == "\t":
                column += TAB - column % TAB
            else:
                break
        return column - self.column

    def take_indent(self, columns: int) -> None:
        """Passes white space of at most so many columns."""
        end = self.column + columns
        while self.column < end and self.at < len(self.line):
            char = self.line[self.at]
            if char == "\t":
                width = TAB - self.column % TAB
                if self.column + width > end:
                    spaces = " " * width
                    self.line = self.line[: self.at] + spaces + self.line[self.at + 1 :]
                    width = 1
            elif char == " ":
                width = 1
            else:
                return
            self.at += 1
            self.column += width

    def take_text(self, characters: int) -> None:
        """Passes characters that are no tabs."""
        self.at += characters
        self.column += characters
