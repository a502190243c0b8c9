"""Build safe MathML from what math-core returns.

Its output is parsed as XML and written anew from fixed lists of elements and attributes
(https://www.w3.org/TR/mathml-core/), so nothing gets through that is not on them. Inline styles,
which our content security policy forbids, become classes of `static/css/math.css`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from xml.etree.ElementTree import Element, ParseError, fromstring

from app.rendering.math.signs import WHOLE_FONT_SIGNS
from app.rendering.math.tex.colours import colour_class
from app.rendering.math.tex.commands import SIZES
from app.rendering.math.tex.lengths import nearest
from app.rendering.math.tex.limits import Steps
from app.rendering.math.tex.marks import MARK, Mark

MAX_TREE_DEPTH = 250
# A formula in a line that is wider than about so many letters may be too wide for a phone, and gets
# a box of its own to scroll in.
WIDE = 24

# Elements of MathML Core; the flag says that children stand in a row, any number of them.
_ELEMENTS = {
    "math": True, "mrow": True, "mtd": True, "msqrt": True, "mphantom": True, "mpadded": True,
    "mstyle": True, "mi": False, "mn": False, "mo": False, "mtext": False, "ms": False,
    "mspace": False, "msub": False, "msup": False, "msubsup": False, "munder": False,
    "mover": False, "munderover": False, "mmultiscripts": False, "mprescripts": False,
    "mfrac": False, "mroot": False, "mtable": False, "mtr": False,
}  # fmt: skip
_ATTRIBUTES = frozenset(
    {"display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "symmetric", "form"}
    | {"movablelimits", "largeop", "fence", "separator", "lspace", "rspace", "minsize", "maxsize"}
    | {"accent", "accentunder", "width", "height", "depth", "voffset", "linethickness"}
    | {"columnspan", "rowspan"}
)
_VALUE = re.compile(r"[a-zA-Z0-9.%+-]{1,30}")
_EMS = re.compile(r"(\d{1,6}(?:\.\d+)?)r?em")
_REM = re.compile(r"(?<=\d)rem$")

# What math-core declares inline to our classes; None where the class beside it says it all.
_STYLES: dict[str, str | None] = {
    "width:100%": "tex-wide", "width:50%": "tex-side", "width:7.5%": "tex-margin",
    "text-align:left": "tex-left", "justify-items:start": None,
    "text-align:right": "tex-right", "justify-items:end": None,
    "padding-left:0": "tex-pl0", "padding-right:0": "tex-pr0", "padding-left:1em": "tex-pl1",
    "padding-top:0": "tex-py0", "padding-bottom:0": None, "padding-left:0.1em": "tex-rule",
    "padding-right:0.1em": None, "padding-right:0.1667em": "tex-op",
    "padding-left:0.1667em": "tex-op-left",
    "border-left:0.05em solid currentcolor": "tex-bl",
    "border-left:0.05em dashed currentcolor": "tex-bl-dashed",
    "border-right:0.05em solid currentcolor": "tex-br",
    "border-right:0.05em dashed currentcolor": "tex-br-dashed",
    "border-top:0.05em solid currentcolor": "tex-bt",
    "border-top:0.05em dashed currentcolor": "tex-bt-dashed",
    "padding-top:0.1667em": "tex-cfrac", "font-variant-caps:small-caps": "tex-caps",
    "visibility:hidden": "tex-hidden", "math-shift:compact": "tex-cramped",
}  # fmt: skip
_NOTATIONS = {
    "box": "tex-box", "updiagonalstrike": "tex-up", "downdiagonalstrike": "tex-down",
    "horizontalstrike": "tex-strike", "actuarial": "tex-actuarial", "phasorangle": "tex-phasor",
}  # fmt: skip
_HTML = {
    "b": "tex-bold", "i": "tex-italic", "em": "tex-italic", "code": "tex-code", "u": "tex-under",
    "s": "tex-strike", "a": None, "span": None,
}  # fmt: skip
_LINES = {"mover": "tex-over", "munder": "tex-underline"}
_BARS = frozenset("|‖∣∥")
# Accents that combine with what is before them, where in MathML nothing is, and what takes their
# place; and the sign of the wide tilde, whose other one stands low.
_VECTOR = "\u20d7"
_ACCENTS = {_VECTOR: "→", "\u20db": "˙˙˙", "\u20dc": "˙˙˙˙"}
_WIDE_TILDE = "˜"
_SPAN_CLASSES = {"math-core-sans-serif-font": "tex-sans", "math-core-serif-font": "tex-serif"}
_NAMED = {"&ApplyFunction;": "\u2061", "&InvisibleTimes;": "\u2062", "&InvisibleComma;": "\u2063"}
_SIZES = frozenset(SIZES.values())
_LARGE = frozenset(["tex-large", "tex-larger", "tex-largest", "tex-huge"])
_WRAPPING = frozenset(["class", "link", "pad"])  # kinds of marks that hold for what follows
# Negative spaces that have a class, in hundredths of an em.
_NEGATIVE = (6, 11, 17, 22, 28, 50, 100, 200)


class MathmlError(ValueError):
    """math-core's output is not what we let through."""


