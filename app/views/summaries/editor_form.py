"""The editor's page, and its form on the way to the services: what it holds, what it knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for

from app.models import Draft, Paper, Summary
from app.queries import merges, summaries
from app.services import renderer
from app.services.pictures import files
from app.services.refusals import Refused
from app.services.summaries import draft_merge, drafts, editor, state, three_way_merge
from app.services.summaries.content import Content, Edit, Seen, Settings
from app.services.summaries.drafts import Elsewhere, WrittenElsewhere
from app.services.summaries.publishing import Gone
from app.text import diffs
from app.views.http.access import db, paper_or_404, signed_in
from app.views.http.forms import SummaryForm


@dataclass(frozen=True)
class Merge:
    """What the page shows of two versions above their merged text."""

    mine: Content
    other: Elsewhere
    both: three_way_merge.Both
    rows: list[Any]


@dataclass(frozen=True)
class Target:
    """What a form is to change: a summary of a paper, or, with `None`, a new one of it."""

    paper: Paper
    summary: Summary | None


def target(key: str, form: SummaryForm) -> Target:
    """The summary that a form names, and its paper.

    A form names the summary that its window showed: then nothing else is changed, also when the
    paper was merged with another one since. One that names none has seen none; where its writer
    has one by now, that is meant, and they are shown both.

    Raises:
        Gone: for a summary that its writer has deleted.
    """
    number = form.summary.data or 0
    if number:
        summary = summaries.own(db(), number, signed_in())
        if summary is None:
            raise Gone
        return Target(summary.paper, summary)
    paper = paper_or_404(key)
    summary = summaries.mine(db(), paper, signed_in())
    if summary is not None and summaries.has_several(db(), paper, signed_in()):
        # Which of them it is about, nobody knows.
        form.revision.data, form.base.data = 0, ""
    return Target(paper, summary)


def edit(form: SummaryForm) -> Edit:
    """What the editor's form says; a field that it did not hold is `None`."""
    return Edit(**{name: form[name].data for name in vars(Content(""))})


def seen(form: SummaryForm) -> Seen | None:
    """What the window of a form knows of the summary; `None` when it does not say."""
    if form.revision.data is None:
        return None
    return Seen(form.revision.data, base_settings(form))


def base_settings(form: SummaryForm) -> Settings | None:
    """What stood beside the saved text when the window of a form was opened, if it says so."""
    return Settings.from_text(form.base.data or "")


def keep(aim: Target, form: SummaryForm) -> Draft | None:
    """Save what a form holds as a draft; raises as `services.summaries.drafts.save_draft`."""
    return drafts.save_draft(
        db(),
        signed_in(),
        aim.paper,
        edit(form),
        summary=aim.summary,
        seen=seen(form) or Seen(0),
        seen_version=form.draft.data or 0,
    )


def unseen(aim: Target, form: SummaryForm) -> Elsewhere | None:
    """What another window saved that the one with this form has not seen."""
    return drafts.written_elsewhere(
        db(),
        signed_in(),
        aim.paper,
        summary=aim.summary,
        seen=seen(form) or Seen(0),
        seen_version=form.draft.data or 0,
    )


def fresh_form(draft: Draft | None, summary: Summary | None) -> tuple[SummaryForm, list[str]]:
    """The form of a window that is opened, and which fields differ from the draft on purpose.

    The draft may be older than what its writer chose since about who sees the summary. Nothing is
    made more public by opening it.
    """
    form = SummaryForm(formdata=None, data=_data(draft, summary))
    saved = state.last_revision(db(), summary)
    form.summary.data = 0 if summary is None else summary.id
    form.revision.data = saved if draft is None else draft.base_revision
    form.draft.data = 0 if draft is None else draft.version
    kept_private = []
    if summary is not None and form.revision.data == saved:
        form.base.data = state.content_of(db(), summary).settings.to_text()
        for field in (form.visibility, form.anonymous) if draft is not None else ():
            present = getattr(summary, field.name)
            if three_way_merge.stricter(present, field.data) != field.data:
                field.data = present
                kept_private.append(field.name)
    return form, kept_private


def again(
    aim: Target,
    form: SummaryForm,
    *,
    preview: editor.Analysis | None = None,
    alt: str = "",
) -> str:
    """The editor again with what was typed, which is kept as a draft as far as it may be."""
    present = None if aim.summary is None else state.content_of(db(), aim.summary)
    for name, value in vars(edit(form).applied_to(present)).items():
        form[name].data = value
    _keep_quietly(aim, form)
    return page(aim, form, preview=preview, alt=alt)


