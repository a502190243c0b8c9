"""Cells of a table are texts, whatever a spreadsheet makes of their first sign."""

from __future__ import annotations

import pytest

from app.sources.formats.table_cells import join_names, make_cell, read_cell, split_names


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


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("", ()),
        (" ; ,; ", (",",)),
        ("a; b", ("a", "b")),
        ("a, b", ("a", "b")),
        ("a, b; c", ("a, b", "c")),
        ('"a; b"', ("a; b",)),
        ('"a; b"; c', ("a; b", "c")),
        ('c, "a; b"', ("c", "a; b")),
        ('5" disks; x', ('5" disks', "x")),
        ('"never closed; x', ("never closed; x",)),
        ("a\nb; c", ("a b", "c")),
    ],
)
def test_names_in_a_cell_are_told_apart(cell: str, names: tuple[str, ...]) -> None:
    assert split_names(cell) == names


@pytest.mark.parametrize("names", [(), ("a",), ("a; b",), ("a; b", "c"), ("c", ";", "d;e")])
def test_names_are_read_as_they_were_joined(names: tuple[str, ...]) -> None:
    assert split_names(join_names(names)) == names
