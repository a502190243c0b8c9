"""Keep TeX away from math-core that would take it too much stack or time.

Measured with math-core 0.9: it recurses once a level of nesting and ends the process when the
stack is full (three thousand levels in 8 MB). And its time doubles with every opening bracket that
stays open in one row: `(` 26 times takes two seconds, 40 times for ever.
"""

from __future__ import annotations

import unicodedata

from app.rendering.math.tex.tokens import TexError

MAX_DEPTH = 40
MAX_OPEN_BRACKETS = 4
MAX_STEPS = 20_000  # in one formula

# How many arguments a command takes, so far as they may be left without braces and nest.
_ARGUMENTS = {
    2: "frac dfrac tfrac cfrac binom dbinom tbinom overset underset stackrel textcolor colorbox"
    " cancelto href prescript bra dv pdv",
    3: "sideset fcolorbox",
    4: "mathchoice",
    6: "genfrac",
    1: "Bbb acute bar bcancel bm bold boldsymbol boxed breve cancel check ddddot dddot ddot dot"
    " fbox frak grave hat hphantom mathbb mathbf mathbin mathcal mathclose mathfrak mathinner"
    " mathit mathop mathopen mathord mathpunct mathrel mathring mathrm mathscr mathsf mathtt not"
    " operatorname operatorname* operatornamewithlimits overbrace overbracket overleftarrow"
    " overleftrightarrow overline overparen overrightarrow phantom pmb pmod pod slashed sout sqrt"
    " symbf symbfit symbfsf symcal symfrak symit symrm symscr symsf symtt symup tilde"
    " underbar underbrace underbracket underleftarrow underleftrightarrow underline underparen"
    " underrightarrow utilde vec vphantom widecheck widehat wideparen widetilde xcancel angl"
    " phase ket braket Bra Ket Braket set Set color middle mathds mathbbm smash mathllap mathrlap"
    " mathclap llap rlap clap raisebox vcenter substack ensuremath abs norm scr mathnormal mathup"
    " mathbfit mathbfcal mathbfscr mathbffrak mathsfit mathbfsf mathbfsfit",
}
_ARITY = {f"\\{name}": count for count, names in _ARGUMENTS.items() for name in names.split()}
_ARITY.update({"^": 1, "_": 1})
_SWITCHES = frozenset(
    {"\\displaystyle", "\\textstyle", "\\scriptstyle", "\\scriptscriptstyle", "\\color", "\\over"}
    | {"\\bf", "\\rm", "\\it", "\\sf", "\\tt", "\\cal", "\\atop", "\\choose", "\\brace", "\\brack"}
)
_GROUP = -1  # on the stack: a group, which only its end closes
_SWITCH = -2  # in force until its group or table cell ends
_OPTION = -3  # an argument in square brackets

_OPENING = frozenset(
    {
        "(",
        "[",
        "\\{",
        "\\lbrace",
        "\\lbrack",
        "\\lparen",
        "\\langle",
        "\\lang",
        "\\lfloor",
        "\\lceil",
    }
    | {"\\lvert", "\\lVert", "\\lgroup", "\\lmoustache", "\\llbracket", "\\llangle", "\\lAngle"}
    | {"\\lBrace", "\\llparenthesis", "\\ulcorner", "\\llcorner", "\\mathopen"}
)
_CLOSING = frozenset(
    {
        ")",
        "]",
        "\\}",
        "\\rbrace",
        "\\rbrack",
        "\\rangle",
        "\\rfloor",
        "\\rceil",
        "\\rvert",
        "\\rVert",
    }
)
_BIG = frozenset(
    f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)
_BIG_LEFT = frozenset(name for name in _BIG if name.endswith("l"))
_BIG_RIGHT = frozenset(name for name in _BIG if name.endswith("r"))


class Steps:
    """Counts what is done for one formula: tokens looked at, and elements of MathML written.

    Args:
        most: how many steps it may take.
    """

    def __init__(self, most: int = MAX_STEPS) -> None:
        self._most = most
        self.taken = 0

    def take(self, count: int = 1) -> None:
        """Count some steps; raises TexError when the formula has taken too many."""
        self.taken += count
        if self.taken > self._most:
            raise TexError("The formula is too large.")


