from __future__ import annotations

from app.views.parts.slots import fill_marks, replace_slots


def test_places_are_filled_in_and_filled_in_anew() -> None:
    marked = "a\0one\0bc\0other\0\0one\0d"
    filled, slots = fill_marks(marked, {"one": "1", "other": ""}.get)
    assert filled == "a1bc1d"
    assert [slot.name for slot in slots] == ["one", "other", "one"]
    assert replace_slots(filled, []) == filled
    assert replace_slots(filled, [(slot, slot.name[0] * 2) for slot in slots]) == "aoobcooood"
    assert replace_slots(filled, [(slots[1], "x")]) == "a1bcx1d"


def test_slots_stand_where_the_text_stands_in_a_longer_one() -> None:
    filled, slots = fill_marks("\0one\0", {"one": "1"}.get, start=3)
    assert replace_slots(f"abc{filled}d", [(slots[0], "2")]) == "abc2d"


def test_a_mark_of_somebody_else_is_left() -> None:
    assert fill_marks("a\0token\0b", {}.get) == ("a\0token\0b", [])
