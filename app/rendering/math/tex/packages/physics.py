"""Derivatives and brackets as the LaTeX package physics writes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.rendering.math.tex.marks import Handler, Rewriter
from app.rendering.math.tex.packages import quantities
from app.rendering.math.tex.tokens import TexError, TokenReader

_CLOSING = {"(": ")", "[": "]", "\\{": "\\}", "|": "|", "\\|": "\\|"}
_LETTERS = {"\\dv": "\\mathrm{d}", "\\derivative": "\\mathrm{d}", "\\fdv": "\\delta "}


def derivative(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\dv{x}`, `\\dv{f}{x}` and `\\dv[2]{f}{x}`; `\\pdv{f}{x}{y}` is a mixed one."""
    letter = _LETTERS.get(word, "\\partial ")
    slash = reader.peek() == "*"
    if slash:
        reader.next()
    order = reader.option()
    power = f"^{{{order}}}" if order else ""
    first = shim.rewrite(reader.argument(word))
    below = [shim.rewrite(reader.argument(word))] if reader.peek() == "{" else []
    if not below:
        first, below = "", [first]
    elif letter == "\\partial " and reader.peek() == "{":
        below.append(shim.rewrite(reader.argument(word)))
        power = "^{2}"
    above = f"{letter}{power}{first}"
    under = "".join(f"{letter}{{{part}}}" for part in below) + (power if len(below) == 1 else "")
    return f"{{{above}/{under}}}" if slash else f"\\frac{{{above}}}{{{under}}}"


def quantity(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\qty(…)`: brackets as large as what they hold.

    `\\qty{5}{m}` is siunitx's.
    """
    if _has_option(reader, "="):
        return quantities.quantity(shim, reader, word)
    opening = reader.peek()
    closing = _CLOSING.get(opening)
    if closing is None:
        start = reader.at
        first = reader.argument(word)
        if reader.peek() != "{" and not _has_option(reader):
            return f"\\left\\{{{shim.rewrite(first)}\\right\\}}"
        reader.at = start
        return quantities.quantity(shim, reader, word)
    reader.next()
    depth, start = 0, reader.at
    while (part := reader.next()) is not None:
        if part == closing and not depth:
            inner = shim.rewrite(reader.tokens[start : reader.at - 1])
            return f"\\left{opening}{inner}\\right{closing}"
        depth += (part in ("{", opening)) - (part in ("}", closing))
    raise TexError(f"The bracket behind {word} is never closed.")


def _has_option(reader: TokenReader, sign: str = "") -> bool:
    """Whether square brackets with a sign in them come next, and a brace behind them."""
    if reader.peek() != "[" or "]" not in reader.tokens[reader.at :]:
        return False
    end = reader.tokens.index("]", reader.at)
    within = not sign or sign in reader.tokens[reader.at : end]
    return within and reader.tokens[end + 1 : end + 2] == ["{"]


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "\\dv": derivative, "\\derivative": derivative, "\\pdv": derivative, "\\fdv": derivative,
        "\\partialderivative": derivative, "\\pderivative": derivative, "\\qty": quantity,
    }
)  # fmt: skip
