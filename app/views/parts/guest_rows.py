"""Rows as guests read them, kept with the part of a row.

Guests differ by nothing, pages by their address alone, and the score changes most often. So a row
is kept with marks for these, and the rows of a page are filled in together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from app.views.http.paths import this_address
from app.views.parts.kept import make_mark
from app.views.parts.own_rows import RowFacts
from app.views.parts.places import SCORE, MemberPlaces, quote_back
from app.views.parts.row_places import fill_places
from app.views.parts.slots import fill_marks

FOR_GUESTS = "for_guests"  # among the facts of a part
_BACK, _QUOTED_BACK, _ROW = map(make_mark, ("back", "quoted-back", "guest-row"))
_PLACES = MemberPlaces(None, {}, {}, back=(_BACK, _QUOTED_BACK))


def mark_row(html: str, of_part: dict[str, Any]) -> str:
    """A row for guests, with marks for its score and the address of its page.

    Args:
        html: of the part.
        of_part: its facts.
    """
    facts = RowFacts(of_part["id"], of_part["paper_id"], SCORE, None, False, of_part, None)
    return fill_marks(html, fill_places(_PLACES, facts).get)[0]


def fill_guest_rows(rows: Iterable[RowFacts]) -> list[Markup]:
    """The rows of a page for guests."""
    marked = [str(row.of_part[FOR_GUESTS]).replace(SCORE, str(row.score)) for row in rows]
    if not marked:
        return []
    back, quoted = quote_back(this_address())
    filled = _ROW.join(marked).replace(_BACK, back).replace(_QUOTED_BACK, quoted)
    return list(map(Markup, filled.split(_ROW)))
