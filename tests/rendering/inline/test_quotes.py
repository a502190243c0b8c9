"""Typographic quotes: what they change, and what they leave alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rendering import (
    RenderError,
    markdown,
    parser,
    plain_takeaway,
    render,
    render_inline,
    render_plain,
    render_takeaway,
)
from app.rendering.inline.quotes import curl_quotes
from app.text.words import search_words
from tests.rendering.structure import STRAIGHT

TYPED = "\"Don't\" say '90s"
SHOWN = "“Don’t” say ’90s"
UNTOUCHED = re.compile(r"<(code|math|kbd)\b.*?</\1>|<[^>]*>", re.DOTALL)

PIECES = st.sampled_from(
    [
        '"', "'", '"', "'", "“", "’", "„", " ", "word", "5", ".", ",", "(", ")", "-", "—", "=",
        "\\", "*", "**", "_", "`", "`a\"b'`", "$x'$", "$", "[", "](http://e.org/'x)",
        "<kbd>", "</kbd>",
        "<div class=", "<br>", "https://e.org/'x", "\n", "\n\n", "    ", "- ", "# ", "|", "&quot;",
        "[^1]", "\n\n[^1]: ", "\\cite{o'neil/x}", "好", "צ",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=200, derandomize=True)
def test_nothing_but_quotes_outside_code_and_math_is_changed(text: str) -> None:
    try:
        curled = markdown.render(text)
    except RenderError:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "curl_tree", lambda root: None)
        typed = markdown.render(text)
    for one, other in ((curled.html, typed.html), (curled.text, typed.text)):
        assert len(one) == len(other)
        assert one.translate(STRAIGHT) == other.translate(STRAIGHT)
    assert [found[0] for found in UNTOUCHED.finditer(curled.html)] == [
        found[0] for found in UNTOUCHED.finditer(typed.html)
    ]
    assert search_words(curled.text) == search_words(typed.text)


@given(st.text(alphabet="\"'’“ a5(),.-=<>好\0\n", max_size=60))
@settings(max_examples=200, derandomize=True)
def test_a_text_keeps_its_length_and_its_other_characters(text: str) -> None:
    curled = curl_quotes(text)
    assert [char for char in curled if char not in "\"'“”‘’″′"] == [
        char for char in text if char not in "\"'“”‘’″′"
    ]
    assert len(curled) == len(text)
    for old, new in zip(text, curled, strict=True):
        assert new == old or (old, new) in {
            *(('"', "“"), ('"', "”"), ('"', "″")),
            *(("'", "‘"), ("'", "’"), ("'", "′")),
        }


def test_all_that_is_rendered_has_them() -> None:
    assert render_inline(TYPED) == SHOWN
    assert render_takeaway(f"*{TYPED}*") == f"<em>{SHOWN}</em>"
    assert render_plain(f"{TYPED}\n\n{TYPED}").count(SHOWN) == 2
    rendered = render(f"{TYPED}, and that is a sentence of some length.")
    for text in (rendered.html, rendered.opening, rendered.text, rendered.lead, rendered.excerpt):
        assert SHOWN in text
    assert plain_takeaway(f"*{TYPED}* $f'$ `x`") == f"{SHOWN} $f'$ x"


def test_a_title_keeps_its_formulas_and_addresses() -> None:
    assert render_inline("\"It's\" at https://e.org/'x") == "“It’s” at https://e.org/&#x27;x"
    assert ">f''</annotation>" in render_inline("$f''$")


def test_sentences_around_links_have_them() -> None:
    link = render('They say "it\'s [so](/paper/conf/nips/RenHGS15)".').links[0]
    assert link.sentence == "They say “it’s so”."


def test_a_heading_is_still_found_by_its_name() -> None:
    html = render("# What's new\n\n[a](#whats-new) [b](#what's-new)").html
    assert html.count('href="#h-1"') == 2
