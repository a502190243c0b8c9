"""The editor's page and form.

What the form holds and knows, on the way to the services.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from sqlalchemy import inspect

from app.models import Draft, Paper, Summary
from app.queries import papers, summaries
from app.queries.catalogue import merges
from app.rendering import MAX_TEXT_BYTES
from app.services.pictures import picture_file
from app.services.refusals import Refusal
from app.services.summaries import draft_merge, drafts, editor, state, three_way_merge
from app.services.summaries.content import BaseVersion, Content, Edit, SummarySettings
from app.services.summaries.drafts import DraftConflict, OtherVersion
from app.services.summaries.publishing import SummaryDeleted
from app.text import diffs
from app.views.http.access import db, find_open_licence, load_paper_or_404, signed_in
from app.views.http.forms import SummaryForm
from app.views.summaries import reading_choices


@dataclass(frozen=True)
class MergeView:
    """What the page shows of two versions above their merged text."""

    mine: Content
    other: OtherVersion
    both: three_way_merge.MergedContent
    rows: list[Any]


@dataclass(frozen=True)
class EditorTarget:
    """What a form is to change.

    A summary of a paper, or, with `None`, a new one of it.

    Attributes:
        key: by which the paper was asked for.
    """

    paper: Paper
    summary: Summary | None
    key: str


def find_target(key: str, form: SummaryForm) -> EditorTarget:
    """The summary that a form names, and its paper.

    A form names the summary that its window showed: then nothing else is changed, also when the
    paper was merged with another one since. One that names none has seen none; where its writer
    has one by now, that is meant, and they are shown both.

    Raises:
        SummaryDeleted: for a summary that its writer has deleted.
    """
    number = form.summary.data or 0
    if number:
        summary = summaries.find_own_summary(db(), number, signed_in())
        if summary is None:
            raise SummaryDeleted
        return EditorTarget(summary.paper, summary, key)
    paper = papers.find_bare_paper(db(), key) or load_paper_or_404(key)
    summary = summaries.find_first_own_summary(db(), paper, signed_in())
    if summary is not None and summaries.has_several_summaries(db(), paper, signed_in()):
        # Which of them it is about, nobody knows.
        form.revision.data, form.base.data = 0, ""
    return EditorTarget(paper, summary, key)


def read_edit(form: SummaryForm) -> Edit:
    """What the editor's form says; a field that it did not hold is `None`."""
    return Edit(**{name: form[name].data for name in vars(Content(""))})


def read_base_version(form: SummaryForm) -> BaseVersion | None:
    """What the window of a form knows of the summary.

    `None` when it does not say.
    """
    if form.revision.data is None:
        return None
    return BaseVersion(form.revision.data, read_base_settings(form))


def read_base_settings(form: SummaryForm) -> SummarySettings | None:
    """What stood beside the saved text when a window was opened.

    If its form says so.
    """
    return SummarySettings.from_text(form.base.data or "")


def save_form_as_draft(target: EditorTarget, form: SummaryForm) -> Draft | None:
    """Save what a form holds as a draft; raises as `services.summaries.drafts.save_draft`."""
    return drafts.save_draft(
        db(),
        signed_in(),
        target.paper,
        read_edit(form),
        summary=target.summary,
        base=read_base_version(form) or BaseVersion(0),
        seen_version=form.draft.data or 0,
    )


def find_conflict(target: EditorTarget, form: SummaryForm) -> OtherVersion | None:
    """What another window saved that the one with this form has not seen."""
    return drafts.find_other_version(
        db(),
        signed_in(),
        target.paper,
        summary=target.summary,
        base=read_base_version(form) or BaseVersion(0),
        seen_version=form.draft.data or 0,
    )


def make_form(draft: Draft | None, summary: Summary | None) -> tuple[SummaryForm, list[str]]:
    """The form of a window that is opened.

    Returns also which fields differ from the draft on purpose.

    The draft may be older than what its writer chose since about who sees the summary. Nothing is
    made more public by opening it.
    """
    form = SummaryForm(formdata=None, data=_data(draft, summary))
    saved = state.find_last_revision_number(db(), summary)
    form.summary.data = 0 if summary is None else summary.id
    form.revision.data = saved if draft is None else draft.base_revision
    form.draft.data = 0 if draft is None else draft.version
    kept_private = []
    if summary is not None and form.revision.data == saved:
        form.base.data = state.load_content(db(), summary).settings.to_text()
        for field in (form.visibility, form.anonymous) if draft is not None else ():
            present = getattr(summary, field.name)
            if three_way_merge.choose_stricter(present, field.data) != field.data:
                field.data = present
                kept_private.append(field.name)
    return form, kept_private


def render_again(
    target: EditorTarget,
    form: SummaryForm,
    *,
    preview: editor.Analysis | None = None,
    alt: str = "",
) -> str:
    """The editor again with what was typed.

    It is kept as a draft as far as it may be.
    """
    try:
        target = _find_present(target, form)
        present = None if target.summary is None else state.load_content(db(), target.summary)
        for name, value in vars(read_edit(form).applied_to(present)).items():
            form[name].data = value
        target = _keep_quietly(target, form)
    except SummaryDeleted:
        return render_deleted(target.key, form)
    return render_editor(target, form, preview=preview, alt=alt)


