"""Words that are one as a whole, in texts of any length."""

from __future__ import annotations

import pytest

from app.text.words import whole_words
from tests.helpers.steps import no_hang, steps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H₂O, CO₂₃x and ²", ["h2o", "co23x"]),
        ("_x²_y a₁b₂c", ["x2", "a1b2c"]),
        ("H$_2$O$_3$b x$y", ["h2o3b"]),
        ("ö$_2$O", ["2o"]),
    ],
)
def test_words_with_figures_and_formulas(text: str, expected: list[str]) -> None:
    assert whole_words(text) == expected


@pytest.mark.parametrize("end", [" ₂", " $"])
def test_a_long_word_takes_time_by_its_length(end: str) -> None:
    with no_hang():
        assert steps(whole_words, "a" * 200_000 + end) < 100
