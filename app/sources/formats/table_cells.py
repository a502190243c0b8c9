"""Texts as cells of a table that a spreadsheet may open.

A cell that begins with certain signs is a formula there, which could send other cells elsewhere.
Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

from app.text.lines import one_line

# The wide forms mean the same to spreadsheets in Japanese.
_FORMULA = re.compile("[\\s\ufeff\u200b]*[=+\\-@＝＋－＠]|[\t\r\n]")
_QUOTED = re.compile(r'(^|[;,])\s*"[^"]*"')
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def make_cell(text: str) -> str:
    """A text that stays a text: before what would be a formula stands an apostrophe."""
    cell = _CONTROL.sub("", text)
    return f"'{cell}" if _FORMULA.match(cell) else cell


def read_cell(cell: str) -> str:
    """The text of a cell that `make_cell` made."""
    text = cell.removeprefix("'")
    return text if _FORMULA.match(text) else cell


def join_names(names: Iterable[str]) -> str:
    """Names in one cell with semicolons between them; one with a semicolon stands in quotes."""
    return "; ".join(f'"{name}"' if ";" in name else name for name in names)


def split_names(text: str) -> tuple[str, ...]:
    """The names in one cell, as `join_names` or other tools have them.

    Between them stand semicolons, else commas; what stands in quotes is one name.
    """
    line = one_line(text)
    delimiter = ";" if ";" in _QUOTED.sub(r"\1", line) else ","
    names = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    return tuple(filter(None, map(str.strip, names)))
