"""What stands within a line: code, escapes, links, pictures, bare addresses, line breaks.

These replace all of Python-Markdown's patterns, for two reasons: GitHub's rules
(CommonMark 0.31, 6.1-6.7, and the "extended autolinks" of GitHub Flavored Markdown, 6.9), and
time: these look at each bracket once where the originals look at the rest of the text for each.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection
from typing import ClassVar, NamedTuple
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor as InlineTreeprocessor
from markdown.util import INLINE_PLACEHOLDER_RE, AtomicString

from app.references.addresses import encode_address
from app.rendering.inline.addresses import BareAddress, BareMail, address
from app.rendering.inline.emphasis import Emphasis
from app.rendering.inline.entities import ENTITY, character, without_entities
from app.rendering.inline.footnotes import FootnoteReference
from app.rendering.inline.latex import LatexCommand
from app.rendering.inline.pattern import Found, InlinePattern
from app.rendering.inline.tags import TAG, read_tag
from app.rendering.inline.wiki_links import BracketLink
from app.text.lines import one_line

REPLACED = """
    backtick escape reference link image_link image_reference short_reference short_image_ref
    autolink automail linebreak html entity em_strong
"""

PUNCTUATION = r"[!-/:-@\[-`{-~]"
URI = r"[A-Za-z][A-Za-z0-9+.\-]{1,31}:[^\s<>]*+"
MAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]{1,64}+@[A-Za-z0-9\-]{1,63}+(?:\.[A-Za-z0-9\-]{1,63}+)*+"
# Whichever of these begins first counts; a backslash takes its meaning from what follows.
CODE = rf"\\{PUNCTUATION}|(?P<code>`+)"
LITERAL = rf"{CODE}|<(?:(?P<uri>{URI})|(?P<mail>{MAIL}))>|(?P<tag>{TAG})"
ESCAPE = rf"\\({PUNCTUATION})"
BREAK = r"  (?<!   ) *+(?=\n)|\\(?=\n)"

BRACKET = re.compile(rf"[\[\]]|{INLINE_PLACEHOLDER_RE.pattern}")
PARENS = r"\((?:[^ \t\n()]|\((?:[^ \t\n()]|\([^ \t\n()]*+\))*+\))*+\)"
TARGET = re.compile(
    r"\([ \t\n]*+(?:<(?P<angled>[^<>\n]*+)>"
    rf"|(?P<plain>(?:[^ \t\n()<]|{PARENS})(?:[^ \t\n()]|{PARENS})*+))?"
    r"(?:[ \t\n]++(?P<title>\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?[ \t\n]*+\)"
)
ESCAPED = re.compile(r"\x02(\d+)\x03")
BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
SPACES = re.compile(r"[ \t\n]+")
LABEL = re.compile(r"\[([^\[\]]{0,999}+)\]")


def install(md: Markdown) -> None:
    """Replaces Python-Markdown's inline patterns by ours."""
    _replace_patterns(
        md,
        Literal(LITERAL, md),
        LatexCommand(md),
        HardBreak(BREAK, md),
        Escape(ESCAPE, md),
        BracketLink(md),
        InlineLink(r"(?<!!)\[", md),
        InlineImage(r"!\[", md),
        FootnoteReference(md),
        BareAddress(md),
        BareMail(md),
        Entity(ENTITY.pattern, md),
        Emphasis(md),
    )


def install_takeaway(md: Markdown) -> None:
    """Leaves only what a takeaway may have: code, escapes, emphasis."""
    _replace_patterns(md, Code(CODE, md), Escape(ESCAPE, md), Emphasis(md))


def _replace_patterns(md: Markdown, *patterns: InlinePattern) -> None:
    for name in REPLACED.split():
        md.inlinePatterns.deregister(name)
    md.ESCAPED_CHARS = list(string.punctuation)
    for place, pattern in enumerate(patterns):
        md.inlinePatterns.register(pattern, type(pattern).__name__, 190 - place)
    inline = md.treeprocessors["inline"]
    assert isinstance(inline, InlineTreeprocessor)
    # It asks for each by its number, which takes a registry much longer.
    inline.inlinePatterns = list(md.inlinePatterns)  # type: ignore[assignment]


