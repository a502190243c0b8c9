"""From text to search words: the same folding for every engine, for rows and for queries."""

from __future__ import annotations

import re
import unicodedata

MAX_WORD = 64
MAX_QUERY_WORDS = 12
# Chinese, Japanese and Korean are written without spaces: each sign is a word of its own.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")


def fold(text: str) -> str:
    """Lower case, without accents and width variants: `É` becomes `e`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def indexable(*texts: str) -> str:
    """The words of some texts, folded and joined by spaces, as the index stores them."""
    found: list[str] = []
    for text in texts:
        # Composed again, since Korean syllables were taken apart by the folding.
        found += (word[:MAX_WORD] for word in _WORD.findall(_composed(text)))
    return " ".join(found)


def words(query: str) -> list[str]:
    """The words of a query, folded, without repeats, at most `MAX_QUERY_WORDS`."""
    found = dict.fromkeys(word[:MAX_WORD] for word in _WORD.findall(_composed(query[:1000])))
    return list(found)[:MAX_QUERY_WORDS]


def _composed(text: str) -> str:
    return fold(text) if text.isascii() else unicodedata.normalize("NFC", fold(text))
