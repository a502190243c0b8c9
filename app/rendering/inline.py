"""What stands within a line: code, escapes, links, pictures, bare addresses, line breaks.

These replace all of Python-Markdown's patterns, for two reasons: GitHub's rules
(CommonMark 0.31, 6.1-6.7, and the "extended autolinks" of GitHub Flavored Markdown, 6.9), and
time: these look at each bracket once where the originals look at the rest of the text for each.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Collection
from typing import ClassVar, NamedTuple
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor as InlineTreeprocessor
from markdown.util import INLINE_PLACEHOLDER_RE, AtomicString

from app.rendering.citations import Citation
from app.rendering.emphasis import Emphasis
from app.rendering.footnotes import FootnoteReference
from app.rendering.pattern import Found, InlinePattern
from app.rendering.references import encode_address

REPLACED = """
    backtick escape reference link image_link image_reference short_reference short_image_ref
    autolink automail linebreak html entity em_strong
"""

CODE = r"\\[\\`]|(`+)"
ESCAPE = r"\\([!-/:-@\[-`{-~])"
AUTOLINK = r"<([A-Za-z][A-Za-z0-9+.\-]{1,31}:[^\s<>]*+)>"
MAIL = r"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}"
BREAK = r"(?:(?<! ) {2,}+|\\)\n"
ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
# An escaped character has become its number between the marks \x02 and \x03 by then.
BARE = r"(?:(?<![A-Za-z0-9])https?://|(?<![^\s*_~(\[\"'\x03])www\.)(?:[^\s<\x02]|\x02\d+\x03)++"

BRACKET = re.compile(r"[\[\]]")
PARENS = r"\((?:[^\s()]|\((?:[^\s()]|\([^\s()]*+\))*+\))*+\)"
TARGET = re.compile(
    rf"\([ \n]*+(?:<(?P<angled>[^<>\n]*+)>|(?P<plain>(?:[^\s()<]|{PARENS})(?:[^\s()]|{PARENS})*+))?"
    r"(?:[ \n]++(?P<title>\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?[ \n]*+\)"
)
ESCAPED = re.compile(r"\x02(\d+)\x03")
BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
LABEL = re.compile(r"\[([^\[\]]{0,500}+)\]")
DOMAIN = re.compile(r"(?:https?://)?[^\s/?#:@.]+(?:\.[^\s/?#:@.]+)*", re.IGNORECASE)
TRAILING = "?!.,:;*_~'\""


def install(md: Markdown) -> None:
    """Replaces Python-Markdown's inline patterns by ours."""
    for name in REPLACED.split():
        md.inlinePatterns.deregister(name)
    md.ESCAPED_CHARS = list(string.punctuation)
    patterns = (
        CodeSpan(CODE, md),
        Autolink(AUTOLINK, md),
        MailAutolink(rf"<({MAIL})>", md),
        Citation(md),
        HardBreak(BREAK, md),
        Escape(ESCAPE, md),
        FootnoteReference(md),
        Link(r"(?<!!)\[", md),
        Picture(r"!\[", md),
        BareAddress(BARE, md),
        BareMail(rf"(?<![A-Za-z0-9._+\-/]){MAIL}(?![\w\-])", md),
        Entity(ENTITY, md),
        Emphasis(md),
    )
    for place, pattern in enumerate(patterns):
        md.inlinePatterns.register(pattern, type(pattern).__name__, 190 - place)


class CodeSpan(InlinePattern):
    """`` `code` ``, closed by a run of as many backticks; nothing within means anything."""

    def match(self, m: re.Match[str], data: str) -> Found:
        run = m[1]
        if run is None:
            return None, m.start(), m.end()
        closing = re.compile(rf"(?<!`){run}(?!`)").search(data, m.end())
        if closing is None:
            return None, m.start(), m.end()
        code = data[m.end() : closing.start()].replace("\n", " ")
        if code.strip(" ") and code[0] == code[-1] == " ":
            code = code[1:-1]
        element = Element("code")
        element.text = AtomicString(code)
        return element, m.start(), closing.end()


class Escape(InlinePattern):
    """A backslash before ASCII punctuation makes it plain text."""

    def match(self, m: re.Match[str], data: str) -> Found:
        return f"\x02{ord(m[1])}\x03", m.start(), m.end()


class HardBreak(InlinePattern):
    """Two spaces or a backslash at a line's end."""

    def match(self, m: re.Match[str], data: str) -> Found:
        element = Element("br")
        element.tail = AtomicString("\n")
        return element, m.start(), m.end()


class Entity(InlinePattern):
    """`&amp;`, `&#38;`: the character, which then has no meaning as markup."""

    def match(self, m: re.Match[str], data: str) -> Found:
        text = html.unescape(m[0])
        if text == m[0] or not text.isprintable():
            return (" " if text.isspace() else None), m.start(), m.end()
        # As for escapes: text within emphasis is read again.
        return "".join(f"\x02{ord(char)}\x03" for char in text), m.start(), m.end()


