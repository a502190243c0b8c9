"""Expand the macros that a text defines for itself.

Definitions hold from where they stand to the end of the text, as in MathJax, whichever group or
formula they stand in. Expansion works on tokens, as TeX does it, but each bound is ours: TeX's
macros are a programming language, and what comes out of them must stay as small as a formula.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.rendering.math.tex.definitions import COMMANDS, MAX_BODY, Macro, read_definition
from app.rendering.math.tex.limits import arity
from app.rendering.math.tex.tokens import TexError, TokenReader, is_word, tokenize, without_comments

MAX_DEFINITIONS = 300  # in one text
MAX_DEPTH = 16
# Characters that expansion may put in place of macros, in a formula and in a text.
MAX_FORMULA = 16_000
MAX_TEXT = 25_000

_PREFIXES = frozenset(["\\global", "\\long"])
_FIXED = COMMANDS | _PREFIXES | frozenset(["\\begin", "\\end", "\\left", "\\right", "\\middle"])
_NAME = re.compile(r"\\(?:[a-zA-Z]+|[^a-zA-Z\s\\()\[\]{}])")


@dataclass(frozen=True)
class _Token:
    """A token that waits to be looked at, and how many macros deep it comes from."""

    word: str
    depth: int = 0


class Macros:
    """The macros of one text, and what is left of its bounds."""

    def __init__(self) -> None:
        self._macros: dict[str, Macro] = {}
        self._aliases: dict[str, str] = {}  # \let: our names of TeX's own commands
        self._definitions = 0
        self._left = MAX_TEXT

    def expand(self, tex: str) -> str:
        """Reads the definitions in a formula, and returns it with its macros expanded.

        A formula without macros and definitions comes back as it is; one that has nothing but
        definitions comes back blank.

        Raises:
            TexError: for a definition that is not understood, a macro that is used in another way
                than it was defined, and when a bound is reached. The message names the macro.
        """
        words = tokenize(tex)
        if not any(
            word in self._macros or word in self._aliases or word in COMMANDS for word in words
        ):
            return tex
        return _Expansion(self, without_comments(words)).run()

    def define(self, name: str, macro: Macro) -> None:
        """Keeps a definition; the last one of a name counts."""
        if name in _FIXED or not _NAME.fullmatch(name):
            raise TexError(f"“{name}” cannot be defined.")
        if sum(map(len, macro.body + (macro.default or ()))) > MAX_BODY:
            raise TexError(f"The definition of {name} is longer than {MAX_BODY:,} characters.")
        self._definitions += 1
        if self._definitions > MAX_DEFINITIONS:
            raise TexError(f"A text may have at most {MAX_DEFINITIONS} definitions of macros.")
        self._aliases.pop(name, None)
        self._macros[name] = macro

    def get(self, name: str) -> Macro | None:
        """What `name` stands for, if it is defined."""
        return self._macros.get(name)

    def alias(self, name: str, other: str) -> None:
        """Lets `name` mean what `other` means now."""
        if other in self._macros:
            self.define(name, self._macros[other])
        else:
            # Checks the name and the bounds.
            self.define(name, Macro(0, (other,)))
            del self._macros[name]
            self._aliases[name] = self._aliases.get(other, other)

    def own(self, name: str) -> str | None:
        """TeX's own command that `name` is another name of."""
        return self._aliases.get(name)

    def spend(self, size: int) -> None:
        """Takes from what all expansions of the text may put in."""
        self._left -= size
        if self._left < 0:
            raise TexError(f"The macros of this text expand to more than {MAX_TEXT:,} characters.")

    def is_circular(self, name: str) -> bool:
        """Whether the definition of `name` leads back to it."""
        seen: set[str] = set()
        ahead = [name]
        while ahead:
            macro = self._macros.get(ahead.pop())
            for word in macro.body if macro else ():
                if word == name:
                    return True
                if word in self._macros and word not in seen:
                    seen.add(word)
                    ahead.append(word)
        return False


