from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.rendering import render
from app.services.summaries.content import Content
from app.services.summaries.three_way_merge import (
    BETWEEN,
    MINE,
    THEIRS,
    MergeBase,
    choose_stricter,
    merge,
    merge_contents,
    open_conflict,
)

lines = st.lists(st.sampled_from(["a", "b", "c", "", "d e"]), max_size=12)


def test_changes_in_different_places_are_both_taken() -> None:
    base = "What\nold\nWhy\nsame\nHow"
    merged = merge(base, base.replace("old", "mine"), base.replace("How", "theirs\nHow"))
    assert merged.text == "What\nmine\nWhy\nsame\ntheirs\nHow"
    assert merged.conflicts == 0


def test_what_one_removed_and_the_other_left_alone_is_removed() -> None:
    assert merge("a\nb\nc", "a\nc", "a\nb\nc\nd").text == "a\nc\nd"


def test_the_same_lines_changed_by_both_stand_below_each_other() -> None:
    merged = merge("a\nold\nz", "a\nmine\nz", "a\ntheirs\nz")
    assert merged.text.split("\n") == ["a", MINE, "mine", BETWEEN, "theirs", THEIRS, "z"]
    assert merged.conflicts == 1
    assert open_conflict(merged.text) == 2
    assert open_conflict("a\nmine\nz") is None


def test_without_a_common_text_nothing_counts_as_removed() -> None:
    merged = merge(None, "a\nonly mine\nb", "a\nb\nonly theirs")
    assert merged.text == "a\nonly mine\nb\nonly theirs"
    assert merged.conflicts == 0


def test_marks_of_a_conflict_make_no_heading() -> None:
    both = merge("a\nb\nc", "a\nmine\nc", "a\ntheirs\nc")
    assert both.conflicts == 1
    assert "<h" not in render(both.text).html


def test_marks_of_a_conflict_are_only_ours() -> None:
    assert open_conflict("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch") is None


@given(lines, lines)
def test_one_side_unchanged_gives_the_other(base: list[str], changed: list[str]) -> None:
    before, after = "\n".join(base), "\n".join(changed)
    assert merge(before, before, after).text == after
    assert merge(before, after, before).text == after
    assert merge(before, after, after).text == after


@given(st.none() | lines, lines, lines)
def test_nothing_written_is_lost(
    base: list[str] | None, mine: list[str], theirs: list[str]
) -> None:
    before = None if base is None else "\n".join(base)
    merged = merge(before, "\n".join(mine), "\n".join(theirs)).text.split("\n")
    known = {"", *(base or [])}
    for line in {*mine, *theirs} - known:
        assert line in merged


STATES = st.builds(
    Content,
    st.just("a"),
    st.sampled_from(["", "one", "two"]),
    st.sampled_from(["", "x", "y", "x, y"]),
    st.sampled_from(["public", "unlisted", "private"]),
    st.booleans(),
    st.sampled_from(["", "whole", "abstract"]),
    st.sampled_from(["", "machine"]),
    st.booleans(),
)


def base_of(content: Content, certain: bool = True) -> MergeBase:
    return MergeBase(content.source, content.takeaway, content.settings, certain)


@given(STATES, STATES)
def test_fields_that_one_window_left_alone_come_from_the_other(
    before: Content, changed: Content
) -> None:
    for mine, theirs in ((before, changed), (changed, before)):
        both = merge_contents(base_of(before), mine, theirs)
        assert both.content.same_as(changed)
        assert both.undecided == ()


@given(STATES, STATES, STATES, st.booleans())
def test_nothing_becomes_more_public_than_one_window_left_it(
    before: Content, mine: Content, theirs: Content, certain: bool
) -> None:
    both = merge_contents(base_of(before, certain), mine, theirs)
    private = choose_stricter(mine.visibility, theirs.visibility)
    if both.content.visibility != private:
        # Only because one of them never touched it.
        assert before.visibility in (mine.visibility, theirs.visibility)
    unknown = merge_contents(MergeBase(), mine, theirs)
    assert unknown.content.visibility == private
    assert unknown.content.anonymous == (mine.anonymous or theirs.anonymous)
    for takeaway in {mine.takeaway, theirs.takeaway}:
        assert takeaway in unknown.content.takeaway
    assert set(unknown.content.settings.tags) == {*mine.settings.tags, *theirs.settings.tags}


def test_a_window_that_kept_drafts_does_not_win_in_silence() -> None:
    before, mine = Content("a", visibility="private"), Content("a", visibility="public")
    assert merge_contents(base_of(before), mine, before).content.visibility == "public"
    both = merge_contents(base_of(before, certain=False), mine, before)
    assert (both.content.visibility, both.undecided) == ("private", ("visibility",))


def test_what_one_has_of_the_other_and_more_is_no_conflict() -> None:
    assert merge("a\nz", "a\nmine\nz", "a\nmine\nmore\nz").text == "a\nmine\nmore\nz"
    assert merge("a\nold\nz", "a\nz", "a\nold, too\nz").conflicts == 1
