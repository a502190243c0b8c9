"""Titles and abstracts in HTML, JATS (Crossref's abstracts), MathML or TeX, as our plain text.

Formulas come out as TeX between dollar signs. Elements: JATS, https://jats.nlm.nih.gov; MathML,
https://www.w3.org/TR/mathml-core/. Everything here takes time in proportion to its input.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.text import tex
from app.text.tex_signs import LOWERED, RAISED

MAX_MARKUP = 200_000
MAX_DEPTH = 40
_TAG = re.compile(r"<(/?)((?:[A-Za-z][\w-]*:)?[A-Za-z][\w-]*)(?:\s[^<>]*?)?(/?)>")
# Names without a prefix that are markup; another one, as in `List<String>`, is text.
_HTML = frozenset(
    """a abstract b bold br div em h1 h2 h3 h4 i inf italic li list list-item monospace ol p roman
    sc scp sec small span strong sub sup title tt u ul underline
    alternatives annotation disp-formula inline-formula math mfenced mfrac mi mn mo mover mpadded
    mphantom mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder
    munderover semantics tex tex-math formula""".split()  # noqa: SIM905
)
_BREAKS = {"abstract", "br", "div", "li", "list", "list-item", "ol", "p", "sec", "title", "ul"}
# IEEE writes `<formula formulatype="inline"><tex Notation="TeX">$x$</tex></formula>`, or `tex`.
_FORMULAS = frozenset(("math", "inline-formula", "disp-formula", "formula", "tex", "tex-math"))
_TEX = re.compile(r"<(?:[\w-]+:)?(?:tex-math|annotation|tex)\b[^<>]*>([^<]+)</")
_ESCAPED_TAG = re.compile(r"&(?:amp;)?lt;(/?(?:i|b|em|sub|sup|scp|strong|p|jats:\w+))&(?:amp;)?gt;")
_SCRIPT = re.compile(r"<((?:[\w-]{1,10}:)?(?:sub|sup|inf))>([^<>]{1,40})</\1>")


def one_line(markup: str) -> str:
    """A title in one line of plain text."""
    return tex.plain(without_tags(markup))


def plain(markup: str) -> str:
    """Plain text; paragraphs are separated by blank lines, formulas are TeX."""
    return tex.paragraphs(without_tags(markup))


def without_tags(markup: str) -> str:
    """As `plain`, but TeX outside of formulas is left.

    For what has been read as TeX already.
    """
    text = _ESCAPED_TAG.sub(r"<\1>", _without_cdata(markup[:MAX_MARKUP]))
    text = _SCRIPT.sub(_script, _with_formulas(text))
    text = _TAG.sub(_between, text)
    # Twice: many titles come escaped once more than the format asks for.
    text = html.unescape(html.unescape(text))
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n[ \t\r]*\n", text)]
    found = [each for each in paragraphs if each]
    if len(found) > 1 and found[0].lower().rstrip(".:") in ("abstract", "summary"):
        del found[0]
    return "\n\n".join(found)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _between(found: re.Match[str]) -> str:
    """What stands in the text where a tag stood."""
    if ":" not in found[2] and found[2].lower() not in _HTML:
        return found[0]
    return "\n\n" if _local(found[2]) in _BREAKS else ""


def _without_cdata(markup: str) -> str:
    first, *others = markup.split("<![CDATA[")
    found = [first]
    for other in others:
        inside, end, after = other.partition("]]>")
        found += [html.escape(inside, quote=False), after] if end else [other]
    return "".join(found)


def _script(found: re.Match[str]) -> str:
    lowered = not found[1].endswith("sup")
    text = html.unescape(found[2]).strip()
    turned = text.translate(LOWERED if lowered else RAISED)
    if all(old != new for old, new in zip(text, turned, strict=True)):
        return turned
    return f"${'_' if lowered else '^'}{{{_words(text)}}}$"


def _with_formulas(markup: str) -> str:
    """The text with TeX where an element held a formula."""
    tags = list(_TAG.finditer(markup))
    ends = _ends(tags)
    found = []
    at = index = 0
    while index < len(tags):
        end = ends[index]
        if end is None:
            index += 1
            continue
        whole = markup[tags[index].start() : tags[end].end()]
        found += [markup[at : tags[index].start()], html.escape(_formula(whole), quote=False)]
        at, index = tags[end].end(), end + 1
    return "".join([*found, markup[at:]])


def _ends(tags: list[re.Match[str]]) -> list[int | None]:
    """For each tag that begins a formula the number of the tag that ends it."""
    found: list[int | None] = [None] * len(tags)
    ends: dict[str, int] = {}
    for index in reversed(range(len(tags))):
        closing, name, alone = tags[index].groups()
        if closing:
            ends[name] = index
        elif not alone and _local(name) in _FORMULAS:
            found[index] = ends.get(name)
    return found


def _formula(markup: str) -> str:
    """One formula, of the several ways in which it may be said the one in TeX, else MathML."""
    for found in _TEX.finditer(markup):
        if found[1].strip():
            return _dollars(_bare_tex(html.unescape(found[1])))
    return _dollars(_from_mathml(markup))


def _bare_tex(formula: str) -> str:
    # Springer sends a whole document for each formula.
    _, begun, document = formula.partition(r"\begin{document}")
    return (
        (document.partition(r"\end{document}")[0] if begun else formula).strip().strip("$").strip()
    )


def _dollars(formula: str) -> str:
    formula = " ".join(formula.replace("$", "").split())
    return f"${formula}$" if formula else ""


def _from_mathml(markup: str) -> str:
    pieces = []
    at = 0
    for tag in _TAG.finditer(markup):
        text = html.escape(html.unescape(markup[at : tag.start()]), quote=False)
        pieces += [text, f"<{tag[1]}{_local(tag[2])}{tag[3]}>"]  # without prefixes and attributes
        at = tag.end()
    try:
        root: Element = fromstring("".join(pieces))
    except (ParseError, DefusedXmlException, ValueError):
        return _words(html.unescape(_TAG.sub("", markup)))
    return _tex(root, 0)


def _tex(node: Element, depth: int) -> str:
    """TeX of a MathML element; of what we do not know, that of its children in a row."""
    if depth > MAX_DEPTH:
        return ""
    text = " ".join((node.text or "").split())
    name = node.tag
    if name == "mi" and len(text) > 1:
        return rf"\mathrm{{{_words(text)}}}"
    if name == "mtext":
        return rf"\text{{{_words(text)}}}" if text else ""
    if name in ("mi", "mn", "mo", "ms"):
        return _words(text)
    parts = [_tex(child, depth + 1) for child in node]
    if not parts and name in ("math", "inline-formula", "disp-formula"):
        return _words(text)
    return _built(name, parts) if parts else ""


def _built(name: str, parts: list[str]) -> str:
    count = len(parts)
    if name in ("msub", "munder") and count == 2:
        return f"{parts[0]}_{{{parts[1]}}}"
    if name in ("msup", "mover") and count == 2:
        return f"{parts[0]}^{{{parts[1]}}}"
    if name in ("msubsup", "munderover") and count == 3:
        return f"{parts[0]}_{{{parts[1]}}}^{{{parts[2]}}}"
    if name == "mfrac" and count == 2:
        return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
    if name == "msqrt":
        return rf"\sqrt{{{' '.join(parts)}}}"
    if name == "mroot" and count == 2:
        return rf"\sqrt[{parts[1]}]{{{parts[0]}}}"
    return " ".join(filter(None, parts))


def _words(text: str) -> str:
    """Text inside a formula: what TeX would take as something else is escaped."""
    return re.sub(r"([&%#_])", r"\\\1", re.sub(r"[\\{}$^~]", "", text))
