"""Find the formulas in the text of one block.

A paragraph, a heading, a table row.

What counts as a formula follows MathJax 2 (https://docs.mathjax.org/en/v2.7-latest/tex.html): one
or two dollars, `\\(…\\)`, `\\[…\\]`, bare environments, and `\\ref` and `\\eqref` in text. Two
backslashes before a bracket count as one, as where Markdown takes the first away, and ``$`…`$`` is
GitHub's. What is no formula: amounts (`currency.py`) and brackets that an export has escaped.
Blocks are none of the scanner's business: `rendering/blocks/parser.py` knows where they begin and
end, `displays.py` which formulas are blocks themselves.

`scanner_tokens.py` notes for every token where a formula that begins before it would end; one pass
from left to right then takes formulas and code spans as they come. It is linear in the length of
the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from app.rendering.characters import UNWANTED
from app.rendering.inline.entities import character
from app.rendering.math.currency import is_money
from app.rendering.math.equations import REFERENCE
from app.rendering.math.scanner_definitions import Definitions
from app.rendering.math.scanner_tokens import BRACKETS, TokenTable
from app.text.lines import plain_ends

ENVIRONMENTS = frozenset(
    {"align", "alignat", "flalign", "equation", "gather", "multline", "eqnarray", "displaymath"}
    | {"math", "aligned", "alignedat", "gathered", "split", "cases", "dcases", "rcases", "array"}
    | {"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix"}
    | {"subequations", "CD", "numcases", "drcases", "multlined", "xalignat", "darray", "dmath"}
    | {"psmallmatrix", "bsmallmatrix", "vsmallmatrix", "lgathered", "rgathered"}
)
_ENTITY = re.compile(
    "&(?:(?:amp|lt|gt|quot|apos|nbsp|le|ge|leq|geq|ne|times|minus|plusmn|middot)"
    "|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
)
# Between escaped brackets: no sign of a formula; the label of a footnote.
_NO_MATH = re.compile(r"[^\\^_={}<>+*/&|\n]*|\^[\w-]+")
_NO_TEX = re.compile(r"[^\\^_{}\n]*")
_CODE = re.compile(r"(`+)([^`]+)\1")
_BARE_BAR = re.compile(r"(?<!\\)\|")
_NORM = re.compile(r"\\\|[^|]*\\\|_")
MAX_INLINE = 8192


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
    return UNWANTED.sub("", plain_ends(text))


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
        self._table = TokenTable(text, start)
        self._tokens = self._table.tokens
        self._definitions = Definitions(text, self._tokens)

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
                number = self._table.index(formula.end)
                offset = 0
                if number and self._table.end(number - 1) > formula.end:
                    number, offset = number - 1, formula.end - self._table.starts[number - 1]
                continue
            if word[0] in "$\\":
                closer = self._unclosed(number, offset)
                if closer:
                    return Scan(found, OpenFormula(self._table.starts[number] + offset, closer))
                half = half or (word[offset:] == "$$" and self._table.dollar[number + 1] < 0)
            after = self._table.code_end(number)
            number = self._table.index(after) if after else number + 1
            offset = 0
        return Scan(_with_bars(found) if self._row else found, None, half)

    def _formula(self, number: int, offset: int) -> FormulaMatch | None:
        place, word = self._tokens[number]
        if word[0] == "$":
            size = len(word) - offset
            if size == 1:
                return self._inline(number, place + offset)
            return self._dollars(number, place + offset) if size == 2 else None
        if word in BRACKETS:
            return self._bracketed(number, word)
        if word.startswith("\\begin{"):
            return self._environment(number)
        if "ref" in word and (reference := REFERENCE.match(self._text, place)):
            return FormulaMatch(place, reference.end(), reference[0], False)
        if not self._row and (end := self._definitions.end(place)):
            return FormulaMatch(place, end, self._text[place:end], False)
        return None

    def _inline(self, number: int, start: int) -> FormulaMatch | None:
        closing = self._table.dollar[number + 1]
        if closing < 0 or (self._row and self._tokens[closing][1] != "$"):
            return None
        end = self._tokens[closing][0]
        if end - start > MAX_INLINE:
            return None
        tex = self._text[start + 1 : end]
        if not tex.strip():
            return None
        if code := _CODE.fullmatch(tex):
            return FormulaMatch(start, end + 1, self._written(code[2], False).strip(), False)
        if is_money(self._text[start - 1 : start], tex, self._text[end + 1 : end + 2]):
            return None
        if not (tex[0].isspace() and tex[-1].isspace() and len(tex.strip()) > 1):
            tex = tex.strip()
        return FormulaMatch(start, end + 1, self._written(tex, False), False)

    def _dollars(self, number: int, start: int) -> FormulaMatch | None:
        """`$$…$$`; behind them another formula may begin at once."""
        closing = self._table.dollar[number + 1]
        if closing < 0:
            return None
        end, word = self._tokens[closing]
        if len(word) != 2 and not (3 <= len(word) <= 4 and self._table.dollar[closing + 1] >= 0):
            return None
        tex = self._text[start + 2 : end]
        alone = not self._before(start) and not self._behind(end + 2)
        if not tex.strip() or (not alone and _is_prose(tex)):
            return None
        return FormulaMatch(start, end + 2, self._written(tex, True).strip(), True)

    def _bracketed(self, number: int, word: str) -> FormulaMatch | None:
        closing = self._table.closers[word][number + 1]
        if closing < 0:
            return None
        start, end = self._tokens[number][0], self._tokens[closing][0]
        tex = self._text[start + len(word) : end]
        display = word[-1] == "["
        if not tex.strip() or (display and self._is_text(start, tex, end + len(word))):
            return None
        tex = self._written(tex, display).strip()
        return FormulaMatch(start, end + len(word), tex, display)

    def _is_text(self, start: int, tex: str, end: int) -> bool:
        """Whether square brackets in a line of text are only escaped: `\\[1\\]`, `a\\[i\\]`."""
        off = tex[0].isspace() and tex[-1].isspace()  # as no export writes
        if off or not (self._before(start) or self._behind(end)):
            return False
        before = self._text[start - 1 : start]
        attached = before.isalnum() or before == "]" or self._text[end : end + 1] == "("
        return (_NO_TEX if attached else _NO_MATH).fullmatch(tex) is not None

    def _before(self, start: int) -> bool:
        """Whether anything stands before a place in its line."""
        while start and self._text[start - 1] in " \t":
            start -= 1
        return start > 0 and self._text[start - 1] != "\n"

    def _behind(self, end: int) -> bool:
        """Whether anything stands behind a place in its line."""
        while end < len(self._text) and self._text[end] in " \t":
            end += 1
        return end < len(self._text) and self._text[end] != "\n"

    def _environment(self, number: int) -> FormulaMatch | None:
        start, word = self._tokens[number]
        if word[7:-1].rstrip("*") not in ENVIRONMENTS:
            return None
        ends = self._table.ends.get("\\end" + word[6:], [])
        later = bisect_left(ends, start)
        if later == len(ends):
            return None
        end = ends[later] + len(word) - 2
        tex = self._text[start:end]
        return FormulaMatch(start, end, self._written(tex, True), word != "\\begin{math}")

    def _unclosed(self, number: int, offset: int) -> str | None:
        """What would close the display formula that begins here at the edge of a line."""
        place, word = self._tokens[number]
        place, word = place + offset, word[offset:]
        if word == "$$" and self._table.dollar[number + 1] < 0:
            closer = "$$"
        elif word[-1] == "[" and word in BRACKETS and self._table.closers[word][number + 1] < 0:
            closer = BRACKETS[word]
        elif word.startswith("\\begin{") and word[7:-1].rstrip("*") in ENVIRONMENTS:
            closer = "\\end" + word[6:]
        else:
            return None
        at_edge = not self._before(place) or not self._behind(place + len(word))
        return closer if at_edge else None

    def _written(self, tex: str, display: bool) -> str:
        """A formula without what it was written with for Markdown's or HTML's sake."""
        if "&" not in tex or ";" not in tex:
            return tex
        rows = display or "\\\\" in tex or "\\begin" in tex
        return _ENTITY.sub(lambda found: _character(found[0], rows), tex)


def _is_prose(tex: str) -> bool:
    """Words between two amounts such as "$$ and $$" that are no formula."""
    spaced = tex[0] == " " == tex[-1] and "\n" not in tex
    return spaced and not re.search(r"[\\^_={}+*/<>|&\d]", tex)


def _character(entity: str, rows: bool) -> str:
    """The character of an entity; an ampersand is a sign where there are no columns."""
    found = character(entity)
    if found == "&":
        return "&" if rows else "\\&"
    return " " if found == "\xa0" else found or entity


def _with_bars(found: list[FormulaMatch]) -> list[FormulaMatch]:
    """The formulas of a table's row with bars where they were written `\\|`.

    So they do not end the cell (GFM, tables). Where other bars stand without a backslash, and where
    a norm has an index, `\\|` is TeX's.
    """
    if any(_BARE_BAR.search(formula.tex) for formula in found):
        return found
    return [
        formula
        if _NORM.search(formula.tex)
        else replace(formula, tex=formula.tex.replace("\\|", "|"))
        for formula in found
    ]
