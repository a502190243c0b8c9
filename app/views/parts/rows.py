"""The rows of lists: each a part that all readers share.

A row is the same for everybody, so it is kept without its votes and without what a reading list
says, which are filled in for who reads (`app.views.parts.places`). Rows that show more to one
member than to others, such as those of their own texts, are in `app.views.parts.own_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from flask import g
from markupsafe import Markup

from app.cache.parts import PagePart
from app.change_log import name_of_path, name_of_text
from app.models import User
from app.queries.catalogue import list_rows
from app.queries.catalogue.list_rows import ListedEntry
from app.queries.paging import Slice
from app.views.http.access import db, viewer
from app.views.http.paths import is_read
from app.views.http.shared_pages import reading_for_parts
from app.views.parts import own_entries
from app.views.parts.guest_rows import FOR_GUESTS, fill_guest_rows, mark_row
from app.views.parts.kept import PartMaker, find_parts
from app.views.parts.own_rows import RowFacts, show_alone, shows_more
from app.views.parts.page_rows import ROW, RowsOfPage
from app.views.parts.places import MemberPlaces, describe_paper, name_writer
from app.views.parts.row_html import print_entry_row, print_paper_row
from app.views.parts.row_places import PLACES, fill_places
from app.views.parts.slots import fill_marks

_NOTHING: Mapping[int, Markup] = MappingProxyType({})


def show_entries(found: Slice, openings: bool = False) -> Slice:
    """A slice of lines (`app.queries.catalogue.list_lines`) of summaries, with HTML for rows."""
    # What others do not see is in no part.
    keys: dict[int, Hashable] = {
        line.id: _key_of_entry(line.id, line.summaries_count, openings)
        for line in found.rows
        if line.visibility == "public"
    }
    parts = _find_or_make(keys, lambda ids: _make_entries(ids, keys, openings))
    rows = []
    for line in found.rows:
        part = parts.get(line.id)
        of_line = (line.id, line.paper_id, line.score, line.user_id, line.anonymous)
        rows.append((RowFacts(*of_line, part.facts if part else {}, openings), part))
    return replace(found, rows=_show(rows, _NOTHING))


def show_papers(found: Slice, further: Mapping[int, Markup] = _NOTHING) -> Slice:
    """A slice of lines of papers, each as HTML with the best of its summaries.

    Args:
        further: HTML that a page adds to rows, by the number of the paper.
    """
    keys: dict[int, Hashable] = {line.id: _key_of_paper(line.id) for line in found.rows}
    parts = _find_or_make(keys, lambda ids: _make_papers(ids, keys))
    rows = []
    for number, part in ((line.id, parts[line.id]) for line in found.rows if line.id in parts):
        best = part.facts
        of_best = (best["id"], number, best["score"], best["writer"], best["is_anonymous"])
        rows.append((RowFacts(*of_best, best, None), part))
    return replace(found, rows=_show(rows, further))


def _show(
    rows: Sequence[tuple[RowFacts, PagePart | None]], further: Mapping[int, Markup]
) -> list[Markup]:
    """Rows for who reads, or for all members."""
    of_page: RowsOfPage | None = g.get("rows_of_page")
    if of_page is None:
        is_for_guests = viewer() is None and is_read() and not further
        if is_for_guests and all(part is not None for _, part in rows):
            return fill_guest_rows(facts for facts, _ in rows)
        html = [(facts, "" if part is None else part.html) for facts, part in rows]
        return fill_rows(html, viewer(), further)
    of_page.extend(facts for facts, part in rows if part is not None)
    marked = (f"{ROW}{part.html}{ROW}" for _, part in rows if part is not None)
    return [Markup(html) for html in marked]  # noqa: S704  (templates made all of it)


def fill_rows(
    rows: Sequence[tuple[RowFacts, str]],
    reader: User | None,
    further: Mapping[int, Markup] = _NOTHING,
) -> list[Markup]:
    """Rows with what their reader is shown of votes and list.

    Hidden texts of the reader count for them alone, and only they see that a text is theirs: rows
    that are about these are made for them.

    Args:
        rows: each with the HTML of its part, which is empty for what others do not see.
    """
    own = own_entries.load_own_facts_for_page(
        [facts.number for facts, _ in rows if facts.number],
        {facts.paper_id for facts, _ in rows},
    )
    alone = [facts for facts, html in rows if not html or shows_more(facts, own.hiding, reader)]
    ours = show_alone(alone, reader, further) if alone else {}
    places = MemberPlaces(None if reader is None else reader.id, own.votes)
    shown: list[Markup] = []
    for facts, html in rows:
        if alone and facts in alone:
            shown.append(ours.get((facts.number, facts.paper_id), Markup("")))
        else:
            shown.append(fill_row(places, facts, html, further.get(facts.paper_id, "")))
    return shown


def fill_row(places: MemberPlaces, facts: RowFacts, html: str, further: str = "") -> Markup:
    """A row with what its reader is shown of votes and list."""
    fill = fill_places(places, facts, further).get
    return Markup(fill_marks(html, fill)[0])  # noqa: S704  (templates made all of it)


def _key_of_entry(number: int, count: int, openings: bool = False) -> Hashable:
    return ("entry row", number, count, openings)


def _key_of_paper(number: int) -> Hashable:
    return ("paper row", number)


def _find_or_make(
    keys: dict[int, Hashable], make: Callable[[list[int]], Iterable[tuple[int, PagePart]]]
) -> dict[int, PagePart]:
    kept = find_parts(keys.values())
    found = {number: kept[key] for number, key in keys.items() if key in kept}
    missing = [number for number in keys if number not in found]
    if missing:
        with reading_for_parts():
            found.update(make(missing))
    return found


def _make_entries(
    ids: list[int], keys: dict[int, Hashable], openings: bool
) -> Iterable[tuple[int, PagePart]]:
    maker = PartMaker()
    for number, entry in list_rows.load_listed_entries(db(), ids, openings).items():
        facts = {"whose": name_writer(entry), **describe_paper(entry.paper), "id": number}
        print_row = partial(print_entry_row, entry, None, openings, PLACES)
        yield (
            number,
            maker.make(keys[number], partial(_print, print_row, facts), _names(entry), facts),
        )


def _make_papers(ids: list[int], keys: dict[int, Hashable]) -> Iterable[tuple[int, PagePart]]:
    maker = PartMaker()
    for number, row in list_rows.load_listed_paper_rows(db(), ids).items():
        print_row = partial(print_paper_row, row, None, places=PLACES)
        # Any summary of a paper may change which of them is the best, and how many there are.
        names = {name_of_path("paper", row.paper.key)}
        names |= set() if row.best is None else _names(row.best)
        facts = {**_facts_of_best(row.best), **describe_paper(row.paper)}
        yield number, maker.make(keys[number], partial(_print, print_row, facts), names, facts)


def _print(print_row: Callable[[], str], facts: dict[str, Any]) -> str:
    """A row with its marks; among its facts is then the row for guests."""
    html = print_row()
    facts[FOR_GUESTS] = mark_row(html, facts)
    return html


def _facts_of_best(best: ListedEntry | None) -> dict[str, Any]:
    """What fills in the row of a paper."""
    if best is None:
        return {"whose": "", "id": 0, "score": 0, "writer": None, "is_anonymous": False}
    summary = best.summary
    return {
        "whose": name_writer(best),
        "id": summary.id,
        "score": summary.score,
        "writer": summary.user_id,
        "is_anonymous": summary.anonymous,
    }


def _names(entry: ListedEntry) -> set[str]:
    return {name_of_text(name_of_path("summary", str(entry.summary.id)))}
