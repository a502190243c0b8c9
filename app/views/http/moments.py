"""Moments as pages print them: the age, and on hover the moment itself, in UTC.

One clock for all pages: a moment reads the same for everybody, in a page that is kept and in one
that is quoted. `static/js/times.js` has the rule of `age` once more and sets the ages of a page
anew while it is open. A page that is kept is made anew when the first of its ages changes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask

from app.db import now
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


def init(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.add_template_filter(day)
    app.add_template_filter(iso)
    app.add_template_filter(moment)
    app.add_template_filter(_age_now, "age")
    app.add_template_filter(is_later_day)


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
    return "" if moment is None else f"{moment.day} {moment:%B %Y}"


def moment(moment: datetime) -> str:
    """`12 May 2026, 14:03 UTC`."""
    return f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def iso(moment: date | None) -> str:
    """ISO 8601, to the second, for `datetime` attributes."""
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return "" if moment is None else moment.isoformat()


def is_later_day(moment: datetime | None, than: datetime) -> bool:
    """Whether a moment is on a later day than another; `None` is not."""
    return moment is not None and moment > than and day(moment) != day(than)
