"""What counts as a formula, and what is left alone."""

from __future__ import annotations

import re

import pytest

from app.rendering.caps import tidy
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
        # Beside digits and letters.
        ("3$\\times$3 on 224$\\times$224", ["\\times", "\\times"]),
        ("$\\sim$10, $\\ge$95%, 71.1$\\pm$13.0", ["\\sim", "\\ge", "\\pm"]),
        ("$<$5 and p$<$0.05, 50$\\%$", ["<", "<", "\\%"]),
        ("H$_2$O, x$^2$y, CO$_2$", ["_2", "^2", "_2"]),
        ("$x_i$2 and $\\beta$5", ["x_i", "\\beta"]),
        # Off their dollars.
        ("scale $\\sigma(t) > 0 $, must", ["\\sigma(t) > 0"]),
        ("the loss $ L $ and $ f(x) $, $ 2 $", ["L", " f(x) ", "2"]),
        ("$x $ and $ y$", ["x", "y"]),
        # Amounts and variables.
        ("It is **35$** here, 20$ or 30$ there.", []),
        ("US$20–$30, A$5/CA$6, R$5 and R$ 6", []),
        ("costs $ 5 or $ 10, $ 5, $ 6 and $ 7.", []),
        ("$5/hr, ~$30, <$40, >$50 vs $x < 3$", ["x < 3"]),
        ("5$/month or 50$/year, 20$-30$", []),
        ("about $10k–$20k, $1.5M vs $2M, $3bn", []),
        ("It costs $5 (= 4€) and pays in US$ today", []),
        ("$1,000 and $2,000 with $\\alpha = 0.1$; $3k", ["\\alpha = 0.1"]),
        ('$HOME and $PATH, ${A}/bin:${B}, "$C" "$D" $E_F/$G $FOO$BAR', []),
        ("echo $a $b $c; for ($i=0; $i<$n; $i++)", []),
        ("$foo_bar/$baz_q and $A$1:$B$2", []),
        ("Type $ ls and $ cd foo, or $ make", []),
        ("price in $/kg and in $/mol", []),
        # Next to each other.
        ("$a$$$ x^2 $$ and", ["a", "x^2"]),
        ("$$a$$$b$ $$c$$$$d$$", ["a", "b", "c", "d"]),
        ("$g: B \\to C$$$\n f g\n$$ and $c$", ["g: B \\to C", "f g", "c"]),
        ("$$ abc, acb, bac $$", ["abc, acb, bac"]),
        ("from $ to $$ or $$$ and $$$$", []),
        # Written for other programs.
        ("\\\\(x^2\\\\) and\n\n\\\\[ y\n\n- z \\\\]", ["x^2", "y\n\n- z"]),
        ("\\[1\\], \\[2, 3\\], a\\[i\\], \\[x\\] done, \\[^1\\] b\\[i+1\\]\\[j\\]", []),
        ("\\[link\\](http://a.b) \\[sic\\]", []),
        ("then \\[x^2 = 1\\] holds", ["x^2 = 1"]),
        ("\\[x\\]", ["x"]),
        ("$a &lt; b$ $x &amp;&amp; y$ $c&#39;$", ["a < b", "x \\&\\& y", "c'"]),
        ("$$\\begin{aligned}a &amp;= b\\end{aligned}$$", ["\\begin{aligned}a &= b\\end{aligned}"]),
        ("$`a | b`$2, $``c``$, $`5`$ or `$`x`$`", ["a | b", "c", "5"]),
        ("\\begin{CD}A\\end{CD}", ["\\begin{CD}A\\end{CD}"]),
        ("$\\ce{A ->[$x$] B}$", ["\\ce{A ->[$x$] B}"]),
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


def test_bars_in_table_cells() -> None:
    """`\\|` is a bar, but TeX's where the writer leaves bars bare or a norm has an index."""
    head = "| a | b |\n|---|---|\n"
    assert scanned(head + "| $p(a\\|b)$ | $5 |") == ["p(a|b)"]
    assert scanned(head + "| $\\|x\\|_2$ | |") == ["\\|x\\|_2"]
    assert scanned(head + "| $|a|$ | $\\|b\\|$ |") == ["|a|", "\\|b\\|"]


def test_fences_can_say_that_they_hold_a_formula() -> None:
    assert scanned("```math\na\n\n- b\n```\n- c\n  ~~~ Math\n  d\n  ~~~") == ["a\n\n- b", "d"]
    assert scanned("```math title\na &lt; b\n```\n```{math}\nc\n```") == ["a &lt; b", "c"]
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
