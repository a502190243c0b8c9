"""The words of a text.

As rows of the index and queries have them, and as titles are compared.
"""

from __future__ import annotations

import re

from app.text.folding import fold

MAX_WORD = 64
MAX_TITLE = 300  # characters of a folded title
# Chinese, Japanese and Korean are written without spaces: each sign is a word of its own.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Small figures are words of their own, so that `x²` and `x^2` are the same.
_SMALL_FIGURES = re.compile(r"([²³¹⁰⁴-⁹₀-₉]+)")
# A word with such in it is also one as a whole, so that `H2O` finds `H₂O`.
_FIGURED = re.compile(r"(?<![^\W_])(?:(?![²³¹⁰⁴-⁹₀-₉])[^\W_])*+[²³¹⁰⁴-⁹₀-₉][^\W_]*")
# So is one with formulas in it, `H$_2$O`, and one of parts that hyphens join: `rcnn` of `R-CNN`.
_FORMULAS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]*+(?:\$[^$\s]{1,60}\$[A-Za-z0-9]*+)+")
_TEX_SIGNS = re.compile(r"\\(?:mathrm|mathsf|text|rm|ce)\b|[${}_^]")
COMPOUND = re.compile(rf"(?<![\w‐‑–-])[^\W_{CJK}]+(?:[-‐‑–][^\W_{CJK}]+){{1,2}}(?![-‐‑–]?[^\W_])")
HYPHEN = re.compile("[-‐‑–]")
# Languages whose names end in signs: C++, C#, F#.
_NAMED_BY_SIGNS = re.compile(r"(?<![\w+#])[a-z]\w{0,9}(?:\+\+|#)(?![+#])", re.IGNORECASE)
_JOINED = re.compile(r"[-‐‑–$+#²³¹⁰⁴-⁹₀-₉]")


def indexable(*texts: str) -> str:
    """The words of some texts, folded and joined by spaces."""
    found: list[str] = []
    for text in texts:
        found += (word[:MAX_WORD] for word in WORD.findall(fold(text)))
    return " ".join(found)


def title_folded(title: str) -> str:
    """The beginning of a title as titles are compared: its words without accents or signs."""
    return indexable(title)[:MAX_TITLE]


def words(text: str) -> list[str]:
    """The words of a text, folded, in order.

    As `did you mean` and suggestions show them.
    """
    if text.isascii():
        return [word[:MAX_WORD] for word in _ASCII_WORD.findall(text.lower())]
    parted = _SMALL_FIGURES.sub(r" \1 ", text)
    return [word[:MAX_WORD] for word in WORD.findall(fold(parted))]


def whole_words(text: str) -> list[str]:
    """The words of a text that signs divide, each as a whole.

    So `h2o` of `H₂O` and of `H$_2$O`, `rcnn` of `R-CNN`; and `c++`, whose signs belong to it.
    """
    if not _JOINED.search(text):
        return []
    found = [match[0] for match in _FIGURED.finditer(text)]
    if "$" in text:
        found += (_TEX_SIGNS.sub("", match[0]) for match in _FORMULAS.finditer(text))
    found += (HYPHEN.sub("", match[0]) for match in COMPOUND.finditer(text))
    whole = [fold(word)[:MAX_WORD] for word in found]
    whole = [word for word in whole if WORD.fullmatch(word) and not word.isdecimal()]
    return whole + names_with_signs(text)


def names_with_signs(text: str) -> list[str]:
    """The names in a text whose last signs belong to them: `c++`, `f#`."""
    if "+" not in text and "#" not in text:
        return []
    return [match[0].lower() for match in _NAMED_BY_SIGNS.finditer(text)]


def search_words(text: str) -> list[str]:
    """The words by which a text is found.

    In order, and behind them those that are one as a whole.
    """
    return words(text) + whole_words(text)
