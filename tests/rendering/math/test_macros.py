"""Macros that a text defines hold from there on, and cost no more than a formula may."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.rendering import preview, preview_takeaway, render, render_inline, render_plain
from app.rendering.math.conversion import to_mathml
from app.rendering.math.tex.definitions import MAX_BODY
from app.rendering.math.tex.macros import MAX_DEFINITIONS, Macros
from app.rendering.math.tex.tokens import TexError
from tests.helpers.steps import steps

CHAIN = "".join(
    f"\\def\\{this}{{\\{following}}}" for this, following in pairwise("abcdefghijklmnopqrst")
)


def expanded(*formulas: str) -> str:
    """The last formula, after the definitions in all of them."""
    macros = Macros()
    return [macros.expand(tex) for tex in formulas][-1].strip()


@pytest.mark.parametrize(
    ("formulas", "result"),
    [
        (["\\newcommand{\\R}{\\mathbb{R}}", "\\R^n"], "\\mathbb{R}^n"),
        (["\\newcommand\\R{\\mathbb R} x \\in \\R"], "x \\in \\mathbb R"),
        (["\\newcommand*{\\R}[0]{r}\\R"], "r"),
        (["\\newcommand{\\f}[2]{#2(#1)}", "\\f x{yz}"], "yz(x)"),
        (["\\newcommand{\\f}[2][d]{#1_{#2}}", "\\f x \\f[e]{y} \\f[]z"], "d_{x} e_{y} _{z}"),
        (["\\def\\f#1#2{#1#2#1}", "\\f ab"], "aba"),
        (["\\gdef\\f{1}\\global\\def\\g{2}\\long\\def\\h{3}", "\\f\\g\\h"], "123"),
        (["\\DeclareMathOperator{\\sgn}{sgn}", "\\sgn x"], "\\operatorname{sgn} x"),
        (["\\DeclareMathOperator*{\\am}{arg\\,max}", "\\am_x"], "\\operatorname*{arg\\,max}_x"),
        (["\\DeclarePairedDelimiter{\\abs}{|}{|}", "\\abs{x}"], "|x|"),
        (["\\DeclarePairedDelimiter\\abs||", "\\abs*{x}"], "\\left|x\\right|"),
        (["\\DeclarePairedDelimiter\\abs||", "\\abs[\\Big]{x}"], "\\Bigl|x\\Bigr|"),
        (["\\newcommand{\\x}{a}", "\\renewcommand{\\x}{b}", "\\x"], "b"),
        (["\\providecommand{\\x}{a}\\providecommand{\\x}{b}", "\\x"], "a"),
        (["\\renewcommand{\\vec}[1]{\\mathbf{#1}}", "\\vec x"], "\\mathbf{x}"),
        (["\\let\\v\\vec \\renewcommand{\\vec}[1]{\\v{\\bf #1}}", "\\vec x"], "\\vec{\\bf x}"),
        (["\\newcommand{\\x}{a}\\let\\y=\\x\\renewcommand{\\x}{b}", "\\y"], "a"),
        (["\\newcommand{\\a}{\\alpha}", "\\a x{\\a}y"], "\\alpha x{\\alpha}y"),
        (["\\newcommand{\\a}{\\alpha}\\newcommand{\\f}[1]{#1x}", "\\f\\a"], "\\alpha x"),
        (
            ["\\newcommand{\\x}{a+b}", "\\hat\\x^\\x\\frac\\x\\x"],
            "\\hat{a+b}^{a+b}\\frac{a+b}{a+b}",
        ),
        (["\\newcommand{\\n}[1]{|#1|}", "\\n{\\n{\\n{x}}}"], "|||x|||"),
        (["\\newcommand{\\be}{\\begin{aligned}}", "\\be a"], "\\begin{aligned} a"),
        (["{\\newcommand{\\x}{a}}", "\\x"], "a"),
        (["% \\newcommand{\\x}{a}\ny", "y"], "y"),
        (["\\newcommand{\\x}{a}", "\\text{\\x} \\y \\R"], "\\text{a} \\y \\R"),
        (["\\renewcommand{\\arraystretch}{1.5} x"], "x"),
    ],
)
def test_expansion(formulas: list[str], result: str) -> None:
    assert expanded(*formulas) == result


@pytest.mark.parametrize(
    ("formulas", "message"),
    [
        (["\\newcommand{\\a}{\\a}\\a"], "The macro \\a is defined by itself."),
        (["\\def\\a{\\b}\\def\\b{x\\a}\\b"], "is defined by itself"),
        (["\\def\\a#1{\\a{#1#1}}\\a x"], "The macro \\a"),
        (["\\newcommand{\\f}[2]{#1#2}", "\\f{x}"], "The macro \\f needs something in braces"),
        (["\\newcommand{\\f}[2]{#1#2}", "{\\f x}"], "The macro \\f needs something in braces"),
        (["\\newcommand{\\f}[1]{#1}", "\\f{x"], "A bracket behind \\f is never closed"),
        (["\\newcommand{\\f}[10]{x}"], "\\f can have at most 9 arguments"),
        (["\\newcommand{\\f}[1]{#2}"], "#2 is none of the arguments of \\f"),
        (["\\newcommand{\\f}{#1}"], "#1 is none of the arguments of \\f"),
        (["\\newcommand{\\f}{x"], "brace behind \\f is never closed"),
        (["\\newcommand{f}{x}"], "“f” cannot be defined"),
        (["\\newcommand"], "needs something in braces"),
        (["\\newcommand{\\end}{x}"], "“\\end” cannot be defined"),
        (["\\newcommand{\\newcommand}{x}"], "cannot be defined"),
        (["\\newcommand{\\f}{\\def\\g{x}}"], "inside that of \\f is not supported"),
        (["\\def\\f#2{x}"], "The arguments of \\f must be #1, #2"),
        (["\\def\\f x#1{x}"], "\\f must have its definition in braces"),
        (["\\DeclarePairedDelimiter{\\f}{ab}{c}"], "The delimiters of \\f"),
        ([f"\\newcommand{{\\f}}{{{'x' * (MAX_BODY + 1)}}}"], "The definition of \\f is longer"),
        (["\\def\\f{x}" * (MAX_DEFINITIONS + 1)], "at most 300 definitions"),
        ([CHAIN + "\\a"], "nested in more than 16 others"),
    ],
)  # fmt: skip
def test_refusals_name_the_macro(formulas: list[str], message: str) -> None:
    with pytest.raises(TexError) as caught:
        expanded(*formulas)
    assert message in str(caught.value)


def test_ten_laughs_are_enough() -> None:
    laughs = "\\newcommand{\\a}{ha}" + "".join(
        f"\\newcommand{{\\{this}}}{{{f'{chr(92)}{before}' * 10}}}"
        for this, before in zip("bcdefghij", "abcdefghi", strict=True)
    )
    formula = to_mathml(laughs + "\\j", True)
    assert formula.problem is not None
    assert "makes this formula too long" in formula.problem
    # In a whole text, too, what all formulas expand to has a limit.
    text = f"$${laughs}$$\n\n" + "$\\c$ $\\d x$ $\\j$\n\n" * 900
    rendered = render(text)
    assert any("expand to more than" in problem.message for problem in rendered.problems)
    # Other texts than above, since answers are remembered.
    assert steps(to_mathml, laughs + "\\i", True) < 1_000_000
    assert steps(render, f"{text}And on.") < 10_000_000


def test_definitions_vanish_everywhere() -> None:
    text = "$\\newcommand{\\R}{\\mathbb{R}}$\n$$\n\\def\\x{y}\n$$\n\nIn $\\R$."
    rendered = render(text)
    assert rendered.html.count("<p") == 1
    assert rendered.text == rendered.excerpt == "In $\\R$."
    assert rendered.problems == ()
    assert "math-block" not in rendered.html
    assert render_plain(text).count("<p") == 1
    assert "<mi>ℝ</mi>" in render_inline("$\\newcommand{\\R}{\\mathbb{R}}$ in $\\R$")
    assert preview_takeaway("$\\newcommand{\\R}{\\mathbb{R}}$ in $\\R$")[1] == ()


def test_the_source_stays_what_was_written() -> None:
    html = render("$\\newcommand{\\R}{\\mathbb{R}}$\n\n$\\R^n$").html
    assert '<annotation encoding="application/x-tex">\\R^n</annotation>' in html


def test_a_text_knows_only_its_own_macros() -> None:
    assert render("$\\newcommand{\\mine}{x}$ $\\mine$").problems == ()
    (problem,) = render("a\n\n$\\mine$ $\\newcommand{\\mine}{x}$ $\\mine$").problems
    assert problem.line == 3
    assert "\\mine" in problem.message


def test_problems_and_blocks_know_their_lines() -> None:
    text = (
        "\\newcommand{\\a}{b}\n\\newcommand{\\b}{\n\\b}\n\n$$\n\\def\\c{d}\n$$\n\ntext\n\n"
        "- $\\a$ and\n  $\\b$\n\nlast $\\c$\n"
    )
    rendered = preview(text)
    assert [problem.line for problem in rendered.problems] == [12]
    for line, start in ((9, "text"), (14, "last")):
        assert f'data-line="{line}">{start}' in rendered.html


@pytest.mark.parametrize(
    "body",
    [
        "\\text{<script>alert(1)</script>}",
        "\\href{javascript:alert(1)}{x}",
        "</annotation><script>alert(1)</script>",
        "\\class{x}{<img src=x onerror=alert(1)>}",
        "\\unicode{x3c}script\\unicode{x3e}",
    ],
)
def test_attacks_in_macros_stay_text(body: str) -> None:
    for text in (
        f"$\\newcommand{{\\x}}{{{body}}}$ $\\x$",
        f"$\\newcommand{{\\x}}[1]{{#1}}$ $\\x{{{body}}}$",
        f"$\\def\\h{{\\href}}\\def\\u{{javascript:alert(1)}}$ $\\h{{\\u}}{{{body}}}$",
    ):
        html = render(text).html
        assert "<script" not in html
        assert "<img" not in html
        assert "<a " not in html
