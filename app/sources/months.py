"""Months as bibliographies write them."""

from __future__ import annotations

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# BibTeX's macros for them, the normal form in a record's details.
MACROS = tuple(name[:3].lower() for name in MONTHS)


def month_number(text: str) -> int | None:
    """The number of the one month that a text names.

    1 to 12 (`jun`, `June`, `Sept.`, `6`, `06`), else `None`.
    """
    text = text.strip().rstrip(".").lower()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 3 and 1 <= int(text) <= 12 else None
    if len(text) < 3:
        return None
    full = next((name.lower() for name in MONTHS if name.lower().startswith(text[:3])), "")
    return MACROS.index(full[:3]) + 1 if full.startswith(text) else None
