"""The HTML of summaries as XHTML for a book, which fetches nothing.

Sources: EPUB 3.2, "XHTML Content Documents"; HTML, "The XML syntax"; MathML 3.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from lxml import etree, html

from app.references.addresses import encode_address
from app.text.lines import remove_not_xml

XHTML = "http://www.w3.org/1999/xhtml"
MATHML = "http://www.w3.org/1998/Math/MathML"
# What means something in a browser alone.
_DROPPED = frozenset({"loading", "decoding", "referrerpolicy", "tabindex", "rel", "controls"})
_STYLES = ("displaystyle", "scriptlevel")
_PARTS = frozenset({"mtr", "mtd", "mlabeledtr", "mprescripts", "annotation"})
_PLAYERS = {"video": "Video", "audio": "Audio"}

FindLink = Callable[[str], str]
FindPicture = Callable[[str], str | None]


class XhtmlMaker:
    """Makes XHTML of the HTML of one text.

    Args:
        prefix: stands before the IDs of the text, which are unlike those of others then.
        find_link: gives the whole address for one that begins with a slash.
        find_picture: gives the file of a picture of this site, or nothing.
    """

    def __init__(self, prefix: str, find_link: FindLink, find_picture: FindPicture) -> None:
        self._prefix = prefix
        self._find_link = find_link
        self._find_picture = find_picture

    def make(self, text: str) -> str:
        """What stands between the tags of an element, as XML."""
        root = html.fragment_fromstring(remove_not_xml(text), create_parent="div")
        etree.strip_elements(root, etree.Comment, with_tail=False)
        for element in list(root.iterdescendants(tag=etree.Element)):
            if element.tag in ("a", "span") and _is_within(element, "math"):
                element.drop_tag()  # MathML 3 does not know it there
            else:
                self._replace(element)
        for element in list(root.iter(tag=etree.Element)):
            self._keep_attributes(element)
            _move_style(element)
        whole = etree.tostring(root, encoding="unicode")
        # In XML a sign that opens a tag stands nowhere else.
        whole = whole.replace("<math", f'<math xmlns="{MATHML}"')
        return whole[whole.index(">") + 1 : whole.rindex("</")] if root.text or len(root) else ""

    def _replace(self, element: etree._Element) -> None:
        """Put in place of what a book cannot have what says the same."""
        tag = str(element.tag)
        if tag in _PLAYERS:
            _turn_into_link(element, element.get("src", ""), _PLAYERS[tag])
        elif tag == "input":
            text = "☑ " if "checked" in element.attrib else "☐ "
            _turn_into(element, "span", text)
        elif tag == "details" and element.find("summary") is None:
            summary = etree.Element("summary")
            summary.text, element.text, summary.tail = "Details", None, element.text
            element.insert(0, summary)
        elif tag == "img":
            source = element.get("src", "")
            file = self._find_picture(source)
            if file is None:
                _turn_into_link(element, source, element.get("alt", "") or "Image")
            else:
                element.set("src", file)
                element.set("alt", element.get("alt", ""))
        if element.tag == "a" and "href" in element.attrib:
            address = self._find_address(element.attrib.pop("href"))
            if address:
                element.set("href", address)

    def _find_address(self, address: str) -> str:
        if address.startswith("#"):
            return f"#{self._prefix}{address[1:]}"
        whole = self._find_link(address) if address.startswith("/") else address
        # A file of the book has neither a host nor a slash at its beginning.
        return whole if "/" not in whole and ":" not in whole else make_valid(whole)

    def _keep_attributes(self, element: etree._Element) -> None:
        for name, value in list(element.attrib.items()):
            is_size = name in ("width", "height") and element.tag == "img"
            is_known = not (name in _DROPPED or name.startswith(("data-", "xml")) or ":" in name)
            if not is_known or (is_size and not value.isdecimal()):
                del element.attrib[name]
            elif name == "id":
                element.set(name, self._prefix + value)


def make_valid(address: str) -> str:
    """An address without what no address may contain; empty where it means nothing."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https", "mailto") or not (parts.hostname or parts.path):
            return ""
        _ = parts.port
    except ValueError:
        return ""
    return encode_address(address)


def make_page(title: str, body: str) -> str:
    """A document of a book; `title` is plain text, `body` XHTML."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="{XHTML}" xmlns:epub="http://www.idpf.org/2007/ops" lang="en"'
        ' xml:lang="en">\n'
        f'<head><meta charset="UTF-8"/><title>{make_text(title)}</title>'
        '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def make_text(text: str) -> str:
    """Plain text as XML."""
    return escape(remove_not_xml(text))


def _is_within(element: etree._Element, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None


def _move_style(element: etree._Element) -> None:
    """Give an element of a formula the style that MathML 3 knows around it alone.

    MathML Core, which browsers read, has these attributes on all elements.
    """
    if element.tag in ("math", "mstyle"):
        return
    known = ("displaystyle",) if element.tag == "mtable" else ()
    names = [name for name in _STYLES if name in element.attrib and name not in known]
    told = {name: element.attrib.pop(name) for name in names}
    parent = element.getparent()
    if not told or parent is None or element.tag in _PARTS:
        return
    around = etree.Element("mstyle", told)
    around.tail, element.tail = element.tail, None
    parent.replace(element, around)
    around.append(element)


def _turn_into(element: etree._Element, tag: str, text: str) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = tag, text, tail


def _turn_into_link(element: etree._Element, address: str, text: str) -> None:
    if _is_within(element, "a"):
        _turn_into(element, "span", text)
        return
    _turn_into(element, "a", text)
    element.set("href", address)
