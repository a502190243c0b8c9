"""Constructs of TeX that math-core lacks, in terms of those that it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.rendering.math.tex import commands as known
from app.rendering.math.tex.lengths import em
from app.rendering.math.tex.marks import Handler, Rewriter
from app.rendering.math.tex.tokens import TexError, TokenReader, tokenize

_DIGIT = re.compile(rf"{known.WITH_LENGTH}|\\.|([0-9])", re.DOTALL)


def substack(shim: Rewriter, reader: TokenReader, word: str) -> str:
    inner = shim.rewrite(reader.argument(word))
    return f"{{\\begin{{subarray}}{{c}}{inner}\\end{{subarray}}}}"


def mathop(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """math-core sets no limits under `\\mathop`, so they are put there one by one."""
    content = [part for part in reader.argument(word) if part != "\\limits"]
    name = re.fullmatch(
        r"\s*+(?:\{?\\(?:rm|mathrm|text|textrm|operatorname\*?)\s*+)\{?([A-Za-z -]++)\}?\}?\s*+",
        "".join(content),
    )
    if name:
        return f"\\operatorname*{{{name.group(1).strip()}}}"
    return with_limits(shim, reader, "{" + shim.rewrite(content) + "}")


def limit(shim: Rewriter, reader: TokenReader, word: str) -> str:
    return with_limits(shim, reader, known.LIMITS[word])


def with_limits(shim: Rewriter, reader: TokenReader, base: str) -> str:
    """`base` with the scripts behind it under and over it.

    So where an operator has them there.
    """
    limits = reader.peek() == "\\limits"
    if limits:
        reader.next()
    if not (limits or shim.display):
        return base
    while (script := reader.peek()) and script in "^_":
        reader.next()
        place = "\\underset" if script == "_" else "\\overset"
        base = f"{place}{{{shim.rewrite(reader.script(script))}}}{{{base}}}"
    return base


def operator(shim: Rewriter, reader: TokenReader, word: str) -> str:
    content = reader.argument(word)
    if any(part in "^_{" or part in known.TEXT or part[:5] == "\\math" for part in content):
        return "{\\mathrm{" + shim.rewrite(content) + "}}"
    return f"{word}{{{''.join(content)}}}"


def reference(shim: Rewriter, reader: TokenReader, word: str) -> str:
    key = "".join(reader.argument(word))
    opening, closing = "[]" if word == "\\cite" else "()"
    return shim.text([opening, *key, closing], "\\text")


def root(shim: Rewriter, reader: TokenReader, word: str) -> str:
    degree: list[str] = []
    while (part := reader.next()) is not None and part != "\\of":
        if part == word:
            raise TexError("\\root needs \\of behind its degree.")
        degree.append(part)
    return f"\\sqrt[{shim.rewrite(degree)}]{{{shim.rewrite(reader.argument(word))}}}"


def cancelto(shim: Rewriter, reader: TokenReader, word: str) -> str:
    value = shim.rewrite(reader.argument(word))
    return f"\\cancel{{{shim.rewrite(reader.argument(word))}}}^{{{value}}}"


def unicode(_: Rewriter, reader: TokenReader, word: str) -> str:
    reader.option()
    code = "".join(reader.argument(word)).strip().lower()
    number = int(code.lstrip("x"), 16) if re.fullmatch("x?[0-9a-f]{1,5}", code) else 0
    character = chr(number)
    return f"\\text{{{character}}}" if number > 160 and character.isprintable() else ""


def enclose(shim: Rewriter, reader: TokenReader, word: str) -> str:
    notation = "".join(reader.argument(word))
    reader.option()
    command = known.NOTATIONS.get(notation.split()[0] if notation.split() else "", "\\boxed")
    return f"{command}{{{shim.rewrite(reader.argument(word))}}}"


def verbatim(shim: Rewriter, reader: TokenReader, _: str) -> str:
    """`\\verb|x|`, whose argument stands between two equal signs."""
    fence = reader.next()
    words: list[str] = []
    while fence and (part := reader.next()) is not None:
        if part == fence:
            return shim.text(words, "\\texttt")
        if part in ("{", "}"):
            words.append(f"\\{part}")
        elif part[0] == "\\":
            words += ["\\textbackslash", "{", "}", *part[1:]]
        else:
            words.append(part)
    raise TexError("\\verb needs the same sign before and behind its text.")


def framed(shim: Rewriter, reader: TokenReader, word: str) -> str:
    reader.option()
    content = shim.text(reader.argument(word), "\\text")
    return f"\\boxed{{{content}}}"


def above(_: Rewriter, reader: TokenReader, word: str) -> str:
    """`a\\above 1pt b`: a fraction, whose line may have no width."""
    return "\\over " if em(reader.length(word)) else "\\atop "


def built(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\buildrel a \\over b`."""
    above: list[str] = []
    while (part := reader.next()) is not None and part != "\\over":
        above.append(part)
    if part is None:
        raise TexError("\\buildrel needs \\over.")
    return f"\\overset{{{shim.rewrite(above)}}}{{{shim.rewrite(reader.argument(word))}}}"


