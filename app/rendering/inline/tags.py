"""The tags of HTML within a line: `sub`, `sup`, `kbd`, `br`, `img`.

They become elements as those of Markdown do; nothing of what was written is passed through. Of the
attributes only those of a picture count. A tag without its partner in the same element stays text,
as all other HTML does. Source of the syntax: CommonMark 0.31, 6.6.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

from app.references.addresses import encode_address
from app.rendering.elements import add_tail
from app.rendering.inline.entities import without_entities
from app.text.lines import one_line

ATTRIBUTE = (
    r"[ \t\n]++[A-Za-z_:][\w.:\-]*+"
    r"(?:[ \t\n]*+=[ \t\n]*+(?:\"[^\"]*+\"|'[^']*+'|[^ \t\n\"'=<>`]++))?+"
)
TAG = rf"</?(?i:sub|sup|kbd|br|img)(?=[ \t\n/>])(?:{ATTRIBUTE})*+[ \t\n]*+/?>"
NAME = re.compile(r"</?([A-Za-z]+)")
NAMED = re.compile(
    r"[ \t\n]([A-Za-z_:][\w.:\-]*)[ \t\n]*=[ \t\n]*"
    r"(?:\"([^\"]*)\"|'([^']*)'|([^ \t\n\"'=<>`]+))"
)
SIZE = re.compile(r"(\d{1,4})(?:px)?|(\d{1,3}%)", re.ASCII)
MARK = "tag"  # the element that stands for a tag until it has its partner
MAX_NESTED = 5


def read_tag(source: str) -> Element | None:
    """The element of a tag, or one that stands for it.

    None for one that means nothing."""
    found = NAME.match(source)
    assert found is not None
    name = found[1].lower()
    ends = source.startswith("</")
    if name == "br":
        return Element("br")
    if name == "img":
        return None if ends else read_picture(source)
    if source.endswith("/>"):  # browsers take it for one that opens
        return None
    mark = Element(MARK, {"name": name, "source": source})
    if ends:
        mark.set("end", "")
    return mark


def read_picture(source: str) -> Element | None:
    """The picture of an `<img>`; None for one without an address."""
    given: dict[str, str] = {}
    for name, *values in NAMED.findall(source):
        given.setdefault(name.lower(), one_line(without_entities("".join(values))))
    if not given.get("src"):
        return None
    picture = Element("img", {"src": encode_address(given["src"]), "alt": ""})
    picture.text = AtomicString(given.get("alt", ""))
    if given.get("title"):
        picture.set("title", given["title"])
    set_size(picture, given.get("width", ""), given.get("height", ""))
    return picture


def set_size(picture: Element, width: str, height: str = "") -> None:
    """Gives a picture a width and a height in pixels or per cent."""
    for name, value in (("width", width), ("height", height)):
        if found := SIZE.fullmatch(value):
            picture.set(name, found[1] or found[2])


def pair_tags(root: Element) -> None:
    """Makes elements of paired tags and their content, and text of other tags."""
    for parent in list(root.iter()):
        if any(child.tag == MARK for child in parent):
            pair_children(parent)


def pair_children(parent: Element) -> None:
    children = list(parent)
    partners = find_partners(children)
    parent[:] = []
    path = [parent]
    for place, child in enumerate(children):
        tail, child.tail = child.tail, None
        if child.tag != MARK:
            path[-1].append(child)
        elif place not in partners:
            add_tail(path[-1], child.get("source"))
        elif "end" in child.attrib:
            path.pop()
        else:
            element = Element(child.get("name", ""))
            path[-1].append(element)
            path.append(element)
        add_tail(path[-1], tail)


def find_partners(children: list[Element]) -> set[int]:
    """The places of the tags that have a partner; pairs that cross others have none."""
    found: set[int] = set()
    openers: list[int] = []
    for place, child in enumerate(children):
        if child.tag != MARK:
            continue
        if "end" not in child.attrib:
            openers.append(place)
            continue
        name = child.get("name")
        for depth in range(len(openers) - 1, -1, -1):
            if children[openers[depth]].get("name") == name:
                if depth < MAX_NESTED:
                    found |= {openers[depth], place}
                del openers[depth:]
                break
    return found