def sanitize(
    markup: str,
    source: str,
    marks: Sequence[Mark],
    *,
    display: bool,
    steps: Steps | None = None,
) -> str:
    """Write math-core's `markup` anew, with the TeX `source` beside it as an annotation.

    `marks` are what the marks of the shim mean. A display formula and a wide one in a line come in
    a `span` that scrolls. The result is well-formed as HTML and as XML (the `math` element takes an
    `xmlns` there). Each element is one of the `steps`. Raises MathmlError when `markup` is not
    well-formed or nests too deeply, TexError when it takes too many steps.
    """
    for name, character in _NAMED.items():
        markup = markup.replace(name, character)
    if "<!" in markup or "<?" in markup:
        raise MathmlError("The formula gave no plain MathML.")
    try:
        # Without a document type there are no entities to expand, which is all that defusedxml
        # would keep out, at three times the cost.
        root = fromstring(markup)  # noqa: S314
    except (ParseError, ValueError) as error:
        raise MathmlError("The formula gave no well-formed MathML.") from error
    if root.tag != "math":
        raise MathmlError("The formula gave no MathML.")
    font = "" if WHOLE_FONT_SIGNS.isdisjoint(markup) else ' class="tex-whole"'
    block = ' display="block"' if display else ""
    out: list[str] = [f"<math{block}{font}>", "<semantics><mrow>"]
    _MathmlWriter(out, marks, steps or Steps()).row(list(root), 0)
    out.append('</mrow><annotation encoding="application/x-tex">')
    out.append(escape(source, quote=False))
    out.append("</annotation></semantics></math>")
    html = "".join(out)
    if display:
        return f'<span class="math-block">{html}</span>'
    return f'<span class="math-inline">{html}</span>' if _is_wide(root, marks) else html


class _MathmlWriter:
    def __init__(self, out: list[str], marks: Sequence[Mark], steps: Steps) -> None:
        self._out = out
        self._marks = marks
        self._steps = steps

    def row(self, children: list[Element], depth: int) -> None:
        """Children in a row; a mark among them holds for all that follow it."""
        for number, child in enumerate(children):
            mark = self._mark(child)
            if mark is None:
                self._element(child, depth)
                continue
            if mark.kind == "space":
                self._out.append(f'<mspace{mark.value} class="tex-ink-rule"></mspace>')
            if mark.kind not in _WRAPPING:
                continue
            opening, closing = _wrapping(mark)
            end = self._next_size(children, number + 1) if mark.value in _SIZES else len(children)
            self._out.append(opening)
            self.row(children[number + 1 : end], depth + 1)
            self._out.append(closing)
            self.row(children[end:], depth)
            return

    def _next_size(self, children: list[Element], start: int) -> int:
        """The place of the next size, which takes the place of the one before."""
        for number in range(start, len(children)):
            mark = self._mark(children[number])
            if mark and mark.value in _SIZES:
                return number
        return len(children)

    def _element(self, node: Element, depth: int) -> None:
        self._steps.take()
        if depth > MAX_TREE_DEPTH:
            raise MathmlError("The formula is too large.")
        tag = node.tag
        attributes = ""
        if tag == "mo" and node.text:
            _exchange_accent(node)
        if node.attrib:
            classes = _classes(node)
            attributes = _attributes(node) + _class_attribute(classes)
        if tag == "mtable":
            _close_with_rule(node)
        if self._marks and tag == "mtr":
            self._table_row(node)
        if tag == "menclose":
            tag = "mrow"
        elif (line := _LINES.get(tag)) and len(node) == 2 and node[1].text == "\u0332":
            # A border is as long as what it stands over; a stretched sign often is longer.
            self._out.append(f'<mrow class="{line}">')
            self.row([node[0]], depth + 1)
            self._out.append("</mrow>")
            return
        if tag not in _ELEMENTS:
            raise MathmlError("The formula gave an element that is not MathML.")
        if tag == "mtext":
            self._text(node)
        elif len(node) == 0:
            self._out.append(f"<{tag}{attributes}>{escape(node.text or '', quote=False)}</{tag}>")
        else:
            self._out.append(f"<{tag}{attributes}>")
            if _ELEMENTS[tag]:
                # A strike's lines are empty rows in math-core's output; ours are backgrounds.
                drawn = [c for c in node if not c.get("class", "").startswith("menclose-")]
                self.row(drawn, depth + 1)
            else:
                for child in node:
                    self._element(child, depth + 1)
            self._out.append(f"</{tag}>")

    def _table_row(self, row: Element) -> None:
        """Gives the cells of a row the classes that its marks ask for."""
        for cell in list(row):
            for mark in filter(None, map(self._mark, cell)):
                if mark.kind == "gap":
                    _add_class(cell, mark.value)
                elif mark.kind == "line":
                    first, _, last = mark.value.partition("-")
                    if first.isdecimal() and (last or first).isdecimal():
                        for covered in list(row)[max(int(first) - 1, 0) : int(last or first)]:
                            _add_class(covered, "tex-bt")

    def _text(self, node: Element) -> None:
        """Text, with the HTML that math-core styles it with turned into classes."""
        if self._mark(node) is not None:
            self._out.append("<mrow></mrow>")  # a mark where a single thing is expected
            return
        classes = _classes(node)
        for inner in node.iter():
            if inner is node:
                continue
            if inner.tag not in _HTML:
                raise MathmlError("The formula gave an element that is not text.")
            name = _HTML[inner.tag] or _SPAN_CLASSES.get(inner.get("class", ""))
            classes += ([name] if name else []) + _classes(inner)
        text = escape("".join(node.itertext()), quote=False)
        self._out.append(f"<mtext{_class_attribute(classes)}>{text}</mtext>")

    def _mark(self, node: Element) -> Mark | None:
        if node.tag != "mtext" or not (node.text or "").startswith(MARK):
            return None
        number = (node.text or "")[1:]
        known = number.isdecimal() and int(number) < len(self._marks)
        return self._marks[int(number)] if known else Mark("class", "")


