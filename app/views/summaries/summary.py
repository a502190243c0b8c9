"""One summary's page, and writing: choose a paper, edit, preview, delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Draft
from app.queries import drafts as draft_queries
from app.queries import identifiers, papers, summaries
from app.queries.lists.own_entries import load_own_entries
from app.queries.search import results
from app.services.accounts.licences import publish_under
from app.services.pictures import uploads
from app.services.refusals import Refusal
from app.services.summaries import drafts, editor
from app.services.summaries import publishing as summary_services
from app.views.http import listing
from app.views.http.access import (
    db,
    load_entry_or_404,
    load_own_entry_or_404,
    needs_sign_in,
    search_text,
    signed_in,
    site_licence,
    viewer,
)
from app.views.http.forms import LookUpForm, SummaryForm
from app.views.http.paths import see_other
from app.views.http.security import SEARCH_LIMIT, WRITE_LIMIT
from app.views.http.shared_pages import keep_private, shared
from app.views.papers.paper import MAX_QUERY_CHARS, add_paper_url, summary_page, unknown_paper
from app.views.parts import own_entries
from app.views.summaries import editor_form, reading_choices
from app.views.summaries.editor_form import EditorTarget
from app.views.summaries.messages import offer_read, tell_of_addresses

blueprint = Blueprint("summaries", __name__)
blueprint.add_app_template_global(editor_form.editor_url)
DRAFTS_SHOWN = 5
NO_ALT = (
    "Say in a few words what it shows: that is read out to those who cannot see it, and helps"
    " everybody when it does not load."
)
CHOOSE_AGAIN = "Your text is kept; choose a picture again, for browsers forget it."


@blueprint.get("/summary/<int:summary_id>")
@shared()
def show(summary_id: int) -> str:
    entry = load_entry_or_404(summary_id)
    if entry.summary.visibility != "public":
        keep_private()  # what only those with its address see leaves no trace when it changes
    return summary_page(entry)


@blueprint.get("/write")
@SEARCH_LIMIT
@needs_sign_in
def start() -> str:
    """Which paper?

    One box for whatever somebody has of it; `?q=…` are words, and each paper with them has a
    button to write.
    """
    query = search_text(MAX_QUERY_CHARS)
    page = None
    paper = identifiers.find_paper(db(), query) if query else None
    if paper is not None:
        page = listing.Page(papers.load_paper_rows(db(), [paper], viewer()), None, None)
    elif query:
        found = results.list_found_papers(
            db(),
            query,
            viewer(),
            limit=listing.ROWS + 1,
            offset=(listing.page_number() - 1) * listing.ROWS,
        )
        page = listing.make_number_page(found[: listing.ROWS], len(found) > listing.ROWS, q=query)
    if page is not None:
        own_entries.load_for_page(each.paper.id for each in page.rows)
    return render_template(
        "summaries/start.html",
        q=query,
        box=LookUpForm(formdata=None, data={"pasted": query}),
        page=page,
        add_url=add_paper_url(query),
        drafts=[] if query else draft_queries.list_drafts(db(), signed_in())[:DRAFTS_SHOWN],
    )


@blueprint.get("/write/<path:key>")
@needs_sign_in
def edit(key: str) -> str | Response | tuple[str, int]:
    """The editor of a paper: with what its reader has begun or written, else empty."""
    paper = papers.find_paper_by_key(db(), key)
    if paper is None:
        paper = identifiers.find_paper(db(), key)
        return (
            unknown_paper(key)
            if paper is None
            else redirect(url_for("summaries.edit", key=paper.key), 301)
        )
    summary = summaries.find_first_own_summary(db(), paper, signed_in())
    return _open(EditorTarget(paper, summary, key))


@blueprint.get("/summary/<int:summary_id>/edit")
@needs_sign_in
def edit_one(summary_id: int) -> str:
    """The editor of one summary, for who has several of one paper."""
    entry = load_own_entry_or_404(summary_id)
    return _open(EditorTarget(entry.paper, entry.summary, entry.paper.key))


def _open(aim: EditorTarget) -> str:
    draft = draft_queries.find_draft(db(), signed_in(), aim.paper, aim.summary)
    form, kept_private = editor_form.make_form(draft, aim.summary)
    if aim.summary is None and reading_choices.list_choices(aim.paper, None):
        form.visibility.data = "private"  # as the choice says that the page proposes
    if "outline" in request.args and not form.source.data:
        form.source.data = editor.OUTLINE
    return editor_form.render_editor(aim, form, draft=draft, kept_private=kept_private)


@blueprint.post("/write/<path:key>")
@WRITE_LIMIT
@needs_sign_in
def save(key: str) -> str | Response | tuple[str, int]:
    form = SummaryForm()
    try:
        aim = editor_form.find_target(key, form)
    except summary_services.SummaryDeleted:
        return editor_form.render_deleted(key, form), 409
    for name, answer in _OTHER_BUTTONS.items():
        if name in request.form:
            return answer(aim, form)
    choices = reading_choices.read_choices(aim.paper)
    try:
        saved = _saved(aim, form)
        agrees = bool(form.agrees.data)
        reading = reading_choices.follow_choices(saved.summary, choices, agrees=agrees)
        publish_under(db(), saved.summary, site_licence(), agrees=agrees)
        drafts.close_draft(db(), saved.summary, seen_version=form.draft.data)
    except (drafts.DraftConflict, summary_services.EditConflict):
        db().rollback()
        return _compare_again(key, form)
    except summary_services.SummaryDeleted:
        db().rollback()
        return editor_form.render_deleted(key, form), 409
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return editor_form.render_again(aim, form), 422
    # Asked in the transaction that ends here: to begin another one for it takes longer.
    own = load_own_entries(db(), signed_in(), [aim.paper.id]).get(aim.paper.id)
    db().commit()
    if reading:
        flash("Saved, and handed in to the reading.", "good")
        tell_of_addresses(saved)
        return see_other(reading)
    said = "Saved." if aim.summary or saved.summary.visibility != "public" else "Published."
    flash(f"{said} {_moved(key, aim)}".strip(), "good")
    tell_of_addresses(saved)
    offer_read(aim.paper, saved.summary, own)
    user, summary = signed_in(), saved.summary
    anchor = f"page-by-{summary.id}" if summary.anonymous or summary.place else user.name
    return see_other(url_for("papers.show", key=aim.paper.key, _anchor=anchor))


def _moved(key: str, aim: EditorTarget) -> str:
    """What to say to who opened the window when the paper had another key."""
    return "" if aim.paper.key == key else "This paper has since been merged with a duplicate."


def _saved(aim: EditorTarget, form: SummaryForm) -> summary_services.SavedSummary:
    """What a form holds, saved as the summary that it changes, or as a new one."""
    edit = editor_form.read_edit(form)
    if reading_choices.is_kept():
        edit = replace(edit, visibility="private")
    if aim.summary is None:
        return summary_services.create_summary(db(), signed_in(), aim.paper, edit)
    base = editor_form.read_base_version(form)
    return summary_services.change_summary(db(), aim.summary, edit, base=base)


def continue_writing(key: str) -> str | Response | tuple[str, int]:
    """Return to the editor after signing in.

    From the page that kept a text to the editor, which holds it.
    """
    form = SummaryForm()
    try:
        return _keep_draft(editor_form.find_target(key, form), form)
    except summary_services.SummaryDeleted:
        return editor_form.render_deleted(key, form), 409


def _compare_again(key: str, form: SummaryForm) -> str | tuple[str, int]:
    """Both texts, when another window has saved one since it was known which is meant."""
    try:
        return _compare(editor_form.find_target(key, form), form)
    except summary_services.SummaryDeleted:  # in this moment, too
        return editor_form.render_deleted(key, form), 409


def _compare(aim: EditorTarget, form: SummaryForm) -> str | tuple[str, int]:
    """Both texts, when another window went on meanwhile; else just the form again."""
    other = editor_form.find_conflict(aim, form)
    if other is None:
        return editor_form.render_again(aim, form)
    return editor_form.render_merge(aim, form, other)


def _keep_draft(aim: EditorTarget, form: SummaryForm) -> str | Response | tuple[str, int]:
    """Save as a draft on request: the way without JavaScript."""

    def answer(_: Draft | None) -> Response:
        flash("Draft saved. Only you can see it.", "good")
        return see_other(editor_form.target_url(aim))

    return _with_draft(aim, form, answer)


def _close(aim: EditorTarget, form: SummaryForm) -> str | Response | tuple[str, int]:
    """Leave the editor; what it held is kept as a draft, and the next page says so."""

    def answer(draft: Draft | None) -> Response:
        if draft is not None:
            flash({"key": aim.paper.key, "summary": draft.summary_id or 0}, "draft")  # type: ignore[arg-type]  # the session keeps any JSON
        return see_other(url_for("papers.show", key=aim.paper.key))

    return _with_draft(aim, form, answer)


def _with_draft(
    aim: EditorTarget, form: SummaryForm, answer: Callable[[Draft | None], Response]
) -> str | Response | tuple[str, int]:
    """What follows when a form was saved as a draft; else the editor, which says why not."""
    try:
        draft = editor_form.save_form_as_draft(aim, form)
    except drafts.DraftConflict as elsewhere:
        db().rollback()
        return editor_form.render_merge(aim, form, elsewhere.other)
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return editor_form.render_again(aim, form), 422
    db().commit()
    return answer(draft)


def _add_picture(aim: EditorTarget, form: SummaryForm) -> str | tuple[str, int]:
    """Put an uploaded picture below the text: the way without JavaScript."""
    alt = request.form.get("alt", "")
    try:
        if not alt.strip():
            raise Refusal("picture", NO_ALT)
        markdown = uploads.add_from_form(db(), signed_in(), request.files.get("picture"), alt)
    except Refusal as refused:
        db().rollback()
        form.form_errors.append(f"Image not added. {refused.message} {CHOOSE_AGAIN}")
        return editor_form.render_again(aim, form, alt=alt), 422
    db().commit()
    written = (form.source.data or "").rstrip()
    form.source.data = f"{written}\n\n{markdown}\n" if written else f"{markdown}\n"
    return editor_form.render_again(aim, form)


def _preview_page(aim: EditorTarget, form: SummaryForm) -> str | tuple[str, int]:
    """The form again with the text rendered beside it: the way without JavaScript."""
    try:
        preview = editor.analyse(
            db(), signed_in(), form.source.data or "", form.takeaway.data or ""
        )
    except ValueError as error:
        form.refuse(Refusal("source", str(error)))
        return editor_form.render_again(aim, form), 422
    return editor_form.render_again(aim, form, preview=preview)


_OTHER_BUTTONS: dict[
    str, Callable[[EditorTarget, SummaryForm], str | Response | tuple[str, int]]
] = {
    "preview": _preview_page,
    "save_draft": _keep_draft,
    "close": _close,
    "add_picture": _add_picture,
    "compare": _compare,
}
