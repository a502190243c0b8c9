"""Chemical formulas and equations as the LaTeX package mhchem writes them: `\\ce{2H2O -> …}`.

Source of the format: the manual of mhchem 4 (https://ctan.org/pkg/mhchem), chapter `\\ce`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.rendering.math.tex.commands import GREEK
from app.rendering.math.tex.marks import Handler, Rewriter
from app.rendering.math.tex.packages.chemistry_scripts import (
    CHARGE,
    STATE,
    SUBSCRIPT,
    SUPERSCRIPT,
    write_script,
)
from app.rendering.math.tex.packages.chemistry_text import ChemistryText
from app.rendering.math.tex.tokens import TexError, TokenReader, tokenize

MAX_DEPTH = 12  # of formulas in the labels of arrows, and in scripts

# An arrow alone, and as a command for labels over and under it; None where there is none.
_ARROWS: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "<-->": ("\\rightleftarrows ", None),
        "<->": ("\\longleftrightarrow ", "\\xleftrightarrow"),
        "<=>>": ("\\;\\text{⥂}\\;", None),
        "<<=>": ("\\;\\text{⥄}\\;", None),
        "<=>": ("\\rightleftharpoons ", "\\xrightleftharpoons"),
        "<-": ("\\longleftarrow ", "\\xleftarrow"),
        "->": ("\\longrightarrow ", "\\xrightarrow"),
    }
)
_SAME_ARROWS = {"→": "->", "⟶": "->", "←": "<-", "↔": "<->", "⇌": "<=>", "⇄": "<-->"}
_BONDS = {
    "-": "{-}", "1": "{-}", "=": "{=}", "2": "{=}", "#": "{\\equiv}", "3": "{\\equiv}",
    "~": "{\\sim}", "~-": "{\\simeq}", "~--": "{\\cong}", "~=": "{\\cong}", "-~-": "{\\approxeq}",
    "...": "{\\cdots}", "....": "{\\cdots\\cdot}", "->": "{\\rightarrow}", "<-": "{\\leftarrow}",
}  # fmt: skip
# Commands whose arguments are chemistry again.
_WITH_CHEMISTRY = {
    "\\frac": 2, "\\dfrac": 2, "\\tfrac": 2, "\\overset": 2, "\\underset": 2, "\\underbrace": 1,
    "\\overbrace": 1, "\\cancel": 1, "\\bcancel": 1, "\\xcancel": 1, "\\boxed": 1,
    "\\overline": 1, "\\underline": 1,
}  # fmt: skip
_OPERATORS = {"\\pm", "\\mp", "\\times", "\\cdot"}
_SPACES = {"\\,", "\\:", "\\;", "\\!", "\\ ", "~", "\\quad", "\\qquad"}

_SPACE = re.compile(r"\s+")
_PRIMES = re.compile("'+")
_ARROW = re.compile(r"<-->|<->|<=>>|<<=>|<=>|<-|->|[→⟶←↔⇌⇄]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:/\d+)?|\((\d+/\d+)\)|\.\d+")
_VARIABLE = re.compile(r"(\d*)([a-z])(?=\s+[A-Z\[(\\])")
_LETTERS = re.compile(r"[A-Za-z]+")
_PRECIPITATE = re.compile(r"v(?=$|[\s)&])")
_GAS = re.compile(r"\^(?=$|[\s)&])")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+\s*|.)", re.DOTALL)


def formula(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\ce{…}` in terms of math-core."""
    return f"{{{_Chemistry(shim, ''.join(reader.argument(word)), 0).write()}}}"


