"""Numbers and quantities as the LaTeX package siunitx writes them: `\\qty{1.2(3)e4}{\\metre}`.

Source of the format: the manual of siunitx 3 (https://ctan.org/pkg/siunitx), chapters 3.1 to 3.3;
for `\\pu` that of mhchem 4 (https://ctan.org/pkg/mhchem).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.rendering.math.tex.marks import Handler, Rewriter
from app.rendering.math.tex.packages.units import physical_unit, unit
from app.rendering.math.tex.tokens import TexError, TokenReader, tokenize

_PART = (
    r"(?P<{0}sign>[+-]|\\pm|\\mp|±)?\s*(?P<{0}number>\d*(?:[.,]\d*)?)"
    r"(?:\((?P<{0}last>\d+(?:\.\d+)?)\)|\s*(?:\\pm|\+-|±)\s*(?P<{0}spread>\d+(?:[.,]\d*)?))?"
    r"(?:[eEdD](?P<{0}power>[+-]?\d+))?"
)
_NUMBER = re.compile(
    r"(?P<than><=|>=|<<|>>|<|>|\\(?:le|ge|leq|geq|ll|gg|approx|sim|lesssim|gtrsim)(?![a-zA-Z]))?\s*"
    + _PART.format("")
)
_COMPLEX = re.compile(
    r"(?P<real>[+-]?(?:\d++[.,]?\d*+|[.,]\d++)(?:e[+-]?\d++)?(?=[+-]))?(?P<sign>[+-])?"
    r"(?:(?P<before>\d*+(?:[.,]\d*+)?(?:e[+-]?\d++)?)[ij]|[ij](?P<behind>\d*+(?:[.,]\d*+)?))"
)
_THAN = {"<=": "\\le ", ">=": "\\ge ", "<<": "\\ll ", ">>": "\\gg "}
_GROUPED = 5  # digits from which on they stand in groups of three


def number(shim: Rewriter, text: str, options: Mapping[str, str]) -> str:
    """A number with its uncertainty and power of ten; other TeX stays as it is."""
    text = text.strip()
    if options.get("parse-numbers") == "false":
        return shim.rewrite(tokenize(text))
    found = _NUMBER.fullmatch(text)
    if found and (found["number"] or found["power"]):
        return _one(found, options)
    parts = _COMPLEX.fullmatch("".join(text.split()))
    if parts:
        part = parts["before"] or parts["behind"] or ""
        real = number(shim, parts["real"], options) if parts["real"] else ""
        imaginary = number(shim, part, options) if part else ""
        return f"{real}{parts['sign'] or ''}{imaginary}\\mathrm{{i}}"
    return shim.rewrite(tokenize(text))


def _one(found: re.Match[str], options: Mapping[str, str]) -> str:
    than = found["than"] or ""
    out = [f"{_THAN.get(than, than)} " if than else ""]
    sign = {"±": "\\pm "}.get(found["sign"] or "", found["sign"] or "")
    digits = _digits(found["number"], options)
    out.append(f"{sign} {digits}" if sign.startswith("\\") else sign + digits)
    if found["last"]:
        separate = options.get("separate-uncertainty") == "true"
        separate = separate or options.get("uncertainty-mode") == "separate"
        if separate:
            out.append(f"\\pm {_digits(_spread(found['number'], found['last']), options)}")
        else:
            out.append(f"({found['last']})")
    elif found["spread"]:
        out.append(f"\\pm {_digits(found['spread'], options)}")
    if found["power"]:
        product = options.get("exponent-product", "\\times")
        power = f"10^{{{found['power'].lstrip('+')}}}"
        joined = "".join(out)
        if "\\pm " in joined and digits:
            out = [f"({joined})"]
        out.append(f"{product} {power}" if found["number"] else power)
    return "".join(out)


def _spread(value: str, last: str) -> str:
    """The uncertainty in full of `1.23(4)`: 0.04."""
    places = len(re.split("[.,]", value)[1]) if re.search("[.,]", value) else 0
    if not places or "." in last:
        return last
    digits = last.rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _digits(text: str, options: Mapping[str, str]) -> str:
    """Digits in groups of three, where there are five or more on one side of the point."""
    whole, _, part = text.replace(",", ".").partition(".")
    if options.get("group-digits") not in ("false", "none"):
        least = 4 if options.get("group-minimum-digits") == "4" else _GROUPED
        separator = f"{{{options.get('group-separator', chr(92) + ',')}}}"
        if len(whole) >= least:
            starts = range(len(whole) % 3, len(whole), 3)
            threes = [whole[: len(whole) % 3], *(whole[at : at + 3] for at in starts)]
            whole = separator.join(filter(None, threes))
        if len(part) >= least:
            part = re.sub(r"(\d{3})(?=\d)", lambda three: three[1] + separator, part)
    whole = whole or ("0" if part else "")
    marker = f"{{{options.get('output-decimal-marker', '.').strip('{}')}}}"
    return f"{whole}{'.' if marker == '{.}' else marker}{part}" if part else whole


def _options(shim: Rewriter, reader: TokenReader) -> dict[str, str]:
    """The options in brackets, by name; what they put into the formula is rewritten."""
    found: dict[str, str] = {}
    for part in re.split(r",(?![^{}]*\})", reader.option() or ""):
        name, _, value = part.partition("=")
        value = value.strip()
        bare = value[1:-1] if value[:1] == "{" and value[-1:] == "}" else value
        found[name.strip()] = shim.rewrite(tokenize(bare)) if "\\" in bare else bare or "true"
    return found


def _with_unit(shim: Rewriter, value: str, of: list[str], options: Mapping[str, str]) -> str:
    name = unit(shim, of, options.get("per-mode", ""))
    if not value or not name:
        return value or name
    if "\\pm " in value and not value.startswith("\\pm ") and value[0] != "(":
        value = f"({value})"
    at_once = "".join(of).strip() in ("\\degree", "\\arcminute", "\\arcsecond")
    return f"{value}{name}" if at_once else f"{value}\\,{name}"


def numbers(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\num{…}`, `\\complexnum{…}` and `\\tablenum{…}`."""
    options = _options(shim, reader)
    return f"{{{number(shim, ''.join(reader.argument(word)), options)}}}"


