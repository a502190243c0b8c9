"""GitHub's alerts and Obsidian's callouts: a quote whose first line is `[!NOTE]` or the like.

Sources: GitHub's documentation, "Basic writing and formatting syntax", Alerts; Obsidian's help,
"Callouts". Obsidian has more kinds than GitHub's five, a title behind them, folds
(`> [!tip]- Title`), and callouts in other blocks. A marker with nothing behind it is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.rendering.blocks.tree import Block

# Besides the kind it may say how it looks, `[!note|wide]`, which is not for us.
MARKER = re.compile(
    r"\[!([A-Za-z][\w -]{0,40})(?:\|[^\[\]]{0,80})?\]([+-]?)(?:[ \t]+(\S.*))?[ \t]*"
)
KINDS = {
    "note": "note abstract summary tldr info todo example quote cite",
    "tip": "tip hint success check done",
    "important": "important question help faq",
    "warning": "warning caution attention",
    "caution": "danger error bug failure fail missing",
}
STYLES = {name: kind for kind, names in KINDS.items() for name in names.split()}
GITHUB = frozenset({"note", "tip", "important", "warning", "caution"})
TITLES = {"tldr": "TL;DR", "faq": "FAQ"}


@dataclass(frozen=True)
class Callout:
    """What the marker of a quote says.

    Attributes:
        kind: 'note', 'tip', 'important', 'warning' or 'caution', by which it is styled.
        title: as written; '' where the name of its kind is the title.
        name: its kind in words.
        fold: '-' when it is folded, '+' when it can be, '' when it cannot.
    """

    kind: str
    title: str
    name: str
    fold: str


def take_alert(quote: Block) -> Callout | None:
    """Takes the marker out of a quote; None for an ordinary quote."""
    first = quote.children[0] if quote.children else None
    if first is None or first.kind != "paragraph" or first.line != quote.line:
        return None
    found = MARKER.fullmatch(first.lines[0])
    if not found:
        return None
    name, fold, title = found[1].strip().lower(), found[2], found[3] or ""
    alone = len(first.lines) == 1 and len(quote.children) == 1
    if alone and not title:
        return None
    plain = name in GITHUB and not fold and not title
    if len(first.lines) > 1:
        first.lines = first.lines[1:]
        first.line += 1
    else:
        quote.children = quote.children[1:]
    # GitHub's caution is grave, Obsidian's is a warning: a mere marker is read as GitHub's.
    kind = name if plain else STYLES.get(name, "note")
    shown = TITLES.get(name, re.sub(r"[ _-]+", " ", name).capitalize())
    return Callout(kind, title.strip(), shown, fold)