class _Chemistry:
    """A walk over one formula.

    Attributes:
        before: what stands right before: '' at the beginning of a term, where an amount may come,
            'space' behind an atom and white space, else 'atom'.
    """

    def __init__(self, shim: Rewriter, text: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TexError("The chemical formula is nested too deeply.")
        self._shim = shim
        self._text = ChemistryText(text)
        self._depth = depth
        self._out: list[str] = []
        self._scripts: set[str] = set()  # those that the last atom has
        self.before = ""

    def write(self) -> str:
        steps: tuple[Callable[[], bool], ...] = (
            self._space, self._arrow, self._arrow_of_state, self._sign, self._script,
            self._amount, self._state, self._letters, self._group, self._math, self._command,
            self._other,
        )  # fmt: skip
        while not self._text.is_read():
            any(step() for step in steps)
        return "".join(self._out)

    # -- what the steps use

    def _put(self, tex: str, before: str = "atom") -> bool:
        self._out.append(tex)
        self.before = before
        self._scripts = set()
        return True

    def _put_script(self, mark: str, tex: str) -> None:
        if mark in self._scripts or not self.before or self.before == "space":
            self._put("{}")
        self._out.append(f"{mark}{{{tex}}}")
        self._scripts.add(mark)
        self.before = "atom"

    def _inner(self, text: str) -> str:
        return _Chemistry(self._shim, text, self._depth + 1).write()

    def _braces(self) -> str:
        return self._text.take_brackets("{", "}")

    def _dollars(self) -> str:
        """What stands between dollars is TeX."""
        return self._shim.rewrite(tokenize(self._text.take_dollars()))

    # -- the steps, each of which takes something that begins here, or nothing

    def _space(self) -> bool:
        if not self._text.take(_SPACE):
            return False
        if self.before == "atom":
            self.before = "space"
        return True

    def _arrow(self) -> bool:
        found = self._text.take(_ARROW)
        if not found:
            return False
        alone, command = _ARROWS[_SAME_ARROWS.get(found[0], found[0])]
        labels: list[str] = []
        while self._text.next() == "[" and len(labels) < 2:
            labels.append(self._inner(self._text.take_brackets("[", "]")))
        above, below = (*labels, "", "")[:2]
        if not above and not below:
            return self._put(f" {alone}", "")
        if command:
            under = f"[{{{below}}}]" if below else ""
            return self._put(f"{command}{under}{{{above}}}", "")
        if below:
            alone = f"\\underset{{{below}}}{{{alone}}}"
        return self._put(f"\\mathrel{{\\overset{{{above}}}{{{alone}}}}}", "")

    def _arrow_of_state(self) -> bool:
        """`v` and `^`: what falls as a solid and what goes as a gas."""
        if self.before == "atom":
            return False
        for pattern, sign in ((_PRECIPITATE, "{\\downarrow}"), (_GAS, "{\\uparrow}")):
            if self._text.take(pattern):
                return self._put(f"\\ {sign}" if self.before else sign)
        return False

    def _sign(self) -> bool:
        """`+`, `-`, `=`, `#`, `*` and `.`: operators, charges, bonds, additions."""
        sign = self._text.next()
        if not sign or sign not in "+-=#*.•·":
            return False
        if sign in "*.•·":
            if not self.before:
                return False
            self._text.at += 1
            return self._put("{\\cdot}", "")
        if self.before == "atom" and (charge := self._text.take(CHARGE)):
            self._put_script("^", charge[0])
            return True
        self._text.at += 1
        if self.before == "atom" or sign == "#":
            return self._put(_BONDS[sign], "bond")
        return self._put(f" {sign} ", "")

    def _script(self) -> bool:
        mark = self._text.next()
        if mark == "'" and self.before:
            primes = self._text.take(_PRIMES)
            assert primes is not None
            self._put_script("^", "\\prime " * len(primes[0]))
            return True
        if not mark or mark not in "^_" or self._text.is_last():
            return False
        self._text.at += 1
        if self._text.next() == "{":
            content = write_script(self._shim, self._braces())
        elif self._text.next() == "$":
            content = self._dollars()
        elif plain := self._text.take(SUPERSCRIPT if mark == "^" else SUBSCRIPT):
            content = write_script(self._shim, plain[0])
        elif command := self._text.take(_COMMAND):
            content = self._shim.rewrite(tokenize(command[0]))
        else:
            return self._put("", self.before)
        self._put_script(mark, content)
        return True

    def _amount(self) -> bool:
        """A number: before a formula an amount, behind an atom an index."""
        if self.before in ("atom", "bond"):
            if self.before == "bond" or not self._text.next().isdecimal():
                return False
            digits = self._text.take(re.compile(r"\d+"))
            assert digits is not None
            self._put_script("_", digits[0])
            return True
        if variable := self._text.take(_VARIABLE):
            return self._put(f"{variable[0]}\\,", "")
        number = self._text.take(_NUMBER)
        if not number:
            return False
        above, _, below = (number[1] or number[0]).partition("/")
        tex = f"\\tfrac{{{above}}}{{{below}}}" if below else above.replace(",", "{,}")
        return self._put((f"({tex})" if number[1] else tex) + "\\,", "")

    def _state(self) -> bool:
        state = self._text.take(STATE) if self.before else None
        if not state:
            return False
        inner = state[0][1:-1]
        parts = [
            self._shim.rewrite(tokenize(part)) if number % 2 else f"\\mathrm{{{part}}}"
            for number, part in enumerate(inner.split("$"))
            if part
        ]
        return self._put("\\,{(}" + "".join(parts) + "{)}")

    def _letters(self) -> bool:
        letters = self._text.take(_LETTERS)
        if not letters:
            return False
        self._part()
        return self._put(f"\\mathrm{{{letters[0]}}}")

    def _part(self) -> None:
        """A space where white space parts two formulas."""
        if self.before == "space":
            self._out.append("\\ ")

    def _group(self) -> bool:
        """Text in braces; empty ones end an atom."""
        if self._text.next() != "{":
            return False
        text = self._braces()
        if not text.strip():
            return self._put("{}")
        self._part()
        inner = text[1:-1] if text[0] == "{" and text[-1] == "}" else text
        return self._put(self._shim.text(tokenize(inner), "\\text"))

    def _math(self) -> bool:
        if self._text.next() != "$":
            return False
        self._part()
        return self._put(f"{{{self._dollars()}}}")

    def _command(self) -> bool:
        found = self._text.take(_COMMAND) if self._text.next() == "\\" else None
        if not found:
            return False
        word = found[0].rstrip() if found[0][1:2].isalpha() else found[0]
        if word in ("\\\\", "\\cr"):
            return self._put("\\\\ ", "")
        if word in _SPACES:
            return self._put(f"{word} ", "")
        if word in ("\\{", "\\}"):
            return self._put(word, "" if word == "\\{" else "atom")
        if word == "\\bond" and self._text.next() == "{":
            bond = self._braces().strip()
            if bond not in _BONDS:
                raise TexError(f"\\bond{{{bond}}} is not known.")
            return self._put(_BONDS[bond], "bond")
        if word == "\\ca":
            return self._put("{\\sim}", "")
        if word in _OPERATORS:
            return self._put(f" {word} ", "")
        self._part()
        if count := _WITH_CHEMISTRY.get(word):
            arguments = [self._braces() for _ in range(count) if self._text.next() == "{"]
            return self._put(word + "".join(f"{{{self._inner(part)}}}" for part in arguments))
        return self._put(self._with_arguments(word))

    def _with_arguments(self, word: str) -> str:
        """Any other command: upright Greek, or TeX with its arguments as they are."""
        arguments = ""
        while self._text.next() == "{":
            part = self._braces()
            if not part.strip() and not arguments:
                break  # `\gamma{}` ends the command's name
            arguments += f"{{{part}}}"
        tex = self._shim.rewrite(tokenize(f"{word}{arguments} "))
        return f"\\mathrm{{{tex}}}" if word[1:] in GREEK else f"{{{tex}}}"

    def _other(self) -> bool:
        character = self._text.next()
        self._text.at += 1
        if character in ",;":
            spaced = self._text.next().isspace()
            return self._put(f"{character}\\ " if spaced else f"{{{character}}}", "")
        if character in "([":
            self._part()
            return self._put(character, "")
        if character in ")]":
            return self._put(character)
        if character in "&/":
            return self._put(character, "")
        return self._put(self._shim.rewrite([character]))


HANDLERS: Mapping[str, Handler] = MappingProxyType({"\\ce": formula, "\\cee": formula})
