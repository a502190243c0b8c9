"""Reading what a service sent: JSON and XML that may be anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.sources.contract import SourceUnavailable
from app.sources.months import MACROS, month_number
from app.text.lines import one_line

# A pair of halves, any other escape, or a backslash that is itself escaped.
_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\\\"
)
_UNREADABLE = "sent something that cannot be read."


def mend_escapes(text: str) -> str:
    """JSON without escapes for NUL or half a character.

    No database keeps these.
    """
    return _ESCAPES.sub(_mend_escape, text) if "\\u" in text else text


def _mend_escape(match: re.Match[str]) -> str:
    found = match[0]
    if found == "\\u0000":
        return ""
    is_half = len(found) == 6 and found[2] in "dD" and found[3] not in "01234567"
    return "\\ufffd" if is_half else found


def read_json(body: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        SourceUnavailable: when it is none, or is nested deeper than Python can follow.
    """
    try:
        return json.loads(mend_escapes(body.decode("utf-8", "replace")))
    except (ValueError, RecursionError):
        raise SourceUnavailable(_UNREADABLE) from None


def read_xml(body: bytes) -> Element:
    """Read the root of an XML text without a document type.

    So nothing in it can grow or lead away.

    Raises:
        SourceUnavailable: when it is none.
    """
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise SourceUnavailable(_UNREADABLE) from None
    return root


def value_at(value: Any, *path: str | int) -> Any:
    """The value at a path in nested objects and lists.

    `None` when anything of it is missing.
    """
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and len(value) > step else None
    return value


def text_at(value: Any, *path: str | int) -> str:
    """The text or number at a path in one line, else an empty text."""
    found = value_at(value, *path)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found) if abs(found) < 10**15 else ""
    return one_line(found) if isinstance(found, str) else ""


def objects_at(value: Any, *path: str | int) -> Iterator[dict[str, Any]]:
    """The objects in the list at a path.

    An object that stands there alone counts as a list.
    """
    found = value_at(value, *path)
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            yield each


def texts_at(value: Any, *path: str | int) -> list[str]:
    """The texts in the list at a path that are not empty.

    One text alone counts as a list.
    """
    found = value_at(value, *path)
    return list(filter(None, map(text_at, found if isinstance(found, list) else [found])))


def calendar_day(year: Any, month: Any, day: Any) -> date | None:
    """A day by its numbers, if there is such a day."""
    try:
        return date(int(year), int(month), int(day))
    except (TypeError, ValueError, OverflowError):
        return None


def year_of(value: Any) -> int | None:
    """A year with four digits, from a number or text."""
    text = str(value).strip()
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None


def month_macro(month: str) -> str:
    """BibTeX's macro for a month, such as `jun`.

    The month is a number or name; empty for what is none.
    """
    number = month_number(month)
    return MACROS[number - 1] if number else ""
