from __future__ import annotations

import pytest

from app.sources.formats.markdown_links import link_exported_notes, link_notes
from tests.helpers.steps import no_hang, steps

NOTES = {"b.md": "/paper/x/B", "b": "/paper/x/B", "sub/c d.md": "/paper/x/C", "@smith": "/paper/s1"}
HOSTILE = [
    "[[",
    "$",
    "$a",
    "> ",
    "- ",
    "```\n",
    "[[a|",
    "[a](",
    "[a](b.md ",
    "[x]: ",
    "`[[",
    "![[a]]",
    "[[b]]",
]


@pytest.mark.parametrize(
    ("written", "linked"),
    [
        ("See [the other](b.md).", "See [the other](/paper/x/B)."),
        ("[x](b.md#part) [y](sub/c%20d.md 'T')", "[x](/paper/x/B) [y](/paper/x/C 'T')"),
        ("[x](<sub/c d.md>)", "[x](/paper/x/C)"),
        ("[x][r]\n\n[r]: b.md", "[x][r]\n\n[r]: /paper/x/B"),
        ("[[b]], [[b|shown]], [[b#part]], ![[b]]", "[b](/paper/x/B), [shown](/paper/x/B), "
         "[b](/paper/x/B), [b](/paper/x/B)"),
        ("[[@smith]] [[@smith|Smith]]", "\\cite{s1} [Smith](/paper/s1)"),
        ("[[other]] [x](c.md) [x](b) [x](https://e.org/b.md)",) * 2,
        ("`[[b]]` [[b]]", "`[[b]]` [b](/paper/x/B)"),
        ("```\n[[b]]\n```",) * 2,
        ("```\n```python\n[[b]]\n```",) * 2,
        ("```[[b]]``` is\n\n[[b]]", "```[[b]]``` is\n\n[b](/paper/x/B)"),
        ("> ```\n>\n> [[b]]\n> ```\n\n[[b]]", "> ```\n>\n> [[b]]\n> ```\n\n[b](/paper/x/B)"),
        ("> ```\n> [[b]]\n\n[[b]]", "> ```\n> [[b]]\n\n[b](/paper/x/B)"),
        ("- ```\n\n  [[b]]\n  ```",) * 2,
        ("1. a\n\n    ~~~\n\n    [[b]]\n    ~~~",) * 2,
        ("$x[[b]]$ and $$\n[[b]]\n$$",) * 2,
        ("$5, [[b]] and $6", "$5, [b](/paper/x/B) and $6"),
    ],
)  # fmt: skip
def test_links_to_notes(written: str, linked: str) -> None:
    assert link_notes(written, NOTES.get) == linked


def test_out_and_in_again() -> None:
    text = "[a](/paper/x/B) `[a](/paper/x/B)` [c](/paper/x/C) [r]\n\n[r]: /paper/x/B\n"
    out = link_exported_notes(text, {"/paper/x/B": "b.md"}.get)
    assert out == "[a](b.md) `[a](/paper/x/B)` [c](/paper/x/C) [r]\n\n[r]: b.md\n"
    assert link_notes(out, NOTES.get) == text


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_time_by_their_length(piece: str) -> None:
    text = piece * (65_000 // len(piece))
    with no_hang():
        assert steps(link_notes, text, NOTES.get) < 20 * len(text)
