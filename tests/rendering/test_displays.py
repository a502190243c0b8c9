"""Blocks know display formulas and no others; all else about formulas is decided within a block."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rendering import RenderError, preview, render_plain
from app.rendering.blocks import displays
from app.rendering.blocks.paragraphs import ParagraphParser
from app.rendering.blocks.parser import parse_blocks
from app.rendering.caps import tidy
from tests.helpers.samples.cases import shorten_html
from tests.helpers.samples.hostile import HOSTILE
from tests.rendering.agreement import read_snippets
from tests.rendering.grammar import formulas
from tests.rendering.structure import block_structure, formulas_of, with_words

WORD = re.compile(r"(?<![\w\\`~$:/.#&^!-])[a-z]{1,9}(?![\w`~$:/.#;-])")

SIZE = 8000  # characters of each end of a hostile text

SIGNS = [
    *("$", "x", " ", "\n", "\n\n", "- ", "> ", "  ", "    ", "#", "***", "---", "===", "`", "*"),
    *("1. ", "```", "$x$", "$|y|$", "|", "\n|-|\n", "\n: ", "\\", "\\(", "\\)"),
]


def bare(text: str) -> str:
    """What is shown of a text, without directions, boxes, and line ends between blocks."""
    html = shorten_html(text).replace(' dir="auto"', "").replace('<span class="math-inline">', "")
    html = re.sub(r"</math></span>", "</math>", html).replace('<span class="math-block">', "=")
    html = re.sub(r'<div class="table-scroll"[^>]*>|</div>', "", html)
    return re.sub(r"(?<=>)\n", "", html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- a\n\n  $x$", "<ul><li><p>a</p><p><math>x</math></p></li></ul>"),
        ("- $x$\n\n  b", "<ul><li><p><math>x</math></p><p>b</p></li></ul>"),
        ("- $x$\n\n- b", "<ul><li><p><math>x</math></p></li><li><p>b</p></li></ul>"),
        ("Cost is $a\n***\nand b$ more", "<p>Cost is $a</p><hr><p>and b$ more</p>"),
        ("a $x\n---\ny$ b", "<h3>a $x</h3><p>y$ b</p>"),
        ("a $x\n> y$ b", "<p>a $x</p><blockquote><p>y$ b</p></blockquote>"),
        ("a $x\n- y$ b", "<p>a $x</p><ul><li>y$ b</li></ul>"),
        ("a $x\n# y$ b", "<p>a $x</p><h3>y$ b</h3>"),
        ("a $x\n```\ny$ b", '<p>a $x</p><pre tabindex="0"><code>y$ b\n</code></pre>'),
        ("a \\(x\n\ny\\) b", "<p>a (x</p><p>y) b</p>"),
        ("a $x\ny$ b", "<p>a <math>x\ny</math> b</p>"),
        ("a\n: $+$", "<dl><dt>a</dt><dd><math>+</math></dd></dl>"),
        (f"${'x' * 150}$\n: b", f"<dl><dt><math>{'x' * 150}</math></dt><dd>b</dd></dl>"),
        (
            "| $|x|$ | b |\n|--|--|\n| $|y|$ | c |",
            '<table><thead><tr><th aria-label="$|x|$"><math>|x|</math></th><th>b</th></tr></thead>'
            "<tbody><tr><td><math>|y|</math></td><td>c</td></tr></tbody></table>",
        ),
        (
            "|a|\n|-|\n$x$ y",
            "<table><thead><tr><th>a</th></tr></thead>"
            "<tbody><tr><td><math>x</math> y</td></tr></tbody></table>",
        ),
        ("[a]: $x y$", "<p>[a]: <math>x y</math></p>"),
    ],
)
def test_inline_formulas_decide_nothing_about_blocks(text: str, html: str) -> None:
    assert bare(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        # Whatever stands in it, and whatever stands around it.
        (
            "a\n$$\nx\n- y\n= z\n\n> u\n$$\nb",
            "<p>a</p><p>=<math>x\n- y\n= z\n\n&gt; u</math></p><p>b</p>",
        ),
        ("$$x$$\n$$y$$", "<p>=<math>x</math></p><p>=<math>y</math></p>"),
        ("\\[\nx\n\ny\n\\]", "<p>=<math>x\n\ny</math></p>"),
        ("$$\nx\n$$\n---\nb", "<p>=<math>x</math></p><hr><p>b</p>"),
        ("$$\nx\n$$\n===", "<p>=<math>x</math></p><p>===</p>"),
        ("a\n$$x$$\nb\n===", "<p>a</p><p>=<math>x</math></p><h3>b</h3>"),
        ("a $$\nx\n\n- y\n$$, and\nb", "<p>a =<math>x\n\n- y</math>, and\nb</p>"),
        ("$$x$$ and $$\ny\n\nz\n$$", "<p>=<math>x</math> and =<math>y\n\nz</math></p>"),
        ("a $$x$$ b", "<p>a =<math>x</math> b</p>"),
        # What looks like a beginning may be an end, code, or text.
        ("a $$ x\n$$ b\n$$\ny\n\nz\n$$", "<p>a =<math>x</math> b</p><p>=<math>y\n\nz</math></p>"),
        ("`$$`:\n$$\nx\n\ny\n$$", "<p><code>$$</code>:</p><p>=<math>x\n\ny</math></p>"),
        (
            "$a$$b$\n$$\nx\n\ny\n$$",
            "<p><math>a</math><math>b</math></p><p>=<math>x\n\ny</math></p>",
        ),
        ("$$\nx\n\n# b", "<p>$$\nx</p><h3>b</h3>"),
        ("$$\nx\n\n```\n$$\n```", '<p>$$\nx</p><pre tabindex="0"><code>$$\n</code></pre>'),
        ("    $$\n    x\n    $$", '<pre tabindex="0"><code>$$\nx\n$$\n</code></pre>'),
        ("a\n      $$\n      x\n      $$", "<p>a</p><p>=<math>x\n</math></p>"),
        # In containers, which all its lines belong to.
        ("- a\n  $$\n  x\n  $$\n  b\n- c", "<ul><li>a=<math>x\n</math>b</li><li>c</li></ul>"),
        ("- $$\n\n  x\n  $$\n- b", "<ul><li>=<math>x\n</math></li><li>b</li></ul>"),
        ("1. a\n$$x$$\nb\n2. c", "<ol><li>a=<math>x</math>b</li><li>c</li></ol>"),
        ("- a $$\n- b $$", "<ul><li>a $$</li><li>b $$</li></ul>"),
        ("- a $$\n\nb $$", "<ul><li>a $$</li></ul><p>b $$</p>"),
        (
            "> $$\n> x > y\n>\n> > z\n> $$\n> b",
            "<blockquote><p>=<math>x &gt; y\n\n&gt; z\n</math></p><p>b</p></blockquote>",
        ),
        ("> $$\n> x\n\n$$", "<blockquote><p>$$\nx</p></blockquote><p>$$</p>"),
        ("> a $$\nx\ny $$", "<blockquote><p>a =<math>x\ny</math></p></blockquote>"),
        (
            "|a|\n|-|\n$$x$$\nb",
            "<table><thead><tr><th>a</th></tr></thead></table><p>=<math>x</math></p><p>b</p>",
        ),
        (
            "|a|\n|-|\n$$\nx\n\n|y|\n$$",
            "<table><thead><tr><th>a</th></tr></thead></table><p>=<math>x\n\n|y|</math></p>",
        ),
        ("## a $$\nx\n$$", "<h3>a $$</h3><p>x\n$$</p>"),
        # What only defines macros leaves no paragraph.
        ("a\n\\newcommand{\\x}{y}\nb", "<p>a</p><p>b</p>"),
        ("$$\n\\newcommand{\\x}{y}\n\n$$\nb", "<p>b</p>"),
        ("- \\newcommand{\\x}{y}\n- b", "<ul><li></li><li>b</li></ul>"),
    ],
)
def test_display_formulas_are_blocks(text: str, html: str) -> None:
    assert re.sub(r"\s+</math>", "</math>", bare(text)) == re.sub(r"\s+</math>", "</math>", html)


def test_no_blank_lines_are_made_up() -> None:
    assert "<p" not in bare("- a\n  $$x$$\n- b\n  $$\n  y\n  $$\n  c")


def same_blocks(text: str) -> bool:
    """Whether a text has the blocks that it has with a letter in the place of each formula.

    Left out are texts in which the letter is another thing than the formula: other dollars pair up
    without it; backticks may be no part of a fence's first line; and of a formula over two lines
    the second may be the head of a table, or the first a definition without a word.
    """
    with suppress(RenderError):
        inline = [span.source for span in formulas_of(text) if not span.display]
        if any("`" in source or ("\n" in source and set("|:") & set(text)) for source in inline):
            return True
        with_letters = with_words(text, "a", displays=False)
        if not all(span.display for span in formulas_of(with_letters)):
            return True
        return block_structure(text) == block_structure(with_letters)
    return True


@settings(max_examples=500)
@given(st.integers(min_value=0))
def test_a_letter_in_the_place_of_a_formula_changes_no_block(seed: int) -> None:
    text = formulas(seed)
    assert same_blocks(text), text


@settings(max_examples=300)
@given(st.lists(st.sampled_from(SIGNS), max_size=20).map("".join))
def test_so_it_is_in_texts_of_any_signs(text: str) -> None:
    # `$$` begins display formulas, which do decide.
    text = re.sub(r"\${2,}", "$", text)
    assert same_blocks(text), text


def test_so_it_is_with_formulas_in_real_snippets() -> None:
    chance = random.Random(13)
    counted = 0
    for snippet in read_snippets():
        text = WORD.sub(
            lambda word: f"${word[0]}_1$" if chance.random() < 0.5 else word[0], snippet.text
        )
        counted += len(formulas_of(text))
        assert same_blocks(text), text
    assert counted > 200


def test_abstracts_have_the_same_displays() -> None:
    text = "# a\n$$\nx\n\ny\n$$\nb $z$\n\n[c]: d\n\\begin{align}\nu\n\\end{align}"
    html = re.sub(r"<math.*?</math>", "", render_plain(text), flags=re.DOTALL)
    assert re.sub(r'<span class="math-block"></span>', "=", html).replace(' dir="auto"', "") == (
        "<p># a</p>\n<p>=</p>\n<p>b </p>\n<p>[c]: d</p>\n<p>=</p>"
    )


def test_lines_are_right_behind_formulas() -> None:
    text = (
        "a $x\ny$ \\cite{k}\n$$\nz\n\n$$\nb \\cite{k}\n\n"
        "\\newcommand{\\x}{\ny\n}\nc \\cite{k}\n$\\nope$\n"
    )
    found = preview(text)
    assert [link.line for link in found.links] == [2, 7, 12]
    assert [problem.line for problem in found.problems] == [13]
    assert re.findall(r'data-line="(\d+)"', found.html) == ["1", "3", "7", "12"]


@pytest.mark.slow
def test_looking_for_the_end_of_a_formula_takes_steps_in_proportion() -> None:
    """In proportion to a quarter of the longest text already, and to how such a text ends."""
    for name, whole in HOSTILE.items():
        text = whole if len(whole) <= 2 * SIZE else whole[:SIZE] + whole[-SIZE:]
        steps = count_steps(text)
        assert steps <= 60 * len(text) + 10_000, name


def count_steps(text: str) -> int:
    """How many characters are read to find display formulas in a text."""
    steps = 0
    read, within = displays.find_formulas, ParagraphParser.within

    def counted_read(text: str, start: int = 0) -> Any:
        nonlocal steps
        steps += len(text) - start
        return read(text, start)

    def counted_within(parser: ParagraphParser, *place: Any) -> Any:
        nonlocal steps
        found = within(parser, *place)
        steps += sum(map(len, parser.lines[place[1] : place[2] + 1]))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(displays, "find_formulas", counted_read)
        patch.setattr(ParagraphParser, "within", counted_within)
        with suppress(RenderError):
            parse_blocks(tidy(text), lambda *_: None)
    return steps
