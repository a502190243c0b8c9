"""Our Markdown agrees with GitHub's renderer on no fewer texts than it did.

`python -m tests.rendering.agreement --show` prints those that differ. Agreement may rise: then the
floor here is raised with it, in the same change.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rendering.agreement import (
    Example,
    judge,
    main,
    read_random,
    read_snippets,
    read_spec,
    tally,
)
from tests.rendering.structure import difference, from_html, github, ours

# Section: how many texts agree, of how many.
FLOOR = {
    "Tabs": 14,  # of 14
    "Precedence": 6,  # of 6
    "Thematic breaks": 17,  # of 17
    "ATX headings": 16,  # of 16
    "Setext headings": 16,  # of 16
    "Indented code blocks": 11,  # of 11
    "Fenced code blocks": 24,  # of 24
    "Link reference definitions": 29,  # of 30
    "Paragraphs": 7,  # of 7
    "Blank lines": 1,  # of 1
    "Block quotes": 25,  # of 25
    "List items": 40,  # of 40
    "Lists": 28,  # of 28
    "Backslash escapes": 12,  # of 12
    "Entities": 10,  # of 11
    "Code spans": 19,  # of 19
    "Emphasis": 78,  # of 79: beside Chinese punctuation we do what readers need
    "Links": 56,  # of 56
    "Images": 14,  # of 14
    "Autolinks": 10,  # of 11
    "Hard line breaks": 10,  # of 10
    "Tables": 23,  # of 23
    "Task lists": 9,  # of 9
    "Strikethrough": 6,  # of 6
    "Extended autolinks": 17,  # of 17
    "Footnotes": 10,  # of 10
    "Disallowed HTML as text": 4,  # of 4
    "White space": 12,  # of 12
    "HTML that is read": 12,  # of 12
}
RANDOM_FLOOR = {
    "Random blocks": 496,  # of 500
    "Random inlines": 466,  # of 500
    "Random texts": 479,  # of 500
}


def check(counts: dict[str, int], floor: dict[str, int]) -> None:
    fallen = {name: n for name, n in counts.items() if n < floor.get(name, 0)}
    assert not fallen, f"Agreement fell: {fallen}, where the floor is {floor}."
    assert counts == floor, "Agreement rose, or there are more texts: record it, raise the floor."


def test_agreement_on_our_snippets_never_falls() -> None:
    counts = tally(read_snippets())
    check({name: count["agreed"] for name, count in counts.items()}, FLOOR)


def test_agreement_on_random_texts_never_falls() -> None:
    counts = tally(read_random(500))
    check({name: count["agreed"] for name, count in counts.items()}, RANDOM_FLOOR)


def test_there_are_snippets_for_every_section() -> None:
    assert sum(FLOOR.values()) > 500
    assert len(FLOOR) >= 28


@pytest.mark.parametrize(
    ("text", "html", "kind"),
    [
        ("*a*", "<p><em>a</em></p>", "agreed"),
        ("# a", "<h1>a</h1>", "agreed"),
        ("<b>a</b>", "<p><b>a</b></p>", "raw HTML"),
        ("$a*b*c$", "<p>$a<em>b</em>c$</p>", "formulas"),
        ("https://e.org", "<p>https://e.org</p>", "as GitHub"),
        ("*a*", "<p>*a*</p>", "as GitHub"),
        ("- [ ] a\n\n> - [ ] b", None, "differing"),
        ("> " * 40 + "a", None, "refused"),
    ],
)
def test_verdicts(text: str, html: str | None, kind: str) -> None:
    assert judge(Example("section", text, html)).kind == kind


def test_trees_that_differ_are_told_apart() -> None:
    html = '<ul><li><input checked=""> <p>a <a href="/b" title="c">d</a></p></li></ul><p>e</p>'
    assert difference(from_html(html), from_html(html)) is None
    for old, new in [("ul", "ol"), ("/b", "/x"), ("d<", "x<"), ("<p>e</p>", ""), ('"c"', '"x"')]:
        assert difference(from_html(html), from_html(html.replace(old, new)))
        assert difference(from_html(html.replace(old, new)), from_html(html))


def test_our_tree_is_that_of_github() -> None:
    text = "# a\n\n- [x] b `c`\n- d\n\n| e |\n|:-:|\n| **f** |\n\ng[^1]\n\n[^1]: h\n"
    assert str(ours(text)) == str(github(text))


def test_the_command_reads_specifications_and_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fence = "`" * 32
    spec = tmp_path / "spec.txt"
    spec.write_text(f"# Tabs\n\n{fence} example\n*a*→b\n.\n<p><em>a</em>→b</p>\n{fence}\n")
    assert [example.section for example in read_spec(spec)] == ["Tabs"]
    assert main([str(spec)]) == 0
    assert "1 of     1  Tabs" in capsys.readouterr().out
    (tmp_path / "same.md").write_text("# a\n\nb <br> $c$\n")
    (tmp_path / "other.md").write_text("> - [ ] a\n")
    assert main([str(tmp_path)]) == 0
    assert "1 of 2 files differ: 50.00 %" in capsys.readouterr().out


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    help_text = capsys.readouterr().out
    assert "spec.txt" in help_text
    assert "raw HTML" in help_text
    with pytest.raises(SystemExit):
        main(["nowhere.txt"])
