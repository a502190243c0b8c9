"""Hostile texts are answered, or refused with a reason, and never hang or crash the process."""

from __future__ import annotations

import re

import pytest

from app.rendering import (
    MAX_TEXT_BYTES,
    RenderError,
    render,
    render_inline,
    render_plain,
    render_takeaway,
)
from app.rendering.math.formulas import MAX_STEPS, Formulas
from app.rendering.math.tex import limits
from app.rendering.short_texts import MAX_TAKEAWAY_CHARS
from tests.helpers.samples.hostile import HOSTILE


@pytest.mark.slow
def test_hostile_texts_neither_hang_nor_crash() -> None:
    """By the caps: no renderer has to be stopped, and none dies."""
    for name, text in HOSTILE.items():
        # Titles and abstracts without formulas are given to no renderer (`_has_math`).
        in_lines = (render_inline, render_plain) if re.search(r"[$\\]", text) else ()
        for function in (render, *in_lines, render_takeaway):
            reason = "none"
            try:
                # A longer takeaway is refused before anybody looks at it.
                function(text[:MAX_TAKEAWAY_CHARS] if function is render_takeaway else text)
            except RenderError as error:
                reason = error.message
            # What is said of a renderer that was stopped, ended by itself, or was never free.
            assert reason, name
            assert not re.search("takes too long|is too much|just now", reason), (name, reason)


def test_the_formulas_of_a_text_end_by_a_count() -> None:
    """However often macros repeat what costs most, and whatever the clock says."""
    for name in ("macro of open brackets", "macro of fractions", "deep scripts"):
        formulas = Formulas()
        html = formulas.to_html(formulas.take(HOSTILE[name]))
        assert formulas._steps <= MAX_STEPS + limits.MAX_STEPS, name
        assert ("too many large formulas" in html) is (name == "macro of open brackets"), name


def test_hostile_texts_are_within_the_limit() -> None:
    for name, text in HOSTILE.items():
        assert len(text.encode("utf-8", "surrogatepass")) <= MAX_TEXT_BYTES, name


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("fine\n\n" + "[" * 2000, 3, "paragraph has too many links"),
        ("fine\n\n" + "> " * 40 + "x", 3, "nested too deeply"),
        ("fine\n\n" + "- " * 40 + "x", 3, "nested too deeply"),
        ("|a" * 100 + "\n" + "|-" * 100 + "\n" + "|a\n" * 100, 52, "too many cells"),
        ("a\n\n" * 6000, 10001, "too many paragraphs"),
        ("*a* b\n\n" * 4000 + "*a* *b*\n\n" * 2000, None, "text has too many"),
        ("[^1]: a\n\n" + "a[^1]\n\n" * 3000, None, "too many footnote references"),
        ("\\cite{a}\n\n" * 1200, None, "more than 1000 papers"),
        ("$a$\n\n" * 3100, None, "more than 3000 formulas"),
        ("**x *y " * 60 + "z* w** " * 60, None, "nested too deeply"),
        ("x" * (MAX_TEXT_BYTES + 1), None, "longer than 64 kB"),
        ("é" * (MAX_TEXT_BYTES // 2 + 1), None, "longer than 64 kB"),
    ],
)
def test_caps_are_refused_with_a_plain_reason(text: str, line: int | None, message: str) -> None:
    with pytest.raises(RenderError, match=message) as caught:
        render(text)
    if line is not None:
        assert caught.value.line == line
    assert caught.value.message in str(caught.value)


@pytest.mark.parametrize("function", [render_inline, render_plain, render_takeaway])
def test_long_texts_are_refused_everywhere(function) -> None:  # type: ignore[no-untyped-def] # pytest
    with pytest.raises(RenderError):
        function("x" * (MAX_TEXT_BYTES + 1))


def test_ordinary_long_texts_are_accepted() -> None:
    paragraph = "A *sentence* with `code`, a [link](http://example.org), \\cite{a/b} and $x_1$. "
    section = "## Section\n\n" + paragraph * 8 + "\n\n- item\n  - nested item\n\n> quoted\n\n"
    text = (section * 80)[:65000]
    assert render(text).problems == ()
