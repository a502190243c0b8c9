"""Read the definitions of macros that LaTeX and TeX know.

Understood are `\\newcommand` and its like, `\\def` with plain parameters, `\\let`,
`\\DeclareMathOperator` and mathtools' `\\DeclarePairedDelimiter`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.rendering.math.tex.tokens import TexError, TokenReader, tokenize

MAX_BODY = 1000  # characters of a definition
MAX_PARAMETERS = 9

COMMANDS = frozenset(
    {"\\DeclarePairedDelimiter", "\\def", "\\gdef", "\\edef", "\\xdef", "\\let"}
    | {
        f"\\{name}{star}"
        for name in ("newcommand", "renewcommand", "providecommand", "DeclareRobustCommand")
        for star in ("", "*")
    }
    | {"\\DeclareMathOperator", "\\DeclareMathOperator*"}
)
# The beginning of a definition, as a regular expression.
DEFINITION = (
    r"\\(?:(?:new|renew|provide)command|DeclareRobustCommand|DeclareMathOperator"
    r"|DeclarePairedDelimiter|[gex]?def|let)(?![a-zA-Z])"
)
_DEFINES = re.compile(DEFINITION)


def defines(tex: str) -> bool:
    """Whether there is a definition in `tex`."""
    return _DEFINES.search(tex) is not None


@dataclass(frozen=True)
class Macro:
    """What a command stands for; `#1` and so on are tokens of the body.

    `default` is that of the first parameter, which then stands in square brackets or is left out.
    A `paired` macro puts its two tokens' worth of delimiters around its argument.
    """

    parameters: int
    body: tuple[str, ...]
    default: tuple[str, ...] | None = None
    paired: tuple[str, str] | None = None


def read_definition(reader: TokenReader, command: str) -> tuple[str, Macro | str]:
    """What is defined behind `command`, one of COMMANDS, and its meaning.

    The meaning of `\\let` is the name of another command.

    Raises:
        TexError: when the definition is not understood; the message names the macro.
    """
    name = "".join(reader.argument(command)).strip()
    if command == "\\let":
        if reader.peek() == "=":
            reader.next()
        return name, "".join(reader.argument(f"\\let{name}"))
    if command.startswith("\\DeclareMathOperator"):
        operator = "\\operatorname*" if command.endswith("*") else "\\operatorname"
        return name, Macro(0, (operator, "{", *reader.argument(name), "}"))
    if command == "\\DeclarePairedDelimiter":
        return name, Macro(1, (), paired=(_delimiter(reader, name), _delimiter(reader, name)))
    if command.endswith("def"):
        return name, _plain_macro(reader, name)
    return name, _latex_macro(reader, name)


def _delimiter(reader: TokenReader, name: str) -> str:
    words = [word for word in reader.argument(name) if not word.isspace()]
    if len(words) != 1:
        raise TexError(f"The delimiters of {name} must be one sign each.")
    return words[0]


def _latex_macro(reader: TokenReader, name: str) -> Macro:
    """What stands behind `\\newcommand{\\name}`."""
    count = (reader.option() or "0").strip()
    if count not in map(str, range(MAX_PARAMETERS + 1)):
        raise TexError(f"{name} can have at most {MAX_PARAMETERS} arguments, not “{count}”.")
    default = reader.option() if count != "0" else None
    body = _body(reader.argument(name), name, int(count))
    return Macro(int(count), body, None if default is None else tuple(tokenize(default)))


def _plain_macro(reader: TokenReader, name: str) -> Macro:
    """What stands behind `\\def\\name`: `#1#2` and so on, and the body."""
    count = 0
    while reader.peek() == "#":
        reader.next()
        count += 1
        if reader.next() != str(count) or count > MAX_PARAMETERS:
            raise TexError(f"The arguments of {name} must be #1, #2 and so on, up to #9.")
    if reader.peek() != "{":
        raise TexError(f"{name} must have its definition in braces behind it.")
    return Macro(count, _body(reader.argument(name), name, count))


def _body(words: list[str], name: str, parameters: int) -> tuple[str, ...]:
    """The tokens of a definition, with `#1` and so on as one token each."""
    body: list[str] = []
    reader = TokenReader(words)
    while (word := reader.next()) is not None:
        if word in COMMANDS:
            raise TexError(f"A definition inside that of {name} is not supported.")
        if word == "#":
            number = reader.next() or ""
            if number not in map(str, range(1, parameters + 1)):
                raise TexError(f"#{number} is none of the arguments of {name}.")
            word += number
        body.append(word)
    return tuple(body)
