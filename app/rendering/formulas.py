"""The formulas of one text: their tokens, and what takes the tokens' place in the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from xml.etree.ElementTree import Element

from app.rendering.errors import Problem, RenderError
from app.rendering.inline import without_escapes
from app.rendering.references import encode_address
from app.rendering.scanner import Span, protect
from app.rendering.tex import to_mathml

MAX_FORMULAS = 3000
TOKEN = re.compile(r"zqM[0-9a-f]{16}x\d+Mqz")


class Formulas:
    """What was found, and the text with tokens in its place.

    Raises:
        RenderError: when there are more than MAX_FORMULAS.
    """

    def __init__(self, source: str) -> None:
        too_many = RenderError(f"This text has more than {MAX_FORMULAS} formulas.")
        if source.count("$") > 2 * MAX_FORMULAS:
            raise too_many
        self.text, self.spans = protect(source)
        if len(self.spans) > MAX_FORMULAS:
            raise too_many
        self.source_lines = source.split("\n")

    def to_html(self, html: str, inline: bool = False) -> str:
        """Puts MathML in place of the tokens in sanitised HTML.

        Args:
            html: sanitised HTML whose tokens stand in text only.
            inline: whether display formulas are set as part of a line.
        """
        if not self.spans:
            return html

        def typeset(found: re.Match[str]) -> str:
            span = self.spans.get(found[0])
            if span is None:  # looks like a token, but no formula of this text has it
                return found[0]
            formula = to_mathml(span.tex, span.display and not inline)
            return escape(span.source) if inline and formula.problem else formula.html

        return TOKEN.sub(typeset, html)

    def to_source(self, text: str) -> str:
        """Puts the formulas' source in place of the tokens in plain text."""
        if not self.spans:
            return text
        return TOKEN.sub(lambda found: source_of(self.spans, found[0]), text)

    def keep_literal(self, root: Element) -> None:
        """Puts the source back where no markup can stand: in attributes and in code."""
        if not self.spans:
            return
        for element in root.iter():
            for name, value in element.attrib.items():
                if "zqM" not in value:
                    continue
                source = self.to_source(value)
                if name in ("href", "src"):  # `\(` and `\)` are more likely escapes there
                    source = encode_address(without_escapes(source))
                element.set(name, source)
            if element.tag == "code" and element.text and "zqM" in element.text:
                element.text = self.to_source(element.text)

    def problems(self) -> list[Problem]:
        """Returns one problem for each formula that could not be typeset."""
        found = []
        for span in self.spans.values():
            if problem := to_mathml(span.tex, span.display).problem:
                found.append(Problem(span.line, f"This formula could not be typeset: {problem}"))
        return found

    def source_line(self, line: int) -> int:
        """Returns the 1-based source line of a 0-based line of the text with tokens.

        A token takes one line however many the formula had, and a formula on lines of its own
        may have got a blank line after it.
        """
        if not self.spans:
            return line + 1
        lines = self.text.split("\n")
        for above in range(min(line, len(lines) - 1), -1, -1):
            tokens = TOKEN.findall(lines[above])
            if not tokens or tokens[0] not in self.spans:
                continue
            span = self.spans[tokens[0]]
            if above == line:
                return span.line
            end = self.spans.get(tokens[-1], span)
            last = end.line + end.source.count("\n")
            parted = not lines[above + 1].strip(" >")
            kept = last < len(self.source_lines) and not self.source_lines[last].strip(" >")
            return last + line - above - (parted and not kept)
        return line + 1


def source_of(spans: Mapping[str, Span], token: str) -> str:
    span = spans.get(token)
    return span.source if span else token
