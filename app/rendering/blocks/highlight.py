"""Colours fenced code: Pygments' tokens become spans of a few classes of our own.

A fixed table of languages, because a lexer is a program of regular expressions that runs on what
strangers write; and caps on how much, because some of those programs take quadratic time on long
lines or on many blank ones. Java's and Perl's do on ordinary lines, so they are not in the table.
"""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String
from pygments.token import _TokenType as TokenType

MAX_COLOURED = 10_000
UNUSUAL = re.compile(r"[^\n]{301}|\n(?:[ \t]*+\n){20}")
NAMES = """
    python py python3 pycon bash sh shell zsh console c cpp c++ cuda javascript js typescript ts
    json yaml yml html xml css sql r julia matlab octave go rust rs scala haskell hs lua ruby rb
    tex latex bibtex diff ini toml make makefile cmake docker dockerfile fortran
"""
LANGUAGES = frozenset(NAMES.split())
CLASSES: dict[TokenType, str] = {
    Comment: "hl-comment",
    Keyword: "hl-keyword",
    Operator.Word: "hl-keyword",
    String: "hl-string",
    Number: "hl-number",
    Literal: "hl-number",
    Name.Function: "hl-name",
    Name.Class: "hl-name",
    Name.Tag: "hl-name",
    Name.Decorator: "hl-name",
    Name.Builtin: "hl-builtin",
    Name.Attribute: "hl-builtin",
    Name.Constant: "hl-builtin",
    Generic.Deleted: "hl-deleted",
    Generic.Inserted: "hl-inserted",
    Generic.Heading: "hl-name",
    Generic.Subheading: "hl-name",
    Generic.Prompt: "hl-comment",
}


def highlight(root: Element) -> None:
    """Colours every code block of a tree whose language we know."""
    left = MAX_COLOURED
    for code in root.iter("code"):
        language = code.get("language", "").lower()
        if language not in LANGUAGES or not code.text:
            continue
        if len(code.text) > left or UNUSUAL.search(code.text):
            continue
        left -= len(code.text)
        colour(code, code.text, lexer_for(language))


def colour(code: Element, text: str, lexer: Lexer) -> None:
    runs: list[tuple[str, str]] = []
    for kind, part in lexer.get_tokens(text):
        name = class_of(kind)
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + part)
        else:
            runs.append((name, part))
    code.text = None
    last: Element | None = None
    for name, part in runs:
        if name:
            last = SubElement(code, "span", {"class": name})
            last.text = AtomicString(part)
        elif last is None:
            code.text = AtomicString(part)
        else:
            last.tail = AtomicString(part)


@lru_cache(maxsize=1024)
def class_of(kind: TokenType) -> str:
    """Returns the class of a token's kind or the nearest kind above.

    '' for none.
    """
    above: TokenType | None = kind
    while above is not None:
        if above in CLASSES:
            return CLASSES[above]
        above = above.parent
    return ""


@lru_cache(maxsize=len(LANGUAGES))
def lexer_for(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False)