class Code(InlinePattern):
    """`` `code` ``: nothing in it counts."""

    def match(self, m: re.Match[str], data: str) -> Found:
        run = m["code"]
        closing = re.compile(rf"(?<!`){run}(?!`)").search(data, m.end()) if run else None
        if closing is None:
            return None, m.start(), m.end()
        code = data[m.end() : closing.start()].replace("\n", " ")
        if code.strip(" ") and code[0] == code[-1] == " ":
            code = code[1:-1]
        element = Element("code")
        element.text = AtomicString(code)
        return element, m.start(), closing.end()


class Literal(Code):
    """Code, `<https://example.org>`, `<a@example.org>`, `<br>`: nothing in it counts."""

    def match(self, m: re.Match[str], data: str) -> Found:
        if m["uri"]:
            return address(m["uri"], m["uri"]), m.start(), m.end()
        if m["mail"]:
            return address(f"mailto:{m['mail']}", m["mail"]), m.start(), m.end()
        if m["tag"]:
            return read_tag(m["tag"]), m.start(), m.end()
        return super().match(m, data)


class Escape(InlinePattern):
    """A backslash before ASCII punctuation makes it plain text."""

    def match(self, m: re.Match[str], data: str) -> Found:
        return f"\x02{ord(m[1])}\x03", m.start(), m.end()


class HardBreak(InlinePattern):
    """Two spaces or a backslash at a line's end."""

    def match(self, m: re.Match[str], data: str) -> Found:
        return Element("br"), m.start(), m.end()


class Entity(InlinePattern):
    """`&amp;`, `&#38;`: the character, which then has no meaning as markup."""

    def match(self, m: re.Match[str], data: str) -> Found:
        text = character(m[0])
        if text is None:
            return None, m.start(), m.end()
        # As for escapes: text within emphasis is read again.
        return "".join(f"\x02{ord(char)}\x03" for char in text), m.start(), m.end()


class LinkTarget(NamedTuple):
    """Where the link or picture that starts at a bracket leads."""

    text_end: int
    end: int
    href: str
    title: str | None


