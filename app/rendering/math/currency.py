"""Tell the dollars of amounts and of shell variables from those around formulas."""

from __future__ import annotations

import re

_TEX = re.compile(r"\\[a-zA-Z]|[_^=\\{}<>&]")
_AMOUNT = re.compile(r"[-+]?\d[\d.,]*(?:[kKMB]|bn|m)?(?=[\s.,;:!?()/–—-]|$)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_TRIVIAL = frozenset(
    {"or", "and", "to", "for", "per", "each", "in", "on", "at", "of", "an", "the", "is", "was"}
    | {"million", "billion"}
)


def is_money(before: str, tex: str, after: str) -> bool:
    """Whether the dollars around `tex` are no formula's.

    `before` and `after` are the characters outside the two dollars, or empty. The rules are
    pandoc's (no white space inside the dollars, no digit behind), except that a formula may stand
    off its dollars when it cannot be prose; and amounts followed by words are never formulas.
    """
    if after.isdigit():
        return True
    if tex[0].isspace() or tex[-1].isspace():
        return not _is_surely_tex(tex)
    if _is_ascii_letter(before) and _is_ascii_letter(after) and not _TEX.search(tex):
        return True
    amount = _AMOUNT.match(tex)
    if amount is None or _TEX.search(tex):
        return False
    words = _WORD.findall(tex, amount.end())
    return len(words) > 1 or any(word.lower() in _TRIVIAL for word in words)


def _is_surely_tex(tex: str) -> bool:
    if "\n" in tex or not (tex[0].isspace() and tex[-1].isspace()) or not _TEX.search(tex):
        return False
    bare = re.sub(r"\\[a-zA-Z]+(?:\{[^{}]*\})?|\{[^{}]*\}", " ", tex)
    return not re.search(r"[^\W\d_]{3,}", bare)


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()