def gone(key: str, form: SummaryForm) -> str:
    """The editor again with what was typed into a summary that was deleted meanwhile.

    Sent again, it becomes a new one, where its writer has no other summary of the paper.
    """
    form.refuse(Gone())
    form.summary.data, form.revision.data, form.draft.data, form.base.data = 0, 0, 0, ""
    return page(Target(paper_or_404(key), None), form)


def merge_page(aim: Target, form: SummaryForm, other: Elsewhere) -> tuple[str, int]:
    """The editor with two versions put together, and above it both of them.

    The form knows what the other window saved, so sending it replaces that: it is in it. It is
    kept as a draft at once, as what is typed on from here is.
    """
    mine = edit(form).applied_to(other.content)
    seen_revision, seen_version = form.revision.data or 0, form.draft.data or 0
    source, takeaway = (
        (None, None)
        if aim.summary is None
        else drafts.revision_text(db(), aim.summary, seen_revision)
    )
    base = three_way_merge.Base(
        source,
        takeaway if seen_revision else "",
        base_settings(form) if seen_revision else Settings(),
        certain=not seen_version,
    )
    mine = replace(mine, source=mine.source.replace("\r\n", "\n"))
    both = three_way_merge.merge_contents(base, mine, other.content)
    for name, value in vars(both.content).items():
        form[name].data = value
    if other.revision > seen_revision or other.version == seen_version:
        form.base.data = other.settings.to_text() if other.settings else ""
    form.summary.data = 0 if aim.summary is None else aim.summary.id
    form.revision.data = max(other.revision, seen_revision)
    form.draft.data = other.version
    _keep_quietly(aim, form)
    rows = diffs.compare(other.content.source, mine.source)
    return page(aim, form, merge=Merge(mine, other, both, rows)), 409


def page(
    aim: Target,
    form: SummaryForm,
    *,
    draft: Draft | None = None,
    preview: editor.Analysis | None = None,
    merge: Merge | None = None,
    alt: str = "",
    **more: Any,
) -> str:
    """The editor.

    Args:
        draft: the one that the form shows, for a note about it.
        alt: what was typed about a picture that could not be taken.
    """
    paper, summary = aim.paper, aim.summary
    saved = state.last_revision(db(), summary)
    return render_template(
        "summaries/edit.html" if merge is None else "drafts/merge.html",
        paper=paper,
        summary=summary,
        address=address(aim),
        others=[] if summary is None else summaries.others(db(), summary),
        form=form,
        draft=draft,
        draft_is_joined=draft is not None
        and draft_merge.BETWEEN in draft.source
        and merges.is_joined(db(), signed_in(), paper),
        draft_is_behind=draft is not None and draft.base_revision != saved,
        preview=preview,
        merge=merge,
        marks=(three_way_merge.MINE, three_way_merge.BETWEEN, three_way_merge.THEIRS),
        alt=alt,
        palette=editor.palette(),
        max_bytes=renderer.MAX_TEXT_BYTES,
        max_picture_bytes=files.MAX_BYTES,
        max_picture_pixels=files.MAX_PIXELS,
        **more,
    )


def address(aim: Target) -> str:
    """Where the editor of a summary, or of a new one, is."""
    return editor_address(aim.paper.key, None if aim.summary is None else aim.summary.id)


def editor_address(key: str, summary_id: int | None) -> str:
    """Where the editor of a summary is, or that of a new one about the paper of a key."""
    if summary_id is None:
        return url_for("summaries.edit", key=key)
    return url_for("summaries.edit_one", summary_id=summary_id)


def _keep_quietly(aim: Target, form: SummaryForm) -> None:
    """Keep a form as a draft where nothing speaks against it: a page may be left in any way."""
    try:
        draft = keep(aim, form)
    except (WrittenElsewhere, Refused):
        db().rollback()
        return
    db().commit()
    form.draft.data = 0 if draft is None else draft.version


def _data(draft: Draft | None, summary: Summary | None) -> dict[str, Any]:
    if draft is not None:
        return {name: getattr(draft, name) for name in vars(Content(""))}
    if summary is None:
        return {"visibility": "public", "anonymous": False}  # as the page offers it
    return vars(state.content_of(db(), summary))
