"""The source line of each block, for the editor's preview."""

from __future__ import annotations

import re

import pytest

from app.rendering import preview, render
from app.rendering.sanitizer import allowed
from tests.helpers.samples.cases import CASES

TEXT = """\
# Heading

A paragraph
of two lines.

$$
x
$$
- one
- two $y$
  and more

> quoted

| a | b |
|---|---|
| 1 | 2 |

```
code
```
Note[^1]

[^1]: the note
"""


def test_blocks_say_where_they_begin() -> None:
    html = preview(TEXT).html
    found = [(tag, int(line)) for tag, line in re.findall(r'<(\w+)[^>]* data-line="(\d+)"', html)]
    assert found == [
        ("h3", 1),
        ("p", 3),
        ("p", 6),
        ("li", 9),
        ("li", 10),
        ("p", 13),
        ("tr", 15),
        ("tr", 17),
        ("pre", 19),
        ("p", 22),
        ("li", 24),
        ("p", 24),
    ]


def test_only_when_asked() -> None:
    assert "data-line" not in render(TEXT).html


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_marks_change_nothing_else(case) -> None:  # type: ignore[no-untyped-def]
    text = case.read_text(encoding="utf-8")
    plain, marked = render(text), preview(text)
    assert re.sub(r' data-line="\d+"', "", marked.html) == plain.html
    assert marked.links == plain.links
    lines = [int(line) for line in re.findall(r'data-line="(\d+)"', marked.html)]
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


def test_writers_cannot_make_them() -> None:
    text = '<p data-line="3">a</p>\n\n# b {data-line=4}\n\n[c](/paper/x "data-line=5")'
    assert not re.search(r'<[^>"]* data-line=', render(text).html)
    for value in ("", "x", "1 onclick=", "1234567", "²"):
        assert not allowed("p", "data-line", value)
    assert not allowed("a", "data-line", "1")


def test_links_know_their_line() -> None:
    text = (
        "a\n\n$$\nx\n$$\nb \\cite{a/b}\nc\n\n- d\n- [e](/paper/x)\n\n| f | \\cite{g} |\n|---|---|\n"
    )
    assert [link.line for link in render(text).links] == [6, 10, 12]
