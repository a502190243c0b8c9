"""White space and signs that cannot be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.lines import one_line, visible, visible_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a\r\n\tb  ", "a b"),
        ("a\u2028b\u00a0c\x0bd\x85e", "a b c d e"),
        ("a\x00b\x1b\x7f", "ab"),
        ("می\u200cخواهم 👩\u200d🔬", "می\u200cخواهم 👩\u200d🔬"),  # joiners are part of the writing
        ("", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_visible_line_has_no_hidden_signs() -> None:
    assert visible_line("soft\u00adware \u202eevil\u200b\n x\ufeff") == "software evil x"
    assert visible("a\u00a0b\nc\u200b\x00") == "a b\nc"


@given(st.text())
def test_a_line_is_one_and_stays_so(text: str) -> None:
    for make in (one_line, visible_line):
        line = make(text)
        assert len(line.splitlines()) <= 1
        assert make(line) == line
