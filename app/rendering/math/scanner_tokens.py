"""The tokens of a text that may hold formulas, and where what they open ends.

One pass over them from right to left notes for every token where a formula that begins before it
would end. It is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left

_TOKEN = re.compile(
    r"\\\\[()\[\]]|\\(?:begin|end)\{[a-zA-Z]+\*?\}|\\[a-zA-Z]+\*?[ ]?\{|\\[a-zA-Z]+|\\.|\\"
    r"|\$+|`+|[{}]",
    re.DOTALL,
)
# Commands whose argument is text, where a dollar begins a formula inside the formula.
_TEXT_COMMANDS = frozenset(
    {"text", "textrm", "textbf", "textit", "textsf", "texttt", "textnormal", "textsc", "textup"}
    | {"textmd", "emph", "mbox", "hbox", "fbox", "intertext", "shortintertext", "tag"}
    | {"ce", "cee", "pu"}
)
# What closes a formula, by what opens it.
BRACKETS = {"\\(": "\\)", "\\[": "\\]", "\\\\(": "\\\\)", "\\\\[": "\\\\]"}


class TokenTable:
    """The tokens of a text from a place on.

    Attributes:
        tokens: their places and words.
        starts: their places.
        dollar: by number, the first token from it on at the top level that begins with a dollar;
            -1 where there is none.
        closers: the same for what closes each kind of bracket, by what opens it.
        ends: the places of each `\\end{…}`.
    """

    def __init__(self, text: str, start: int) -> None:
        self.tokens = [(m.start(), m.group()) for m in _TOKEN.finditer(text, start)]
        self.starts = [place for place, _ in self.tokens]
        self.ends: dict[str, list[int]] = {}
        self._runs = _code_runs(text, start)
        self._note_closers()

    def code_end(self, number: int) -> int:
        """Where the code span that begins at this token ends; 0 when none does."""
        place, word = self.tokens[number]
        if word[0] != "`":
            return 0
        places = self._runs.get(len(word), [])
        later = bisect_left(places, place + len(word))
        return places[later] + len(word) if later < len(places) else 0

    def index(self, place: int) -> int:
        """The first token that begins at `place` or later."""
        return bisect_left(self.starts, place)

    def end(self, number: int) -> int:
        place, word = self.tokens[number]
        return place + len(word)

    def _note_closers(self) -> None:
        """For every token: the first `$`, `\\)` and `\\]` token at the top level from it on."""
        size = len(self.tokens)
        self.dollar = [-1] * (size + 1)
        words = {word for _, word in self.tokens}
        self.closers = {word: [-1] * (size + 1) for word in BRACKETS if word in words}
        marks = [(self.dollar, "$")]
        marks += [(closers, BRACKETS[word]) for word, closers in self.closers.items()]
        closing = self._closing_braces()
        for number in range(size - 1, -1, -1):
            word = self.tokens[number][1]
            following = number + 1
            if number in closing:
                following = closing[number] + 1
            elif word[0] == "`":
                after = self.code_end(number)
                following = self.index(after) if after else following
            elif word.startswith("\\end{"):
                self.ends.setdefault(word, []).append(self.tokens[number][0])
            for closers, mark in marks:
                closers[number] = number if word.startswith(mark) else closers[following]
        for places in self.ends.values():
            places.reverse()

    def _closing_braces(self) -> dict[int, int]:
        """The closing brace's token of every text command's token."""
        open_braces: list[int] = []
        closing: dict[int, int] = {}
        for number, (_, word) in enumerate(self.tokens):
            if word[-1] == "{" and word != "\\{":
                open_braces.append(number)
            elif word == "}" and open_braces:
                opening = open_braces.pop()
                if self.tokens[opening][1][1:-1].rstrip(" *") in _TEXT_COMMANDS:
                    closing[opening] = number
        return closing


def _code_runs(text: str, start: int) -> dict[int, list[int]]:
    """Places of the runs of backticks, by their length."""
    runs: dict[int, list[int]] = {}
    for run in re.finditer("`+", text[start:]):
        runs.setdefault(len(run.group()), []).append(start + run.start())
    return runs
