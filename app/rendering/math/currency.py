"""Tell the dollars of amounts and of shell variables from those around formulas.

MathJax takes any two dollars of a paragraph for a formula's. What readers would miss most are the
formulas that it takes and pandoc does not: beside a digit (`$\\times$3`) and off their dollars
(`$ x $`). So a pair of dollars is judged by what stands between them and next to them.
"""

from __future__ import annotations

import re

_TEX = re.compile(r"\\[a-zA-Z]|[_^=\\{}<>&]")
_COMMAND = re.compile(r"\\[a-zA-Z]")
# Scripts as in `x_1` and `2^n`, but not the low lines of `some_name`.
_SCRIPT = re.compile(r"\^|(?<![A-Za-z]{2})_(?:\{|\\|[^\W_](?![A-Za-z]))")
# What is left of TeX when its commands and the texts in it are taken out.
_NO_WORDS = re.compile(
    r"\\(?:text\w*|mbox|math\w+|operatorname\*?|begin|end)[ ]?\{[^{}]*\}|\\[a-zA-Z]+|\{[^{}]*\}"
)
_AMOUNT = re.compile(r"[-+]?\d[\d.,]*(?:[kKMB]|bn|m)?(?=[\s.,;:!?()/–—-]|$)")
_BARE_AMOUNT = re.compile(r"[-+]?\d[\d.,]*(?:[kKMB]|bn|m)?[\s.,;:/+–—-]*")
_SIGNS = re.compile(r"(?:[<>=+*/~±×÷−≤≥≈≠≡∼→←↑↓⇒-]|\\[%#&])+")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]+|\w+_\w{2,}|\{[A-Za-z_]\w*\}.*", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")
_TRIVIAL = frozenset(
    {"or", "and", "to", "for", "per", "each", "in", "on", "at", "of", "an", "the", "is", "was"}
    | {"are", "it", "if", "here", "there", "but", "see", "with", "from", "by", "than", "as", "we"}
    | {"million", "billion"}
)
_BEGINS_NOTHING = frozenset(")]},.;:!?/*\"'")
_CLOSES = frozenset(")]}|'*!.…")


def is_money(before: str, tex: str, after: str) -> bool:
    """Whether the dollars around `tex` are no formula's.

    `before` and `after` are the characters outside the two dollars, or empty.
    """
    core = tex.strip()
    off = core != tex
    beside = after.isascii() and after.isalnum()
    if _is_amount(core):
        return True
    if _is_tex(core) and not (before and before in "{}" and _VARIABLE.fullmatch(core)):
        ends = not tex[-1].isspace() and _ends_as_operand(core)
        return beside and not ends and not _COMMAND.search(core)
    if _SIGNS.fullmatch(core):
        return off and beside
    if off:
        return beside or not _may_stand_off(before, tex, core)
    if after.isdigit():
        return True
    if before.isdigit() and not _TEX.search(core):
        return core[-1].isdigit() or _is_prose(core)
    if beside or after == "{":
        return not _ends_as_operand(core) or _is_between_letters(before, core, after)
    return core[0] in "/).,;:!?" and _is_prose(core)


def _is_amount(core: str) -> bool:
    """Whether an amount begins what is said in words, as in `5 or 6`."""
    amount = _AMOUNT.match(core)
    if amount is None or _COMMAND.search(core):
        return False
    words = _WORD.findall(_NO_WORDS.sub(" ", core[amount.end() :]))
    if any(word.lower() in _TRIVIAL for word in words):
        return True
    return len(words) > 1 and not _TEX.search(core)


def _is_tex(core: str) -> bool:
    """Whether nobody writes so but in a formula."""
    if not (_COMMAND.search(core) or _SCRIPT.search(core)):
        return False
    return not _is_prose(_NO_WORDS.sub(" \\\\ ", core))


def _is_prose(text: str) -> bool:
    """Whether there are words in a row, or such as stand in no formula."""
    if re.search(r"[^\W\d_]{2}[.,;:]?\s+[^\W\d_]{2}", text):
        return True
    return any(word.lower() in _TRIVIAL for word in _WORD.findall(text))


def _may_stand_off(before: str, tex: str, core: str) -> bool:
    """Whether what has white space beside its dollars may be a formula."""
    if "\n" in tex or before.isdigit() or _is_ascii_letter(before):
        return False
    if core[0] in _BEGINS_NOTHING or not _ends_as_operand(core) or _is_prose(core):
        return False
    if _BARE_AMOUNT.fullmatch(core):
        return tex[0].isspace() and tex[-1].isspace() and core.isdigit()
    if re.search('["“”‘’€£;]', core):
        return False
    return not re.search(r"[^\W\d_]{3,}" if _TEX.search(core) else r"[^\W\d_]{2,}", core)


def _ends_as_operand(core: str) -> bool:
    return core[-1].isalnum() or core[-1] in _CLOSES


def _is_between_letters(before: str, core: str, after: str) -> bool:
    """Whether `core` stands between the names of shell variables, or within a word."""
    if _VARIABLE.fullmatch(core) or _BARE_AMOUNT.fullmatch(core):
        return True
    return _is_ascii_letter(before) and _is_ascii_letter(after) and not _TEX.search(core)


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()
