"""The rows of lists: each a part that all readers share, but for the place beside it.

A row is the same for everybody, so it is kept without its votes and without what a reading list
says. These are filled in for who reads (`MemberPlaces`). Rows that show more to one member than to
others, such as those of their own texts, are made for them alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup, escape

from app.cache.parts import Part
from app.change_log import name_of_path, name_of_text
from app.models import Paper, User
from app.queries import list_lines, papers, summaries
from app.queries.lists.own_entries import OwnEntry
from app.queries.paging import Slice
from app.queries.summary_entries import SummaryEntry
from app.views.http import own_entries
from app.views.http.access import db, viewer
from app.views.parts.kept import find_parts, make_mark, make_part

_VOTES, _CONTROL, _REMARK = map(make_mark, ("votes", "control", "remark"))
_PLACES = {"votes": _VOTES, "control": _CONTROL, "remark": _REMARK}
# Stand-ins, of which the votes of one summary and the control of one paper are made for the whole
# request. They stand in addresses, too, but for texts.
_NUMBER = 9_007_199_254_740_991  # no summary has it
_KEY = f"key-{secrets.token_hex(8)}"
_SCORE, _WHOSE, _TITLE = map(make_mark, ("score", "whose", "title"))


@dataclass(frozen=True)
class StandIn:
    """A paper as far as the control of the reading list needs one."""

    key: str = _KEY
    title: str = _TITLE


class MemberPlaces:
    """What is filled into the rows of a list for who reads; nothing of it is kept.

    Args:
        votes: theirs, by the numbers of summaries.
    """

    def __init__(self, reader: User | None, votes: dict[int, int]) -> None:
        self._reader = reader
        self._votes = votes
        self._columns: dict[int, str] = {}  # by vote
        self._controls: dict[str, str] = {}  # by status

    def fill(self, part: Part, summary_id: int, score: int) -> Markup:
        """A row for this reader."""
        own = own_entries.find_loaded(part.facts["paper_id"])
        html = (
            part.html.replace(_VOTES, self._fill_votes(part, summary_id, score))
            .replace(_CONTROL, self._fill_control(part, summary_id, own))
            .replace(_REMARK, str(_render("lists", "own_remark", own)) if own else "")
        )
        return Markup(html)  # noqa: S704  (templates made all of it)

    def _fill_votes(self, part: Part, summary_id: int, score: int) -> str:
        vote = self._votes.get(summary_id, 0)
        if vote not in self._columns:
            of_any = (_NUMBER, _SCORE, _WHOSE, self._reader, vote)
            self._columns[vote] = _render("votes", "column", *of_any)
        return (
            self._columns[vote]
            .replace(str(_NUMBER), str(summary_id))
            .replace(_SCORE, str(score))
            .replace(_WHOSE, part.facts["whose"])
        )

    def _fill_control(self, part: Part, summary_id: int, own: OwnEntry | None) -> str:
        status = own.status if own else ""
        if status not in self._controls:
            of_any = (StandIn(), own, self._reader, f"page-list-{_NUMBER}")
            self._controls[status] = str(_render("lists", "list_control", *of_any))
        return (
            self._controls[status]
            .replace(str(_NUMBER), str(summary_id or f"p{part.facts['paper_id']}"))
            .replace(_KEY, part.facts["paper_key"])
            .replace(_TITLE, part.facts["title"])
        )


def show_entries(found: Slice, openings: bool = False) -> Slice:
    """A slice of lines (`app.queries.list_lines`) of summaries, with HTML for rows."""
    reader = viewer()
    lines = found.rows
    alone: set[int] = set()
    votes: dict[int, int] = {}
    if reader is not None and lines:
        paper_ids = {line.paper_id for line in lines}
        hiding = list_lines.find_papers_with_own_texts(db(), reader, paper_ids, hidden_only=True)
        alone = {line.id for line in lines if line.user_id == reader.id or line.paper_id in hiding}
        votes = list_lines.load_own_votes(db(), reader, [line.id for line in lines])
        own_entries.load_for_page(paper_ids)
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
            rows.append(places.fill(parts[line.id], line.id, line.score))
        elif line.id in ours:
            rows.append(_render("rows", "entry_row", ours[line.id], reader, openings))
    return replace(found, rows=rows)


def show_papers(found: Slice) -> Slice:
    """A slice of lines of papers, with HTML for rows: each by the best of its summaries."""
    paper_ids = [line.id for line in found.rows]
    reader = viewer()
    alone: set[int] = set()
    if reader is not None and paper_ids:
        alone = list_lines.find_papers_with_own_texts(db(), reader, paper_ids, hidden_only=False)
        own_entries.load_for_page(paper_ids)
    keys: dict[int, Hashable] = {
        number: ("paper row", number) for number in paper_ids if number not in alone
    }
    parts = _find_or_make(keys, lambda ids: _make_papers(ids, keys))
    ours = papers.load_rows_of_papers(db(), sorted(alone), reader) if alone else {}
    best = [part.facts["id"] for part in parts.values() if part.facts["id"]]
    votes = {} if reader is None else list_lines.load_own_votes(db(), reader, best)
    places = MemberPlaces(reader, votes)
    rows = []
    for number in paper_ids:
        if number in parts:
            facts = parts[number].facts
            rows.append(places.fill(parts[number], facts["id"], facts["score"]))
        elif number in ours:
            rows.append(_render("rows", "paper_row", ours[number], reader))
    return replace(found, rows=rows)


def _find_or_make(
    keys: dict[int, Hashable], make: Callable[[list[int]], Iterable[tuple[int, Part]]]
) -> dict[int, Part]:
    kept = find_parts(keys.values())
    found = {number: kept[key] for number, key in keys.items() if key in kept}
    missing = [number for number in keys if number not in found]
    if missing:
        found.update(make(missing))
    return found


def _make_entries(
    ids: list[int], keys: dict[int, Hashable], openings: bool
) -> Iterable[tuple[int, Part]]:
    for number, entry in summaries.load_entries(db(), ids, None).items():
        yield (
            number,
            make_part(
                keys[number],
                lambda entry=entry: _render("rows", "entry_row", entry, None, openings, _PLACES),  # type: ignore[misc]
                _names(entry),
                whose=_whose(entry),
                **_facts(entry.paper),
            ),
        )


def _make_papers(ids: list[int], keys: dict[int, Hashable]) -> Iterable[tuple[int, Part]]:
    for number, row in papers.load_rows_of_papers(db(), ids, None).items():
        # Any summary of a paper may change which of them is the best, and how many there are.
        names = {name_of_path("paper", row.paper.key)}
        yield (
            number,
            make_part(
                keys[number],
                lambda row=row: _render("rows", "paper_row", row, None, False, _PLACES),  # type: ignore[misc]
                names if row.best is None else names | _names(row.best),
                whose=_whose(row.best),
                **_facts(row.paper),
                id=0 if row.best is None else row.best.summary.id,
                score=0 if row.best is None else row.best.summary.score,
            ),
        )


def _names(entry: SummaryEntry) -> set[str]:
    return {name_of_text(name_of_path("summary", str(entry.summary.id)))}


def _facts(paper: Paper) -> dict[str, Any]:
    """What the control of the reading list says of a paper."""
    address = url_for("papers.show", key=paper.key)
    return {
        "paper_id": paper.id,
        "paper_key": str(escape(address.removeprefix(url_for("papers.show", key="")))),
        "title": str(escape(paper.title)),
    }


def _whose(entry: SummaryEntry | None) -> str:
    if entry is None:
        return ""
    return str(escape(_render("votes", "whose", entry)))


def _render(template: str, macro: str, *values: Any) -> Markup:
    module = current_app.jinja_env.get_template(f"macros/{template}.html").module
    found: Markup = getattr(module, macro)(*values)
    return found
