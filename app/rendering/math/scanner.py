"""Find the formulas in the text of one block.

A paragraph, a heading, a table row.

What counts as a formula follows pandoc's `tex_math_dollars` (https://pandoc.org/MANUAL.html#math)
for dollars and MathJax for `\\(…\\)`, `\\[…\\]` and bare environments. Blocks are none of the
scanner's business: `rendering/blocks/parser.py` knows where they begin and end, `displays.py` which
formulas are blocks themselves.

One pass over the tokens from right to left notes for every token where a formula that begins
before it would end; one pass from left to right then takes formulas and code spans as they come.
Both are linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from app.rendering.characters import UNWANTED
from app.rendering.math.currency import is_money
from app.rendering.math.scanner_definitions import Definitions

_TOKEN = re.compile(
    r"\\(?:begin|end)\{[a-zA-Z]+\*?\}|\\[a-zA-Z]+\*?[ ]?\{|\\[a-zA-Z]+|\\.|\\|\$+|`+|[{}]",
    re.DOTALL,
)
# Commands whose argument is text, where a dollar begins a formula inside the formula.
_TEXT_COMMANDS = frozenset(
    {"text", "textrm", "textbf", "textit", "textsf", "texttt", "textnormal", "textsc", "textup"}
    | {"textmd", "emph", "mbox", "hbox", "fbox", "intertext", "shortintertext", "tag"}
)
ENVIRONMENTS = frozenset(
    {"align", "alignat", "flalign", "equation", "gather", "multline", "eqnarray", "displaymath"}
    | {"math", "aligned", "alignedat", "gathered", "split", "cases", "dcases", "rcases", "array"}
    | {"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix"}
    | {"subequations"}
)
MAX_INLINE = 8000


@dataclass(frozen=True)
class FormulaMatch:
    """A formula between `start` and `end` (delimiters included)."""

    start: int
    end: int
    tex: str
    display: bool


@dataclass(frozen=True)
class OpenFormula:
    """A display formula that nothing closes yet, and what would close it."""

    start: int
    closer: str


@dataclass(frozen=True)
class Scan:
    """The formulas of a text, and what its end may leave open.

    Attributes:
        found: the formulas in order.
        open: set when the text ends inside a display formula that began at the edge of a line.
        half: whether it ends behind another `$$` that nothing closes.
    """

    found: list[FormulaMatch]
    open: OpenFormula | None
    half: bool = False


def clean(text: str) -> str:
    """`text` with newlines for all line ends and without characters that HTML forbids."""
    return UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def find_formulas(text: str, start: int = 0, *, row: bool = False) -> Scan:
    """The formulas of `text` from `start` on; `row` says that it is a table row."""
    if "$" not in text and "\\" not in text:
        return Scan([], None)
    return _FormulaScanner(text, start, row).scan()


def without_formulas(text: str, *, row: bool = False) -> str:
    """`text` with a letter in the place of each formula.

    So it can be measured or cut as text is.
    """
    parts, at = [], 0
    for formula in find_formulas(text, row=row).found:
        parts += [text[at : formula.start], "x"]
        at = formula.end
    return "".join([*parts, text[at:]])


class _FormulaScanner:
    def __init__(self, text: str, start: int, row: bool) -> None:
        self._text = text
        self._row = row
        self._tokens = [(m.start(), m.group()) for m in _TOKEN.finditer(text, start)]
        self._starts = [place for place, _ in self._tokens]
        self._runs = _code_runs(text, start)
        self._definitions = Definitions(text, self._tokens)
        self._ends: dict[str, list[int]] = {}
        self._note_closers()

    def scan(self) -> Scan:
        found: list[FormulaMatch] = []
        half = False
        number = 0
        offset = 0  # how much of a run of dollars the previous formula has taken
        while number < len(self._tokens):
            word = self._tokens[number][1]
            formula = self._formula(number, offset) if word[0] in "$\\" else None
            if formula is not None:
                found.append(formula)
                number = self._index(formula.end)
                offset = 0
                if number and self._token_end(number - 1) > formula.end:
                    number, offset = number - 1, 1
                continue
            if word[0] in "$\\" and not offset:
                closer = self._unclosed(number)
                if closer:
                    return Scan(found, OpenFormula(self._starts[number], closer))
                half = half or (word == "$$" and self._dollar[number + 1] < 0)
            after = self._code_end(number)
            number = self._index(after) if after else number + 1
            offset = 0
        return Scan(found, None, half)

    def _formula(self, number: int, offset: int) -> FormulaMatch | None:
        place, word = self._tokens[number]
        if word[0] == "$":
            if len(word) - offset == 1:
                return self._inline(number, place + offset)
            return self._between(number, self._dollar, "$$") if len(word) == 2 else None
        if word == "\\(":
            return self._between(number, self._round, "\\)")
        if word == "\\[":
            return self._between(number, self._square, "\\]")
        if word.startswith("\\begin{"):
            return self._environment(number)
        if not self._row and (end := self._definitions.end(place)):
            return FormulaMatch(place, end, self._text[place:end], False)
        return None

    def _inline(self, number: int, start: int) -> FormulaMatch | None:
        closing = self._dollar[number + 1]
        if closing < 0 or (self._row and self._tokens[closing][1] != "$"):
            return None
        end = self._tokens[closing][0]
        if end - start > MAX_INLINE:
            return None
        tex = self._text[start + 1 : end]
        before = self._text[start - 1 : start]
        after = self._text[end + 1 : end + 2]
        if not tex.strip() or is_money(before, tex, after):
            return None
        if len(tex) > 2 and tex[0] == tex[-1] == "`":
            tex = tex[1:-1]  # GitHub's $`…`$
        return FormulaMatch(start, end + 1, self._unescaped(tex), False)

    def _between(self, number: int, closers: list[int], closer: str) -> FormulaMatch | None:
        closing = closers[number + 1]
        if closing < 0 or self._tokens[closing][1] != closer:
            return None
        start, end = self._tokens[number][0], self._tokens[closing][0]
        tex = self._text[start + 2 : end]
        if not tex.strip() or (closer == "$$" and _is_prose(tex)):
            return None
        return FormulaMatch(start, end + 2, self._unescaped(tex).strip(), closer != "\\)")

    def _environment(self, number: int) -> FormulaMatch | None:
        start, word = self._tokens[number]
        if word[7:-1].rstrip("*") not in ENVIRONMENTS:
            return None
        ends = self._ends.get("\\end" + word[6:], [])
        later = bisect_left(ends, start)
        if later == len(ends):
            return None
        end = ends[later] + len(word) - 2
        tex = self._text[start:end]
        return FormulaMatch(start, end, self._unescaped(tex), word != "\\begin{math}")

    def _unclosed(self, number: int) -> str | None:
        """What would close the display formula that begins here at the edge of a line."""
        place, word = self._tokens[number]
        if word == "$$" and self._dollar[number + 1] < 0:
            closer = "$$"
        elif word == "\\[" and self._square[number + 1] < 0:
            closer = "\\]"
        elif word.startswith("\\begin{") and word[7:-1].rstrip("*") in ENVIRONMENTS:
            closer = "\\end" + word[6:]
        else:
            return None
        line = self._text.rfind("\n", 0, place) + 1
        after = self._text.find("\n", place)
        rest = self._text[place + len(word) : after if after >= 0 else len(self._text)]
        return closer if not self._text[line:place].strip() or not rest.strip() else None

    def _unescaped(self, tex: str) -> str:
        # In a table row a bar is written \| so that it does not end the cell (GFM, tables).
        return tex.replace("\\|", "|") if self._row else tex

    def _note_closers(self) -> None:
        """For every token: the first `$`, `\\)` and `\\]` token at the top level from it on."""
        size = len(self._tokens)
        self._dollar, self._round, self._square = ([-1] * (size + 1) for _ in range(3))
        closing = self._closing_braces()
        for number in range(size - 1, -1, -1):
            word = self._tokens[number][1]
            following = number + 1
            if number in closing:
                following = closing[number] + 1
            elif word[0] == "`":
                after = self._code_end(number)
                following = self._index(after) if after else following
            elif word.startswith("\\end{"):
                self._ends.setdefault(word, []).append(self._tokens[number][0])
            for closers, mark in ((self._dollar, "$"), (self._round, "\\)"), (self._square, "\\]")):
                closers[number] = number if word.startswith(mark) else closers[following]
        for places in self._ends.values():
            places.reverse()

    def _closing_braces(self) -> dict[int, int]:
        """The closing brace's token of every text command's token."""
        open_braces: list[int] = []
        closing: dict[int, int] = {}
        for number, (_, word) in enumerate(self._tokens):
            if word[-1] == "{" and word != "\\{":
                open_braces.append(number)
            elif word == "}" and open_braces:
                opening = open_braces.pop()
                if self._tokens[opening][1][1:-1].rstrip(" *") in _TEXT_COMMANDS:
                    closing[opening] = number
        return closing

    def _code_end(self, number: int) -> int:
        """Where the code span that begins at this token ends; 0 when none does."""
        place, word = self._tokens[number]
        if word[0] != "`":
            return 0
        places = self._runs.get(len(word), [])
        later = bisect_left(places, place + len(word))
        return places[later] + len(word) if later < len(places) else 0

    def _index(self, place: int) -> int:
        """The first token that begins at `place` or later."""
        return bisect_left(self._starts, place)

    def _token_end(self, number: int) -> int:
        place, word = self._tokens[number]
        return place + len(word)


def _code_runs(text: str, start: int) -> dict[int, list[int]]:
    """Places of the runs of backticks, by their length."""
    runs: dict[int, list[int]] = {}
    for run in re.finditer("`+", text[start:]):
        runs.setdefault(len(run.group()), []).append(start + run.start())
    return runs


def _is_prose(tex: str) -> bool:
    """Words between two amounts such as "$$ and $$" that are no formula."""
    spaced = tex[0] == " " == tex[-1] and "\n" not in tex
    return spaced and not re.search(r"[\\^_={}+*/<>|&\d]", tex)
