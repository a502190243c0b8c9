"""Lengths of TeX, in the em of the formula's font."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Units in em, at TeX's size of ten points (The TeXbook, chapter 10).
_UNITS = {
    "em": 1.0, "ex": 0.45, "mu": 1 / 18, "pt": 0.1, "px": 0.075, "bp": 0.1004, "pc": 1.2,
    "mm": 0.2845, "cm": 2.845, "in": 7.227, "dd": 0.107, "cc": 1.284, "sp": 0.0,
    "\\baselineskip": 1.2, "\\jot": 0.3,
}  # fmt: skip
# Signs, of which there may be several, a number and a unit, with white space between them all (The
# TeXbook, chapter 24). No part gives back what it took: else much white space would take for ever.
LENGTH = re.compile(
    r"\s*+((?:[-+]\s*+)*+)([0-9]{1,6}(?:[.,][0-9]{0,9})?+|[.,][0-9]{1,9})?+\s*+"
    r"(em|ex|mu|pt|px|bp|pc|mm|cm|in|dd|cc|sp|\\baselineskip|\\jot)\s*+"
)
MAX_EM = 50.0


def em(length: str) -> float:
    """Convert a length such as `4pt` to em.

    At most `MAX_EM` either way; 0 when it is none.
    """
    found = LENGTH.fullmatch(length)
    if not found:
        return 0.0
    signs, number, unit = found.groups()
    value = float(number.replace(",", ".") if number else 1) * _UNITS[unit]
    return max(-MAX_EM, min(-value if signs.count("-") % 2 else value, MAX_EM))


def nearest(value: float, known: Iterable[int]) -> int:
    """The one of `known` that is nearest to `value`."""
    return min(known, key=lambda one: abs(one - value))
