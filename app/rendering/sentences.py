"""Where sentences and words end, in running text with citations, abbreviations and formulas."""

from __future__ import annotations

import re
from collections.abc import Callable

# A full stop, its closing quotes or brackets, and the space after it; or a CJK full stop.
END = re.compile(r"(?<![.!?])([.!?]++)[\"'”’)\]]*+\s+|[。！？]+[」』”’）]*\s*")
WORD = re.compile(r"\s+|\S+")
LAST_WORD = re.compile(r"[\w.]+$")
# After these a sentence does not end, whatever follows.
WORDS = """
    e.g i.e eg ie cf vs viz fig figs eq eqs eqn eqns sec secs ref refs tab tabs ch chap chaps thm
    lem prop def cor alg resp approx ca dr prof mr mrs ms st no nos vol pp p aka w.r.t i.i.d s.t
    incl esp
"""
ABBREVIATIONS = frozenset(WORDS.split())
# After these it ends only before a capital letter.
OFTEN_LAST = frozenset({"al", "etc"})


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Splits text into sentences.

    Args:
        text: plain text; formulas may stand in it as their tokens.

    Returns:
        Start and end of each sentence, in order and without the space between them.
    """
    spans, start = [], len(text) - len(text.lstrip())
    for found in END.finditer(text):
        if found.end() < len(text) and ends_here(text, start, found):
            spans.append((start, found.start() + len(found[0].rstrip())))
            start = found.end()
    if end := len(text.rstrip()):
        spans.append((start, max(start, end)))
    return spans


def ends_here(text: str, start: int, found: re.Match[str]) -> bool:
    following = text[found.end()]
    if following.islower() and not text.startswith("zqM", found.end()):
        return False
    if found[1] != ".":
        return True
    # 40 characters hold every abbreviation; the cut keeps long runs of letters cheap.
    before = LAST_WORD.search(text, max(start, found.start() - 40), found.start())
    if before is None:
        return True
    word = before[0]
    if word.casefold() in ABBREVIATIONS:
        return False
    if word.casefold() in OFTEN_LAST:
        return following.isupper()
    initial = len(word) == 1 and word.isupper()
    numbering = word.isdigit() and not text[start : before.start()].strip()
    return not initial and not numbering


def words(text: str) -> list[str]:
    """Splits text before each word; the pieces joined are the text again."""
    return WORD.findall(text)


def fit(
    pieces: list[str], plain: Callable[[str], str], room: int, backwards: bool = False
) -> tuple[str, int]:
    """Takes as many words as there is room for; returns them joined and their length."""
    taken: list[str] = []
    used = 0
    for piece in pieces:
        length = len(plain(piece))
        if used + length > room:
            break
        taken.append(piece)
        used += length
    return "".join(taken[::-1] if backwards else taken), used
