"""What rendered HTML may never contain."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import html5lib

MATHML = "{http://www.w3.org/1998/Math/MathML}"
HTML = "{http://www.w3.org/1999/xhtml}"
TAG_NAMES = (
    "p h3 h4 h5 h6 blockquote ul ol li dl dt dd hr br pre code div table thead tbody tr th td "
    "section figure em strong del sup sub kbd details summary span a img video audio input mark"
)
TAGS = set(TAG_NAMES.split())
ATTRIBUTE_NAMES = (
    "dir class id start tabindex role aria-label href title rel data-player data-video data-start "
    "src alt loading decoding referrerpolicy controls preload type disabled checked open "
    "width height"
)
ATTRIBUTES = set(ATTRIBUTE_NAMES.split())
MATH_TAGS = re.compile(r"math|semantics|annotation|m[a-z]+")
MATH_NEVER = ("maction", "mglyph", "malignmark")
ADDRESS = re.compile(
    r"https?://[^\s\"<>\\]+|mailto:\S+@\S+|/paper/(?![/\\.])\S+|#p-(?:h-\d+|n-(ref-)?\d+(-\d+)?)"
)


def check(html: str) -> None:
    """Fails on anything in a piece of HTML that should never be in one."""
    for element in html5lib.parseFragment(html).iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        if element.tag.startswith(MATHML):
            check_math(element)
        else:
            check_html(element)


def check_math(element: Element) -> None:
    tag = element.tag.removeprefix(MATHML)
    assert MATH_TAGS.fullmatch(tag), tag
    assert tag not in MATH_NEVER
    for name in element.attrib:
        assert not str(name).lower().startswith("on"), name
        assert name not in ("style", "href", "src", "xlink:href", "actiontype"), name


def check_html(element: Element) -> None:
    tag = element.tag.removeprefix(HTML)
    assert tag in TAGS, tag
    for name, value in element.attrib.items():
        assert name in ATTRIBUTES, (tag, name)
        if name == "href":
            assert ADDRESS.fullmatch(value), value
        if name == "src":
            assert re.fullmatch(r"https://[^\s\"<>\\]+|/(?![/\\])[^\s\"<>\\]+", value), value
        if name == "id":
            assert re.fullmatch(r"p-(?:h-\d+|n-(ref-)?\d+(-\d+)?)", value), value
        if name in ("width", "height"):
            assert re.fullmatch(r"\d{1,4}|\d{1,3}%", value), value
        if name == "open":
            assert value == "", value
    if tag == "input":
        assert element.attrib["type"] == "checkbox"
        assert "disabled" in element.attrib
