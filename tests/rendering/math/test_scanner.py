"""What counts as a formula, and what is left alone."""

from __future__ import annotations

import re

import pytest

from app.rendering.markdown import tidy
from app.rendering.math.formulas import Formulas
from tests.rendering.structure import formulas_of


def scanned(text: str) -> list[str]:
    """The TeX of the formulas of a text in Markdown."""
    return [span.tex for span in formulas_of(text)]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$5 … *this* … $x_1$", ["x_1"]),
        ("costs $5 and $10", []),
        ("$20,000 and $30,000", []),
        ("between $5-$10 a month", []),
        ("US$5 and CA$6", []),
        ("It costs $5 (or *more*) if you pay in US$ today", []),
        ("paid $5, then $x$", ["x"]),
        ("we pay $$ here and $$ there", []),
        ("10$ a **b** 20$", []),
        ("$p = 2n+d$", ["p = 2n+d"]),
        ("$5x$", ["5x"]),
        ("$5$", ["5"]),
        ("$-5$", ["-5"]),
        ("$(x)$", ["(x)"]),
        ("$1, 2, 3$", ["1, 2, 3"]),
        ("$10^{-3}$ and $0.5 \\pm 0.1$", ["10^{-3}", "0.5 \\pm 0.1"]),
        ("$n$-gram, $k$th, ($x$), $x$. 设$x$为", ["n", "k", "x", "x", "x"]),
        ("$x$$y$", ["x", "y"]),
        ("$ \\alpha $", [" \\alpha "]),
        ("a $ b $ c", ["b"]),
        ("a\\$5 b $x$", ["x"]),
        ("\\\\(a\\\\) and \\(b\\)", ["a", "b"]),
        ("$x\\$y$", ["x\\$y"]),
        ("$a \\text{ if $x$ is } b$", ["a \\text{ if $x$ is } b"]),
        ("$unclosed", []),
        ("$a\n\nb$", []),
        ("$a\nb$", ["a\nb"]),
        ("$$& = a$$", ["& = a"]),
        ("$$$x$$$", []),
        ("$$ $$", []),
        ("$`a_1`$", ["a_1"]),
        ("\\[ a \\] \\begin{align}a&=b\\end{align}", ["a", "\\begin{align}a&=b\\end{align}"]),
        ("\\begin{itemize}a\\end{itemize}", []),
    ],
)
def test_formulas_of_a_paragraph(text: str, formulas: list[str]) -> None:
    assert scanned(text) == formulas


@pytest.mark.parametrize(
    "text",
    [
        "`$x$`",
        "``a ` $x$``",
        "```\n$x$\n```",
        "~~~ python\n$x$\n```\n$y$\n~~~",
        "- a\n  ```\n  $x$\n  ```",
        "> ~~~\n> $x$\n> ~~~",
        "a\n\n    $x$\n\nb",
        "    $x$",
        "```\nnever closed $x$",
    ],
)
def test_code_is_left_alone(text: str) -> None:
    assert scanned(text) == []


def test_code_ends() -> None:
    assert scanned("```\n$a$\n```\n$b$") == ["b"]
    assert scanned("`$a$` $b$ `$c$`") == ["b"]
    assert scanned("> ```\n> $a$\n\n$b$") == ["b"]
    assert scanned("a ` b $c$") == ["c"]
    assert scanned("text\n    $x$") == ["x"]


def test_quotation_marks_are_no_part_of_the_formula() -> None:
    assert scanned("> $$\n> a > b\n> > c\n> $$") == ["a > b\n> c"]


def test_table_cells() -> None:
    text = "| $a$ | cost |\n|---|---|\n| $p(a\\|b)$ | $5 |\n| $6 | $c$ |\n| $|d|$ |"
    assert scanned(text) == ["a", "p(a|b)", "c", "|d|"]


def test_fences_can_say_that_they_hold_a_formula() -> None:
    assert scanned("```math\na\n\n- b\n```\n- c\n  ~~~ Math\n  d\n  ~~~") == ["a\n\n- b", "d"]
    assert scanned("```math\n\n```\n``` mathematica\n$a$\n```") == []


def test_spans_know_source_and_line() -> None:
    text = (
        "a\r\nb $x$\r\n\r\n\\[\ny\n\\]\r\n> c $d\n> e$\n> f $g$\n\n"
        "|$h$|\n|-|\n|$i$|\n\nterm $j$\n: $k$\n\n[u]: http://e.org\n$l$\n\n```math\nm\n```\n"
    )
    found = [(span.source, span.display, span.line) for span in formulas_of(text)]
    assert found == [
        ("$x$", False, 2),
        ("\\[\ny\n\\]", True, 4),
        ("$d\ne$", False, 7),
        ("$g$", False, 9),
        ("$h$", False, 11),
        ("$i$", False, 13),
        ("$j$", False, 15),
        ("$k$", False, 16),
        ("$l$", False, 19),
        ("$$\nm\n$$", True, 21),
    ]


def test_tokens_survive_markdown_and_cannot_be_guessed() -> None:
    first, second = Formulas().take("$x$"), Formulas().take("$x$")
    assert re.fullmatch("zqM[0-9a-f]{16}x0Mqz", first)
    assert first != second


def test_control_characters_go() -> None:
    assert tidy("a\x00b\x02c\x85\ud800\ufffe\td\r\n\re") == "abc\td\n\ne"
