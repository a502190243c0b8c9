"""Derivatives, brackets and units as the LaTeX packages physics and siunitx write them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.rendering.math.tex.marks import Handler, Rewriter
from app.rendering.math.tex.tokens import TexError, TokenReader, tokenize

_CLOSING = {"(": ")", "[": "]", "\\{": "\\}", "|": "|", "\\|": "\\|"}
_LETTERS = {"\\dv": "\\mathrm{d}", "\\derivative": "\\mathrm{d}", "\\fdv": "\\delta "}
# siunitx (https://ctan.org/pkg/siunitx), chapter 4.
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "metre": "m", "meter": "m", "second": "s", "gram": "g", "kilogram": "kg", "ampere": "A",
        "kelvin": "K", "mole": "mol", "mol": "mol", "candela": "cd", "hertz": "Hz", "newton": "N",
        "pascal": "Pa", "joule": "J", "watt": "W", "coulomb": "C", "volt": "V", "farad": "F",
        "ohm": "\\Omega ", "siemens": "S", "weber": "Wb", "tesla": "T", "henry": "H", "lumen": "lm",
        "lux": "lx", "becquerel": "Bq", "gray": "Gy", "sievert": "Sv", "litre": "L", "liter": "L",
        "minute": "min", "hour": "h", "day": "d", "degree": "{}^{\\circ}", "percent": "\\%",
        "celsius": "{}^{\\circ}C", "degreeCelsius": "{}^{\\circ}C", "angstrom": "\\text{Å}",
        "electronvolt": "eV", "eV": "eV", "bit": "bit", "byte": "B", "decibel": "dB", "bar": "bar",
        "radian": "rad", "steradian": "sr", "katal": "kat", "tonne": "t", "hectare": "ha",
        "dalton": "Da", "arcminute": "'", "arcsecond": "''", "per": "/",
        "km": "km", "cm": "cm", "mm": "mm", "nm": "nm", "kg": "kg", "ms": "ms", "GHz": "GHz",
    }
)  # fmt: skip
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "atto": "a", "hecto": "h", "deca": "da", "deka": "da", "exa": "E", "zetta": "Z",
        "yotta": "Y", "zepto": "z", "yocto": "y", "pico": "p", "nano": "n",
        "micro": "\\mu ", "milli": "m", "centi": "c", "deci": "d",
        "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "femto": "f",
    }
)  # fmt: skip
# Powers that stand before and behind a unit; None for those that bring theirs as an argument.
POWERS_BEFORE: Mapping[str, str | None] = MappingProxyType(
    {"square": "2", "cubic": "3", "raiseto": None}
)
POWERS_BEHIND: Mapping[str, str | None] = MappingProxyType(
    {"squared": "2", "cubed": "3", "tothe": None}
)


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


def number_with_unit(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\SI{5}{\\metre}`."""
    reader.option()
    return _with_unit(shim, reader.argument(word), reader.argument(word))


def unit(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\si{\\metre\\per\\second}`."""
    reader.option()
    return _unit(shim, reader.argument(word))


def _with_unit(shim: Rewriter, number: list[str], of: list[str]) -> str:
    return f"{{{shim.rewrite(number)}\\,{_unit(shim, of)}}}"


def _unit(shim: Rewriter, words: list[str]) -> str:
    return f"\\mathrm{{{shim.rewrite(_spelled_out(words))}}}"


def _spelled_out(words: list[str]) -> list[str]:
    """The tokens of a unit with its symbols, prefixes and powers in the place of their names."""
    reader = TokenReader(words)
    out: list[str] = []
    power: list[str] = []  # of the unit that comes next
    while (word := reader.next()) is not None:
        name = word[1:] if word[0] == "\\" else ""
        if name in POWERS_BEFORE:
            power = _power(reader, word, POWERS_BEFORE[name])
            if not reader.peek():
                raise TexError(f"{word} needs a unit behind it.")
        elif name in POWERS_BEHIND:
            out += _power(reader, word, POWERS_BEHIND[name])
        elif name in PREFIXES:
            out += tokenize(PREFIXES[name])
        elif name in UNITS:
            symbol = tokenize(UNITS[name])
            # Braces for a symbol that has a power of its own.
            out += ["{", *symbol, "}"] if "^" in symbol or "'" in symbol else symbol
            if name != "per":
                out += power
                power = []
        else:
            out += ["\\cdot", " "] if word == "." else [word]
    return out + power


def _power(reader: TokenReader, word: str, value: str | None) -> list[str]:
    return ["^", "{", *(reader.argument(word) if value is None else [value]), "}"]


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "\\dv": derivative, "\\derivative": derivative, "\\pdv": derivative, "\\fdv": derivative,
        "\\partialderivative": derivative, "\\pderivative": derivative, "\\qty": quantity,
        "\\SI": number_with_unit, "\\si": unit, "\\unit": unit,
    }
)  # fmt: skip