def group_open_brackets(tokens: list[str]) -> list[str]:
    """`tokens` with all but a few open brackets of a row set apart in braces.

    Commands that take arguments without braces (`\\hat\\hat\\hat`) nest as well, so they are
    followed with their arity. Raises TexError when the TeX nests deeper than `MAX_DEPTH`.
    """
    walk = _Walk(tokens)
    for number, word in enumerate(tokens):
        if not word.isspace():
            walk.step(number, word)
    walk.end_cell()
    return walk.tokens


def arity(word: str) -> int:
    """Count the arguments that a command takes without braces.

    0 for other tokens.
    """
    return _ARITY.get(word) or int(word[:2] == "\\x" and word != "\\xi")  # \xrightarrow


class _Cell:
    """A table cell, or what stands outside all tables."""

    def __init__(self) -> None:
        self.brackets: dict[int, int] = {}  # brackets that may be open: first and last token


class _Walk:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = list(tokens)
        self._stack: list[int] = []
        self._rows: list[list[int]] = [[]]  # the open brackets of every group that is open
        self._cells = [_Cell()]
        self._before = ""
        self._before_at = 0

    def step(self, number: int, word: str) -> None:
        before, self._before = self._before, word
        if before in ("\\left", "\\right", "\\middle", "\\end"):
            if word == "{":  # the name behind \\end
                self._push(_GROUP)
        elif word == "[" and (before == "\\sqrt" or before.startswith("\\x")):
            self._push(_OPTION)
        elif word == "{" or word in ("\\left", "\\begin"):
            self._push(_GROUP)
            if word == "\\begin":
                self._cells.append(_Cell())
        elif word == "}" or word in ("\\right", "\\end"):
            if word == "\\end" and len(self._cells) > 1:
                self.end_cell()
                self._cells.pop()
            self._unwind(_GROUP)
            self._complete()
        elif word in ("&", "\\\\"):
            while self._stack and self._stack[-1] != _GROUP:
                self._pop()
            self._rows[-1] = []
            # A new line is none for math-core outside tables, and begins no row there.
            if word == "&":
                self.end_cell()
        elif word in _SWITCHES:
            self._push(_SWITCH)
        elif count := _ARITY.get(word) or (word[0] == "\\" and arity(word)):
            self._push(count)
        else:
            self._bracket(number, word, before)
            if word == "]" and _OPTION in self._stack:
                self._unwind(_OPTION)
            elif word not in _BIG:
                self._complete()
        self._before_at = number
        if len(self._stack) > MAX_DEPTH:
            raise TexError("The formula is nested too deeply.")

    def end_cell(self) -> None:
        """Set apart the brackets of a cell that stayed open, but for the first few."""
        cell = self._cells[-1]
        for first, last in list(cell.brackets.items())[MAX_OPEN_BRACKETS:]:
            # The outer braces may become those of an argument, whose content is spliced in.
            self.tokens[first] = "{{" + self.tokens[first]
            self.tokens[last] += "{}}}"
        cell.brackets = {}

    def _bracket(self, number: int, word: str, before: str) -> None:
        argument = bool(self._stack) and self._stack[-1] > 0
        if word in _OPENING or before in _BIG_LEFT or _opens(word):
            first = self._before_at if before in _BIG else number
            self._cells[-1].brackets[first] = number
            if not argument:
                self._rows[-1].append(first)
            return
        # Only brackets of one row find each other; an argument stands in none.
        closes = word in _CLOSING and not argument and (before not in _BIG or before in _BIG_RIGHT)
        if closes and self._rows[-1]:
            depth = len(self._stack) + len(self._rows[-1])
            first = self._rows[-1].pop()
            if depth <= MAX_DEPTH:  # a pair of brackets is one level of recursion
                self._cells[-1].brackets.pop(first, None)

    def _push(self, kind: int) -> None:
        self._stack.append(kind)
        self._rows.append([])

    def _pop(self) -> int:
        self._rows.pop()
        return self._stack.pop()

    def _unwind(self, kind: int) -> None:
        """Close the innermost open `kind` and all that is in it."""
        while self._stack and self._pop() != kind:
            pass

    def _complete(self) -> None:
        """Give the waiting command an argument; a command that has all of them is itself one."""
        while self._stack and self._stack[-1] > 0:
            self._stack[-1] -= 1
            if self._stack[-1]:
                return
            self._pop()


def _opens(word: str) -> bool:
    return len(word) == 1 and word > "\x7f" and unicodedata.category(word) in ("Ps", "Pi")
