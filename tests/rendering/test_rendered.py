"""What comes with the HTML of a text: its opening, contents, plain text and excerpt."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rendering import RenderError, preview_takeaway, render, render_takeaway
from app.rendering.headings import (
    MIN_CONTENTS_WORDS,
    ContentsLine,
    count_words,
    read_contents,
    reading_minutes,
)
from tests.helpers.safety import check

PARAGRAPH = "This is a sentence of the text. " * 10
WORDS = "word " * MIN_CONTENTS_WORDS
LONG = f"# Why\n\n{WORDS}\n\n## How $x$ works[^1]\n\n### Small\n\n# What *now*?\n\n[^1]: A note."


def visible(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def test_opening_is_whole_blocks_of_about_700_characters() -> None:
    rendered = render("# Title\n\n" + f"{PARAGRAPH}\n\n" * 6)
    assert rendered.html.startswith(rendered.opening)
    assert rendered.opening.endswith("</p>")
    assert 700 <= len(visible(rendered.opening)) <= 1100


def test_opening_of_a_short_text_is_all_of_it() -> None:
    rendered = render("A *short* text with $x^2$.\n\n- item\n")
    assert rendered.opening == rendered.html


def test_opening_has_no_footnotes_ids_or_second_picture() -> None:
    picture = "http://example.org/{}.png\n\n"
    rendered = render(
        picture.format("a")
        + "Text[^1]. ![b](http://example.org/b.png)\n\n"
        + picture.format("c")
        + "[^1]: Note.\n"
    )
    assert rendered.html.count("<img") == 3
    assert rendered.opening.count("<img") == 1
    assert "a.png" in rendered.opening
    assert " id=" not in rendered.opening
    assert "<sup" not in rendered.opening
    assert "Note" not in rendered.opening


def test_opening_does_not_end_in_a_heading() -> None:
    opening = render(f"{PARAGRAPH * 2}\n\n## Next\n\n```\n{'code ' * 400}\n```\n").opening
    assert opening.endswith("</p>")


def test_opening_is_never_empty_for_a_text_with_one_long_block() -> None:
    assert "code" in render(f"```\n{'code ' * 1000}\n```\n").opening


def test_text_is_plain_with_formulas_as_source() -> None:
    text = render(
        "# A *title*\n\nText $x_1$ & `code`[^1]\n\n- item\n\n| a | b |\n|---|---|\n| c | d |\n\n"
        "![alt](http://e.org/x.png)\n\n[^1]: note\n"
    ).text
    assert text.split("\n") == [
        "A title",
        "Text $x_1$ & code1",
        "item",
        "a",
        "b",
        "c",
        "d",
        "alt",
        "note",
    ]


def test_excerpt_is_the_first_sentences() -> None:
    text = "# Title\n\nFirst *one* with $x_1$. Second one.\n\n- item\n\n" + PARAGRAPH
    assert render(text).excerpt.startswith("First one with $x_1$. Second one. item")
    assert len(render(text).excerpt) <= 200


def test_excerpt_is_cut_at_a_word() -> None:
    excerpt = render("word " * 100).excerpt
    assert excerpt.endswith("word…")
    assert len(excerpt) <= 200
    assert len(render("w" * 500).excerpt) <= 200


def test_excerpt_is_never_cut_inside_a_formula_code_or_link() -> None:
    before = "word " * 37
    for atom in (
        "$a + b + c + d + e + f + g$",
        "`a few words of code`",
        "[a link of words](http://b.c)",
    ):
        rendered = render(before + atom + " and more words to come.")
        for cut in (rendered.excerpt, rendered.lead):
            assert cut == "word " * 36 + "word…"


def test_excerpt_of_something_too_long_to_show() -> None:
    assert render(f"${'a + ' * 80}b$").excerpt == "…"
    assert render(f"`{'code ' * 80}`").excerpt.startswith("code code")
    assert len(render(f"`{'code ' * 80}`").excerpt) <= 200


def test_lead_is_the_first_sentence_with_its_formulas() -> None:
    text = "# Title\n\nIt shows *that* $x_1 < 2$ holds for every & all of `them`. Second one.\n"
    lead = render(text).lead
    assert lead.startswith("It shows that <math>")
    assert lead.endswith("</math> holds for every &amp; all of them.")


def test_lead_goes_on_after_a_very_short_sentence() -> None:
    assert render("Short. But then comes one sentence that really says something. Third.").lead == (
        "Short. But then comes one sentence that really says something."
    )


def test_excerpt_leaves_out_code_tables_pictures_and_notes() -> None:
    text = "```\ncode\n```\n\nhttp://e.org/a.png\n\n| a |\n|---|\n\nText[^1].\n\n[^1]: note\n"
    assert render(text).excerpt == "Text."


def test_empty_text_gives_nothing() -> None:
    for text in ("", "  \n\n", "[a]: http://b.c\n"):
        rendered = render(text)
        assert (rendered.html, rendered.opening, rendered.text) == ("",) * 3
        assert (rendered.lead, rendered.excerpt) == ("", "")


def test_line_ends_and_control_characters() -> None:
    assert render("a\r\n\r\nb\rc\x00\x02\x0bd").html == (
        '<p dir="auto">a</p>\n<p dir="auto">b\ncd</p>'
    )


def test_rendered_can_go_to_another_process() -> None:
    rendered = render("\\cite{a} $x$ [b](c:d)")
    assert pickle.loads(pickle.dumps(rendered)) == rendered


@pytest.mark.parametrize(
    ("takeaway", "html"),
    [
        ("About *fruit flies*.", "About <em>fruit flies</em>."),
        ("**Twice** as `fast_now`", "<strong>Twice</strong> as <code>fast_now</code>"),
        (r"\*Not* this, 3 * 4 * 5", "*Not* this, 3 * 4 * 5"),
        (r"Costs \$5, A* too", "Costs $5, A* too"),
        ("In `$x$` and `<b>`", "In <code>$x$</code> and <code>&lt;b&gt;</code>"),
        ("# [a](/b)\n- ![c](/d) <b>", "# [a](/b) - ![c](/d) &lt;b&gt;"),
    ],
)
def test_a_takeaway_has_emphasis_code_and_formulas_alone(takeaway: str, html: str) -> None:
    assert render_takeaway(takeaway) == html


def test_a_takeaway_for_its_writer() -> None:
    html, problems = preview_takeaway("*So* $x$ is $\\nosuch$")
    assert html.startswith("<em>So</em> <math>")
    assert [problem.about for problem in problems] == ["formula"]
    assert preview_takeaway("fine $x$")[1] == ()


def test_texts_do_not_influence_each_other() -> None:
    first = render("[^1]: note\n\n[r]: http://e.org\n\n*a")
    assert render("[^1] [r] b*").html == '<p dir="auto">[^1] [r] b*</p>'
    assert render("[^1]: note\n\n[r]: http://e.org\n\n*a") == first


PIECES = st.sampled_from(
    [
        "*", "**", "_", "~~", "`", "```\n", "[", "](", ")", "![", "](http://e.org/a.png)", "\\",
        "\\cite{k}", "$", "$$", "$x$", "\n", "\n\n", "  ", "    ", "- ", "1. ", "> ", "# ", "|",
        "|---|\n", "[^1]", "[^1]: ", "[r]: http://e.org\n", "[r]", "<b>", "</b>", "<!--", "&lt;",
        "&", "http://e.org/", "https://arxiv.org/abs/1707.09405", "word", "é", "\t", "\x02", "[ ] ",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80))
@settings(max_examples=150, derandomize=True)
def test_any_text_is_rendered_safely_and_the_same_each_time(text: str) -> None:
    try:
        rendered = render(text, id_prefix="p-")
    except RenderError:
        return
    check(rendered.html)
    check(rendered.opening)
    assert render(text, id_prefix="p-") == rendered
    for link in rendered.links:
        check(link.sentence_html)
        assert len(link.sentence) <= 400


def contents(text: str) -> list[tuple[str, int]]:
    return [(line.html, line.level) for line in read_contents(render(text, id_prefix="t-").html)]


def test_a_long_text_has_a_list_of_contents() -> None:
    html = render(LONG, id_prefix="t-").html
    first, second, third = read_contents(html)
    assert first == ContentsLine("Why", "t-h-1", 1)
    assert second.html.startswith("How <math")
    assert second.html.endswith("works")
    assert (second.level, third) == (2, ContentsLine("What <em>now</em>?", "t-h-4", 1))
    for line in (first, second, third):
        assert f' id="{line.anchor}"' in html


def test_ids_in_a_heading_are_not_repeated() -> None:
    text = LONG.replace("# Why", "# [Why](#what-now) ![A plot](https://x.example/a.png)")
    first = read_contents(render(text, id_prefix="t-").html)[0]
    assert first.html == "Why"


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\n# B\n\n# C\n\nA few words.",
        f"# A\n\n# B\n\n{WORDS}",
        f"# A\n\n# B\n\n> # Quoted\n\n{WORDS}",
        WORDS,
    ],
    ids=["short", "two headings", "a quoted heading", "no headings"],
)
def test_others_have_none_and_no_ids(text: str) -> None:
    assert contents(text) == []
    assert ' id="' not in render(text).html


def test_a_link_to_a_heading_alone_makes_no_contents() -> None:
    assert contents("# A\n\n[here](#a)") == []


def test_an_opening_has_no_ids() -> None:
    assert ' id="' not in render(LONG).opening


def test_minutes_of_reading() -> None:
    assert [reading_minutes(text) for text in ("", "word", "word " * 460)] == [1, 1, 2]
    assert count_words("深層学習は") == 3
