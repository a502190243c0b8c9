"""Which of several spellings of one name is the best.

Names that `folding.make_slug` takes for one differ in accents, capitals and punctuation only. Each
record keeps its own; the page that they share shows the best: accents over none, then capitals and
small letters over one kind alone. Of equal ones the most frequent is the callers' to find.
"""

from __future__ import annotations

import re
import unicodedata

# "CELL" may be a word, but "CVPR" is rather an acronym than a "Cvpr" that somebody shouted.
MAX_ACRONYM = 5  # letters
_LETTERS = re.compile(r"[^\W\d_]+")


def rank_spelling(name: str) -> tuple[bool, int, int]:
    """The rank of a spelling of a name; more is better.

    Marks that make no letter with the one before, and letters that are only another look of plain
    ones (`𝐀`, `Ａ`), are no accents: they come after everything.
    """
    name = unicodedata.normalize("NFC", name)
    is_plain = not any(map(unicodedata.combining, name)) and _compatible(name) == name
    return is_plain, sum(map(_is_accented, name)), _rank_case(name)


def _compatible(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _is_accented(char: str) -> bool:
    return char > "\x7f" and len(unicodedata.normalize("NFD", char)) > 1


def _rank_case(name: str) -> int:
    if not any(char.isupper() for char in name):
        return 0
    if any(char.islower() for char in name):
        words = _LETTERS.findall(name)
        # As good as the same in capitals.
        return 1 if len(words) == 1 and words[0].istitle() and len(name) <= MAX_ACRONYM else 2
    return 1
