"""The one list of what rendered text may contain, applied by two independent sanitisers.

bleach's filter goes first, over the elements as the renderer built them: parsing them from text
again in Python took half of a render. nh3 (ammonia, Rust) then parses what is written as a browser
does and keeps only what the same table allows; a test holds that bleach, parsing it too, would
change nothing. Formulas are not here: their MathML has a sanitiser of its own, and is put in
afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any, cast
from xml.etree.ElementTree import Element

import nh3
from bleach.sanitizer import BleachSanitizerFilter

from app.rendering.blocks.highlight import CLASSES

Check = Callable[[str], bool]

CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
LINK = re.compile(
    r"(?:https?://[^\s]+|mailto:[^\s?]+@[^\s]+|/paper/(?!/)\S+|/(?:venue|user)\?\S+|#(?:[\w\-]*-)?(?:h-\d+|n-(?:\d+|ref-\d+(?:-\d+)?)))",
    re.IGNORECASE,
)
SOURCE = re.compile(r"(?:https://\S+|/(?![/\\])\S+)", re.IGNORECASE)
ID = re.compile(r"(?:[\w\-]*-)?(?:h-\d+|n-(?:\d+|ref-\d+(?:-\d+)?))", re.ASCII)


def one_of(*values: str) -> Check:
    return frozenset(values).__contains__


def anything(_: str) -> bool:
    return True


def is_link(value: str) -> bool:
    return bool(LINK.fullmatch(value)) and not CONTROL.search(value)


def is_source(value: str) -> bool:
    return bool(SOURCE.fullmatch(value)) and not CONTROL.search(value)


def is_id(value: str) -> bool:
    return bool(ID.fullmatch(value))


def matches(pattern: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: bool(compiled.fullmatch(value))


# Where a block begins in the source, in the editor's preview.
LINE = {"data-line": matches(r"\d{1,6}")}
DIR = {"dir": one_of("auto")}
TEXT = {**DIR, **LINE}
CELL = {"class": one_of("cell-left", "cell-center", "cell-right")}
SIZE = matches(r"\d{1,4}|\d{1,3}%")
MEDIUM = {"src": is_source, "controls": one_of(""), "preload": one_of("none")}

CALLOUT_KINDS = ("note", "tip", "important", "warning", "caution")
CALLOUTS = [f"callout callout-{kind}" for kind in CALLOUT_KINDS]

HEADING = {**TEXT, "id": is_id}

# Tag, attribute, and what the attribute's value must satisfy.
ALLOWED: dict[str, dict[str, Check]] = {
    "p": {**TEXT, "class": one_of("player", "callout-title")},
    "h3": HEADING,
    "h4": HEADING,
    "h5": HEADING,
    "h6": HEADING,
    "blockquote": DIR,
    "ul": DIR,
    "ol": {**DIR, "start": matches(r"\d{1,9}")},
    "li": {**TEXT, "class": one_of("task"), "id": is_id},
    "details": {**TEXT, "class": one_of(*CALLOUTS), "open": one_of("")},
    "summary": {**LINE, "class": one_of("callout-title")},
    "dl": DIR,
    "dt": LINE,
    "dd": LINE,
    "hr": {},
    "br": {},
    "pre": {**LINE, "tabindex": one_of("0")},
    "code": {},
    "div": {
        **DIR,
        "class": one_of("table-scroll", *CALLOUTS),
        "tabindex": one_of("0"),
        "role": one_of("group", "note"),
        "aria-label": one_of("Table"),
    },
    "table": DIR,
    "thead": {},
    "tbody": {},
    "tr": LINE,
    "th": {**CELL, "aria-label": anything},
    "td": CELL,
    "section": {"class": one_of("footnotes"), "aria-label": one_of("Footnotes")},
    "figure": {"class": one_of("picture", "media")},
    "em": {},
    "strong": {},
    "del": {},
    "sup": {},
    "sub": {},
    "kbd": {},
    "mark": {},
    "span": {"class": one_of("citation", *CLASSES.values())},
    "a": {
        "href": is_link,
        "title": anything,
        "rel": one_of("ugc nofollow noopener"),
        "class": one_of("paper-link", "note-ref", "note-back", "player-link", "heading-link"),
        "id": is_id,
        "aria-label": matches(r"Back to (?:the mention|mention \d{1,5}) of note \d{1,5}"),
        "data-player": one_of("youtube", "vimeo"),
        "data-video": matches(r"[A-Za-z0-9_-]{1,16}"),
        "data-start": matches(r"\d{1,7}"),
    },
    "img": {
        "src": is_source,
        "alt": anything,
        "title": anything,
        "width": SIZE,
        "height": SIZE,
        "loading": one_of("lazy"),
        "decoding": one_of("async"),
        "referrerpolicy": one_of("no-referrer"),
    },
    "video": MEDIUM,
    "audio": MEDIUM,
    "input": {
        "type": one_of("checkbox"),
        "disabled": one_of(""),
        "checked": one_of(""),
        "aria-label": one_of("to do", "done"),
    },
}
PROTOCOLS = frozenset({"http", "https", "mailto"})


def allowed(tag: str, name: str, value: str) -> bool:
    """Says whether an attribute may stand on a tag with this value."""
    check = ALLOWED.get(tag, {}).get(name)
    return check is not None and check(value)


def filter_attribute(tag: str, name: str, value: str) -> str | None:
    """The same question in the form that nh3 asks it."""
    return value if allowed(tag, name, value) else None


VOID = frozenset({"br", "hr", "img", "input"})
BLEACH = BleachSanitizerFilter(
    source=cast(Any, ()),  # we hand its stream the tokens ourselves
    allowed_tags=frozenset(ALLOWED),
    attributes=allowed,
    allowed_protocols=PROTOCOLS,
    strip_disallowed_tags=True,
    strip_html_comments=True,
)
NH3 = nh3.Cleaner(
    tags=set(ALLOWED),
    attributes={tag: set(names) for tag, names in ALLOWED.items()},
    attribute_filter=filter_attribute,
    url_schemes=set(PROTOCOLS),
    link_rel=None,
    strip_comments=True,
)


def sanitise(root: Element) -> str:
    """Writes the children of an element, with nothing in them but what ALLOWED lists.

    Args:
        root: what the renderer made of a text.

    Returns:
        HTML without named entities but `&amp;`, `&lt;`, `&gt;` and `&quot;`, so that a feed may
        carry it as XML text.
    """
    written = "".join(write(token) for token in BLEACH.sanitize_stream(tokens(root)))
    # nh3 writes a no-break space as an entity that XML does not know.
    return NH3.clean(written.strip()).replace("&nbsp;", "\xa0")


def tokens(element: Element) -> list[dict[str, Any]]:
    """Returns the content of an element as the tokens of an html5lib tree walker."""
    found: list[dict[str, Any]] = []
    add_tokens(element, found)
    return found


def add_tokens(element: Element, found: list[dict[str, Any]]) -> None:
    if element.text:
        found.append(characters(element.text))
    for child in element:
        data = {(None, name): value for name, value in child.attrib.items()}
        if child.tag in VOID:
            found.append({"type": "EmptyTag", "name": child.tag, "data": data})
        else:
            found.append({"type": "StartTag", "name": child.tag, "data": data})
            add_tokens(child, found)
            found.append({"type": "EndTag", "name": child.tag})
        if child.tail:
            found.append(characters(child.tail))


def characters(text: str) -> dict[str, Any]:
    # The filter reads entities in text, as bleach's own parser leaves them there.
    return {"type": "Characters", "data": text.replace("&", "&amp;")}


def write(token: dict[str, Any]) -> str:
    """Writes one token as HTML."""
    kind = token["type"]
    if kind == "Characters":
        return escape(token["data"], quote=False)
    if kind == "EndTag":
        return f"</{token['name']}>"
    attributes = "".join(f' {name}="{escape(value)}"' for (_, name), value in token["data"].items())
    return f"<{token['name']}{attributes}>"
