"""Units as the LaTeX package siunitx names them: `\\metre\\per\\second`, `\\km`, `m/s`.

Source of the format: the manual of siunitx 3 (https://ctan.org/pkg/siunitx), chapters 3.4 and 3.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.rendering.math.tex.marks import Rewriter
from app.rendering.math.tex.tokens import TexError, TokenReader, is_word, tokenize

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "metre": "m", "meter": "m", "second": "s", "gram": "g", "kilogram": "kg", "ampere": "A",
        "kelvin": "K", "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N",
        "pascal": "Pa", "joule": "J", "watt": "W", "coulomb": "C", "volt": "V", "farad": "F",
        "ohm": "\\Omega ", "siemens": "S", "weber": "Wb", "tesla": "T", "henry": "H", "lumen": "lm",
        "lux": "lx", "becquerel": "Bq", "gray": "Gy", "sievert": "Sv", "litre": "L", "liter": "L",
        "minute": "min", "hour": "h", "day": "d", "degree": "{}^{\\circ}", "percent": "\\%",
        "celsius": "{}^{\\circ}C", "degreeCelsius": "{}^{\\circ}C", "angstrom": "\\text{Å}",
        "electronvolt": "eV", "bit": "bit", "byte": "B", "decibel": "dB", "bar": "bar",
        "radian": "rad", "steradian": "sr", "katal": "kat", "tonne": "t", "hectare": "ha",
        "dalton": "Da", "arcminute": "{}^{\\prime}", "arcsecond": "{}^{\\prime\\prime}",
        "astronomicalunit": "au", "atomicmassunit": "u", "bel": "B", "neper": "Np", "knot": "kn",
        "mmHg": "mmHg", "nauticalmile": "M", "barn": "b", "gal": "Gal", "clight": "c_0",
        "bohr": "a_0", "hartree": "E_{h}", "elementarycharge": "e", "electronmass": "m_{e}",
        "planckbar": "\\hbar ", "dB": "dB", "kWh": "kWh", "Da": "Da", "min": "min", "l": "l",
        "permille": "\\text{‰}", "eVperc": "eV/c", "ppm": "ppm",
    }
)  # fmt: skip
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "quecto": "q", "ronto": "r", "yocto": "y", "zepto": "z", "atto": "a", "femto": "f",
        "pico": "p", "nano": "n", "micro": "\\mu ", "milli": "m", "centi": "c", "deci": "d",
        "deca": "da", "deka": "da", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G",
        "tera": "T", "peta": "P", "exa": "E", "zetta": "Z", "yotta": "Y", "ronna": "R",
        "quetta": "Q", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti", "pebi": "Pi",
        "exbi": "Ei",
    }
)  # fmt: skip
# Powers that stand before and behind a unit; None for those that bring theirs as an argument.
POWERS_BEFORE: Mapping[str, str | None] = {"square": "2", "cubic": "3", "raiseto": None}
POWERS_BEHIND: Mapping[str, str | None] = {"squared": "2", "cubed": "3", "tothe": None}
# `\km`, `\uA`: a prefix and a unit in letters.
_SHORT = re.compile(
    "([afpnumcdhkMGTPE]?)(g|m|s|mol|A|l|L|Hz|N|Pa|V|W|J|eV|F|H|C|K|T|ohm|B|bit|Wh|Bq|Gy|Sv|S|bar)"
)
_DROPPED = frozenset({"highlight", "mathrm", "text", "textrm", "mathup", "si", "unit", "rm"})


@dataclass
class _Unit:
    """A unit with its prefix, its power, and whether it stands behind `\\per`."""

    symbol: str
    power: str = ""
    below: bool = False


def unit(shim: Rewriter, words: list[str], mode: str = "") -> str:
    """The TeX of a unit; `mode` is siunitx's `per-mode`.

    Raises:
        TexError: when a power has no unit.
    """
    if not any(word[0] == "\\" and word[1:].isalpha() for word in words):
        return _literal(shim, words)
    return _join(_read(shim, words), mode)


def _literal(shim: Rewriter, words: list[str]) -> str:
    """A unit in letters: `kg.m/s^2`."""
    reader = TokenReader(words)
    out: list[str] = []
    while (word := reader.next()) is not None:
        if word in ("^", "_"):
            out.append(f"{word}{{{shim.rewrite(_power(reader))}}}")
        elif word in (".", "~") or word.isspace():
            out.append("\\," if out else "")
        elif word == "*":
            out.append("{\\cdot}")
        elif word in ("%", "#"):
            out.append(f"\\{word}")
        elif word in ("{", "}", "&", "$"):
            continue
        else:
            out.append("\\mu " if word in "µμ" else shim.rewrite([word]))
    text = "".join(out)
    return f"\\mathrm{{{text}}}" if text else ""


def _read(shim: Rewriter, words: list[str]) -> list[_Unit]:
    reader = TokenReader(words)
    found: list[_Unit] = []
    prefix, power, below = "", "", False
    while (word := reader.next()) is not None:
        name = word[1:] if word[0] == "\\" else ""
        if word in ".~{}" or word.isspace() or name in _DROPPED:
            continue
        if word == "/" or name == "per":
            below = True
        elif name in POWERS_BEFORE:
            power = _power_of(shim, reader, word, POWERS_BEFORE[name])
            if not reader.peek():
                raise TexError(f"{word} needs a unit behind it.")
        elif (name in POWERS_BEHIND or word == "^") and found:
            found[-1].power = _power_of(shim, reader, word, POWERS_BEHIND.get(name))
        elif name == "of" or word == "_":
            index = shim.rewrite(reader.argument(word))
            found[-1:] = [_Unit(f"{f.symbol}_{{{index}}}", f.power, f.below) for f in found[-1:]]
        elif name in PREFIXES:
            prefix = PREFIXES[name]
        else:
            symbol = prefix + (_symbol(name) or _as_written(shim, word))
            if not name and found and not found[-1].power and not prefix and reader.at > 1:
                found[-1].symbol += symbol  # a unit in letters
            else:
                found.append(_Unit(symbol, power, below))
                below = False
            prefix = power = ""
    return [*found, _Unit(prefix, power, below)] if prefix else found


def _as_written(shim: Rewriter, word: str) -> str:
    return shim.rewrite([word]) + (" " if is_word(word) else "")


def _symbol(name: str) -> str:
    if name in UNITS:
        return UNITS[name]
    short = _SHORT.fullmatch(name)
    if not short:
        return ""
    prefix = "\\mu " if short[1] == "u" else short[1]
    return prefix + ("\\Omega " if short[2] == "ohm" else short[2])


def _join(units: list[_Unit], mode: str) -> str:
    above = [each for each in units if not each.below]
    below = [each for each in units if each.below]
    if not below or mode not in ("symbol", "fraction", "repeated-symbol", "symbol-or-fraction"):
        for each in below:
            each.power = f"-{each.power or 1}".replace("--", "")
        return _product(units)
    if mode == "fraction":
        return f"\\frac{{{_product(above) or '1'}}}{{{_product(below)}}}"
    under = _product(below)
    if mode == "repeated-symbol":
        under = "/".join(_product([each]) for each in below)
    elif len(below) > 1:
        under = f"({under})"
    return f"{_product(above) or '1'}/{under}"


def _product(units: list[_Unit]) -> str:
    return "\\,".join(
        f"\\mathrm{{{each.symbol}}}" + (f"^{{{each.power}}}" if each.power else "")
        if "^" not in each.symbol or not each.power
        else f"{{\\mathrm{{{each.symbol}}}}}^{{{each.power}}}"
        for each in units
    )


def _power_of(shim: Rewriter, reader: TokenReader, word: str, value: str | None) -> str:
    return value or shim.rewrite(_power(reader) if word == "^" else reader.argument(word))


def _power(reader: TokenReader) -> list[str]:
    """What stands behind `^`: in braces, or a sign and digits."""
    if reader.peek() == "{":
        return reader.argument("^")
    sign = [reader.next() or ""] if reader.peek() in ("-", "+") else []
    digits: list[str] = []
    while reader.at < len(reader.tokens) and reader.tokens[reader.at].isdigit():
        digits.append(reader.next() or "")
    return sign + (digits or reader.argument("^"))


def physical_unit(text: str) -> list[str]:
    """The tokens of a unit as mhchem's `\\pu` writes it: `kJ mol-1`, `mm2`."""
    return tokenize(re.sub(r"(?<=[A-Za-z])(-?\d+)", r"^{\1}", text))
