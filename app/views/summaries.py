"""One summary's page, and writing: choose a paper, edit, preview, delete."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper, Summary
from app.queries import drafts as draft_queries
from app.queries import identifiers, merges, papers, search, summaries
from app.services import drafts, editing, pictures
from app.services import summaries as summary_services
from app.services.problems import Refused
from app.views import listing, writing
from app.views.access import (
    db,
    entry_or_404,
    needs_sign_in,
    own_entry_or_404,
    paper_or_404,
    see_other,
    signed_in,
    typed,
    viewer,
)
from app.views.forms import SummaryForm
from app.views.papers import LONGEST_QUERY, add_address, summary_page, unknown_paper
from app.views.security import SEARCH_LIMIT, WRITE_LIMIT

blueprint = Blueprint("summaries", __name__)
DRAFTS_SHOWN = 5
NO_ALT = (
    "Say in a few words what it shows: that is read out to those who cannot see it, and helps"
    " everybody when it does not load."
)
MERGED = (
    "This paper was merged with another one about which you wrote, too. Your text is one of its own"
    " there: “Edit” on it opens it."
)
CHOOSE_AGAIN = "Your text is kept; choose a picture again, for browsers forget it."


@blueprint.get("/summary/<int:summary_id>")
def show(summary_id: int) -> str:
    return summary_page(entry_or_404(summary_id))


@blueprint.get("/write")
@SEARCH_LIMIT
@needs_sign_in
def start() -> str:
    """Which paper? A search, each result with a button to write."""
    query = typed(LONGEST_QUERY)
    page = None
    paper = identifiers.find_paper(db(), query) if query else None
    if paper is not None:
        page = listing.Page(papers.rows(db(), [paper], viewer()), None, None)
    elif query:
        found = search.papers(
            db(),
            query,
            viewer(),
            limit=listing.PAPERS + 1,
            offset=(listing.number() - 1) * listing.PAPERS,
        )
        page = listing.by_number(found[: listing.PAPERS], len(found) > listing.PAPERS, q=query)
    return render_template(
        "summaries/start.html",
        q=query,
        page=page,
        add_url=add_address(query),
        drafts=[] if query else draft_queries.of_user(db(), signed_in())[:DRAFTS_SHOWN],
    )


@blueprint.get("/write/<path:key>")
@needs_sign_in
def edit(key: str) -> str | Response | tuple[str, int]:
    """The editor: with the draft where there is one, else the saved text, else nothing."""
    paper = papers.by_key(db(), key)
    if paper is None:
        paper = identifiers.find_paper(db(), key)
        return (
            unknown_paper(key)
            if paper is None
            else redirect(url_for("summaries.edit", key=paper.key), 301)
        )
    user = signed_in()
    draft = draft_queries.mine(db(), user, paper)
    form, kept_private = writing.fresh_form(draft, summaries.mine(db(), paper, user))
    if "outline" in request.args and not form.source.data:
        form.source.data = editing.OUTLINE
    return writing.page(paper, form, draft=draft, kept_private=kept_private)


@blueprint.post("/write/<path:key>")
@WRITE_LIMIT
@needs_sign_in
def save(key: str) -> str | Response | tuple[str, int]:
    paper = paper_or_404(key)
    form = writing.sent_form(paper, key)
    for name, answer in _OTHER_BUTTONS.items():
        if name in request.form:
            return answer(paper, form)
    user = signed_in()
    moved = None if paper.key == key else merges.text_of(db(), user, paper, key)
    if moved is not None:
        return _save_moved(paper, moved)
    held = writing.content(form)
    try:
        summary = summary_services.publish(
            db(),
            user,
            paper,
            source=held.source,
            takeaway=held.takeaway,
            tags=summary_services.parse_tags(held.tags),
            visibility=held.visibility,
            anonymous=held.anonymous,
            seen_revision=form.revision.data,
            seen_settings=writing.base_settings(form),
        )
        drafts.close(db(), user, paper, held, seen_version=form.draft.data)
    except (drafts.WrittenElsewhere, summary_services.ChangedMeanwhile):
        db().rollback()
        return _compare(paper, form)
    except Refused as refused:
        db().rollback()
        form.refuse(refused)
        return writing.again(paper, form), 422
    db().commit()
    flash("Your summary is saved.", "good")
    anchor = f"page-by-{summary.id}" if summary.anonymous else user.name
    return see_other(url_for("papers.show", key=paper.key, _anchor=anchor))


def _save_moved(paper: Paper, moved: Summary) -> str | Response | tuple[str, int]:
    """Save from a window that was opened when its paper was not merged yet: into the text that it
    shows, which is not the one that the editor opens now."""
    form = SummaryForm()
    held = writing.content(form)
    try:
        summary = summary_services.publish(
            db(),
            signed_in(),
            paper,
            source=held.source,
            takeaway=held.takeaway,
            tags=summary_services.parse_tags(held.tags),
            visibility=held.visibility,
            anonymous=held.anonymous,
            seen_revision=form.revision.data,
            seen_settings=writing.base_settings(form),
            place=moved.place,
        )
        draft = draft_queries.mine(db(), signed_in(), paper)
        if draft is not None and draft.version == form.draft.data:
            drafts.discard(db(), signed_in(), paper)
    except (summary_services.ChangedMeanwhile, Refused) as error:
        db().rollback()
        form.form_errors.append(f"{MERGED} It is not saved: {error} Copy what you typed.")
        # Sent again, it is compared with the text that the editor opens.
        form.revision.data, form.base.data = 0, ""
        return writing.page(paper, form), 409
    db().commit()
    flash(f"Your summary is saved. {MERGED}", "good")
    return see_other(url_for("papers.show", key=paper.key, _anchor=f"page-by-{summary.id}"))


@blueprint.post("/summary/<int:summary_id>/first")
@WRITE_LIMIT
@needs_sign_in
def put_first(summary_id: int) -> Response:
    """Of several summaries of one paper, open this one in the editor."""
    entry = own_entry_or_404(summary_id)
    try:
        summary_services.put_first(db(), entry.summary)
    except Refused as refused:
        db().rollback()
        flash(refused.message, "error")
        return see_other(url_for("papers.show", key=entry.paper.key, _anchor=entry.anchor))
    db().commit()
    return see_other(url_for("summaries.edit", key=entry.paper.key))


def continue_writing(key: str) -> str | Response | tuple[str, int]:
    """After signing in from the page that kept a text: back to the editor, which holds it."""
    paper = paper_or_404(key)
    return _keep_draft(paper, writing.sent_form(paper, key))


def _compare(paper: Paper, form: SummaryForm) -> str | tuple[str, int]:
    """Both texts, when another window went on meanwhile; else just the form again."""
    other = writing.unseen(paper, form)
    if other is None:
        return writing.again(paper, form)
    return writing.merge_page(paper, form, other)


def _keep_draft(paper: Paper, form: SummaryForm) -> str | Response | tuple[str, int]:
    """Save as a draft on request: the way without JavaScript."""
    try:
        writing.keep(paper, form)
    except drafts.WrittenElsewhere as elsewhere:
        db().rollback()
        return writing.merge_page(paper, form, elsewhere.other)
    except Refused as refused:
        db().rollback()
        form.refuse(refused)
        return writing.again(paper, form), 422
    db().commit()
    flash("Your draft is saved. Nobody else can see it.", "good")
    return see_other(url_for("summaries.edit", key=paper.key))


def _add_picture(paper: Paper, form: SummaryForm) -> str | tuple[str, int]:
    """Put an uploaded picture below the text: the way without JavaScript."""
    alt = request.form.get("alt", "")
    try:
        if not alt.strip():
            raise Refused("picture", NO_ALT)
        markdown = pictures.add_from_form(db(), signed_in(), request.files.get("picture"), alt)
    except Refused as refused:
        db().rollback()
        form.form_errors.append(f"The picture is not added. {refused.message} {CHOOSE_AGAIN}")
        return writing.again(paper, form, alt=alt), 422
    db().commit()
    written = (form.source.data or "").rstrip()
    form.source.data = f"{written}\n\n{markdown}\n" if written else f"{markdown}\n"
    return writing.again(paper, form)


def _preview_page(paper: Paper, form: SummaryForm) -> str | tuple[str, int]:
    """The form again with the text rendered beside it: the way without JavaScript."""
    try:
        preview = editing.analyse(db(), form.source.data or "", form.takeaway.data or "")
    except ValueError as error:
        form.refuse(Refused("source", str(error)))
        return writing.again(paper, form), 422
    return writing.again(paper, form, preview=preview)


_OTHER_BUTTONS: dict[str, Callable[[Paper, SummaryForm], str | Response | tuple[str, int]]] = {
    "preview": _preview_page,
    "save_draft": _keep_draft,
    "add_picture": _add_picture,
    "compare": _compare,
}
