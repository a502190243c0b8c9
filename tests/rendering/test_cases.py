"""Every feature of the dialect, as a pair of files: what is written, and what is shown.

To add one, write `cases/<feature>.md` and its `.html`. Formulas stand in the `.html` as
`<math>TeX</math>`, whatever their MathML is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.rendering import render

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
MATH = re.compile(r"<math[^>]*>.*?<annotation[^>]*>(.*?)</annotation>.*?</math>", re.DOTALL)
BLOCK = re.compile(
    r"(</(?:li|p|blockquote|tr|thead|dt|dd)>|<(?:ul|ol|dl|table|thead|tbody|section)[^>]*>)(?=<)"
)


def shown(source: str) -> str:
    """Returns the HTML of a source, formulas shortened, a line for each block."""
    html = render(source, site_url="https://shortlist.example", id_prefix="s1-").html
    return BLOCK.sub(r"\1\n", MATH.sub(r"<math>\1</math>", html)) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path) -> None:
    expected = case.with_suffix(".html").read_text(encoding="utf-8")
    # Bytes, for a case may be about line ends.
    assert shown(case.read_bytes().decode()) == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 35
