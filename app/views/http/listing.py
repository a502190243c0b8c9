"""Pages of lists, as the templates want them.

Rows and the addresses of the pages around.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from app.queries.paging import Slice
from app.views.http.access import search_text
from app.views.http.paths import path_for

ROWS = 25
MAX_PAGE = 500
MAX_FILTER_CHARS = 100
MAX_DIGITS = 9  # of a number: databases keep no larger ones, and Python reads no long ones
MAX_CRAWLED_ARGUMENTS = 2  # one that chooses, and the place in the list


@dataclass(frozen=True)
class Page:
    """One page of a list; an address is `None` where there is no such page."""

    rows: Sequence[Any]
    previous_url: str | None
    next_url: str | None

    @property
    def is_combination(self) -> bool:
        """Whether so much is chosen that crawlers would never see the end of such pages."""
        address = self.next_url or self.previous_url or ""
        return address.count("&") >= MAX_CRAWLED_ARGUMENTS


def read_cursors(size: int | None = None) -> dict[str, Any]:
    """What the request says about the place in a list that is paged by cursors.

    `page=3`, as on ShortScience, is taken too; from there cursors lead on.

    Args:
        size: rows of a page, if not `ROWS`.
    """
    size = size or ROWS
    found: dict[str, Any] = {
        "after": request.args.get("after"),
        "before": request.args.get("before"),
    }
    if not any(found.values()):
        found["skip"] = (page_number() - 1) * size
    return {**found, "size": size}


def make_cursor_page(found: Slice, **fixed: Any) -> Page:
    """A page of a list that stays in place while rows arrive.

    `fixed` are its other arguments.
    """
    return Page(
        found.rows,
        _address(fixed, before=found.before) if found.before else None,
        _address(fixed, after=found.after) if found.after else None,
    )


def make_number_page(rows: Sequence[Any], more: bool, **fixed: Any) -> Page:
    """A page of a list that is paged by number."""
    here = page_number()
    return Page(
        rows,
        _address(fixed, page=here - 1 if here > 2 else None) if here > 1 else None,
        _address(fixed, page=here + 1) if more and here < MAX_PAGE else None,
    )


def make_same_page(rows: Sequence[Any], more: bool) -> Page:
    """The same for a list whose address may say anything else."""
    here = page_number()
    return Page(
        rows,
        address_of_page(here - 1 if here > 2 else None) if here > 1 else None,
        address_of_page(here + 1) if more and here < MAX_PAGE else None,
    )


def address_of_page(number: int | None) -> str:
    """The present address with another number of the page; `None` for the first."""
    # Readers choose the names, by which `url_for` would be told other things.
    asked = [pair for pair in request.args.items(multi=True) if pair[0] != "page"]
    query = urlencode(asked if number is None else [*asked, ("page", number)])
    path = url_for(str(request.endpoint), **(request.view_args or {}))
    return f"{path}?{query}" if query else path


def page_number() -> int:
    """The page asked for, from 1 to `MAX_PAGE`; anything else means the first."""
    return _whole("page", 1, MAX_PAGE) or 1


def read_filter() -> str:
    """What a list is to be narrowed to, as typed."""
    return search_text(MAX_FILTER_CHARS)


def read_year() -> int | None:
    """The year asked for."""
    return _whole("year", 1, 9999)


def read_numbers(texts: Iterable[str]) -> list[int]:
    """Those of some texts that are numbers as rows can have."""
    return [int(text) for text in texts if text.isdecimal() and len(text) <= MAX_DIGITS]


def _whole(name: str, lowest: int, highest: int) -> int | None:
    found = read_numbers([request.args.get(name, "")])
    return found[0] if found and lowest <= found[0] <= highest else None


def _address(fixed: dict[str, Any], **place: Any) -> str:
    """The address of this list at another place; what is `None` is left out."""
    values: dict[str, Any] = {**(request.view_args or {}), **fixed, **place}
    return path_for(str(request.endpoint), **values)
