"""Nothing a writer types becomes markup, script or a foreign address.

What the renderer gives is parsed by html5lib, as a browser would, and walked: every element and
attribute must be on the list here, which is written apart from the renderer's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3
import pytest
from bleach.sanitizer import Cleaner

from app.rendering import render, render_inline, render_plain, render_takeaway
from app.rendering.sanitizer import ALLOWED, NH3, PROTOCOLS, allowed
from tests.helpers.safety import check
from tests.helpers.samples.attacks import ATTACKS
from tests.helpers.samples.cases import CASES


def test_there_are_many_attacks() -> None:
    assert len(ATTACKS) > 1000


def render_all(text: str) -> list[str]:
    rendered = render(text, id_prefix="p-", site_url="https://shortlist.example")
    return [rendered.html, rendered.opening, *(link.sentence_html for link in rendered.links)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "function",
    [
        render_all,
        lambda text: [render_inline(text)],
        lambda text: [render_takeaway(text)],
        lambda text: [render_plain(text)],
    ],
)
def test_attacks_come_to_nothing(function: Callable[[str], list[str]]) -> None:
    for attack in ATTACKS:
        for html in function(attack):
            try:
                check(html)
            except AssertionError as error:
                raise AssertionError(f"{attack!r} gave {html!r}") from error


def test_the_check_finds_what_it_should() -> None:
    for html in (
        "<script>x</script>",
        "<p onclick=x>",
        "<a href='javascript:x'>",
        "<img src='http://e.org'>",
        "<math><mi onclick=x></mi></math>",
        "<a id=top>",
        "<input disabled>",
    ):
        with pytest.raises((AssertionError, KeyError)):
            check(html)


def test_inline_is_one_line_without_blocks() -> None:
    for attack in ATTACKS:
        for function in (render_inline, render_takeaway):
            html = function(attack)
            assert "\n" not in html.replace(html[html.find("<math") :], "")
            assert "<p" not in html


def second_sanitisers() -> list[Callable[[str], str]]:
    bleach = Cleaner(tags=frozenset(ALLOWED), attributes=allowed, protocols=PROTOCOLS, strip=True)
    # bleach writes `controls` for `controls=""`; nh3 puts it back.
    return [lambda html: NH3.clean(bleach.clean(html)), NH3.clean]


@pytest.mark.slow
def test_sanitising_again_changes_nothing() -> None:
    texts = [case.read_text(encoding="utf-8") for case in CASES] + list(ATTACKS)
    sanitisers = second_sanitisers()
    for text in texts:
        html = render(text.replace("$", "")).html
        if "<math" in html:  # its own sanitiser's concern
            continue
        for sanitise in sanitisers:
            assert sanitise(html).replace("&nbsp;", "\xa0") == html


def test_both_sanitisers_refuse_by_themselves() -> None:
    bad = '<p onclick="x" class="vote">a<script>b</script><a href="javascript:c" id="top">d</a></p>'
    bleach, ours = second_sanitisers()
    for html in (bleach(bad), ours(bad)):
        check(html)
        assert "class" not in html
    assert nh3.is_html(bad)


def test_writers_make_no_ids_and_classes() -> None:
    html = render("# a {#top .vote}\n\n[x](https://e.org){#top}\n\nx").html
    assert not re.search(r"<[^>]* (id|class)=", html)


def test_titles_are_text_and_math() -> None:
    assert render_inline("  *A* <b>&amp;\n title ") == "*A* &lt;b&gt;&amp;amp; title"
    assert render_inline("On $O(n)$").startswith("On <math")


def test_abstracts_are_paragraphs() -> None:
    html = render_plain("One\nline <b>.\n\n\n# Two *x*\n")
    assert html == '<p dir="auto">One\nline &lt;b&gt;.</p>\n<p dir="auto"># Two *x*</p>'
