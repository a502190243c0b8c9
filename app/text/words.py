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
_FIGURED = re.compile(r"[^\W_]*[²³¹⁰⁴-⁹₀-₉][^\W_]*")


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


def plain_figures(text: str) -> list[str]:
    """The words of a text that have small figures, in plain ones.

    So `h2o` of `H₂O`.
    """
    if text.isascii():
        return []
    whole = [fold(match[0])[:MAX_WORD] for match in _FIGURED.finditer(text)]
    return [word for word in whole if WORD.fullmatch(word) and not word.isdecimal()]


def search_words(text: str) -> list[str]:
    """The words by which a text is found.

    In order, and behind them those with small figures.
    """
    return words(text) + plain_figures(text)
