"""Every feature of the dialect, as a pair of files: what is written, and what is shown.

To add one, write `cases/<feature>.md` and its `.html`. Formulas stand in the `.html` as
`<math>TeX</math>`, whatever their MathML is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.samples.cases import CASES, shorten_html


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path) -> None:
    expected = case.with_suffix(".html").read_text(encoding="utf-8")
    # Bytes, for a case may be about line ends.
    assert shorten_html(case.read_bytes().decode()) == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 35
