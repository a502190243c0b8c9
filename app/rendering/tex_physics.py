"""Derivatives, brackets and units as the LaTeX packages physics and siunitx write them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.rendering.tex_marks import Handler, Rewriter
from app.rendering.tex_tokens import Reader, TexError

_CLOSING = {"(": ")", "[": "]", "\\{": "\\}", "|": "|", "\\|": "\\|"}
_LETTERS = {"\\dv": "\\mathrm{d}", "\\derivative": "\\mathrm{d}", "\\fdv": "\\delta "}
_UNITS = MappingProxyType(
    {
        "metre": "m", "meter": "m", "second": "s", "gram": "g", "kilogram": "kg", "ampere": "A",
        "kelvin": "K", "mole": "mol", "mol": "mol", "candela": "cd", "hertz": "Hz", "newton": "N",
        "pascal": "Pa", "joule": "J", "watt": "W", "coulomb": "C", "volt": "V", "farad": "F",
        "ohm": "\\Omega ", "siemens": "S", "weber": "Wb", "tesla": "T", "henry": "H", "lumen": "lm",
        "lux": "lx", "becquerel": "Bq", "gray": "Gy", "sievert": "Sv", "litre": "L", "liter": "L",
        "minute": "min", "hour": "h", "day": "d", "degree": "^{\\circ}", "percent": "\\%",
        "celsius": "{}^{\\circ}C", "degreeCelsius": "{}^{\\circ}C", "angstrom": "\\text{Å}",
        "electronvolt": "eV", "eV": "eV", "bit": "bit", "byte": "B", "decibel": "dB", "bar": "bar",
        "pico": "p", "nano": "n", "micro": "\\mu ", "milli": "m", "centi": "c", "deci": "d",
        "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "femto": "f",
        "squared": "^{2}", "cubed": "^{3}", "per": "/", "square": "", "cubic": "",
        "km": "km", "cm": "cm", "mm": "mm", "nm": "nm", "kg": "kg", "ms": "ms", "GHz": "GHz",
    }
)  # fmt: skip


def derivative(shim: Rewriter, reader: Reader, word: str) -> str:
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


def quantity(shim: Rewriter, reader: Reader, word: str) -> str:
    """`\\qty(…)`: brackets as large as what they hold. `\\qty{5}{m}` is siunitx's."""
    opening = reader.peek()
    closing = _CLOSING.get(opening)
    if closing is None:
        first = reader.argument(word)
        if reader.peek() == "{":
            return _with_unit(shim, first, reader.argument(word))
        return f"\\left\\{{{shim.rewrite(first)}\\right\\}}"
    reader.next()
    depth, start = 0, reader.at
    while (part := reader.next()) is not None:
        if part == closing and not depth:
            inner = shim.rewrite(reader.tokens[start : reader.at - 1])
            return f"\\left{opening}{inner}\\right{closing}"
        depth += (part in ("{", opening)) - (part in ("}", closing))
    raise TexError(f"The bracket behind {word} is never closed.")


def number_with_unit(shim: Rewriter, reader: Reader, word: str) -> str:
    """`\\SI{5}{\\metre}`."""
    reader.option()
    return _with_unit(shim, reader.argument(word), reader.argument(word))


def unit(shim: Rewriter, reader: Reader, word: str) -> str:
    """`\\si{\\metre\\per\\second}`."""
    reader.option()
    return _unit(shim, reader.argument(word))


def _with_unit(shim: Rewriter, number: list[str], of: list[str]) -> str:
    return f"{{{shim.rewrite(number)}\\,{_unit(shim, of)}}}"


def _unit(shim: Rewriter, words: list[str]) -> str:
    known = [_UNITS.get(word[1:], word) if word[0] == "\\" else word for word in words]
    inner = shim.rewrite(["\\cdot " if word == "." else word for word in known])
    return f"\\mathrm{{{inner}}}"


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "\\dv": derivative, "\\derivative": derivative, "\\pdv": derivative, "\\fdv": derivative,
        "\\partialderivative": derivative, "\\pderivative": derivative, "\\qty": quantity,
        "\\SI": number_with_unit, "\\si": unit, "\\unit": unit,
    }
)  # fmt: skip
