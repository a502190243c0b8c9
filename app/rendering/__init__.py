"""From text to safe HTML: Markdown, LaTeX, links between papers.

A leaf: imports nothing else of `app` but `references`. Everything a user types is hostile until it
has passed here.
Rendering happens when text is written; the row keeps source, HTML and RENDERER_VERSION. It is pure
(`markdown.py`), and runs in a process that can be stopped (`sandbox`).
"""

from __future__ import annotations

from app.rendering.caps import MAX_TEXT_BYTES
from app.rendering.errors import Problem, RendererBusy, RenderError
from app.rendering.inline.quotes import curl_quotes
from app.rendering.links import KnownPapers, PaperLink
from app.rendering.markdown import RENDERER_VERSION, Preview, Rendered
from app.rendering.sandbox.processes import (
    preview,
    preview_takeaway,
    render,
    render_inline,
    render_plain,
    render_takeaway,
)
from app.rendering.short_texts import MAX_TAKEAWAY_CHARS, as_label, plain_takeaway

__all__ = [
    "MAX_TAKEAWAY_CHARS",
    "MAX_TEXT_BYTES",
    "RENDERER_VERSION",
    "KnownPapers",
    "PaperLink",
    "Preview",
    "Problem",
    "RenderError",
    "Rendered",
    "RendererBusy",
    "as_label",
    "curl_quotes",
    "plain_takeaway",
    "preview",
    "preview_takeaway",
    "render",
    "render_inline",
    "render_plain",
    "render_takeaway",
]