def quantity(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\qty{5}{\\metre}` and `\\SI{5}[\\$]{\\metre}`."""
    options = _options(shim, reader)
    value = number(shim, "".join(reader.argument(word)), options)
    before = reader.option()
    lead = unit(shim, tokenize(before)) if before else ""
    return f"{{{lead}{_with_unit(shim, value, reader.argument(word), options)}}}"


def units_alone(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\unit{\\metre\\per\\second}`."""
    options = _options(shim, reader)
    return f"{{{unit(shim, reader.argument(word), options.get('per-mode', ''))}}}"


def several(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """Ranges, lists and products of numbers, and of quantities where a unit follows."""
    options = _options(shim, reader)
    texts = ["".join(reader.argument(word))]
    if word.endswith("range"):
        texts.append("".join(reader.argument(word)))
    elif word.endswith("product"):
        texts = re.split("[x×]", texts[0])
    else:
        texts = texts[0].split(";")
    values = [number(shim, text, options) for text in texts]
    if not word.startswith("\\num"):
        of = reader.argument(word)
        values = [_with_unit(shim, value, of, options) for value in values]
    return f"{{{_joined(word, values, options)}}}"


def _joined(word: str, values: list[str], options: Mapping[str, str]) -> str:
    if word.endswith("product"):
        return f" {options.get('product-symbol', chr(92) + 'times')} ".join(values)
    if word.endswith("range"):
        phrase = options.get("range-phrase", " to ")
        return (phrase if phrase[:1] in ("\\", "{") else f"\\text{{{phrase}}}").join(values)
    if len(values) < 3:
        return "\\text{ and }".join(values)
    return "\\text{, }".join(values[:-1]) + f"\\text{{, and }}{values[-1]}"


def angle(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\ang{1;2;3}`: degrees, minutes and seconds. Without braces it is texvc's angle sign."""
    options = _options(shim, reader) if reader.peek() == "[" else {}
    if reader.peek() != "{":
        return "\\angle "
    texts = "".join(reader.argument(word)).split(";")
    if len(texts) > 3:
        raise TexError("\\ang takes degrees, minutes and seconds.")
    signs = ("\\circ", "\\prime", "\\prime\\prime")
    parts = [
        f"{number(shim, text, options)}^{{{sign}}}"
        for text, sign in zip(texts, signs, strict=False)
        if text.strip()
    ]
    return f"{{{''.join(parts)}}}"


def physical(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """mhchem's `\\pu{123 kJ mol-1}`."""
    text = "".join(reader.argument(word)).strip()
    found = re.match(
        r"[+-]?[\d.,]*(?:\([\d.]+\)|\s*(?:\\pm|\+-|±)\s*[\d.]+)?(?:[eE][+-]?\d+)?", text
    )
    value = found[0] if found else ""
    of = text[len(value) :].strip()
    marker = {"output-decimal-marker": ","} if "," in value else {}
    shown = number(shim, value, {"exponent-product": "\\cdot", **marker}) if value else ""
    above, double, below = of.partition("//")
    names = [unit(shim, physical_unit(part)) if part.strip() else "" for part in (above, below)]
    name = f"\\frac{{{names[0] or '1'}}}{{{names[1]}}}" if double else names[0]
    return f"{{{shown}{chr(92) + ',' if shown and name else ''}{name}}}"


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "\\num": numbers, "\\complexnum": numbers, "\\tablenum": numbers,
        "\\SI": quantity, "\\complexqty": quantity, "\\si": units_alone, "\\unit": units_alone,
        "\\ang": angle, "\\pu": physical,
    }
    | {
        f"\\{kind}{form}": several
        for kind in ("num", "qty", "SI")
        for form in ("range", "list", "product")
    }
)  # fmt: skip
