"""What counts as a formula, and what is left alone."""

from __future__ import annotations

import re
import time

import pytest

from app.rendering.scanner import protect


def scanned(text: str) -> tuple[str, list[str]]:
    """The text with <0>, <1>, … for its tokens, and the TeX of the formulas."""
    out, spans = protect(text)
    for number, token in enumerate(spans):
        out = out.replace(token, f"<{number}>")
    return out, [span.tex for span in spans.values()]


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
        ("a $ b $ c", []),
        ("a\\$5 b $x$", ["x"]),
        ("\\\\(a\\\\) and \\(b\\)", ["b"]),
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
    assert scanned(text)[1] == formulas


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
    assert protect(text) == (text, {})


def test_code_ends() -> None:
    assert scanned("```\n$a$\n```\n$b$")[1] == ["b"]
    assert scanned("`$a$` $b$ `$c$`")[1] == ["b"]
    assert scanned("> ```\n> $a$\n\n$b$")[1] == ["b"]
    assert scanned("a ` b $c$")[1] == ["c"]
    assert scanned("text\n    $x$")[1] == ["x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text\n$$\na\n- b\n= c\n\n# d\n$$\nmore", "text\n\n<0>\n\nmore"),
        ("- item\n  $$\n  a\n  $$\n  more\n- other", "- item\n\n  <0>\n\n  more\n- other"),
        ("> q\n> $$\n> a > b\n> $$\n> more", "> q\n>\n> <0>\n>\n> more"),
        ("1. foo\n$$x$$\n2. bar", "1. foo\n\n   <0>\n2. bar"),
        ("- $$x$$\n- $y$", "- <0>\n- <1>"),
        ("para $$x$$ in it", "para <0> in it"),
        ("$$a$$\n$$b$$", "<0>\n\n<1>"),
        ("where\n\\begin{align}\na&=b\n\\end{align}", "where\n\n<0>"),
        ("# On $x$\ntext", "# On <0>\ntext"),
        ("|a|\n|-|\n|$x$|\n$$y$$", "|a|\n|-|\n|<0>|\n\n<1>"),
    ],
)
def test_display_formulas_stand_in_their_block(text: str, expected: str) -> None:
    assert scanned(text)[0] == expected


def test_quotation_marks_are_no_part_of_the_formula() -> None:
    assert scanned("> $$\n> a > b\n> > c\n> $$")[1] == ["a > b\n> c"]


def test_table_cells() -> None:
    out, formulas = scanned("| $a$ | cost |\n|---|---|\n| $p(a\\|b)$ | $5 |\n| $6 | $c$ |")
    assert formulas == ["a", "p(a|b)", "c"]
    assert out.splitlines()[2:] == ["| <1> | $5 |", "| $6 | <2> |"]


def test_spans_know_source_and_line() -> None:
    _, spans = protect("a\r\nb $x$\r\n\r\n\\[\ny\n\\]\r\n")
    assert [(s.source, s.display, s.line) for s in spans.values()] == [
        ("$x$", False, 2),
        ("\\[\ny\n\\]", True, 4),
    ]


def test_tokens_survive_markdown_and_cannot_be_guessed() -> None:
    first, second = protect("$x$")[0], protect("$x$")[0]
    assert re.fullmatch("zqM[0-9a-f]{16}x0Mqz", first)
    assert first != second


def test_control_characters_go() -> None:
    assert protect("a\x00b\x02c\x85\ud800\ufffe\td\r\n\re")[0] == "abc\td\n\ne"


HOSTILE = [
    "$" * 60000,
    "$\\text{" * 9000,
    "$\\text{" * 4000 + "}" * 4000 + "\\a" * 10000,
    "$5\\text{" * 7000 + "}" * 7000,
    "$a " * 20000,
    "- $$ a\n" * 9000,
    "> - \\[\n" * 9000,
    "\\[\n\n" * 14000,
    "`$" * 30000,
    "".join("`" * size + " " for size in range(1, 345)),
    "\\begin{align}" * 4600,
    "a|b\n-|-\n" * 8000,
    "- " * 30000,
    ">" * 60000,
    "```\n" * 15000,
    "    a\n\nb\n\n" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:8]))
def test_time_is_linear(text: str) -> None:
    # No benchmark: a quadratic scanner would take minutes for these, not seconds.
    start = time.perf_counter()
    protect(text)
    assert time.perf_counter() - start < 5
