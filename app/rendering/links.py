"""Where links lead, and what a text says about the papers it links to.

Works on parsed elements: every `a` of the finished tree is looked at once, gets its final address,
and, when it names a paper, is reported together with the sentence that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element

from app.references.addresses import outside_url, paper_path
from app.references.identifiers import PaperRef
from app.references.parsing import moved_page, parse_address, parse_identifier
from app.rendering.errors import Problem, RenderError
from app.rendering.math.formulas import Formulas
from app.rendering.media import OUTSIDE
from app.rendering.sentences import fit, sentence_spans, words
from app.text.lines import one_line

MAX_SENTENCE = 400
MAX_PROBLEMS = 50
MAX_LINKS = 1000
# How much of a long sentence is looked at on either side of a label; tokens are longer than most
# of the formulas that they stand for.
AROUND = 4 * MAX_SENTENCE
TEXT_BLOCKS = frozenset({"p", "h3", "h4", "h5", "h6", "td", "th", "dt", "summary"})
SEE_ALSO = re.compile(
    r"[\W\d_]*(?:see also|further reading|(?:related|similar)"
    r"(?: (?:works?|papers?|summar(?:y|ies)|reading|articles?|links?))?)\W*",
    re.IGNORECASE,
)
SEE_ALSO_START = re.compile(r"\W*(?:see also|related|similar)(?: \w+)?\s*:", re.IGNORECASE)
# Between a paper in a list and what is said of it.
JOINTS = " \t\n\u00a0-–—:,;.…·|→"
# Schemes of identifiers, which browsers do not know.
IDENTIFIER = re.compile(r"(?:doi|arxiv|urn:doi|pmid|pmcid):|info:doi/", re.IGNORECASE)
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")


@dataclass(frozen=True)
class PaperLink:
    """A link to a paper, as the paper's page and the map show it.

    Attributes:
        ref: which paper; one of kind 'url' may be none, unless it is known.
        kind: 'see also' in a list or section headed so (or "Related", "Similar"), else 'cite' for
            a `\\cite`, else 'mention'.
        label: the link's text, formulas as their source.
        sentence: the sentence around it, plain, at most 400 characters.
        sentence_html: the same as HTML of text, MathML and `<mark>` around the label.
        position: 0, 1, 2 … in order of appearance.
        line: the 1-based line in the source, or None.
    """

    ref: PaperRef
    kind: str
    label: str
    sentence: str
    sentence_html: str
    position: int
    line: int | None


@dataclass(frozen=True)
class KnownPapers:
    """What is known of papers.

    Attributes:
        keys: the keys of those that are here, by their references.
        labels: what a citation of a key, or a bare address of its paper, reads, such as
            `Ren et al. 2015`.
    """

    keys: Mapping[PaperRef, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


FindPapers = Callable[[frozenset[PaperRef]], KnownPapers]


class LinkReader:
    """Goes through a tree once, and gathers `links` and `problems` on the way."""

    def __init__(self, formulas: Formulas, find: FindPapers | None, site_url: str) -> None:
        self.formulas = formulas
        self.find = find
        self.known = KnownPapers()
        self.site_url = site_url
        self.links: list[PaperLink] = []
        self.problems: list[Problem] = []

    def read(self, root: Element) -> None:
        """Completes the links below an element, section by section."""
        anchors = list(root.iter("a"))
        if not anchors:
            return
        addresses = (parse_address(self.href_of(anchor), self.site_url) for anchor in anchors)
        refs = frozenset(address.ref.without_user() for address in addresses if address)
        if refs and self.find:
            self.known = self.find(refs)
        section = 0  # the level of the "See also" heading that we are below; 0 for none
        before_list = False  # whether a line that ends in "See also:" was just read
        for child in root:
            level = heading_level(child)
            if child.tag == "section":
                section = 0  # footnotes, which stand below whatever heading is the last
            elif level:
                if is_see_also(child):
                    section = level
                elif section and level <= section:
                    section = 0
            is_list = child.tag in ("ul", "ol")
            self.read_block(child, bool(section) or (before_list and is_list))
            if not is_list or not before_list:
                before_list = child.tag == "p" and is_see_also(child)

    def read_block(self, element: Element, see_also: bool) -> None:
        if element.tag in TEXT_BLOCKS:
            self.read_text(element, see_also)
            return
        if element.tag == "li" and len(element) > 1 and element[0].tag == "p":
            # "- See also" with a list of its own below it
            see_also = see_also or is_see_also(element[0])
        for child in element:
            self.read_block(child, see_also)

    def read_text(self, block: Element, see_also: bool) -> None:
        anchors = [a for a in block.iter("a") if a.get("class") != "player-link"]
        if not anchors:
            return
        refs = {a: ref for a in anchors if (ref := self.complete(a, block))}
        if not refs:
            return
        text, places = flatten(block)
        also = see_also or SEE_ALSO_START.match(text)
        spans = [(0, len(text))] if block.get("item") else sentence_spans(text)
        at = 0
        for anchor in anchors:
            if anchor not in refs:
                continue
            start, end = places[anchor]
            while at + 1 < len(spans) and spans[at][1] <= start:
                at += 1
            first, last = min(spans[at][0], start), max(spans[at][1], end)
            sentence, marked = self.quote(text[first:start], text[start:end], text[end:last])
            label = clip(self.formulas.to_source(text[start:end]))
            position = len(self.links)
            if position >= MAX_LINKS:
                raise RenderError(f"This text links to more than {MAX_LINKS} papers.")
            line = self.source_line(block, text, start)
            kind = "see also" if also else "cite" if anchor.get("cite") else "mention"
            self.links.append(
                PaperLink(refs[anchor], kind, label, sentence, marked, position, line)
            )

    # -- one link

    def complete(self, anchor: Element, block: Element) -> PaperRef | None:
        """Gives a link its final address; returns the paper when it leads to one."""
        href = self.href_of(anchor)
        if href.startswith("#") and anchor.get("class"):
            return None  # footnotes and headings of the same text
        address = parse_address(href, self.site_url)
        if address is None:
            self.complete_other(anchor, href, block)
            return None
        ref = address.ref
        key = self.known.keys.get(ref.without_user(), address.key)
        if key is None and ref.kind == "url":
            # A page elsewhere like any other, until it is known to be a paper's.
            self.complete_other(anchor, href, block)
            return ref
        anchor.set("class", "paper-link")
        if key is None:
            anchor.attrib.update({"href": href, "rel": OUTSIDE})
        else:
            anchor.set("href", paper_path(key, ref.user))
            if anchor.get("bare"):
                anchor.text = self.known.labels.get(key, key)
            elif anchor.get("cite"):
                anchor.text = self.known.labels.get(key, anchor.text)
        return ref

    def href_of(self, anchor: Element) -> str:
        href = self.formulas.to_source(anchor.get("href", "")).strip()
        if href.startswith("//"):  # as the page that it was copied from
            return f"https:{href}"
        if IDENTIFIER.match(href):  # `[paper](doi:10.1000/182)`
            ref = parse_identifier(href)
            return (outside_url(ref.kind, ref.value) if ref else None) or href
        return f"https://{href}" if href.lower().startswith("www.") else href

    def complete_other(self, anchor: Element, href: str, block: Element) -> None:
        """Completes a link that leads to no paper.

        Or turns it into text and says why.
        """
        if moved := moved_page(href):
            anchor.attrib.update({"href": moved})
            return
        scheme = SCHEME.match(href)
        if scheme and scheme[1].lower() in ("http", "https", "mailto") and len(href) > 8:
            anchor.attrib.update({"href": href, "rel": OUTSIDE})
            return
        if not href:
            reason = "This link has no URL."
        elif scheme:
            reason = f"A link may not lead to “{scheme[1]}:” addresses, only http, https, mailto."
        elif href.startswith("#"):
            reason = f"The link to “{clip(href, 60)}” leads nowhere: no heading is called so."
        else:
            reason = f"The link to “{clip(href, 60)}” needs a full address with https://."
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.line_of(anchor, block), reason, "link"))
        # Without address it leads nowhere, and is still the element that it is elsewhere.
        anchor.attrib.clear()

    def line_of(self, anchor: Element, block: Element) -> int | None:
        text, places = flatten(block)
        return self.source_line(block, text, places[anchor][0] if anchor in places else 0)

    def source_line(self, block: Element, text: str, start: int) -> int | None:
        """The 1-based source line of a place in a block's text."""
        line = block.get("line")
        if line is None:
            return None
        before = text[:start]
        return int(line) + 1 + before.count("\n") + self.formulas.line_ends(before)

    # -- its sentence

    def quote(self, before: str, label: str, after: str) -> tuple[str, str]:
        """Returns a sentence with its label marked, cut at words to MAX_SENTENCE characters."""
        plain = self.formulas.to_source
        label, used = fit(words(label.strip()[:AROUND]), plain, MAX_SENTENCE - 6)
        left = MAX_SENTENCE - 6 - used
        # What one side does not need is the other's.
        back = words(before[-AROUND:])[::-1]
        ahead = words(after[:AROUND])
        _, half = fit(back, plain, left // 2)
        tail, used = fit(ahead, plain, left - half)
        head, _ = fit(back, plain, left - used, backwards=True)
        head = head if head.strip() == before.strip() else f"… {head}"
        tail = tail if tail.strip() == after.strip() else f"{tail} …"
        marked = f"{escape(head)}<mark>{escape(label)}</mark>{escape(tail)}"
        sentence = one_line(plain(head + label + tail))
        return sentence, self.formulas.to_html(one_line(marked), inline=True)


def flatten(block: Element) -> tuple[str, dict[Element, tuple[int, int]]]:
    """Returns a block's text, and the span of each link and picture in it."""
    parts: list[str] = []
    places: dict[Element, tuple[int, int]] = {}
    length = 0

    def put(text: str | None) -> None:
        nonlocal length
        if text:
            parts.append(text)
            length += len(text)

    def visit(element: Element) -> None:
        start = length
        put(element.get("alt") if element.tag == "img" else element.text)
        for child in element:
            visit(child)
            put(child.tail)
        if element.tag in ("a", "img"):
            places[element] = (start, length)

    visit(block)
    return "".join(parts), places


def heading_level(block: Element) -> int:
    """Returns the level of a heading.

    3 to 6, 7 for a paragraph all in bold, 0 for anything else.
    """
    if block.tag in ("h3", "h4", "h5", "h6"):
        return int(block.tag[1])
    alone = block.tag == "p" and len(block) == 1 and not (block.text or "").strip()
    if alone and block[0].tag == "strong" and not (block[0].tail or "").strip(" :\n"):
        return 7
    return 0


def is_see_also(block: Element) -> bool:
    """Says whether a heading or line announces papers to look at."""
    return bool(SEE_ALSO.fullmatch("".join(block.itertext())[:80].strip()))


def read_reason(sentence_html: str) -> str:
    """Returns what a sentence says of the paper that it links to, as HTML.

    What follows the link; or what stands before it, unless that only announces it.

    Args:
        sentence_html: of a `PaperLink` that is alone in its sentence.
    """
    before, _, rest = sentence_html.partition("<mark>")
    after = rest.partition("</mark>")[2].lstrip(JOINTS + ")]").rstrip()
    if any(map(str.isalnum, after)):
        return after
    return "" if SEE_ALSO_START.match(before) else before.rstrip(JOINTS + "([").lstrip()


def clip(text: str, length: int = 300) -> str:
    """Returns text on one line, cut at a length."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
