"""The editor's page, and its form on the way to the services: what it holds, what it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template

from app.models import Draft, Paper, Summary
from app.queries import merges, summaries
from app.services import diffs, drafts, editing, merged_drafts, merging, picture_files, texts
from app.services import summaries as summary_services
from app.services.contents import Content, Settings
from app.services.drafts import Elsewhere, WrittenElsewhere
from app.services.problems import Refused
from app.views.access import db, signed_in
from app.views.forms import SummaryForm


@dataclass(frozen=True)
class Merge:
    """What the page shows of two versions above their merged text."""

    mine: Content
    other: Elsewhere
    both: merging.Both
    rows: list[Any]


def content(form: SummaryForm) -> Content:
    """What the editor's form holds."""
    return Content(
        source=form.source.data or "",
        takeaway=form.takeaway.data or "",
        tags=form.tags.data or "",
        visibility=form.visibility.data or "public",
        anonymous=form.anonymous.data,
    )


def sent_form(paper: Paper, key: str) -> SummaryForm:
    """The form that a window sent to the address of a key.

    A key that was another paper's until the two were merged may stand in an old window. Where the
    writer has a text of each, nobody knows which one it began from: then it has seen none.
    """
    form = SummaryForm()
    if paper.key != key and summaries.has_several(db(), paper, signed_in()):
        form.revision.data = 0
        form.base.data = ""
    return form


def base_settings(form: SummaryForm) -> Settings | None:
    """What stood beside the saved text when the window of a form was opened, if it says so."""
    return Settings.from_text(form.base.data or "")


def keep(paper: Paper, form: SummaryForm) -> Draft | None:
    """Save what a form holds as a draft; raises as `services.drafts.save_draft`."""
    return drafts.save_draft(
        db(),
        signed_in(),
        paper,
        content(form),
        base_revision=form.revision.data or 0,
        base_settings=base_settings(form),
        seen_version=form.draft.data or 0,
    )


def unseen(paper: Paper, form: SummaryForm) -> Elsewhere | None:
    """What another window saved that the one with this form has not seen."""
    return drafts.written_elsewhere(
        db(),
        signed_in(),
        paper,
        base_revision=form.revision.data or 0,
        base_settings=base_settings(form),
        seen_version=form.draft.data or 0,
    )


def fresh_form(draft: Draft | None, summary: Summary | None) -> tuple[SummaryForm, list[str]]:
    """The form of a window that is opened, and which fields differ from the draft on purpose.

    The draft may be older than what its writer chose since about who sees the summary. Nothing is
    made more public by opening it.
    """
    form = SummaryForm(formdata=None, data=_data(draft, summary))
    saved = summary_services.last_revision(db(), summary)
    form.revision.data = saved if draft is None else draft.base_revision
    form.draft.data = 0 if draft is None else draft.version
    kept_private = []
    if summary is not None and form.revision.data == saved:
        form.base.data = summary_services.content_of(db(), summary).settings.to_text()
        for field in (form.visibility, form.anonymous) if draft is not None else ():
            present = getattr(summary, field.name)
            if merging.stricter(present, field.data) != field.data:
                field.data = present
                kept_private.append(field.name)
    return form, kept_private


def again(
    paper: Paper,
    form: SummaryForm,
    *,
    preview: editing.Analysis | None = None,
    alt: str = "",
) -> str:
    """The editor again with what was typed, which is kept as a draft as far as it may be."""
    _keep_quietly(paper, form)
    return page(paper, form, preview=preview, alt=alt)


def merge_page(paper: Paper, form: SummaryForm, other: Elsewhere) -> tuple[str, int]:
    """The editor with two versions put together, and above it both of them.

    The form knows what the other window saved, so sending it replaces that: it is in it. It is
    kept as a draft at once, as what is typed on from here is.
    """
    mine = content(form)
    seen_revision, seen_version = form.revision.data or 0, form.draft.data or 0
    source, takeaway = drafts.revision_text(db(), signed_in(), paper, seen_revision)
    base = merging.Base(
        source,
        takeaway if seen_revision else "",
        base_settings(form) if seen_revision else Settings(),
        certain=not seen_version,
    )
    mine = Content(**{**vars(mine), "source": mine.source.replace("\r\n", "\n")})
    both = merging.merge_contents(base, mine, other.content)
    for name, value in vars(both.content).items():
        form[name].data = value
    if other.revision > seen_revision or other.version == seen_version:
        form.base.data = other.settings.to_text() if other.settings else ""
    form.revision.data = max(other.revision, seen_revision)
    form.draft.data = other.version
    _keep_quietly(paper, form)
    rows = diffs.compare(other.content.source, mine.source)
    return page(paper, form, merge=Merge(mine, other, both, rows)), 409


def page(
    paper: Paper,
    form: SummaryForm,
    *,
    draft: Draft | None = None,
    preview: editing.Analysis | None = None,
    merge: Merge | None = None,
    alt: str = "",
    **more: Any,
) -> str:
    """The editor.

    Args:
        draft: the one that the form shows, for a note about it.
        alt: what was typed about a picture that could not be taken.
    """
    summary = summaries.mine(db(), paper, signed_in())
    saved = summary_services.last_revision(db(), summary)
    return render_template(
        "summaries/edit.html" if merge is None else "drafts/merge.html",
        paper=paper,
        summary=summary,
        form=form,
        draft=draft,
        draft_is_joined=draft is not None
        and merged_drafts.BETWEEN in draft.source
        and merges.is_joined(db(), signed_in(), paper),
        draft_is_behind=draft is not None and draft.base_revision != saved,
        preview=preview,
        merge=merge,
        marks=(merging.MINE, merging.BETWEEN, merging.THEIRS),
        alt=alt,
        palette=editing.palette(),
        max_bytes=texts.MAX_TEXT_BYTES,
        max_picture_bytes=picture_files.MAX_BYTES,
        max_picture_pixels=picture_files.MAX_PIXELS,
        **more,
    )


def _keep_quietly(paper: Paper, form: SummaryForm) -> None:
    """Keep a form as a draft where nothing speaks against it: a page may be left in any way."""
    try:
        draft = keep(paper, form)
    except (WrittenElsewhere, Refused):
        db().rollback()
        return
    db().commit()
    form.draft.data = 0 if draft is None else draft.version


def _data(draft: Draft | None, summary: Summary | None) -> dict[str, Any]:
    if draft is not None:
        return {name: getattr(draft, name) for name in vars(Content(""))}
    return {} if summary is None else vars(summary_services.content_of(db(), summary))
