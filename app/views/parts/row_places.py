"""The marks in a row, and what each reader is shown there."""

from __future__ import annotations

from collections.abc import Mapping

from app.views.parts.kept import make_mark
from app.views.parts.own_rows import RowFacts
from app.views.parts.places import MemberPlaces

_MARKS = {
    name: make_mark(f"row-{name}")
    for name in ("votes", "control", "remark", "title", "whose", "takeaway", "end")
}
_VOTES_NAME, _CONTROL_NAME, _REMARK_NAME, _TITLE_NAME, _WHOSE_NAME, _TAKEAWAY_NAME, _END_NAME = (
    mark.strip("\0") for mark in _MARKS.values()
)
FILLED = (_VOTES_NAME, _CONTROL_NAME, _REMARK_NAME)
# Each stands before what a search may replace, and `end` behind it.
REPLACED = {_TITLE_NAME: "title", _WHOSE_NAME: "whose", _TAKEAWAY_NAME: "takeaway"}
_NO_TEXTS = dict.fromkeys((*REPLACED, _END_NAME), "")
PLACES: Mapping[str, str] = _MARKS


def fill_places(places: MemberPlaces, facts: RowFacts, further: str = "") -> dict[str, str]:
    """What stands at the marks of a row, by their names."""
    of_part = facts.of_part
    whose: str = of_part["whose"]
    return {
        **_NO_TEXTS,
        _VOTES_NAME: places.make_votes(facts.number, facts.score, whose, facts.writer_id),
        _CONTROL_NAME: places.make_control(of_part, facts.number),
        _REMARK_NAME: places.make_remark(of_part) + further,
    }