class _Expansion:
    """One formula on its way through the macros."""

    def __init__(self, macros: Macros, words: list[str]) -> None:
        self._macros = macros
        self._waiting = [_Token(word) for word in reversed(words)]
        self._out: list[str] = []
        self._size = 0
        # Arguments without braces that the last command still wants; for every open brace, those
        # that are wanted behind it.
        self._wanted = 0
        self._outer: list[int] = []

    def run(self) -> str:
        while self._waiting:
            token = self._waiting.pop()
            word = token.word
            if word in COMMANDS:
                self._definition(word)
            elif word in _PREFIXES and self._peek() in COMMANDS:
                continue
            elif (macro := self._macros.get(word)) is not None:
                self._call(token, macro)
            elif (own := self._macros.own(word)) is not None:
                self._put(own)
            else:
                self._put(word)
        return "".join(self._out)

    def _put(self, word: str) -> None:
        # `\alpha` in a body and a letter behind the macro are two tokens.
        if word[:1].isalpha() and self._out and is_word(self._out[-1]):
            self._out.append(" ")
        self._out.append(word)
        if word == "{":
            self._outer.append(self._wanted)
            self._wanted = 0
        elif word == "}":
            self._wanted = max(self._outer.pop() - 1, 0) if self._outer else 0
        elif not word.isspace():
            self._wanted = arity(word) or max(self._wanted - 1, 0)

    def _call(self, token: _Token, macro: Macro) -> None:
        name = token.word
        if token.depth >= MAX_DEPTH:
            if self._macros.is_circular(name):
                raise TexError(f"The macro {name} is defined by itself.")
            raise TexError(f"The macro {name} is nested in more than {MAX_DEPTH} others.")
        self._macros.spend(1)  # first: when nothing is left, a thousand calls must not cost much
        body, arguments = self._paired(name, macro) if macro.paired else (macro.body, [])
        for number in range(len(arguments), macro.parameters):
            if number == 0 and macro.default is not None:
                option = self._option(name)
                arguments.append([_Token(w) for w in macro.default] if option is None else option)
            else:
                arguments.append(self._argument(name))
        made: list[_Token] = []
        for word in body:
            if len(word) == 2 and word[0] == "#" and word[1].isdigit():
                made.extend(arguments[int(word[1]) - 1])
            else:
                made.append(_Token(word, token.depth + 1))
        size = sum(len(part.word) for part in made)
        self._size += size
        self._macros.spend(size)
        if self._size > MAX_FORMULA:
            raise TexError(f"The macro {name} makes this formula too long.")
        # TeX takes `\hat\x` for `\hat` of all that \x stands for; `x^\x` is meant so.
        if self._wanted and len(made) > 1:
            made = [_Token("{"), *made, _Token("}")]
        self._waiting.extend(reversed(made))

    def _paired(self, name: str, macro: Macro) -> tuple[tuple[str, ...], list[list[_Token]]]:
        """The body of a paired delimiter, which `*` and a size in brackets make larger."""
        assert macro.paired is not None
        left, right = macro.paired
        if self._peek() == "*":
            self._waiting.pop()
            return ("\\left", left, "#1", "\\right", right), []
        size = "".join(token.word for token in self._option(name) or ()).strip()
        if size in ("\\big", "\\Big", "\\bigg", "\\Bigg"):
            return (f"{size}l", left, "#1", f"{size}r", right), []
        return (left, "#1", right), []

    def _peek(self) -> str:
        """The next word that is no white space, which goes."""
        while self._waiting and self._waiting[-1].word.isspace():
            self._waiting.pop()
        return self._waiting[-1].word if self._waiting else ""

    def _argument(self, name: str) -> list[_Token]:
        word = self._peek()
        if word in ("", "}", "&", "\\\\", "\\end", "\\right"):
            raise TexError(f"The macro {name} needs something in braces behind it.")
        token = self._waiting.pop()
        return self._until("{", "}", name) if token.word == "{" else [token]

    def _option(self, name: str) -> list[_Token] | None:
        if self._peek() != "[":
            return None
        self._waiting.pop()
        return self._until("[", "]", name)

    def _until(self, opening: str, closing: str, name: str) -> list[_Token]:
        found: list[_Token] = []
        depth = braces = 0
        while self._waiting:
            token = self._waiting.pop()
            if token.word == closing and not depth and (closing == "}" or not braces):
                return found
            depth += (token.word == opening) - (token.word == closing)
            braces += (token.word == "{") - (token.word == "}")
            found.append(token)
        raise TexError(f"A bracket behind {name} is never closed.")

    def _definition(self, command: str) -> None:
        """Reads the definition that `command` has begun."""
        # No definition that is accepted is longer.
        reader = TokenReader([token.word for token in reversed(self._waiting[-2 * MAX_BODY :])])
        name, meaning = read_definition(reader, command)
        del self._waiting[len(self._waiting) - reader.at :]
        if isinstance(meaning, str):
            self._macros.alias(name, meaning)
        elif not command.startswith("\\provide") or self._macros.get(name) is None:
            self._macros.define(name, meaning)
