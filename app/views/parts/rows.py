"""The rows of lists: each a part that all readers share.

A row is the same for everybody, so it is kept without its votes and without what a reading list
says, which are filled in for who reads (`app.views.parts.places`). Rows that show more to one
member than to others, such as those of their own texts, are made for them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from app.cache.parts import PagePart
from app.change_log import name_of_path, name_of_text
from app.queries import papers, summaries
from app.queries.catalogue import list_lines
from app.queries.paging import Slice
from app.queries.summary_entries import SummaryEntry
from app.views.http.access import db, viewer
from app.views.http.shared_pages import reading_for_parts
from app.views.parts import own_entries
from app.views.parts.kept import find_parts, make_mark, make_part
from app.views.parts.places import MemberPlaces, describe_paper, name_writer, render_macro

_VOTES, _CONTROL, _REMARK = map(make_mark, ("votes", "control", "remark"))
_MARKS = {"votes": _VOTES, "control": _CONTROL, "remark": _REMARK}
_NOTHING: Mapping[int, Markup] = MappingProxyType({})
PLACES = {name: Markup(mark) for name, mark in _MARKS.items()}  # noqa: S704  (made of letters)


def show_entries(found: Slice, openings: bool = False) -> Slice:
    """A slice of lines (`app.queries.catalogue.list_lines`) of summaries, with HTML for rows."""
    reader = viewer()
    lines = found.rows
    hiding: set[int] = set()
    votes: dict[int, int] = {}
    if reader is not None and lines:
        paper_ids = {line.paper_id for line in lines}
        hiding = list_lines.find_papers_with_hidden_texts(db(), reader, paper_ids)
        votes = list_lines.load_own_votes(db(), reader, [line.id for line in lines])
        own_entries.load_for_page(paper_ids)
    # Hidden texts of the reader count for them alone, and only they see that a text is theirs.
    alone = {
        line.id
        for line in lines
        if line.paper_id in hiding
        or line.visibility != "public"
        or (reader is not None and line.user_id == reader.id and line.anonymous)
    }
    keys: dict[int, Hashable] = {
        line.id: ("entry row", line.id, line.summaries_count, openings)
        for line in lines
        if line.id not in alone
    }
    parts = _find_or_make(keys, lambda ids: _make_entries(ids, keys, openings))
    ours = summaries.load_entries(db(), sorted(alone), reader) if alone else {}
    places = MemberPlaces(reader, votes)
    rows = []
    for line in lines:
        if line.id in parts:
            rows.append(fill_row(places, parts[line.id], line.id, line.score, line.user_id))
        elif line.id in ours:
            rows.append(render_macro("rows", "entry_row", ours[line.id], reader, openings))
    return replace(found, rows=rows)


def show_papers(found: Slice, further: Mapping[int, Markup] = _NOTHING) -> Slice:
    """A slice of lines of papers, each as HTML with the best of its summaries.

    Args:
        further: HTML that a page adds to rows, by the number of the paper.
    """
    paper_ids = [line.id for line in found.rows]
    reader = viewer()
    hiding: set[int] = set()
    if reader is not None and paper_ids:
        hiding = list_lines.find_papers_with_hidden_texts(db(), reader, paper_ids)
        own_entries.load_for_page(paper_ids)
    keys: dict[int, Hashable] = {
        number: ("paper row", number) for number in paper_ids if number not in hiding
    }
    parts = _find_or_make(keys, lambda ids: _make_papers(ids, keys))
    votes: dict[int, int] = {}
    if reader is not None:
        anonymous = {number for number, part in parts.items() if part.facts["hides"] == reader.id}
        parts = {number: part for number, part in parts.items() if number not in anonymous}
        hiding |= anonymous
        best = [part.facts["id"] for part in parts.values() if part.facts["id"]]
        votes = list_lines.load_own_votes(db(), reader, best) if best else {}
    ours = papers.load_rows_of_papers(db(), sorted(hiding), reader) if hiding else {}
    places = MemberPlaces(reader, votes)
    rows = []
    for number in paper_ids:
        if number in parts:
            facts = parts[number].facts
            row = (facts["id"], facts["score"], facts["writer"])
            rows.append(fill_row(places, parts[number], *row, further.get(number, "")))
        elif number in ours:
            more = (ours[number], reader, False, None, further.get(number, ""))
            rows.append(render_macro("rows", "paper_row", *more))
    return replace(found, rows=rows)


def fill_row(
    places: MemberPlaces,
    part: PagePart,
    summary_id: int,
    score: int,
    writer_id: int | None,
    further: str = "",
) -> Markup:
    """A row with what its reader is shown of votes and list."""
    column = places.make_votes(summary_id, score, part.facts["whose"], writer_id)
    html = part.html.replace(_VOTES, column)
    html = html.replace(_CONTROL, places.make_control(part.facts, summary_id))
    html = html.replace(_REMARK, places.make_remark(part.facts) + further)
    return Markup(html)  # noqa: S704  (templates made all of it)


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
    for number, entry in summaries.load_entries(db(), ids, None).items():
        render = partial(render_macro, "rows", "entry_row", entry, None, openings, PLACES)
        facts = {"whose": name_writer(entry), **describe_paper(entry.paper)}
        yield number, make_part(keys[number], render, _names(entry), **facts)


def _make_papers(ids: list[int], keys: dict[int, Hashable]) -> Iterable[tuple[int, PagePart]]:
    for number, row in papers.load_rows_of_papers(db(), ids, None).items():
        render = partial(render_macro, "rows", "paper_row", row, None, False, PLACES)
        # Any summary of a paper may change which of them is the best, and how many there are.
        names = {name_of_path("paper", row.paper.key)}
        names |= set() if row.best is None else _names(row.best)
        facts = {**_facts_of_best(row.best), **describe_paper(row.paper)}
        yield number, make_part(keys[number], render, names, **facts)


def _facts_of_best(best: SummaryEntry | None) -> dict[str, Any]:
    """What fills in the row of a paper; `hides` is who wrote a summary that hides it."""
    if best is None:
        return {"whose": "", "id": 0, "score": 0, "writer": None, "hides": None}
    summary = best.summary
    return {
        "whose": name_writer(best),
        "id": summary.id,
        "score": summary.score,
        "writer": summary.user_id,
        "hides": summary.user_id if summary.anonymous else None,
    }


def _names(entry: SummaryEntry) -> set[str]:
    return {name_of_text(name_of_path("summary", str(entry.summary.id)))}
