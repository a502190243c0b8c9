"""References in text show the numbers of equations."""

from __future__ import annotations

import re

import pytest

from app.rendering import render_inline, render_plain
from app.rendering.markdown import render


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "$$x \\tag{3.1} \\label{eq:x}$$\n\nBy \\eqref{eq:x} and \\ref{eq:x}.",
            "By (3.1) and 3.1.",
        ),
        ("By \\eqref{a} it is.\n\n$$x \\label{a}\\tag{2}$$", "By (2) it is."),
        (
            "\\begin{align}a \\label{p} \\tag{*} \\\\ b \\tag*{B} \\label{q}\\end{align}\n\n"
            "\\eqref{p} and \\eqref{q}",
            "(*) and B",
        ),
        ("$$x \\label{a}$$\n\nBy \\eqref{a} and \\ref{b}.", "By (a) and b."),
        ("$$x \\tag{1<2} \\label{a}$$\n\n\\eqref{a} \\eqref{<b>}", "(1&lt;2) (&lt;b&gt;)"),
        ("`\\eqref{a}` \\\\eqref{a}", "<code>\\eqref{a}</code> \\eqref{a}"),
    ],
)
def test_references_in_text(text: str, shown: str) -> None:
    paragraphs = re.findall(r"<p[^>]*>(.*?)</p>", render(text).html, re.DOTALL)
    assert shown in paragraphs


def test_references_in_formulas_and_plain_text() -> None:
    rendered = render("$$x \\tag{7} \\label{a}$$\n\nBy $y \\eqref{a}$ and \\eqref{a}.")
    assert "<mtext>(7)</mtext>" in rendered.html
    assert ">y \\eqref{a}</annotation>" in rendered.html
    assert rendered.text.endswith("By $y \\eqref{a}$ and (7).")
    assert rendered.problems == ()


def test_references_in_titles_and_abstracts() -> None:
    assert render_inline("On \\eqref{main}") == "On (main)"
    assert "See (main)." in render_plain("See \\eqref{main}.")
