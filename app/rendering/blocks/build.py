"""Turns the tree of blocks into elements, whose text is parsed for inline markup afterwards.

Some attributes are for later steps only and never reach a page: `line` (0-based; an editor's
preview gets it as `data-line`), `item` (a paragraph of a list item), `tight` (one in a list without
blank lines, which loses its `p` at the end), `language` (of code), `bare` (a link labelled by its
own address), and `cite` (one labelled by its key).
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from app.rendering.blocks.alerts import take_alert
from app.rendering.blocks.cursor import SPACE
from app.rendering.blocks.tables import build_table
from app.rendering.blocks.tree import Block
from app.rendering.elements import add_tail
from app.rendering.errors import RenderError

# A summary stands below the page's h1 and its own h2.
TOP_HEADING = 3
MARKUP = re.compile(r"\*+|_+|`+|~+|={2,}|[\[<&\\@]|https?:|www\.|  \n")
MAX_MARKS = 1500
MAX_ALL_MARKS = 10_000
INTERNAL = ("line", "item", "tight", "bare", "cite", "note", "language")


def build(document: Block) -> tuple[Element, dict[str, Element]]:
    """Makes elements of the blocks.

    Returns:
        The root, and the footnotes by label. The footnotes stand in a `section` at the root's
        end when there are any.

    Raises:
        RenderError: on a block with more than MAX_MARKS marks of inline markup, or a text with
            more than MAX_ALL_MARKS.
    """
    builder = Builder()
    for block in document.children:
        builder.add(builder.root, block)
    if builder.notes:
        section = SubElement(builder.root, "section", {"class": "footnotes"})
        section.set("aria-label", "Footnotes")
        section.extend(builder.notes.values())
    return builder.root, builder.notes


class Builder:
    """Makes the elements, gathers the footnotes, and counts the marks on the way."""

    def __init__(self) -> None:
        self.root = Element("div")
        self.notes: dict[str, Element] = {}
        self.marks = 0
        self.outline: list[int] = []  # the levels, as written, of the headings we are below

    def add(self, parent: Element, block: Block, tight: bool = False) -> None:
        """Adds the element of a block, and those within it."""
        if block.kind == "paragraph":
            paragraph = self.add_text(parent, "p", block)
            if tight:
                paragraph.set("tight", "1")
            if parent.tag in ("li", "dd"):
                paragraph.set("item", "1")
        elif block.kind == "heading":
            self.add_text(parent, f"h{self.heading_level(block.level)}", block)
        elif block.kind == "code":
            add_code(parent, block)
        elif block.kind == "rule":
            SubElement(parent, "hr")
        elif block.kind == "table":
            build_table(parent, block.lines, block.align, block.line)
            for number, line in enumerate(block.lines):
                self.count_marks(line, block.line + number)
        elif block.kind == "quote":
            self.add_quote(parent, block)
        elif block.kind == "list":
            self.add_list(parent, block)
        elif block.kind == "details":
            self.add_details(parent, block)
        elif block.kind == "summary":
            self.add_text(parent, "summary", block).attrib.pop("dir", None)
        elif block.kind == "glossary":
            self.add_glossary(parent, block)
        elif block.kind == "note" and block.mark.casefold() not in self.notes:
            note = Element("li", {"dir": "auto", "line": str(block.line)})
            self.notes[block.mark.casefold()] = note
            self.add_all(note, block)

    def add_quote(self, parent: Element, block: Block) -> None:
        callout = take_alert(block)
        if callout is None:
            self.add_all(SubElement(parent, "blockquote", self.direction(parent)), block)
            return
        looks = {"class": f"callout callout-{callout.kind}"}
        if callout.fold:
            box = SubElement(parent, "details", looks)
        else:
            box = SubElement(parent, "div", {**looks, "role": "note"})
        if callout.fold == "+":
            box.set("open", "")
        box.attrib.update(self.direction(parent))
        tag = "summary" if callout.fold else "p"
        title = SubElement(box, tag, {"class": "callout-title", "line": str(block.line)})
        title.text = callout.title or AtomicString(callout.name)
        self.count_marks(callout.title, block.line)
        self.add_all(box, block)

    def add_details(self, parent: Element, block: Block) -> None:
        """Adds what can be folded; without its end its tags are text."""
        if not block.closed:
            tag = SubElement(parent, "p", {**self.direction(parent), "line": str(block.line)})
            tag.text = AtomicString(block.mark)
            for child in block.children:
                if child.kind == "summary":
                    child.kind = "paragraph"
                    text = "\n".join(child.lines)
                    child.lines = [f"{child.mark}{text}</summary>"]
                self.add(parent, child)
            return
        details = SubElement(parent, "details", self.direction(parent))
        details.set("line", str(block.line))
        if block.start:
            details.set("open", "")
        self.add_all(details, block)

    def add_glossary(self, parent: Element, block: Block) -> None:
        element = SubElement(parent, "dl", self.direction(parent))
        for child in block.children:
            if child.kind == "term":
                self.add_text(element, "dt", child)
            else:
                definition = SubElement(element, "dd", {"line": str(child.line)})
                self.add_all(definition, child, tight=not child.loose)

    def direction(self, parent: Element) -> dict[str, str]:
        """Lets a browser find the direction of a whole block, bullets and bars with it.

        `dir="auto"` looks past elements that have their own, so only the outermost has one.
        """
        return {"dir": "auto"} if parent is self.root else {}

    def add_all(self, parent: Element, block: Block, tight: bool = False) -> None:
        for child in block.children:
            self.add(parent, child, tight)

    def heading_level(self, written: int) -> int:
        """The level on the page: `#` is TOP_HEADING, and no level is ever left out.

        Many begin with `##`; somebody who moves from heading to heading must not meet a gap.
        """
        while self.outline and self.outline[-1] >= written:
            self.outline.pop()
        self.outline.append(written)
        return min(TOP_HEADING + len(self.outline) - 1, 6)

    def add_text(self, parent: Element, tag: str, block: Block) -> Element:
        text = "\n".join(block.lines).rstrip(SPACE)
        marked = self.count_marks(text, block.line)
        element = SubElement(parent, tag, {**self.direction(parent), "line": str(block.line)})
        # No inline pattern is tried on an AtomicString.
        element.text = text if marked else AtomicString(text)
        return element

    def count_marks(self, text: str, line: int) -> int:
        """Refuses a block, or a text, in which pairing marks would take long."""
        count = sum(1 for _ in MARKUP.finditer(text))
        self.marks += count
        if count > MAX_MARKS or self.marks > MAX_ALL_MARKS:
            place = "paragraph" if count > MAX_MARKS else "text"
            message = f"This {place} has too many links and formatting marks; please split it."
            raise RenderError(message, line + 1)
        return count

    def add_list(self, parent: Element, block: Block) -> None:
        tag = "ul" if block.start is None else "ol"
        element = SubElement(parent, tag, self.direction(parent))
        if block.start not in (None, 1):
            element.set("start", str(block.start))
        for child in block.children:
            item = SubElement(element, "li", {"line": str(child.line)})
            if child.task:
                add_box(item, done=child.task != " ")
            self.add_all(item, child, tight=not block.loose)


def add_code(parent: Element, block: Block) -> None:
    pre = SubElement(parent, "pre", {"tabindex": "0", "line": str(block.line)})
    code = SubElement(pre, "code")
    if language := block.info.split(" ", 1)[0].strip("{}."):
        code.set("language", language)
    code.text = AtomicString("".join(f"{line}\n" for line in block.lines))


def add_box(item: Element, done: bool) -> None:
    """Begins a list item with a box that shows its state."""
    item.set("class", "task")
    box = SubElement(item, "input", {"type": "checkbox", "disabled": ""})
    box.set("aria-label", "done" if done else "to do")
    if done:
        box.set("checked", "")
    box.tail = " "


def mark_lines(root: Element) -> None:
    """Notes on each block the 1-based source line where it begins, as `data-line`."""
    for element in root.iter():
        line = element[0].get("line") if element.tag == "tr" else element.get("line")
        if line is not None and element.tag not in ("td", "th"):
            element.set("data-line", str(int(line) + 1))


def finish(root: Element) -> None:
    """Takes the paragraphs out of tight lists, and removes what was for later steps only."""
    for element in list(root.iter()):
        if element.tag in ("li", "dd") and any(child.get("tight") for child in element):
            unwrap_tight(element)
        for name in INTERNAL:
            element.attrib.pop(name, None)
    for block in root:
        block.tail = "\n"  # the stored HTML can be read, and compared, by line


def unwrap_tight(item: Element) -> None:
    children = list(item)
    item[:] = []
    for child in children:
        if not child.get("tight"):
            item.append(child)
            continue
        add_tail(item, child.text)
        item.extend(list(child))
        add_tail(item, child.tail)
