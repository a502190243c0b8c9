"""The text of a chemical formula, read from left to right."""

from __future__ import annotations

import re

from app.rendering.math.tex.tokens import TexError


class ChemistryText:
    """What is left of a text, from the place `at` on."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0

    def is_read(self) -> bool:
        """Whether nothing is left."""
        return self.at == len(self._text)

    def is_last(self) -> bool:
        """Whether one character is left."""
        return self.at + 1 == len(self._text)

    def next(self) -> str:
        """The next character; '' at the end."""
        return self._text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what the pattern finds here, if it is anything."""
        found = pattern.match(self._text, self.at)
        if found and found.end() > self.at:
            self.at = found.end()
            return found
        return None

    def take_brackets(self, opening: str, closing: str) -> str:
        """Read the brackets that open here, and return the text in them."""
        depth, start = 0, self.at + 1
        for at in range(self.at, len(self._text)):
            depth += (self._text[at] == opening) - (self._text[at] == closing)
            if not depth:
                self.at = at + 1
                return self._text[start:at]
        raise TexError(f"A bracket “{opening}” in \\ce is never closed.")

    def take_dollars(self) -> str:
        """Read to the dollar that closes the one here, and return the text between them."""
        end = self._text.find("$", self.at + 1)
        if end < 0:
            raise TexError("A dollar in \\ce is never closed.")
        found = self._text[self.at + 1 : end]
        self.at = end + 1
        return found
