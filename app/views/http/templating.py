"""Filters and globals of the templates."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from flask import Flask

from app.references.labels import KIND_LABELS, capitalised, field_label
from app.views.http import access
from app.views.http.forms import SAVE_LABELS, VISIBLE_TO, WHO_SEES

HUES = 8


def init(app: Flask) -> None:
    """Make them known to the templates."""
    app.add_template_filter(day)
    app.add_template_filter(iso)
    app.add_template_filter(moment)
    app.add_template_filter(size)
    app.add_template_filter(initials)
    app.add_template_filter(hue)
    app.add_template_global(count)
    app.add_template_global(fact_label)
    app.jinja_env.globals.update(  # macros see them too
        kind_labels=KIND_LABELS,
        save_labels=SAVE_LABELS,
        visible_to_whom=VISIBLE_TO,
        who_sees=WHO_SEES,
    )
    app.context_processor(lambda: {"viewer": access.viewer()})


def fact_label(name: str) -> str:
    """What a form and a log call a fact of a paper."""
    return capitalised(field_label(name))


def day(moment: date | None) -> str:
    """`12 May 2026`, or nothing for `None`."""
    return "" if moment is None else f"{moment.day} {moment:%B %Y}"


def moment(moment: datetime) -> str:
    """`12 May 2026, 14:03 UTC`."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def iso(moment: date | None) -> str:
    """ISO 8601, to the second, for `datetime` attributes."""
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return "" if moment is None else moment.isoformat()


def size(number: int) -> str:
    """`185 bytes`, `12 kB`, `1.4 MB`."""
    if number < 1000:
        return count(number, "byte", "bytes")
    return f"{number / 1000:.0f} kB" if number < 999_500 else f"{number / 1_000_000:.1f} MB"


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [name[:1]]
    return "".join(letters).upper()


def hue(name: str) -> int:
    """A number from 0 to 7 that stays with a name.

    It is the colour of its avatar.
    """
    return hashlib.sha256(name.encode()).digest()[0] % HUES


def count(number: int, one: str, many: str) -> str:
    """`1 summary`, `1,200 summaries`."""
    return f"{number:,} {one if number == 1 else many}"
