"""The marks in a row, and what each reader is shown there."""

from __future__ import annotations

from collections.abc import Mapping

from app.views.parts.kept import make_mark
from app.views.parts.own_rows import RowFacts
from app.views.parts.places import MemberPlaces

PLACES: Mapping[str, str] = {
    name: make_mark(f"row-{name}") for name in ("votes", "control", "remark")
}
_VOTES_NAME, _CONTROL_NAME, _REMARK_NAME = (mark.strip("\0") for mark in PLACES.values())


def fill_places(places: MemberPlaces, facts: RowFacts, further: str = "") -> dict[str, str]:
    """What stands at the marks of a row, by their names."""
    of_part = facts.of_part
    whose: str = of_part["whose"]
    return {
        _VOTES_NAME: places.make_votes(facts.number, facts.score, whose, facts.writer_id),
        _CONTROL_NAME: places.make_control(of_part, facts.number),
        # A sum of a text and Markup would escape the text.
        _REMARK_NAME: f"{places.make_remark(of_part)}{further}",
    }
