"""What the editor's form says about readings of a group: keep the text, or not.

A text that is kept is private until the group's texts are shown, whatever visibility was chosen
beside it: of two answers the more private one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from app.models import Paper, Summary
from app.models.reading import AUDIENCES
from app.queries.shelves.readings import OfferedReading, list_offered_readings
from app.services.accounts.licences import publish_later
from app.services.shelves.participation import hand_in, take_back
from app.views.http.access import db, signed_in, site_licence

_FIELD = "reading-"  # and what names the reading
_MAX_FIELDS = 50


@dataclass(frozen=True)
class ReadingChoice:
    """A reading that the form asks about.

    `chosen` is an audience, or empty to keep the text out of it.
    """

    offered: OfferedReading
    chosen: str

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"{_FIELD}{self.offered.reading.uid}"


def list_choices(paper: Paper, summary: Summary | None) -> list[ReadingChoice]:
    """What the form asks, with what it proposes.

    A new text is to be kept; of a private one it says what holds. A text that others can read
    already is handed in on the page of the reading.
    """
    if summary is not None and summary.visibility != "private":
        return []
    found = list_offered_readings(db(), paper, signed_in(), list(_read_fields()))
    return [ReadingChoice(each, _choose(each, summary)) for each in found]


def read_choices(paper: Paper) -> list[ReadingChoice]:
    """What was sent, of readings to which its writer may hand in."""
    fields = _read_fields()
    if not fields:
        return []
    found = list_offered_readings(db(), paper, signed_in(), list(fields))
    return [
        ReadingChoice(each, fields[each.reading.uid])
        for each in found
        if each.reading.uid in fields
    ]


def is_kept() -> bool:
    """Whether the text is to be kept for any reading, also one that is gone."""
    return any(_read_fields().values())


def follow_choices(summary: Summary, choices: Sequence[ReadingChoice], *, agrees: bool) -> str:
    """Do as the form said.

    Args:
        agrees: whether the form agrees to the site's licence, for texts that will be public.

    Raises:
        Refusal: as `services.shelves.participation.hand_in` and `services.accounts.licences`.

    Returns:
        The address of the reading to which the text is handed in; empty when there is none.
    """
    address = ""
    for choice in choices:
        offered = choice.offered
        place = (db(), signed_in(), offered.shelf, offered.reading)
        if choice.chosen:
            if choice.chosen == "public":
                publish_later(db(), summary, site_licence(), agrees=agrees)
            hand_in(*place, summary, choice.chosen)
            address = address or url_for(
                "readings.show",
                name=offered.owner.name,
                slug=offered.shelf.slug,
                number=offered.reading.number,
            )
        elif offered.answer.summary_id == summary.id:
            take_back(*place)
    return address


def _read_fields() -> dict[str, str]:
    """What was sent, by what names a reading; what is no audience counts as the narrowest."""
    names = [name for name in request.form if name.startswith(_FIELD)][:_MAX_FIELDS]
    # PostgreSQL cannot even be asked for a NUL.
    sent = {name.removeprefix(_FIELD).replace("\x00", ""): request.form[name] for name in names}
    return {
        uid: said if said in AUDIENCES or not said else AUDIENCES[0] for uid, said in sent.items()
    }


def _choose(offered: OfferedReading, summary: Summary | None) -> str:
    sent = _read_fields()
    if offered.reading.uid in sent:
        return sent[offered.reading.uid]
    if summary is None:
        return AUDIENCES[0]
    return offered.answer.audience if offered.answer.summary_id == summary.id else ""
