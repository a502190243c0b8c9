"""One summary's page, and writing: choose a paper, edit, preview, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Draft, Paper, Summary
from app.queries import drafts as draft_queries
from app.queries import papers, search, summaries
from app.services import drafts, editing, identifiers, pictures, texts
from app.services import summaries as summary_services
from app.services.problems import Refused
from app.views import listing
from app.views.access import (
    db,
    entry_or_404,
    needs_sign_in,
    paper_or_404,
    see_other,
    signed_in,
    viewer,
)
from app.views.drafts import keep, merge_page, unseen
from app.views.forms import SummaryForm
from app.views.papers import LONGEST_QUERY, add_address, summary_page, unknown_paper
from app.views.security import SEARCH_LIMIT, WRITE_LIMIT

blueprint = Blueprint("summaries", __name__)
DRAFTS_SHOWN = 5


@blueprint.get("/summary/<int:summary_id>")
def show(summary_id: int) -> str:
    return summary_page(entry_or_404(summary_id))


@blueprint.get("/write")
@SEARCH_LIMIT
@needs_sign_in
def start() -> str:
    """Which paper? A search, each result with a button to write."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    page = None
    ref = identifiers.parse_identifier(query) if query else None
    paper = identifiers.find_paper(db(), query) if ref is not None else None
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
def edit(key: str) -> str | tuple[str, int]:
    """The editor: with the draft where there is one, else the saved text, else nothing."""
    paper = papers.by_key(db(), key)
    if paper is None:
        return unknown_paper(key)
    user = signed_in()
    summary = summaries.mine(db(), paper, user)
    draft = draft_queries.mine(db(), user, paper)
    saved = summary_services.last_revision(db(), summary)
    form = SummaryForm(formdata=None, data=_data(draft, summary))
    form.revision.data = saved if draft is None else draft.base_revision
    form.draft.data = 0 if draft is None else draft.version
    if "outline" in request.args and not form.source.data:
        form.source.data = editing.OUTLINE
    return _edit_page(paper, summary, form, draft)


@blueprint.post("/write/<path:key>")
@WRITE_LIMIT
@needs_sign_in
def save(key: str) -> str | Response | tuple[str, int]:
    paper = paper_or_404(key)
    form = SummaryForm()
    for name, answer in _OTHER_BUTTONS.items():
        if name in request.form:
            return answer(paper, form)
    user = signed_in()
    source = form.source.data or ""
    try:
        summary = summary_services.publish(
            db(),
            user,
            paper,
            source=source,
            takeaway=form.takeaway.data or "",
            tags=summary_services.parse_tags(form.tags.data or ""),
            visibility=form.visibility.data or "public",
            anonymous=form.anonymous.data,
            seen_revision=form.revision.data,
        )
        drafts.close(db(), user, paper, source, seen_version=form.draft.data)
    except (drafts.WrittenElsewhere, summary_services.ChangedMeanwhile):
        db().rollback()
        return _compare(paper, form)
    except Refused as refused:
        db().rollback()
        form.refuse(refused)
        return _again(paper, form), 422
    db().commit()
    flash("Your summary is saved.", "good")
    anchor = f"page-by-{summary.id}" if summary.anonymous else user.name
    return see_other(url_for("papers.show", key=paper.key, _anchor=anchor))


def continue_writing(key: str) -> str | Response | tuple[str, int]:
    """After signing in from the page that kept a text: back to the editor, which holds it."""
    paper = paper_or_404(key)
    return _keep_draft(paper, SummaryForm())


def _compare(paper: Paper, form: SummaryForm) -> str | tuple[str, int]:
    """Both texts, when another window went on meanwhile; else just the form again."""
    other = unseen(paper, form)
    return _again(paper, form) if other is None else merge_page(paper, form, other)


def _keep_draft(paper: Paper, form: SummaryForm) -> str | Response | tuple[str, int]:
    """Save as a draft on request: the way without JavaScript."""
    try:
        keep(paper, form)
    except drafts.WrittenElsewhere as elsewhere:
        db().rollback()
        return merge_page(paper, form, elsewhere.other)
    except Refused as refused:
        db().rollback()
        form.refuse(refused)
        return _again(paper, form), 422
    db().commit()
    flash("Your draft is saved. Nobody else can see it.", "good")
    return see_other(url_for("summaries.edit", key=paper.key))


def _add_picture(paper: Paper, form: SummaryForm) -> str | tuple[str, int]:
    """Put an uploaded picture below the text: the way without JavaScript."""
    file = request.files.get("picture")
    try:
        markdown = pictures.add_from_form(db(), signed_in(), file, request.form.get("alt", ""))
    except Refused as refused:
        db().rollback()
        form.form_errors.append(refused.message)
        return _again(paper, form), 422
    db().commit()
    written = (form.source.data or "").rstrip()
    form.source.data = f"{written}\n\n{markdown}\n" if written else f"{markdown}\n"
    return _again(paper, form)


def _again(paper: Paper, form: SummaryForm, preview: editing.Analysis | None = None) -> str:
    """The editor again with what was typed."""
    user = signed_in()
    summary = summaries.mine(db(), paper, user)
    return _edit_page(paper, summary, form, draft_queries.mine(db(), user, paper), preview)


def _preview_page(paper: Paper, form: SummaryForm) -> str | tuple[str, int]:
    """The form again with the text rendered beside it: the way without JavaScript."""
    try:
        preview = editing.analyse(db(), form.source.data or "")
    except ValueError as error:
        form.refuse(Refused("source", str(error)))
        return _again(paper, form), 422
    return _again(paper, form, preview)


_OTHER_BUTTONS: dict[str, Callable[[Paper, SummaryForm], str | Response | tuple[str, int]]] = {
    "preview": _preview_page,
    "save_draft": _keep_draft,
    "add_picture": _add_picture,
    "compare": _compare,
}


def _edit_page(
    paper: Paper,
    summary: Summary | None,
    form: SummaryForm,
    draft: Draft | None,
    preview: editing.Analysis | None = None,
) -> str:
    saved = summary_services.last_revision(db(), summary)
    return render_template(
        "summaries/edit.html",
        paper=paper,
        summary=summary,
        form=form,
        draft=draft,
        draft_is_behind=draft is not None and draft.base_revision != saved,
        preview=preview,
        palette=editing.palette(),
        max_bytes=texts.MAX_TEXT_BYTES,
        outline="outline" in request.args,
    )


def _data(draft: Draft | None, summary: Summary | None) -> dict[str, Any]:
    if draft is not None:
        names = ("source", "takeaway", "tags", "visibility", "anonymous")
        return {name: getattr(draft, name) for name in names}
    if summary is None:
        return {}
    return {
        "source": summary.source,
        "takeaway": summary.takeaway,
        "tags": ", ".join(tag.name for tag in summary.tags),
        "visibility": summary.visibility,
        "anonymous": summary.anonymous,
    }
