"""One's own reading list: its page, changes of many entries."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.change_log import name_of_facts, name_of_path
from app.models import User
from app.models.papers.list_entry import STATUSES
from app.queries.lists import reading_list as queries
from app.queries.lists.list_overview import CatalogueFacets, load_overview
from app.queries.lists.reading_list import ListFilter
from app.queries.lists.reading_year import MAX_PAPERS, list_reading_years, load_reading_year
from app.queries.papers import PaperRow
from app.queries.shelves.overview import (
    find_addable_shelf,
    find_listed_value,
    list_addable_shelves,
)
from app.services.lists import bulk_changes, entries
from app.services.refusals import Refusal
from app.services.shelves.entries import add_papers_to_shelf
from app.views.catalogue.bars import make_month_bars, print_bars
from app.views.http import listing
from app.views.http.access import db, needs_sign_in, search_text, signed_in
from app.views.http.paths import local_url, see_other
from app.views.http.security import SEARCH_LIMIT, WRITE_LIMIT
from app.views.http.shared_pages import name_page, reading_for_parts
from app.views.lists.entries import NOTICE
from app.views.lists.kept_facets import load_facets
from app.views.parts import own_entries
from app.views.parts.member_pages import MEMBER_PLACES, show_own_page

blueprint = Blueprint("reading_list", __name__)
SORTS = {
    "added": "Date added",
    "hand": "My order",
    "priority": "Priority",
    "year": "Year",
    "title": "Title",
    "changed": "Last changed",
}
MAX_ARGUMENT_CHARS = 300


@blueprint.get("/list")
@SEARCH_LIMIT
@needs_sign_in
def index() -> str:
    facets = load_facets(signed_in())
    return show_own_page(
        "reading list", lambda: _render(facets, member_places=MEMBER_PLACES), facets
    )


def _render(
    facets: CatalogueFacets,
    problem: Refusal | None = None,
    typed: dict[str, str] | None = None,
    **places: Any,
) -> str:
    user = signed_in()
    wanted, sort = read_filter(), read_sort()
    shown = make_arguments(wanted, sort)
    here = listing.page_number()
    skip = (here - 1) * listing.ROWS
    entries = queries.load_list_entries(
        db(), user, wanted, sort=sort, size=listing.ROWS + 1, skip=skip
    )
    rows = queries.join_list_rows(db(), user, entries, _load_papers(user, entries))
    page = listing.make_number_page(rows[: listing.ROWS], len(rows) > listing.ROWS, **shown)
    own_entries.load_for_page(row.paper.id for row in page.rows)
    overview = load_overview(db(), user, facets)
    is_narrowed = wanted != ListFilter()
    return render_template(
        "lists/index.html",
        page=page,
        overview=overview,
        addable=list_addable_shelves(db(), user),
        total=queries.count_list_rows(db(), user, wanted) if is_narrowed else overview.total,
        wanted=wanted,
        is_narrowed=is_narrowed,
        sort=sort,
        sorts=SORTS,
        statuses=STATUSES,
        shown=shown,
        here=url_for("reading_list.index", **shown, page=here if here > 1 else None),
        problem=problem,
        typed=typed or {},
        **places,
    )


def _load_papers(user: User, entries: Sequence[Any]) -> Mapping[int, PaperRow]:
    """The papers of entries, of which the page says what the log of changes tells.

    Of what only this reader sees it tells nothing: where there is any, it is asked each time.
    """
    if queries.has_hidden_texts(db(), user, [entry.paper_id for entry in entries]):
        return queries.load_rows_of_entries(db(), user, entries)
    with reading_for_parts():
        rows = queries.load_rows_of_entries(db(), user, entries)
    for row in rows.values():
        path = name_of_path("paper", row.paper.key)
        name_page(path, name_of_facts(path))
    return rows


@blueprint.post("/list/change")
@WRITE_LIMIT
@needs_sign_in
def change() -> Response | tuple[str, int]:
    """Change the entries that are ticked, or all that the list is narrowed to."""
    user = signed_in()
    ids = listing.read_numbers(request.form.getlist("entry"))[: entries.MAX_ENTRIES]
    if request.form.get("all") == "1":
        ids = queries.list_entry_ids(db(), user, read_filter())
    action, labels = request.form.get("action", ""), request.form.get("labels", "")
    try:
        if not ids:
            raise Refusal("entry", "Select papers first.")
        if action == "shelve":
            return _shelve(user, ids)
        if action == "remove":
            count, batch = bulk_changes.remove_entries(db(), user, ids)
        elif action == "label":
            count, batch = bulk_changes.add_labels(db(), user, ids, labels)
        elif action == "unlabel":
            count, batch = bulk_changes.take_labels(db(), user, ids, labels)
        else:
            count, batch = bulk_changes.set_statuses(db(), user, ids, action)
    except Refusal as refused:
        db().rollback()
        typed = {"labels": labels, "shelf": request.form.get("shelf", "")}
        return _render(load_facets(user), refused, typed), 422
    db().commit()
    back = local_url(request.form.get("next"), url_for("reading_list.index"))
    papers = "1 paper" if count == 1 else f"{count:,} papers"
    said = f"{papers} removed from your list." if action == "remove" else f"{papers} changed."
    notice = {"text": said, "undo": batch if count else None, "next": back}
    flash(notice, NOTICE)  # type: ignore[arg-type]  # the session keeps any JSON
    return see_other(back)


def _shelve(user: User, entry_ids: list[int]) -> Response:
    """Put the papers of entries on the shelf that the form names.

    Raises:
        Refusal: when there is no such shelf, or not enough room.
    """
    shelf = find_addable_shelf(db(), user, request.form.get("shelf", ""))
    if shelf is None:
        raise Refusal("shelf", "Choose a shelf.")
    paper_ids = queries.list_papers_of_entries(db(), user, entry_ids)
    count = add_papers_to_shelf(db(), user, shelf, paper_ids)
    db().commit()
    papers = "1 paper" if count == 1 else f"{count:,} papers"
    already = len(paper_ids) - count
    said = f" {already:,} already there." if already else ""
    flash(f"{papers} added to {shelf.title}.{said}", "good")
    return see_other(local_url(request.form.get("next"), url_for("reading_list.index")))


@blueprint.post("/list/seen")
@WRITE_LIMIT
@needs_sign_in
def see() -> Response:
    """Note that the new summaries are no longer new."""
    entries.mark_seen(db(), signed_in())
    db().commit()
    return see_other(local_url(request.form.get("next"), url_for("reading_list.index")))


@blueprint.get("/list/year")
@needs_sign_in
def year() -> str:
    """What one read and summarised in the months of a year, the latest or another."""
    return show_own_page("reading year", _render_year)


def _render_year() -> str:
    user = signed_in()
    years = list_reading_years(db(), user)
    asked = request.args.get("year", "")
    shown = next((each for each in years if str(each) == asked), years[0] if years else None)
    months = [] if shown is None else load_reading_year(db(), user, shown)
    return render_template(
        "lists/year.html",
        years=years,
        year=shown,
        months=[(month_name[each.number], each) for each in months if each.papers],
        titles="".join(paper.title_html for each in months for paper in each.papers[:MAX_PAPERS]),
        most=MAX_PAPERS,
        read=sum(each.read for each in months),
        summarised=sum(each.summarised for each in months),
        bars=print_bars(make_month_bars(months), "Months", some="summarised by you"),
        member_places=MEMBER_PLACES,
    )


def read_filter() -> ListFilter:
    """What the address says; what it cannot mean narrows nothing."""
    status = request.args.get("status", "")
    return ListFilter(
        status=status if status in STATUSES else "",
        label=request.args.get("label", "")[:MAX_ARGUMENT_CHARS],
        year=listing.read_year(),
        venue=request.args.get("venue", "")[:MAX_ARGUMENT_CHARS],
        is_summarised=request.args.get("has") == "summary",
        is_new=request.args.get("new") == "1",
        text=search_text(MAX_ARGUMENT_CHARS),
        shelf=_read_shelf(),
    )


def _read_shelf() -> str:
    value = request.args.get("shelf", "")[:MAX_ARGUMENT_CHARS]
    return find_listed_value(db(), signed_in(), value) if value else ""


def read_sort() -> str:
    """One of `SORTS`."""
    sort = request.args.get("sort", "")
    return sort if sort in SORTS else "added"


def make_arguments(wanted: ListFilter, sort: str) -> dict[str, Any]:
    """The filter as arguments of an address."""
    return {
        "status": wanted.status or None,
        "label": wanted.label or None,
        "year": wanted.year,
        "venue": wanted.venue or None,
        "has": "summary" if wanted.is_summarised else None,
        "new": 1 if wanted.is_new else None,
        "q": wanted.text or None,
        "shelf": wanted.shelf or None,
        "sort": sort if sort != "added" else None,
    }
