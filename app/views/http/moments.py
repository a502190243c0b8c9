"""Moments as pages print them: the age, and on hover the moment itself, in UTC.

One clock for all pages: a moment reads the same for everybody, in a page that is kept and in one
that is quoted. `static/js/times.js` has the rule of `age` once more and sets the ages of a page
anew while it is open. A page that is kept is made anew when the first of its ages changes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from markupsafe import Markup

from app.db import now
from app.views.http.quoting import quote
from app.views.http.shared_pages import expire_page

# From this age on, which is a matter of weeks, the day says more than a count.
DATED = timedelta(days=28)
# An age is counted in the largest of these units that it reaches.
_UNITS = (
    (timedelta(weeks=2), timedelta(weeks=1), "week"),
    (timedelta(days=1), timedelta(days=1), "day"),
    (timedelta(hours=1), timedelta(hours=1), "hour"),
    (timedelta(minutes=1), timedelta(minutes=1), "minute"),
)
# Clocks differ: what lies less than this ahead has just happened.
_AHEAD = timedelta(minutes=5)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def init(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.add_template_filter(day)
    app.add_template_filter(iso)
    app.add_template_filter(moment)
    app.add_template_filter(_age_now, "age")
    app.add_template_global(print_age)
    app.add_template_global(print_dates)


def print_age(at: datetime, also: str = "") -> Markup:
    """A moment as its age, and on hover the moment in UTC.

    Args:
        also: what shall stand there besides.
    """
    return Markup(_write_age(at, also))  # noqa: S704  (escaped)


def _write_age(at: datetime, also: str = "") -> str:
    return (
        f'<time datetime="{iso(at)}" title="{moment(at)}{quote(also)}" data-age>'
        f"{_age_now(at)}</time>"
    )


def print_dates(summary: Any, address: str = "") -> Markup:
    """What `write_dates` gives, for templates."""
    return Markup(write_dates(summary, address))  # noqa: S704  (escaped)


def write_dates(summary: Any, address: str = "") -> str:
    """When a summary was written, and edited.

    An edit on the same day shows on hover alone.

    Args:
        address: where the first moment leads to; empty for no link.
    """
    written: datetime = summary.published_at or summary.created_at
    edited: datetime | None = summary.edited_at
    also = further = ""
    if edited is not None and edited > written:
        if day(edited) == day(written):
            also = f"; edited {moment(edited)}"
        else:
            further = f"<span>edited {_write_age(edited)}</span>"
    shown = _write_age(written, also)
    if address:
        hidden = '<span class="visually-hidden">Permalink: </span>'
        shown = f'<a href="{quote(address)}" rel="bookmark">{hidden}{shown}</a>'
    return f"<span>{shown}</span>{further}"


def age(at: datetime, present: datetime) -> str:
    """`just now`, `3 hours ago`, `2 weeks ago`, or the day.

    The day is for what is older than `DATED`, and for what is still to come.
    """
    passed = present - at
    if passed >= DATED or passed <= -_AHEAD:
        return day(at)
    for least, unit, name in _UNITS:
        if passed >= least:
            number = passed // unit
            return f"{number} {name}{'' if number == 1 else 's'} ago"
    return "just now"


def next_change(at: datetime, present: datetime) -> datetime | None:
    """When the age will read otherwise; `None` when it will not."""
    passed = present - at
    if passed >= DATED:
        return None
    if passed <= -_AHEAD:
        return at - _AHEAD
    for least, unit, _ in _UNITS:
        if passed >= least:
            return min(at + (passed // unit + 1) * unit, at + DATED)
    return at + _UNITS[-1][0]


def _age_now(at: datetime) -> str:
    present = now()
    changes_at = next_change(at, present)
    if changes_at is not None:
        expire_page(changes_at)
    return age(at, present)


def day(moment: date | None) -> str:
    """`12 May 2026`, or nothing for `None`."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(UTC)
    return "" if moment is None else f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year:04}"


def moment(moment: datetime) -> str:
    """`12 May 2026, 14:03 UTC`."""
    at = moment.astimezone(UTC)
    return f"{day(at)}, {at.hour:02}:{at.minute:02} UTC"


def iso(moment: date | None) -> str:
    """ISO 8601, to the second, for `datetime` attributes."""
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return "" if moment is None else moment.isoformat()