def render_deleted(key: str, form: SummaryForm) -> str:
    """The editor again with what was typed into a summary that was deleted meanwhile.

    Sent again, it becomes a new one, where its writer has no other summary of the paper.
    """
    form.refuse(SummaryDeleted())
    form.summary.data, form.revision.data, form.draft.data, form.base.data = 0, 0, 0, ""
    return render_editor(EditorTarget(load_paper_or_404(key), None, key), form)


def render_merge(target: EditorTarget, form: SummaryForm, other: OtherVersion) -> tuple[str, int]:
    """The editor with two versions put together, and above it both of them.

    The form knows what the other window saved, so sending it replaces that: it is in it. It is
    kept as a draft at once, as what is typed on from here is.
    """
    mine = read_edit(form).applied_to(other.content)
    seen_revision, seen_version = form.revision.data or 0, form.draft.data or 0
    source, takeaway = (
        (None, None)
        if target.summary is None
        else drafts.load_revision_text(db(), target.summary, seen_revision)
    )
    base = three_way_merge.MergeBase(
        source,
        takeaway if seen_revision else "",
        read_base_settings(form) if seen_revision else SummarySettings(),
        certain=not seen_version,
    )
    both = three_way_merge.merge_contents(base, mine, other.content)
    for name, value in vars(both.content).items():
        form[name].data = value
    if other.revision > seen_revision or other.version == seen_version:
        form.base.data = other.settings.to_text() if other.settings else ""
    form.summary.data = 0 if target.summary is None else target.summary.id
    form.revision.data = max(other.revision, seen_revision)
    form.draft.data = other.version
    target = _keep_quietly(target, form)
    rows = diffs.compare(other.content.source, mine.source)
    return render_editor(target, form, merge=MergeView(mine, other, both, rows)), 409


def render_editor(
    target: EditorTarget,
    form: SummaryForm,
    *,
    draft: Draft | None = None,
    preview: editor.Analysis | None = None,
    merge: MergeView | None = None,
    alt: str = "",
    **more: Any,
) -> str:
    """The editor.

    Args:
        draft: the one that the form shows, for a note about it.
        alt: what was typed about a picture that could not be taken.
    """
    paper, summary = target.paper, target.summary
    papers.load_papers(db(), [paper.id])  # with authors and venue, which a write does without
    saved = state.find_last_revision_number(db(), summary)
    return render_template(
        "summaries/edit.html" if merge is None else "drafts/merge.html",
        paper=paper,
        summary=summary,
        address=target_url(target),
        others=[] if summary is None else summaries.list_other_summary_ids(db(), summary),
        form=form,
        draft=draft,
        draft_is_joined=draft is not None
        and draft_merge.BETWEEN in draft.source
        and merges.is_merged_draft(db(), signed_in(), paper),
        draft_is_behind=draft is not None and draft.base_revision != saved,
        preview=preview,
        merge=merge,
        marks=(three_way_merge.MINE, three_way_merge.BETWEEN, three_way_merge.THEIRS),
        alt=alt,
        reading_choices=reading_choices.list_choices(paper, summary),
        licence=find_open_licence(summary),
        palette=editor.list_palette(),
        max_bytes=MAX_TEXT_BYTES,
        max_picture_bytes=picture_file.MAX_BYTES,
        max_picture_pixels=picture_file.MAX_PIXELS,
        **more,
    )


def target_url(target: EditorTarget) -> str:
    """Where the editor of a summary, or of a new one, is."""
    return editor_url(target.paper.key, None if target.summary is None else target.summary.id)


def editor_url(key: str, summary_id: int | None) -> str:
    """The address of the editor of a summary, or of a new one.

    A new one is about the paper of a key.
    """
    if summary_id is None:
        return url_for("summaries.edit", key=key)
    return url_for("summaries.edit_one", summary_id=summary_id)


def _keep_quietly(target: EditorTarget, form: SummaryForm) -> EditorTarget:
    """Keep a form as a draft where nothing speaks against it: a page may be left in any way.

    Returns:
        What the form is about now.
    """
    try:
        draft = save_form_as_draft(target, form)
    except (DraftConflict, Refusal):
        db().rollback()
        return _find_present(target, form)
    db().commit()
    form.draft.data = 0 if draft is None else draft.version
    return target


def _find_present(target: EditorTarget, form: SummaryForm) -> EditorTarget:
    """The same, unless its paper was merged with another one in this moment: then that one.

    Raises:
        SummaryDeleted: as `find_target`.
    """
    if db().get(Paper, inspect(target.paper).identity) is not None:
        return target
    return find_target(target.key, form)


def _data(draft: Draft | None, summary: Summary | None) -> dict[str, Any]:
    if draft is not None:
        return {name: getattr(draft, name) for name in vars(Content(""))}
    if summary is None:
        return {"visibility": "public", "anonymous": False}  # as the page offers it
    return vars(state.load_content(db(), summary))
