"""Cut TeX into tokens, and take arguments and environments from them."""

from __future__ import annotations

import re

from app.rendering.math.tex.lengths import LENGTH

_TOKEN = re.compile(
    # A star is part of these names.
    r"\\(?:operatorname|tag|hspace|(?:new|renew|provide)command|Declare(?:MathOperator|RobustCommand))\*"
    r"|\\[a-zA-Z]+|\\.|[{}\[\]$&^_%~#]|[ \t\n]+|[^\\{}\[\]$&^_%~# \t\n]|\\",
    re.DOTALL,
)


class TexError(ValueError):
    """TeX that is not typeset; the message says why, in a sentence for its writer."""


def tokenize(tex: str) -> list[str]:
    """The tokens of `tex`: commands, special characters, white space and single characters."""
    return _TOKEN.findall(tex)


def is_word(token: str) -> bool:
    """Whether a token is a command whose name is letters.

    Such a name ends where no letter follows.
    """
    return len(token) > 1 and token[0] == "\\" and token[1:].isalpha()


def without_comments(tokens: list[str]) -> list[str]:
    """Drop TeX comments.

    A percent sign behind a word or number, as in `50%`, is a sign.
    """
    kept: list[str] = []
    comment = False
    for number, word in enumerate(tokens):
        if comment:
            comment = "\n" not in word
        elif word == "%":
            before = kept[-1] if kept else " "
            after = tokens[number + 1] if number + 1 < len(tokens) else "\n"
            if before.isdigit() or not (before.isspace() or after.startswith("\n")):
                kept.append("\\%")
            else:
                comment = True
        else:
            kept.append(word)
    return kept


class TokenReader:
    """Walks over tokens and takes whole arguments and environments."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def next(self) -> str | None:
        """The next token, or None at the end."""
        if self.at >= len(self.tokens):
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self) -> str:
        """Look at the next token that is no white space.

        It is not taken; an empty string at the end.
        """
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def argument(self, command: str) -> list[str]:
        """The tokens of the next argument, without its braces."""
        word = self.peek()
        if not word or word in ("}", "&", "\\\\", "\\end", "\\right"):
            raise TexError(f"{command} needs something in braces behind it.")
        self.at += 1
        if word != "{":
            return [word]
        return self._until("{", "}", f"A brace behind {command} is never closed.")

    def option(self) -> str | None:
        """The text of an argument in square brackets, if one is next."""
        if self.peek() != "[":
            return None
        self.at += 1
        return "".join(self._until("[", "]", "A square bracket is never closed."))

    def length(self, command: str) -> str:
        """The text of a length, which TeX's own commands take without braces."""
        if self.peek() == "{":
            return "".join(self.argument(command))
        found = LENGTH.match("".join(self.tokens[self.at : self.at + 20]))
        end = found.end() if found else 0
        while end > 0 and self.at < len(self.tokens):
            end -= len(self.tokens[self.at])
            self.at += 1
        return found[0] if found else ""

    def script(self, command: str) -> list[str]:
        """The tokens of the next argument; a command brings its own along, as in `_\\mathbf{a}`."""
        braced = self.peek() == "{"
        words = self.argument(command)
        while not braced and is_word(words[0]) and self.peek() == "{":
            words += ["{", *self.argument(command), "}"]
        return words

    def environment(self, name: str) -> list[str]:
        """The tokens up to the `\\end` of the environment that has just begun."""
        body = self._until("\\begin", "\\end", f"\\begin{{{name}}} is never ended.")
        end = "".join(self.argument("\\end")).strip()
        if end != name:
            raise TexError(f"\\begin{{{name}}} is ended by \\end{{{end}}}.")
        return body

    def _until(self, opening: str, closing: str, problem: str) -> list[str]:
        depth = 1
        start = self.at
        for at in range(start, len(self.tokens)):
            word = self.tokens[at]
            if word == opening:
                depth += 1
            elif word == closing:
                depth -= 1
                if not depth:
                    self.at = at + 1
                    return self.tokens[start:at]
        raise TexError(problem)
