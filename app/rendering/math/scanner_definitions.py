"""Find macro definitions that stand in the text itself, on lines of their own.

Writers paste them from their papers, and pandoc takes them so
(https://pandoc.org/MANUAL.html#extension-latex_macros).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.rendering.math.tex.definitions import DEFINITION

_BEGINNING = re.compile(DEFINITION)
# From the command to the brace before the definition's body.
_HEAD = re.compile(
    DEFINITION + r"\*?[ ]*(?:\{[ ]*\\(?:[a-zA-Z]+|.)[ ]*\}|\\(?:[a-zA-Z]+|.))"
    r"[ ]*(?:\[[^\]\n]{0,500}\][ ]*|#\d)*(?=\{)"
)


class Definitions:
    """The definitions of one paragraph.

    `tokens` are places and words of the paragraph: at least all braces and commands, where a
    command may bring its brace along.
    """

    def __init__(self, text: str, tokens: Sequence[tuple[int, str]]) -> None:
        self._text = text
        self._tokens = tokens
        self._braces: dict[int, int] | None = None
        self._end = 0  # of the last one

    def end(self, place: int) -> int:
        """Where the definition ends that begins at `place`; 0 when none does.

        It must have its lines for itself and others of its kind.
        """
        head = _HEAD.match(self._text, place)
        if head is None:
            return 0
        start = max(self._text.rfind("\n", 0, place) + 1, self._end)
        if self._text[start:place].strip():
            return 0
        end = self._closing(head.end())
        if "Paired" in head[0]:
            end = self._closing(end)
        if not end:
            return 0
        after = self._text.find("\n", end)
        rest = self._text[end : after if after >= 0 else len(self._text)].lstrip()
        if rest and not _BEGINNING.match(rest):
            return 0
        self._end = end
        return end

    def _closing(self, brace: int) -> int:
        """The place behind the brace that closes the one at `brace`; 0 when there is none."""
        if self._braces is None:
            self._braces = {}
            open_braces: list[int] = []
            for place, word in self._tokens:
                if word[-1] == "{" and word != "\\{":
                    open_braces.append(place + len(word) - 1)
                elif word == "}" and open_braces:
                    self._braces[open_braces.pop()] = place + 1
        return self._braces.get(brace, 0)
