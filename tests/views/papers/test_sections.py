from __future__ import annotations

from app.views.papers.sections import MAX_SECTIONS, align_sections, split_sections

ONE = (
    '<p>Opening &amp; more</p>\n<h3 id="s1-h-1">Results: <em>a</em></h3>\n<p>Good<br>line</p>'
    "<blockquote><h3>Quoted</h3></blockquote><h4>Doubts</h4><ul><li>One</li></ul>"
)
OTHER = "<h3>Method</h3><p>How</p><h3>Result a</h3><p>Bad</p><h3>Method</h3><p>again</p>"


def test_headings_divide_a_text_where_they_stand_by_themselves() -> None:
    found = split_sections(ONE)
    assert [each.heading for each in found] == ["", "Results: a", "Doubts"]
    assert [each.anchor for each in found] == ["", "s1-h-1", ""]
    assert found[0].html == "<p>Opening &amp; more</p>"
    assert found[1].html == "<p>Good<br>line</p><blockquote><h3>Quoted</h3></blockquote>"
    assert split_sections("") == []


def test_sections_with_the_same_words_stand_side_by_side() -> None:
    found = align_sections([split_sections(ONE), split_sections(OTHER)])
    assert [each.heading for each in found] == ["Results: a", "", "Doubts", "Method"]
    by_heading = {each.heading: each for each in found}
    assert by_heading["Results: a"].cells[1] == "<p>Bad</p>"
    assert by_heading["Results: a"].only is None
    assert by_heading["Method"].cells == (None, "<p>How</p><p>again</p>")
    assert (by_heading["Method"].only, by_heading["Doubts"].only) == (1, 0)


def test_a_text_of_nothing_but_headings_has_so_many_sections() -> None:
    text = "".join(f"<h3>Word{number}</h3><p>{number}</p>" for number in range(MAX_SECTIONS + 5))
    found = split_sections(text)
    assert len(found) == MAX_SECTIONS - 1
    assert found[-1].html.endswith(f"<p>{MAX_SECTIONS + 4}</p>")
