"""Cells of a table are texts, whatever a spreadsheet makes of their first sign."""

from __future__ import annotations

import pytest

from app.sources.formats.table_cells import make_cell, read_cell


@pytest.mark.parametrize("text", ["plain", "a=b", "1-2", "", "Ünal", "two\nlines", "'quoted"])
def test_texts_stay_as_they_are(text: str) -> None:
    assert make_cell(text) == text
    assert read_cell(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "\n=1", "＝1", "\ufeff=1", "\x00=1"]
)
def test_formulas_become_texts(text: str) -> None:
    bare = text.replace("\x00", "")
    assert make_cell(text) == f"'{bare}"
    assert read_cell(f"'{bare}") == bare
