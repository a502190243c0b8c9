"""What a text says about the papers that it links to, and where its links lead."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

import pytest

from app.references.identifiers import PaperRef
from app.rendering import KnownPapers, PaperLink, Problem, render
from app.rendering.headings import link_headings
from app.rendering.sentences import sentence_spans
from tests.helpers.steps import steps

ARXIV = PaperRef("arxiv", "1707.09405")


def links(text: str) -> tuple[PaperLink, ...]:
    return render(text, site_url="https://shortlist.example").links


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def test_links_are_reported_in_order() -> None:
    found = links("\\cite{b} and [a](/paper/a#joe).\n\n- https://arxiv.org/abs/1707.09405v2\n")
    assert [(link.position, link.ref) for link in found] == [
        (0, PaperRef("key", "b")),
        (1, PaperRef("key", "a", "joe")),
        (2, ARXIV),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "## See also\n\n- \\cite{x}",
        "# SEE ALSO:\n\ntext \\cite{x}",
        "## Related work\n\n### Detection\n\n- \\cite{x}",
        "### 5. Similar papers\n\n1. \\cite{x}",
        "**See also**\n\n- \\cite{x}",
        "**Related:**\n\n- \\cite{x}",
        "See also:\n- \\cite{x}",
        "See also:\n\n* \\cite{x}",
        "- See also\n  - \\cite{x}",
        "See also: \\cite{x} and more",
        "- See also: \\cite{x}",
        "## Further reading\n> \\cite{x}",
    ],
)
def test_see_also(text: str) -> None:
    assert [link.kind for link in links(text)] == ["see also"]


@pytest.mark.parametrize(
    "text",
    [
        "[x](/paper/x)",
        "- [x](/paper/x)",
        "## See also\n\n- nothing\n\n## Results\n\n- [x](/paper/x)",
        "**See also**\n\n- nothing\n\n**Results**\n\n- [x](/paper/x)",
        "See also:\n\n- nothing\n\nThen [x](/paper/x)",
        "A claim[^1].\n\n## See also\n\n- nothing\n\n[^1]: As [x](/paper/x) says.",
        "## Unrelated work\n\n- [x](/paper/x)",
        "## What one should see also here\n\n- [x](/paper/x)",
    ],
)
def test_mention(text: str) -> None:
    assert [link.kind for link in links(text)] == ["mention"]


def test_a_citation() -> None:
    assert [link.kind for link in links("As \\cite{x} says.")] == ["cite"]


def test_sentence_around_a_link() -> None:
    (link,) = links("First. As Ren et al. show in Fig. 3, [it *works*](/paper/a) & $x<1$. Last.")
    assert link.label == "it works"
    assert link.sentence == "As Ren et al. show in Fig. 3, it works & $x<1$."
    assert link.sentence_html.startswith(
        "As Ren et al. show in Fig. 3, <mark>it works</mark> &amp; <math"
    )
    assert link.sentence_html.endswith("</math>.")


def test_item_is_the_sentence() -> None:
    (link,) = links("- [Net](/paper/a): First. Second.\n  - nested")
    assert link.sentence == "Net: First. Second."


def test_cell_is_the_place_of_its_sentence() -> None:
    (link,) = links("| a | b |\n|---|---|\n| other | by \\cite{x} |")
    assert link.sentence == "by [x]"


def test_long_sentence_is_cut_at_words_around_the_label() -> None:
    (link,) = links("start " + "before " * 100 + "[label](/paper/a) " + "after " * 100 + "end.")
    assert len(link.sentence) <= 400
    assert "before label after" in link.sentence
    assert link.sentence.startswith("… before ")
    assert link.sentence.endswith(" after …")
    assert "<mark>label</mark>" in link.sentence_html


def test_long_label_is_cut() -> None:
    (link,) = links("[" + "word " * 200 + "](/paper/a)")
    assert len(link.sentence) <= 400
    assert len(link.label) <= 300


def test_sentence_html_escapes_and_keeps_only_math_and_mark() -> None:
    (link,) = links("<b>x</b> **bold** ![i](http://e.org/i.png) $$a<b$$ \\cite{k} `<i>`.")
    without_math = link.sentence_html.split("<math")[0] + link.sentence_html.split("</math>")[1]
    assert "<b>" not in without_math
    assert "<img" not in without_math
    assert "&lt;i&gt;" in without_math
    assert "math-block" not in link.sentence_html


def test_failed_formula_in_a_sentence_is_its_source() -> None:
    (link,) = links("With $\\nosuchcommand<$ see \\cite{k}.")
    assert "$\\nosuchcommand&lt;$" in link.sentence_html
    assert "<code" not in link.sentence_html


def test_known_papers_lead_to_their_page() -> None:
    text = "https://arxiv.org/abs/1707.09405 and [doi](https://doi.org/10.1/x)"
    html = render(text, find=lambda refs: KnownPapers({ARXIV: "conf/x/y z"})).html
    assert '<a href="/paper/conf/x/y%20z" class="paper-link">conf/x/y z</a>' in html
    assert 'href="https://doi.org/10.1/x"' in html


def test_known_key_is_kept_out_of_old_addresses() -> None:
    text = "http://www.shortscience.org/paper?bibtexKey=journals/corr/1707.09405#joe"
    assert 'href="/paper/journals/corr/1707.09405#joe"' in render(text).html
    assert (
        'href="/paper/conf/a/b#joe"'
        in render(text, find=lambda refs: KnownPapers({ARXIV: "conf/a/b"})).html
    )


def test_old_address_of_an_address_is_made_a_path() -> None:
    text = "http://www.shortscience.org/paper?bibtexKey=http://arxiv.org/abs/1707.09405"
    assert 'href="/paper/1707.09405"' in render(text).html


def test_own_absolute_addresses_become_relative() -> None:
    html = render("https://shortlist.example/paper/a", site_url="https://shortlist.example").html
    assert '<a href="/paper/a" class="paper-link">a</a>' in html


def test_images_and_code_are_no_links() -> None:
    assert links("![x](/paper/a) `\\cite{a}` `https://arxiv.org/abs/1707.09405`") == ()


def test_problems_name_the_line() -> None:
    text = "fine\n\n$$\nx\n$$\ntext\nand [a](javascript:x)\n\n- item\n- [b]()\n\n$\\nosuch$\n"
    problems = render(text).problems
    assert [problem.line for problem in problems] == [7, 10, 12]
    assert problems[0].message.startswith("A link may not lead to “javascript:”")
    assert problems[1] == Problem(10, "This link has no URL.", "link")
    assert "Formula" in problems[2].message


def test_upgraded_pictures_and_unknown_languages_are_no_problems() -> None:
    assert render("http://e.org/a.png\n\n```nolang\nx\n```").problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("See Fig. 3 and Eq. (4). Next.", ["See Fig. 3 and Eq. (4).", "Next."]),
        (
            "He et al. (2015) did. So et al. The end.",
            ["He et al. (2015) did.", "So et al.", "The end."],
        ),
        ("It is e.g. This or i.e. That. End.", ["It is e.g. This or i.e. That.", "End."]),
        ("By K. He in v1.5 at 3.14. Yes.", ["By K. He in v1.5 at 3.14.", "Yes."]),
        ("“Quoted.” Then (in brackets.) Then", ["“Quoted.”", "Then (in brackets.)", "Then"]),
        ("1. First thing. Second.", ["1. First thing.", "Second."]),
        ("これは。次。", ["これは。", "次。"]),
        ("no end here. lower case goes on", ["no end here. lower case goes on"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_say(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_citations_read_as_their_papers_are_known() -> None:
    known = {PaperRef("key", "conf/x/A1"): "conf/x/A1", PaperRef("arxiv", "1506.01497"): "b"}
    labels = {"conf/x/A1": "Ren & <Co> 2015", "b": "Girshick 2015"}
    text = "\\cite{conf/x/A1, none}, [mine](/paper/conf/x/A1), https://arxiv.org/abs/1506.01497"
    html = render(text, find=lambda refs: KnownPapers(known, labels)).html
    assert ">Ren &amp; &lt;Co&gt; 2015</a>, " in html
    assert ">none</a>" in html
    assert ">mine</a>" in html
    assert ">Girshick 2015</a>" in html


def headings_and_link(*names: str, link: str) -> Element:
    root = Element("div")
    for name in names:
        SubElement(root, "h3").text = name
    SubElement(root, "a", {"href": link})
    return root


def test_a_number_that_is_taken_is_passed_over() -> None:
    names = ("a", "a-1", "a", "a", "a-1")
    for link, number in (("#a", 1), ("#a-1", 2), ("#a-2", 3), ("#a-3", 4), ("#a-1-1", 5)):
        root = headings_and_link(*names, link=link)
        link_headings(root, "p-", str)
        assert root[-1].get("href") == f"#p-h-{number}", link


def test_equal_headings_take_steps_by_their_number() -> None:
    few, many = (headings_and_link(*["a"] * count, link="#a") for count in (200, 400))
    assert steps(link_headings, many, "p-", str) < 2.5 * steps(link_headings, few, "p-", str)