class Autolink(InlinePattern):
    """`<https://example.org>`."""

    ANCESTOR_EXCLUDES = ("a",)

    def match(self, m: re.Match[str], data: str) -> Found:
        return address(html.unescape(m[1]), m[1]), m.start(), m.end()


class MailAutolink(InlinePattern):
    """`<somebody@example.org>`."""

    ANCESTOR_EXCLUDES = ("a",)

    def match(self, m: re.Match[str], data: str) -> Found:
        return address(f"mailto:{m[1]}", m[1]), m.start(), m.end()


class BareMail(InlinePattern):
    """`somebody@example.org` as it stands in the text."""

    ANCESTOR_EXCLUDES = ("a",)

    def match(self, m: re.Match[str], data: str) -> Found:
        if m[0][-1] in "-_":
            return None, m.start(), m.end()
        return address(f"mailto:{m[0]}", m[0]), m.start(), m.end()


class BareAddress(InlinePattern):
    """`https://example.org/x` and `www.example.org` as they stand in the text."""

    ANCESTOR_EXCLUDES = ("a",)

    def match(self, m: re.Match[str], data: str) -> Found:
        text = trim_address(m[0])
        if not DOMAIN.match(text) or (text.startswith("www.") and "." not in text[4:]):
            return None, m.start(), m.end()
        scheme = "https://" if text.startswith("www.") else ""
        return address(scheme + html.unescape(text), text), m.start(), m.start() + len(text)


def trim_address(text: str) -> str:
    """Leaves out the punctuation after a bare address, and brackets that it does not open."""
    opened = {")": text.count("(") - text.count(")"), "]": text.count("[") - text.count("]")}
    end = len(text)
    while end:
        last = text[end - 1]
        if last in opened and opened[last] < 0:
            opened[last] += 1
        elif last not in TRAILING:
            break
        end -= 1
    return text[:end]


def address(href: str, label: str) -> Element:
    """Returns a link labelled by its own address; `bare` says so to later steps."""
    element = Element("a", {"href": encode_address(href), "bare": "1"})
    element.text = AtomicString(label)
    return element


class Target(NamedTuple):
    """Where the link or picture that starts at a bracket leads."""

    text_end: int
    end: int
    href: str
    title: str | None


class Link(InlinePattern):
    """`[text](address "title")`, `[text][label]`, `[label][]` and `[label]`."""

    ANCESTOR_EXCLUDES: ClassVar[Collection[str]] = ("a",)
    IMAGES = False

    def __init__(self, pattern: str, md: Markdown) -> None:
        super().__init__(pattern, md)
        self.markdown = md
        self.data = ""
        self.targets: dict[int, Target] = {}

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
        return " ".join(html.unescape(self.unescape(text)).split())

    def unmark(self, text: str) -> str:
        """Puts characters and code back in place of the marks that stand for them."""
        if "\x02" not in text:
            return text
        inline = self.markdown.treeprocessors["inline"]
        assert isinstance(inline, InlineTreeprocessor)

        def restore(found: re.Match[str]) -> str:
            node = inline.stashed_nodes.get(found[1], "")
            if isinstance(node, str):
                return node
            text = "".join(node.itertext())
            return f"`{text}`" if node.tag == "code" else text

        text = INLINE_PLACEHOLDER_RE.sub(restore, text)
        return ESCAPED.sub(lambda found: chr(int(found[1])), text)

    def find_targets(self, data: str) -> dict[int, Target]:
        """Pairs all brackets of a text in one pass, inner before outer; links hold no links."""
        found: dict[int, Target] = {}
        openers: list[tuple[int, bool]] = []
        closed_below = 0
        at = 0
        while bracket := BRACKET.search(data, at):
            at = bracket.end()
            start = bracket.start()
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

    def target(self, data: str, opener: int, closer: int) -> Target | None:
        """Reads what follows a closing bracket."""
        if inline := TARGET.match(data, closer + 1):
            title = inline["title"]
            href = inline["angled"] or inline["plain"] or ""
            return Target(closer, inline.end(), href, title[1:-1] if title else None)
        label, end = data[opener + 1 : closer], closer + 1
        if full := LABEL.match(data, end):
            label, end = full[1] or label, full.end()
        if len(label) > 1000:
            return None
        known = self.markdown.references.get(normal_label(self.unmark(label)))
        return Target(closer, end, known[0], known[1] or None) if known else None


class Picture(Link):
    """`![alt](address "title")` and its forms with labels."""

    ANCESTOR_EXCLUDES: ClassVar[Collection[str]] = ()
    IMAGES = True

    def build(self, text: str, href: str) -> Element:
        alt = " ".join(self.clean(text).replace("*", "").split())
        return Element("img", {"src": encode_address(href), "alt": alt})


def normal_label(label: str) -> str:
    """Returns a label as labels are compared: case and whitespace do not count."""
    return " ".join(without_escapes(label).split()).casefold()


def without_escapes(text: str) -> str:
    """Undoes backslash escapes in text that the inline patterns do not see."""
    return BACKSLASH.sub(r"\1", text)
