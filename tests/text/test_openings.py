from __future__ import annotations

import pytest

from app.text.openings import MAX_CHARS, cut_opening
from app.views.http.templating import size


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("**Bold** and *so* on", "Bold and so on"),
        ("a_1 and snake_case_name stay", "a_1 and snake_case_name stay"),
        ("$a_1 * b * c$ and `x*y*z`", "$a_1 * b * c$ and x*y*z"),
        ("- [ ] an item", "an item"),
        ("> quoted", "quoted"),
        (
            "See [He 2016](/paper/conf/cvpr/HeZRS16) and \\cite{conf/x/A1}",
            "See He 2016 and conf/x/A1",
        ),
        ("![A plot](/pictures/x.png)", "A plot"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_a_line_without_signs(line: str, shown: str) -> None:
    assert [each.text for each in cut_opening(line)] == [shown]


def test_titles_stand_apart() -> None:
    found = cut_opening("## What\n\nIt *works*.\n\n---\n\n$$\nx\n$$\n\n# Why #\nBecause.\nFifth.")
    assert [(each.text, each.is_title) for each in found] == [
        ("What", True),
        ("It works.", False),
        ("x", False),
        ("Why", True),
    ]


def test_long_lines_are_cut() -> None:
    (line,) = cut_opening("word " * 200)
    assert len(line.text) <= MAX_CHARS
    assert line.text.endswith("word…")
    (line,) = cut_opening("word " * 50 + "$a + b + c + d + e + f + g + h + i + j + k$ and more")
    assert line.text.endswith("word…")
    assert cut_opening("") == cut_opening("\n \n---") == []
    assert sum(len(each.text) for each in cut_opening("*" * 100_000)) <= MAX_CHARS


def test_sizes_in_words() -> None:
    assert [size(number) for number in (1, 185, 12_340, 999_999, 1_440_000)] == [
        "1 byte",
        "185 bytes",
        "12 kB",
        "1.0 MB",
        "1.4 MB",
    ]
