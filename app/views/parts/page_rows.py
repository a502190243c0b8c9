"""The rows of a page that is made once for all members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from markupsafe import Markup

from app.cache.parts import estimate_bytes
from app.models import User
from app.views.parts import own_entries
from app.views.parts.kept import make_mark
from app.views.parts.own_rows import RowFacts, show_alone, shows_more
from app.views.parts.places import MemberPlaces
from app.views.parts.row_places import fill_places
from app.views.parts.slots import Slot, fill_marks, replace_slots

ROW = make_mark("row")
_NO_WRITER = 0  # the number of a member who has written nothing
_NOTHING: Mapping[int, Markup] = MappingProxyType({})


class RowsOfPage:
    """The rows of a page that is made for all members, in their order.

    Attributes:
        summary_ids, paper_ids: what has to be asked of a member.
    """

    def __init__(self) -> None:
        self.summary_ids: list[int] = []
        self.paper_ids: list[int] = []
        self._facts: list[RowFacts] = []
        self._rows: list[Slot] = []
        self._slots: list[list[Slot]] = []  # of each row

    def extend(self, facts: Iterable[RowFacts]) -> None:
        """Add what has to be known of further rows."""
        self._facts += facts

    def fill(self, html: str) -> str:
        """Fill the marks in as members read them who have nothing of their own here."""
        places = MemberPlaces(_NO_WRITER, {}, {})
        pieces = html.split(ROW)
        start = 0
        for number, piece in enumerate(pieces):
            if number % 2:
                facts = self._facts[number // 2]
                fill = fill_places(places, facts).get
                pieces[number], slots = fill_marks(piece, fill, start)
                self._slots.append(slots)
                self._rows.append(Slot("", start, start + len(pieces[number])))
            start += len(pieces[number])
        self.summary_ids = sorted({facts.number for facts in self._facts if facts.number})
        self.paper_ids = sorted({facts.paper_id for facts in self._facts})
        return "".join(pieces)

    def fill_for(self, html: str, reader: User) -> str:
        """The page as a member reads it.

        Args:
            html: what `fill` gave.
        """
        own = own_entries.load_own_facts_for_page(self.summary_ids, self.paper_ids)
        own_rows = [
            number
            for number, facts in enumerate(self._facts)
            if facts.writer_id == reader.id
            or facts.number in own.votes
            or facts.paper_id in own.entries
            or facts.paper_id in own.hiding
        ]
        if not own_rows:
            return html
        alone = {
            number: self._facts[number]
            for number in own_rows
            if shows_more(self._facts[number], own.hiding, reader)
        }
        ours = show_alone(list(alone.values()), reader, _NOTHING) if alone else {}
        places = MemberPlaces(reader.id, own.votes)
        fillings: list[tuple[Slot, str]] = []
        for number in own_rows:
            facts = self._facts[number]
            if number in alone:
                html_alone = ours.get((facts.number, facts.paper_id), "")
                fillings.append((self._rows[number], html_alone))
            else:
                filled = fill_places(places, facts)
                fillings += [(slot, filled[slot.name]) for slot in self._slots[number]]
        return replace_slots(html, fillings)

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return sum(
            map(
                estimate_bytes,
                (self.summary_ids, self.paper_ids, self._facts, self._rows, self._slots),
            )
        )
