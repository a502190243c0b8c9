"""The telling words of a paper, by which papers are compared.

From the paper and from what is written about it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser

from app.models.papers.similar import MAX_WORD
from app.text.plurals import singular
from app.text.stop_words import COMMON_WORDS
from app.text.words import indexable

MAX_WORDS = 30  # words of one paper
TITLE, TEXT = 2, 1  # what a word weighs by where it stands
MIN_WORD_CHARS = 3
# In the HTML of the renderer, where none of these is within another of its kind.
_APART = re.compile(r"<(math|pre|code)\b.*?</\1>", re.DOTALL)
_FORMULA = re.compile(r"\$\$?[^$]*\$\$?")


def choose_telling_words(
    title: str, phrases: Iterable[str] = (), texts: Sequence[str] = ()
) -> dict[str, int]:
    """The words that say what a paper is about, at most `MAX_WORDS`, with their weight.

    Those of the title come first, then those of `phrases` (keywords, takeaways), then those that
    `texts` repeat most.
    """
    found = dict.fromkeys(_words(title), TITLE)
    for phrase in phrases:
        for word in _words(phrase):
            found.setdefault(word, TEXT)
    often = Counter(word for text in texts for word in _words(text))
    for word, times in sorted(often.items(), key=lambda pair: (-pair[1], pair[0])):
        if len(found) >= MAX_WORDS or times < 2:
            break
        found.setdefault(word, TEXT)
    return dict(list(found.items())[:MAX_WORDS])


def extract_text(html: str) -> str:
    """The words of a rendered text, without formulas and code."""
    reader = _Reader()
    reader.feed(_APART.sub(" ", html))
    reader.close()
    return " ".join(reader.pieces)


def _words(text: str) -> list[str]:
    found = []
    for word in indexable(_FORMULA.sub(" ", text)).split():
        if len(word) >= MIN_WORD_CHARS and word not in COMMON_WORDS and not word.isdecimal():
            one = singular(word)[:MAX_WORD]
            if one not in COMMON_WORDS:
                found.append(one)
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
