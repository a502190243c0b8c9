"""The readings of a shelf: the list, one reading, and their forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.db import now
from app.queries import papers, summaries
from app.queries.shelves import ballot, reading_texts, readings
from app.queries.shelves.access import SeenShelf
from app.queries.shelves.readings import ReadingLine
from app.services.accounts.licences import publish_later
from app.services.refusals import Refusal
from app.services.shelves import participation
from app.services.shelves import readings as services
from app.services.shelves.readings import ReadingPlan
from app.views.http.access import (
    db,
    find_open_licence,
    load_paper_or_404,
    needs_sign_in,
    signed_in,
    site_licence,
    viewer,
)
from app.views.http.paths import see_other
from app.views.http.security import COMPARE_LIMIT, WRITE_LIMIT
from app.views.http.shared_pages import shared
from app.views.papers.sections import align_sections, split_sections
from app.views.shelves.loading import (
    at_shelf,
    load_own_shelf,
    load_shelf_or_404,
    place_of,
    with_shelf,
)

blueprint = Blueprint("readings", __name__)
USUAL_TIME = timedelta(days=14)  # which the form proposes for a reading


@at_shelf(blueprint, "/readings")
@shared()
@with_shelf
def index(seen: SeenShelf) -> str:
    return render_index(seen)


def render_index(
    seen: SeenShelf, problem: Refusal | None = None, typed: dict[str, str] | None = None
) -> str:
    """The list of readings, with the ballot and the forms of who may use them.

    Args:
        problem: why what was sent was refused.
        typed: what was sent.
    """
    group = readings.find_group(db(), seen.shelf)
    lines = readings.list_readings(db(), seen)
    if not (lines or seen.is_mine or (group is not None and group.is_on)):
        abort(404)
    candidates = []
    if seen.role and group is not None and (group.ballot != "none" or seen.is_mine):
        candidates = list(ballot.load_ballot(db(), seen, group, signed_in()))
    members = readings.list_group_members(db(), seen.shelf) if seen.is_mine else []
    return render_template(
        "shelves/readings.html",
        seen=seen,
        at=place_of(seen),
        group=group,
        lines=lines,
        candidates=candidates,
        members=members,
        leader=readings.propose_leader(db(), seen.shelf, members) if members else None,
        feed=readings.find_feed(db(), seen.shelf, signed_in()) if seen.role else None,
        earliest=now().date(),
        proposed=now().date() + USUAL_TIME,
        problem=problem,
        typed=typed or {},
    )


@blueprint.post("/shelf/<name>/<slug>/readings")
@WRITE_LIMIT
@needs_sign_in
def start(name: str, slug: str) -> Response | tuple[str, int]:
    seen = load_own_shelf(name, slug)
    typed = _typed("paper", "ends_on", "leader")
    try:
        if not typed["paper"]:
            raise Refusal("paper", "Choose a paper.")
        paper = load_paper_or_404(typed["paper"])
        plan = ReadingPlan(typed["ends_on"], typed["leader"])
        made = services.start_reading(db(), seen.shelf, paper, plan)
    except Refusal as refused:
        db().rollback()
        return render_index(load_own_shelf(name, slug), refused, typed), 422
    db().commit()
    flash("Reading started.", "good")
    return _see(seen, made.number)


@blueprint.post("/shelf/<name>/<slug>/readings/switch")
@WRITE_LIMIT
@needs_sign_in
def switch(name: str, slug: str) -> Response | tuple[str, int]:
    """Turn reading together on or off."""
    seen = load_own_shelf(name, slug)
    is_on = request.form.get("value") == "on"
    try:
        services.set_reading_together(db(), seen.shelf, is_on=is_on)
    except Refusal as refused:
        db().rollback()
        return render_index(load_own_shelf(name, slug), refused), 422
    db().commit()
    flash("Reading together is on." if is_on else "Reading together is off.", "good")
    return see_other(url_for("readings.index", **place_of(seen)))


@at_shelf(blueprint, "/readings/<int:number>")
@COMPARE_LIMIT
@shared()
@with_shelf
def show(seen: SeenShelf, number: int) -> str:
    return _render(seen, _load(seen, number))


def _render(
    seen: SeenShelf,
    line: ReadingLine,
    problem: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> str:
    paper = papers.find_paper_by_key(db(), line.key)
    if paper is None:
        abort(404)
    entries = reading_texts.list_reading_entries(db(), seen, line.reading, viewer())
    own: dict[str, Any] = {}
    if seen.role:
        own = {
            "answer": readings.find_own_answer(db(), line.reading, signed_in()),
            "mine": (mine := summaries.find_first_own_summary(db(), paper, signed_in())),
            "licence": find_open_licence(mine),
        }
    return render_template(
        "shelves/reading.html",
        seen=seen,
        at=place_of(seen),
        line=line,
        reading=line.reading,
        paper=paper,
        entries=entries,
        sections=align_sections([split_sections(each.summary.html) for each in entries]),
        problem=problem,
        typed=typed or {},
        **own,
    )


@blueprint.get("/shelf/<name>/<slug>/readings/<int:number>/edit")
@needs_sign_in
def edit(name: str, slug: str, number: int) -> str:
    seen = load_own_shelf(name, slug)
    line = _load(seen, number)
    leader = "" if line.leader is None else line.leader.name
    return _edit_page(seen, line, {"ends_on": line.reading.ends_on.isoformat(), "leader": leader})


@blueprint.post("/shelf/<name>/<slug>/readings/<int:number>/edit")
@WRITE_LIMIT
@needs_sign_in
def save(name: str, slug: str, number: int) -> Response | tuple[str, int]:
    seen = load_own_shelf(name, slug)
    line = _load(seen, number)
    typed = _typed("ends_on", "leader")
    plan = ReadingPlan(typed["ends_on"] or line.reading.ends_on.isoformat(), typed["leader"])
    try:
        services.change_reading(db(), seen.shelf, line.reading, plan)
    except Refusal as refused:
        db().rollback()
        seen = load_own_shelf(name, slug)
        return _edit_page(seen, _load(seen, number), typed, refused), 422
    db().commit()
    flash("Saved.", "good")
    return _see(seen, number)


@blueprint.post("/shelf/<name>/<slug>/readings/<int:number>/remove")
@WRITE_LIMIT
@needs_sign_in
def remove(name: str, slug: str, number: int) -> Response:
    seen = load_own_shelf(name, slug)
    line = _load(seen, number)
    try:
        services.remove_reading(db(), seen.shelf, line.reading)
    except Refusal:  # the shelf is gone itself
        db().rollback()
        return see_other(url_for("shelves.index"))
    db().commit()
    flash(f"Reading removed: {line.title}", "good")
    return see_other(url_for("readings.index", **place_of(seen)))


@blueprint.post("/shelf/<name>/<slug>/readings/<int:number>/answer")
@WRITE_LIMIT
@needs_sign_in
def answer(name: str, slug: str, number: int) -> Response | tuple[str, int]:
    """Say whether one takes part, hand in what one has written, or take it back."""
    seen = load_shelf_or_404(name, slug)
    if not seen.role:
        abort(403)
    line = _load(seen, number)
    said = request.form.get("value", "")
    user, place = signed_in(), (seen.shelf, line.reading)
    try:
        if said in ("yes", "no"):
            participation.answer_reading(db(), user, *place, takes_part=said == "yes")
        elif said == "take-back":
            participation.take_back(db(), user, *place)
        else:
            _hand_in(seen, line, request.form.get("audience", ""))
    except Refusal as refused:
        db().rollback()
        seen = load_shelf_or_404(name, slug)
        return _render(seen, _load(seen, number), refused, _typed("audience")), 422
    db().commit()
    flash(_SAID.get(said, "Your summary is handed in."), "good")
    return _see(seen, number)


_SAID = {
    "yes": "You take part.",
    "no": "You don’t take part.",
    "take-back": "Your summary is taken back.",
}


def _hand_in(seen: SeenShelf, line: ReadingLine, audience: str) -> None:
    paper = load_paper_or_404(line.key)
    summary = summaries.find_first_own_summary(db(), paper, signed_in())
    if summary is None:
        raise Refusal("summary", "Write a summary of this paper first.")
    participation.hand_in(db(), signed_in(), seen.shelf, line.reading, summary, audience)
    if audience == "public":
        publish_later(db(), summary, site_licence(), agrees="agrees" in request.form)


def _load(seen: SeenShelf, number: int) -> ReadingLine:
    found = readings.find_reading(db(), seen, number)
    if found is None:
        abort(404)
    return found


def _see(seen: SeenShelf, number: int) -> Response:
    return see_other(url_for("readings.show", **place_of(seen), number=number))


def _edit_page(
    seen: SeenShelf, line: ReadingLine, typed: dict[str, str], problem: Refusal | None = None
) -> str:
    return render_template(
        "shelves/reading_edit.html",
        seen=seen,
        at=place_of(seen),
        line=line,
        members=readings.list_group_members(db(), seen.shelf),
        typed=typed,
        problem=problem,
    )


def _typed(*fields: str) -> dict[str, str]:
    return {field: request.form.get(field, "").strip() for field in fields}
