"""GitHub's alerts: a quote whose first line is `[!NOTE]`, `[!TIP]`, `[!IMPORTANT]` and so on.

Source: GitHub's documentation, "Basic writing and formatting syntax", Alerts. The marker stands
alone on the first line, something follows it, and the quote stands in nothing else.
"""

from __future__ import annotations

from app.rendering.blocks.markers import ALERT
from app.rendering.blocks.tree import Block


def take_alert(quote: Block) -> str:
    """Takes the marker out of a quote.

    Returns:
        'note', 'tip', 'important', 'warning' or 'caution'; '' for a quote that is no alert.
    """
    first = quote.children[0] if quote.children else None
    if first is None or first.kind != "paragraph" or first.line != quote.line:
        return ""
    found = ALERT.fullmatch(first.lines[0])
    if not found or (len(first.lines) == 1 and len(quote.children) == 1):
        return ""
    if len(first.lines) > 1:
        first.lines = first.lines[1:]
        first.line += 1
    else:
        quote.children = quote.children[1:]
    return found[1].lower()
