r"""Straight quotes as typographic ones: “x”, ‘x’, it’s, and 5′10″ behind figures.

The source keeps what was typed. Whether a quote opens or closes is seen from the characters beside
it, as CommonMark decides it for emphasis (0.31, 6.2: "left-flanking" and "right-flanking"), and
where they do not tell, from whether one is open. Elements do not count as characters: in `"*x*"`
the quotes stand beside the `x`. What is escaped (`\"`) or written as an entity stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from xml.etree.ElementTree import Element

from app.rendering.excerpt import BLOCKS

# Between two blocks, and for an element in which nothing is changed.
END, OBJECT = "\0", "x"
KEPT = frozenset({"code", "pre", "kbd", "img"})
# Addresses, tags that are shown as text, and values such as in `rate="0.1"`, are passed over.
MARK = re.compile(
    rf"[\"']|{END}+|https?://(?:[^\s<>\"'{END}]|'(?=\w))*+"
    rf"|<[A-Za-z/][^<>\n{END}]*+>|=(?:\"[^\"\n{END}]*+\"|'[^'\n{END}]*+')"
)
# '90s and '16, and words that begin with an apostrophe; not what stands in quotes: '90', 'cause'.
SHORTENED = re.compile(r"'(?:\d\ds?|(?i:tis|twas|twere|til|em|cause)|n(?='))(?![\w'])|'n'")
OPENING = frozenset("([{<¿¡‐‑–—―-/“‘„‚«‹")
CLOSING = frozenset(".,;:!?)]}>…”’»›")
# Behind these an apostrophe goes on: "et al.'s", "(2015)'s".
WHOLE = frozenset(".!?)]}…%”’")
FIGURES = frozenset("0123456789¼½¾")


def curl_tree(root: Element) -> None:
    """Changes the quotes in a tree whose inline markup was read, in one walk."""
    pieces: list[str] = []
    places: list[tuple[int, Element, bool]] = []  # of texts with quotes: number, element, if tail

    def put(text: str | None, element: Element, tail: bool) -> None:
        if text:
            if "'" in text or '"' in text:
                places.append((len(pieces), element, tail))
            pieces.append(text)

    def visit(element: Element) -> None:
        if element.tag == "br":
            pieces.append("\n")
            return
        block = element.tag in BLOCKS
        if block:
            pieces.append(END)
        if element.tag in KEPT or "bare" in element.attrib or "cite" in element.attrib:
            pieces.append(OBJECT)
        else:
            put(element.text, element, False)
            for child in element:
                visit(child)
                put(child.tail, child, True)
        if block:
            pieces.append(END)

    visit(root)
    if not places:
        return
    curled = curl_quotes("".join(pieces))
    number = start = 0
    for place, element, tail in places:
        start += sum(map(len, pieces[number:place]))
        number = place
        text = curled[start : start + len(pieces[place])]
        if tail:
            element.tail = text
        else:
            element.text = text


def curl_quotes(text: str) -> str:
    """Returns a text of the same length, in which only straight quotes may differ.

    Args:
        text: plain text; its formulas are tokens, and END stands between its blocks.
    """
    if "'" not in text and '"' not in text:
        return text
    shown = list(text)
    quotes = Quotes(text, shown)
    for found in MARK.finditer(text):
        if found[0] == '"':
            quotes.read_double(found.start())
        elif found[0] == "'":
            quotes.read_single(found.start())
        elif found[0][0] == END:
            quotes.end_block()
    quotes.end_block()
    return "".join(shown)


class Quotes:
    """Decides quote by quote, and keeps the places of those that are open."""

    def __init__(self, text: str, shown: list[str]) -> None:
        self.text = text
        self.shown = shown
        self.singles: list[int] = []
        self.doubles: list[int] = []
        self.unsure: set[int] = set()  # those between letters, which open only when one closes

    def read_double(self, at: int) -> None:
        before, after = self.around(at)
        if is_word(before):
            if before in FIGURES and not self.doubles:
                self.shown[at] = "″"
            elif self.doubles or not is_word(after):
                self.close_double(at)
            elif not (is_hebrew(before) and is_hebrew(after)):
                self.unsure.add(at)
                self.open_double(at)
        elif is_space(before):
            if not is_space(after):
                self.open_double(at)
        elif self.opens(before, after, bool(self.doubles)):
            self.open_double(at)
        elif before not in OPENING or is_space(after):
            self.close_double(at)

    def read_single(self, at: int) -> None:
        before, after = self.around(at)
        if is_word(before):
            if before in FIGURES and self.is_prime(after):
                self.shown[at] = "′"
            else:
                self.close_single(at, is_word(after))
        elif is_space(before) and is_space(after):
            return
        elif SHORTENED.match(self.text, at) or (before in WHOLE and is_word(after)):
            self.shown[at] = "’"
        elif is_space(before) or self.opens(before, after, bool(self.singles)):
            self.shown[at] = "‘"
            self.singles.append(at)
        elif before not in OPENING or is_space(after):
            self.close_single(at, False)

    def around(self, at: int) -> tuple[str, str]:
        """The characters beside a place, those before it as they are shown."""
        before = self.shown[at - 1] if at else END
        return before, self.text[at + 1] if at + 1 < len(self.text) else END

    def opens(self, before: str, after: str, is_open: bool) -> bool:
        """Whether a quote behind punctuation opens."""
        if is_space(after):
            return False
        if before in OPENING:
            return after not in CLOSING
        return not is_open and after not in CLOSING

    def is_prime(self, after: str) -> bool:
        """Whether a single quote behind a figure counts feet or minutes: not in "1980's"."""
        return after in FIGURES or (not self.singles and not after.islower())

    def open_double(self, at: int) -> None:
        self.shown[at] = "“"
        self.doubles.append(at)

    def close_double(self, at: int) -> None:
        self.shown[at] = "”"
        if self.doubles:
            self.make_apostrophes(self.doubles.pop())

    def close_single(self, at: int, within_word: bool) -> None:
        self.shown[at] = "’"
        if self.singles and not within_word:
            self.singles.pop()

    def make_apostrophes(self, start: int) -> None:
        """Single quotes that nothing closed were apostrophes: "'s avonds"."""
        while self.singles and self.singles[-1] > start:
            self.shown[self.singles.pop()] = "’"

    def end_block(self) -> None:
        self.make_apostrophes(-1)
        if self.doubles:
            for at in self.unsure.intersection(self.doubles):
                self.shown[at] = '"'
            self.doubles.clear()
        self.unsure.clear()


def is_space(char: str) -> bool:
    return char.isspace() or char == END


def is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def is_hebrew(char: str) -> bool:
    """Whether a letter may stand beside gershayim, which are typed as a straight quote."""
    return "\u0590" <= char <= "\u05ff"
