"""Cut TeX into tokens, and take arguments and environments from them."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\\(?:operatorname|DeclareMathOperator|tag|hspace|newcommand)\*"  # a star is part of the name
    r"|\\[a-zA-Z]+|\\.|[{}\[\]$&^_%~#]|[ \t\n]+|[^\\{}\[\]$&^_%~# \t\n]|\\",
    re.DOTALL,
)


class TexError(ValueError):
    """TeX that is not typeset; the message says why, in a sentence for its writer."""


def tokenize(tex: str) -> list[str]:
    """The tokens of `tex`: commands, special characters, white space and single characters."""
    return _TOKEN.findall(tex)


def without_comments(tokens: list[str]) -> list[str]:
    """Drop TeX comments; a percent sign behind a word or number, as in `50%`, is a sign."""
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


class Reader:
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
        """The next token that is no white space, or an empty string; stays in front of it."""
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
