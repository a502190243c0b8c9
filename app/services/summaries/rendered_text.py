"""A summary's rendered text, and writing it to its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.models import Summary
from app.rendering import RENDERER_VERSION, RenderError, render_takeaway
from app.services import changes
from app.services.links.stale import STALE
from app.services.pictures import addresses
from app.services.refusals import Refusal
from app.services.renderer import (
    RenderedText,
    TextOwner,
    find_papers_of_text,
    is_current,
    render_text,
)
from app.services.summaries import links


@dataclass(frozen=True)
class RenderedEdit:
    """What the renderer made of a text and its takeaway, before this was anybody's turn."""

    text: RenderedText
    takeaway_html: str


def render_or_refuse(session: Session, source: str, owner: TextOwner) -> RenderedText:
    """Render a text; one that the renderer refuses is `Refusal` in its words."""
    try:
        return render_text(session, source, owner)
    except RenderError as error:
        raise Refusal("source", str(error), error.line) from None


def render_takeaway_or_refuse(takeaway: str) -> str:
    """Render a takeaway; one that the renderer refuses is `Refusal` in its words."""
    try:
        return render_takeaway(takeaway)
    except RenderError as error:
        raise Refusal("takeaway", str(error)) from None


def with_addresses(rendered: RenderedText, moved: Mapping[str, str]) -> RenderedText:
    """The same with other names of pictures."""
    return replace(
        rendered,
        html=addresses.replace_names(rendered.html, moved),
        opening=addresses.replace_names(rendered.opening, moved),
        lead=addresses.replace_names(rendered.lead, moved),
    )


def apply_rendered_text(session: Session, summary: Summary, rendered: RenderedText) -> None:
    """Write the HTML, links and pictures of a summary whose change is noted.

    The caller holds `lock_papers`. A text whose links changed while it was rendered is marked.
    """
    take_rendered(summary, rendered)
    write_what_follows(session, summary, rendered)


def write_what_follows(session: Session, summary: Summary, rendered: RenderedText) -> None:
    """Write the links and pictures of a summary whose row has its HTML.

    Otherwise as `apply_rendered_text`.
    """
    found = find_papers_of_text(session, rendered.refs, rendered.owner)
    if not is_current(session, rendered, found):
        summary.renderer_version = STALE
    links.rebuild_links(session, summary, rendered, found)
    addresses.note_uses(session, summary)
    changes.note_text(session, summary.id, rendered.text)


def take_rendered(summary: Summary, rendered: RenderedText) -> None:
    """Put the HTML of a text into its summary's row."""
    summary.html = rendered.html
    summary.opening_html = rendered.opening
    summary.lead_html = rendered.lead
    summary.excerpt = rendered.excerpt
    summary.renderer_version = RENDERER_VERSION
