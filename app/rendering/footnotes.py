"""Footnotes: `text[^label]`, and `[^label]: note` at the start of a line.

They are numbered in the order in which the text first mentions them, as GitHub does; a note that
nothing mentions is left out. Ids carry the caller's prefix, so that two texts on a page, or a
writer who knows the page, cannot clash with an id of the page itself.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.util import AtomicString

from app.rendering.errors import RenderError
from app.rendering.pattern import Found, InlinePattern

PATTERN = r"\[\^([^\s\[\]]{1,100}+)\]"
MAX_MENTIONS = 2000


class FootnoteReference(InlinePattern):
    """Marks a mention; the number is not known before all mentions are."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(PATTERN, md)
        self.labels: set[str] = set()

    def match(self, m: re.Match[str], data: str) -> Found:
        label = m[1].casefold()
        if label not in self.labels:
            return None, m.start(), m.end()
        return Element("sup", {"note": label}), m.start(), m.end()


def number_footnotes(root: Element, notes: dict[str, Element], prefix: str) -> None:
    """Numbers the mentions, and puts the notes that are mentioned in order.

    Args:
        root: the text; its last child holds the notes when there are any.
        notes: the `li` of each label.
        prefix: what the ids start with.

    Raises:
        RenderError: on more than MAX_MENTIONS mentions.
    """
    if not notes:
        return
    section = root[-1]
    root.remove(section)
    order: list[str] = []
    mentions = number_mentions(root, order, prefix, 0)
    listed = Element("ol")
    for label in order:  # grows: a note may mention another, which then comes after
        note = notes[label]
        mentions = number_mentions(note, order, prefix, mentions)
        listed.append(note)
        number = len(listed)
        note.set("id", f"{prefix}n-{number}")
        add_return(note, f"#{prefix}n-ref-{number}", number)
    if order:
        section[:] = [listed]
        root.append(section)


def number_mentions(tree: Element, order: list[str], prefix: str, count: int) -> int:
    """Turns the marks of a tree into numbered links; returns the number of mentions so far."""
    numbers = {label: number for number, label in enumerate(order, 1)}
    for mark in tree.iter("sup"):
        label = mark.attrib.pop("note", None)
        if label is None:
            continue
        count += 1
        if count > MAX_MENTIONS:
            raise RenderError("This text mentions footnotes too often.")
        first = label not in numbers
        if first:
            order.append(label)
            numbers[label] = len(order)
        number = numbers[label]
        link = SubElement(mark, "a", {"href": f"#{prefix}n-{number}", "class": "note-ref"})
        link.text = AtomicString(str(number))
        if first:
            link.set("id", f"{prefix}n-ref-{number}")
    return count


def add_return(note: Element, href: str, number: int) -> None:
    """Adds the arrow that leads back to where the note is mentioned."""
    last = note[-1] if len(note) and note[-1].tag == "p" else SubElement(note, "p")
    text = last[-1].tail if len(last) else last.text
    if len(last):
        last[-1].tail = f"{text or ''} "
    else:
        last.text = f"{text or ''} "
    link = SubElement(last, "a", {"href": href, "class": "note-back"})
    link.set("aria-label", f"Back to the mention of note {number}")
    link.text = "↩"
