"""Correcting a paper: its facts, its removal, and the log of what was changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import paper_revisions, papers
from app.queries.catalogue import overview
from app.services.operation.rerender import renew_first_texts
from app.services.papers.editing import PaperEdit, current_texts, edit_paper, stamp_facts
from app.services.papers.fact_changes import DETAIL_FACTS, FACTS, list_facts
from app.services.papers.paper_names import IdentifierTaken
from app.services.papers.removal import remove_paper, undo_revision
from app.services.refusals import Refusal
from app.sources.record import NO_SECTION
from app.views.http import listing
from app.views.http.access import (
    db,
    load_paper_or_404,
    needs_administrator,
    needs_sign_in,
    needs_trust,
    signed_in,
)
from app.views.http.forms import ENTRY_TYPES, PaperFactsForm
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT
from app.views.http.templating import fact_label
from app.views.papers.paper import show

blueprint = Blueprint("editing", __name__)
PAGE_SIZE = 50


def _of_paper(word: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Show the paper whose key ends as the address of a page of another one does."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def wrapped(key: str) -> Any:
            whole = f"{key}/{word}"
            return show(whole) if papers.find_paper_by_key(db(), whole) is not None else view(key)

        return wrapped

    return decorate


@blueprint.get("/paper/<path:key>/facts")
@_of_paper("facts")
@needs_sign_in
def facts(key: str) -> str:
    """The form for what is known of a paper."""
    paper = load_paper_or_404(key)
    return _form_page(paper, _form(list_facts(paper), {}))


@blueprint.post("/paper/<path:key>/facts")
@WRITE_LIMIT
@needs_sign_in
def save(key: str) -> Response | tuple[str, int]:
    paper = load_paper_or_404(key)
    sent = PaperFactsForm()
    typed = {name: sent[name].data for name in FACTS if name in request.form}
    edit = PaperEdit(typed, sent.stamp.data or "", sent.reason.data or "")
    try:
        revision = edit_paper(db(), paper, edit, signed_in())
    except Refusal as refused:
        db().rollback()
        paper = load_paper_or_404(key)
        # What nobody touched is shown as it is today, so that saving again does not set it back.
        form = _form(list_facts(paper), current_texts(typed, edit.stamp, list_facts(paper)))
        form.reason.data = edit.reason
        form.refuse(refused)
        taken = {each.key for each in refused.all if isinstance(each, IdentifierTaken)}
        return _form_page(paper, form, sorted(taken)), 422
    if revision is None:
        db().rollback()
        flash("No changes to save.", "good")
        return see_other(url_for("papers.show", key=load_paper_or_404(key).key))
    key = revision.paper_key
    db().commit()
    renew_first_texts(db())
    flash("Details saved.", "good")
    return see_other(url_for("papers.show", key=key))


@blueprint.get("/paper/<path:key>/changes")
@_of_paper("changes")
@needs_sign_in
def changes(key: str) -> str:
    """What was changed of one paper, also of one that was removed."""
    paper = papers.find_paper_by_key(db(), key)
    number = listing.page_number()
    found, more = paper_revisions.list_paper_revisions(
        db(), number=number, size=PAGE_SIZE, of=paper or key
    )
    if paper is None and not found:
        paper = load_paper_or_404(key)
        found, more = paper_revisions.list_paper_revisions(
            db(), number=number, size=PAGE_SIZE, of=paper
        )
    return _log("papers/changes.html", listing.make_number_page(found, more), paper, key)


@blueprint.get("/papers/changes")
@needs_sign_in
def index() -> str:
    """What was changed of all papers."""
    found, more = paper_revisions.list_paper_revisions(
        db(), number=listing.page_number(), size=PAGE_SIZE
    )
    return _log("papers/all_changes.html", listing.make_number_page(found, more))


@blueprint.post("/paper-revision/<int:revision_id>/undo")
@WRITE_LIMIT
@needs_sign_in
@needs_trust
def undo(revision_id: int) -> Response:
    if not paper_revisions.is_revision(db(), revision_id):
        abort(404)
    try:
        undoing, kept = undo_revision(db(), revision_id, signed_in())
    except Refusal as refused:
        db().rollback()
        about = f"{fact_label(refused.field)}: " if refused.field in FACTS else ""
        flash(f"{about}{refused.message}", "error")
        return see_other(url_for("editing.index"))
    key = undoing.paper_key
    db().commit()
    renew_first_texts(db())
    if kept:
        names = ", ".join(kept)
        flash(f"Undone, except what belongs to others or was changed since: {names}.", "good")
    else:
        flash("Change undone.", "good")
    return see_other(url_for("editing.changes", key=key))


@blueprint.get("/paper/<path:key>/remove")
@_of_paper("remove")
@needs_sign_in
@needs_administrator
def confirm_removal(key: str) -> str:
    return _removal_page(load_paper_or_404(key), PaperFactsForm(formdata=None))


@blueprint.post("/paper/<path:key>/remove")
@WRITE_LIMIT
@needs_sign_in
@needs_administrator
def remove(key: str) -> Response | tuple[str, int]:
    paper = load_paper_or_404(key)
    try:
        revision = remove_paper(db(), paper, signed_in(), PaperFactsForm().reason.data or "")
    except Refusal as refused:
        db().rollback()
        form = PaperFactsForm()
        form.refuse(refused)
        return _removal_page(load_paper_or_404(key), form), 422
    title, key = revision.paper_title, revision.paper_key
    db().commit()
    renew_first_texts(db())
    flash(f"“{title:.100}” removed.", "good")
    return see_other(url_for("editing.changes", key=key))


def _form(current: dict[str, str], typed: dict[str, str]) -> PaperFactsForm:
    form = PaperFactsForm(formdata=None, data={**current, **typed, "stamp": stamp_facts(current)})
    form.section.choices = [
        ("", "Same as venue"),
        *((each.slug, each.name) for each in overview.list_sections(db())),
        (NO_SECTION, "None of these"),
    ]
    kinds = dict.fromkeys(["", *ENTRY_TYPES, current["type"], form.type.data])
    form.type.choices = [(kind, kind or "Same as venue") for kind in kinds]
    return form


def _form_page(paper: Paper, form: PaperFactsForm, taken: list[str] | None = None) -> str:
    current = list_facts(paper)
    # That somebody chose no section is filled in as well.
    given = [] if signed_in().is_trusted else [name for name in FACTS if current[name]]
    return render_template(
        "papers/edit.html",
        paper=paper,
        form=form,
        current=current,
        given=given,
        details=DETAIL_FACTS,
        taken=taken or [],
    )


def _removal_page(paper: Paper, form: PaperFactsForm) -> str:
    return render_template("papers/remove.html", paper=paper, form=form)


def _log(template: str, page: listing.Page, paper: Paper | None = None, key: str = "") -> str:
    return render_template(
        template,
        page=page,
        paper=paper,
        key=key,
        order=FACTS,
        sections={each.slug: each.name for each in overview.list_sections(db())},
    )