def _is_wide(root: Element, marks: Sequence[Mark]) -> bool:
    """Whether a formula in a line may be wider than WIDE letters."""
    if any(mark.kind == "space" or mark.value in _LARGE for mark in marks):
        return True
    letters = 0.0
    for node in root.iter():
        text = node.text
        if text:
            letters += len(text)
            if node.tag == "mo" and "stretchy" not in node.attrib:
                letters += 1  # the space around an operator
            if not text.isascii():
                letters += sum("\u2e80" <= character < "\U00010000" for character in text)
        elif node.tag == "mspace" and (width := _EMS.fullmatch(node.get("width", ""))):
            letters += 2 * float(width[1])
    return letters > WIDE


def _close_with_rule(table: Element) -> None:
    """Draw the rules behind the last row below it; math-core makes them a row of their own."""
    rows = list(table)
    if len(rows) < 2 or any(len(cell) or cell.text for cell in rows[-1]):
        return
    style = rows[-1][0].get("style", "") if len(rows[-1]) else ""
    if "border-top" not in style:
        return
    table.remove(rows[-1])
    name = "tex-bb-dashed" if "border-top:0.05em dashed" in style else "tex-bb"
    for cell in rows[-2]:
        _add_class(cell, name)


def _exchange_accent(sign: Element) -> None:
    if sign.text == _VECTOR:
        _add_class(sign, "tex-vec")
    if sign.text == "~" and sign.get("stretchy") == "true":
        sign.text = _WIDE_TILDE
    sign.text = _ACCENTS.get(sign.text or "", sign.text)


def _add_class(node: Element, name: str) -> None:
    node.set("add", f"{node.get('add', '')} {name}")


def _wrapping(mark: Mark) -> tuple[str, str]:
    if mark.kind == "pad":
        return f"<mpadded{mark.value}>", "</mpadded>"
    if mark.kind == "link":
        address = escape(mark.value)
        link = f'<mtext><a href="{address}" rel="ugc nofollow noopener"><math>'
        return link, "</math></a></mtext>"
    return f"<mrow{_class_attribute([mark.value])}>", "</mrow>"


def _attributes(node: Element) -> str:
    parts = []
    if node.text in _BARS and node.get("stretchy") == "true" and not node.get("symmetric"):
        parts.append(' symmetric="true"')
    for name, value in node.attrib.items():
        if name in _ATTRIBUTES and _VALUE.fullmatch(value):
            # Firefox takes no "rem" here; at the text's own size "em" is the same.
            parts.append(f' {name}="{_REM.sub("em", value)}"')
    return "".join(parts)


def _class_attribute(classes: list[str]) -> str:
    kept = list(dict.fromkeys(name for name in classes if name))
    return f' class="{" ".join(kept)}"' if kept else ""


def _classes(node: Element) -> list[str]:
    """Our classes for a node's style and notation; the rest of its style is dropped."""
    found: list[str] = []
    if node.tag == "menclose":
        found += [_NOTATIONS.get(name, "") for name in node.get("notation", "").split()]
    found += node.get("add", "").split()
    style = node.get("style")
    for declaration in style.split(";") if style else ():
        name, _, value = declaration.strip().partition(":")
        value = value.strip()
        if name == "color":
            found.append(f"tex-{colour_class(value) or 'ink'}")
        elif name == "margin-left" and value.startswith("-"):
            found.append(_negative_space(value))
        else:
            found.append(_STYLES.get(f"{name}:{value}") or "")
    return found


def _negative_space(value: str) -> str:
    amount = re.fullmatch(r"-(\d{0,4}(?:\.\d{1,12})?)r?em", value)
    size = float(amount[1] or 0) * 100 if amount else 17.0
    return f"tex-n{nearest(size, _NEGATIVE)}"