def character(_: Rewriter, reader: TokenReader, __: str) -> str:
    """TeX's character by number: `\\char65`, `\\char"41`, `\\char'101`, ``\\char`A``."""
    kind = reader.peek()
    if kind == "`":
        reader.next()
        sign = (reader.next() or "").lstrip("\\")
        return f"\\text{{{sign}}}" if sign.isalnum() else ""
    base = {'"': 16, "'": 8}.get(kind, 10)
    if base != 10:
        reader.next()
    digits = ""
    while len(digits) < 6 and reader.at < len(reader.tokens):
        digit = reader.tokens[reader.at]
        if digit.upper() not in "0123456789ABCDEF"[:base] or len(digit) > 1:
            break
        digits += reader.next() or ""
    sign = chr(int(digits, base)) if digits and int(digits, base) < 0x110000 else ""
    return f"\\text{{{sign}}}" if sign.isalnum() else ""


def continued(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\cfrac[l]{a}{b}`, whose option aligns the upper part."""
    reader.option()
    parts = [shim.rewrite(reader.argument(word)) for _ in range(2)]
    return f"{word}{{{parts[0]}}}{{{parts[1]}}}"


def bold(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\boldsymbol{0}`; math-core leaves digits as they are."""
    tex = "".join(reader.argument(word))
    tex = _DIGIT.sub(lambda found: f"\\mathbf{{{found[1]}}}" if found[1] else found[0], tex)
    word = "\\boldsymbol" if word == "\\pmb" else word
    return f"{word}{{{shim.rewrite(tokenize(tex))}}}"


def space(_: Rewriter, reader: TokenReader, word: str) -> str:
    return f"\\hspace{{{em(reader.length(word)):.4f}em}}"


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "\\substack": substack, "\\shortstack": substack, "\\mathop": mathop,
        "\\operatorname": operator, "\\operatorname*": operator,
        "\\operatornamewithlimits": operator, "\\ref": reference, "\\eqref": reference,
        "\\cref": reference, "\\Cref": reference, "\\autoref": reference, "\\cite": reference,
        "\\root": root,
        "\\cancelto": cancelto, "\\unicode": unicode, "\\enclose": enclose,
        **dict.fromkeys(known.LIMITS, limit),
        "\\fbox": framed, "\\framebox": framed,
        "\\verb": verbatim, "\\kern": space, "\\mkern": space, "\\hskip": space,
        "\\mskip": space, "\\hspace*": space, "\\hspace": space, "\\above": above,
        "\\buildrel": built, "\\char": character, "\\cfrac": continued,
        "\\boldsymbol": bold, "\\bm": bold, "\\symbf": bold, "\\pmb": bold,
    }
)  # fmt: skip