class InlineLink(InlinePattern):
    """`[text](address "title")`, `[text][label]`, `[label][]` and `[label]`."""

    ANCESTOR_EXCLUDES: ClassVar[Collection[str]] = ("a",)
    IMAGES = False

    def __init__(self, pattern: str, md: Markdown) -> None:
        super().__init__(pattern, md)
        self.markdown = md
        self.data = ""
        self.targets: dict[int, LinkTarget] = {}

    def match(self, m: re.Match[str], data: str) -> Found:
        if data is not self.data:
            self.targets = self.find_targets(data)
            self.data = data
        start = m.end() - 1
        target = self.targets.get(start)
        if target is None:
            return None, m.start(), m.end()
        element = self.build(data[start + 1 : target.text_end], self.clean(target.href))
        if target.title is not None:
            element.set("title", self.clean(target.title))
        return element, m.start(), target.end

    def build(self, text: str, href: str) -> Element:
        element = Element("a", {"href": encode_address(href)})
        element.text = text
        return element

    def clean(self, text: str) -> str:
        """Undoes entities, and the marks that stand for code and escapes."""
        text = ESCAPED.sub(lambda found: chr(int(found[1])), self.unescape(text))
        return " ".join(SPACES.split(without_entities(text).strip(" \t\n")))

    def unmark(self, text: str) -> str:
        """Puts what was written back in place of the marks that stand for it."""
        if "\x02" not in text:
            return text
        inline = self.markdown.treeprocessors["inline"]
        assert isinstance(inline, InlineTreeprocessor)

        def restore(found: re.Match[str]) -> str:
            node = inline.stashed_nodes.get(found[1], "")
            if isinstance(node, str):
                return ESCAPED.sub(lambda char: "\\" + chr(int(char[1])), node)
            text = "".join(node.itertext())
            return f"`{text}`" if node.tag == "code" else text

        return INLINE_PLACEHOLDER_RE.sub(restore, text)

    def find_targets(self, data: str) -> dict[int, LinkTarget]:
        """Pairs all brackets of a text in one pass.

        Inner before outer; links hold no links.
        """
        found: dict[int, LinkTarget] = {}
        openers: list[tuple[int, bool]] = []
        closed_below = 0
        at = 0
        while bracket := BRACKET.search(data, at):
            at = bracket.end()
            start = bracket.start()
            if bracket[1]:
                if self.holds_link(bracket[1]):
                    closed_below = len(openers)
                continue
            if bracket[0] == "[":
                openers.append((start, data.startswith("!", start - 1) and start > 0))
                continue
            if not openers:
                continue
            opener, image = openers.pop()
            within_link = not image and len(openers) < closed_below
            closed_below = min(closed_below, len(openers))
            target = None if within_link else self.target(data, opener, start)
            if target is None:
                continue
            at = target.end
            if image == self.IMAGES:
                found[opener] = target
            if not image:
                closed_below = len(openers)
        return found

    def holds_link(self, mark: str) -> bool:
        """Says whether a mark stands for a link."""
        inline = self.markdown.treeprocessors["inline"]
        assert isinstance(inline, InlineTreeprocessor)
        node = inline.stashed_nodes.get(mark)
        return isinstance(node, Element) and node.tag == "a"

    def target(self, data: str, opener: int, closer: int) -> LinkTarget | None:
        """Reads what follows a closing bracket."""
        if inline := TARGET.match(data, closer + 1):
            title = inline["title"]
            href = inline["angled"] or inline["plain"] or ""
            return LinkTarget(closer, inline.end(), href, title[1:-1] if title else None)
        label, end = data[opener + 1 : closer], closer + 1
        if full := LABEL.match(data, end):
            label, end = full[1] or label, full.end()
        if len(label) > 1000:
            return None
        known = self.markdown.references.get(normal_label(self.unmark(label)))
        return LinkTarget(closer, end, known[0], known[1] or None) if known else None


class InlineImage(InlineLink):
    """`![alt](address "title")` and its forms with labels."""

    ANCESTOR_EXCLUDES: ClassVar[Collection[str]] = ()
    IMAGES = True

    def build(self, text: str, href: str) -> Element:
        # Its text is parsed like any other, and becomes `alt` in the end.
        if "![" in text:
            for opener, inner in sorted(self.find_targets(text).items(), reverse=True):
                within = text[opener + 1 : inner.text_end]
                text = f"{text[: opener - 1]}{within}{text[inner.end :]}"
        element = Element("img", {"src": encode_address(href), "alt": ""})
        element.text = text
        return element


def describe_pictures(root: Element) -> None:
    """Makes the plain text of what stands in a picture's brackets its `alt`."""
    for picture in root.iter("img"):
        parts = [picture.text or ""]
        for inner in picture.iter():
            if inner is not picture:
                parts += [inner.get("alt", ""), inner.text or "", inner.tail or ""]
        picture.text = None
        picture[:] = []
        picture.set("alt", one_line("".join(parts)))


def restore_escaped(root: Element) -> None:
    """Puts escaped characters, and those of entities, in the place of the marks for them."""
    for element in root.iter():
        if element.text and "\x02" in element.text:
            element.text = ESCAPED.sub(lambda mark: chr(int(mark[1])), element.text)
        if element.tail and "\x02" in element.tail:
            element.tail = ESCAPED.sub(lambda mark: chr(int(mark[1])), element.tail)


def normal_label(label: str) -> str:
    """Returns a label as labels are compared: case and whitespace do not count."""
    return one_line(label).casefold()


def without_escapes(text: str) -> str:
    """Undoes backslash escapes in text that the inline patterns do not see."""
    return BACKSLASH.sub(r"\1", text)
