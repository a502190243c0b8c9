"""Texts as cells of a table that a spreadsheet may open.

A cell that begins with certain signs is a formula there, which could send other cells elsewhere.
Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import re

# The wide forms mean the same to spreadsheets in Japanese.
_FORMULA = re.compile("[\\s\ufeff\u200b]*[=+\\-@＝＋－＠]|[\t\r\n]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def make_cell(text: str) -> str:
    """A text that stays a text: before what would be a formula stands an apostrophe."""
    cell = _CONTROL.sub("", text)
    return f"'{cell}" if _FORMULA.match(cell) else cell


def read_cell(cell: str) -> str:
    """The text of a cell that `make_cell` made."""
    text = cell.removeprefix("'")
    return text if _FORMULA.match(text) else cell
