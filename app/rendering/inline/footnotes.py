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

from app.rendering.elements import add_tail
from app.rendering.errors import RenderError
from app.rendering.inline.pattern import Found, InlinePattern

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
    mentions = FootnoteMentions(prefix)
    mentions.number(root)
    for label in mentions.places:  # grows: a note may mention another, which then comes after
        mentions.number(notes[label])
    listed = Element("ol")
    for number, (label, places) in enumerate(mentions.places.items(), 1):
        notes[label].set("id", f"{prefix}n-{number}")
        add_backlinks(notes[label], places, number)
        listed.append(notes[label])
    if len(listed):
        section[:] = [listed]
        root.append(section)


class FootnoteMentions:
    """Numbers mentions, and keeps the ids of each note's by its label."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.places: dict[str, list[str]] = {}
        self.numbers: dict[str, int] = {}
        self.count = 0

    def number(self, tree: Element) -> None:
        """Turns the marks of a tree into numbered links."""
        for mark in tree.iter("sup"):
            label = mark.attrib.pop("note", None)
            if label is None:
                continue
            self.count += 1
            if self.count > MAX_MENTIONS:
                raise RenderError("This text has too many footnote references.")
            number = self.numbers.setdefault(label, len(self.numbers) + 1)
            places = self.places.setdefault(label, [])
            again = f"-{len(places) + 1}" if places else ""
            places.append(f"{self.prefix}n-ref-{number}{again}")
            link = SubElement(mark, "a", {"href": f"#{self.prefix}n-{number}"})
            link.attrib.update({"class": "note-ref", "id": places[-1]})
            link.text = AtomicString(str(number))


def add_backlinks(note: Element, places: list[str], number: int) -> None:
    """Adds the arrows that lead back from a note.

    One for each place where it is mentioned.
    """
    last = note[-1] if len(note) and note[-1].tag == "p" else SubElement(note, "p")
    for time, place in enumerate(places, 1):
        add_tail(last, " " if last.text or len(last) else "")
        link = SubElement(last, "a", {"href": f"#{place}", "class": "note-back"})
        mention = f"mention {time}" if len(places) > 1 else "the mention"
        link.set("aria-label", f"Back to {mention} of note {number}")
        link.text = "↩"
        if time > 1:
            SubElement(link, "sup").text = str(time)
