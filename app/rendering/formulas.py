"""The formulas of one text: their tokens, and what takes the tokens' place in the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from html import escape
from xml.etree.ElementTree import Element

from app.references.addresses import encode_address
from app.rendering.errors import Problem, RenderError
from app.rendering.inline import without_escapes
from app.rendering.scanner import Span, protect
from app.rendering.tex import Formula, refuse, to_mathml
from app.rendering.tex_definitions import defines
from app.rendering.tex_macros import Macros
from app.rendering.tex_tokens import TexError

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
        self._source = source
        # What the formulas that have to do with macros expand to, or why they do not.
        self._expanded: dict[str, str | TexError] = {}
        self._with_all_tokens = self.text
        if self.spans and defines(source):
            self._expand()

    def _expand(self) -> None:
        """Expands the macros of the text, and takes out the formulas that only define some."""
        macros = Macros()
        for token, span in self.spans.items():
            try:
                tex = macros.expand(span.tex)
            except TexError as error:
                self._expanded[token] = error
                continue
            if tex != span.tex:
                self._expanded[token] = tex
        blank = {token for token, tex in self._expanded.items() if not str(tex).strip()}
        # Line by line the text stays as long as it is, so that source lines are still found.
        self.text = TOKEN.sub(lambda at: "" if at[0] in blank else at[0], self.text)

    def _typeset(self, token: str, display: bool) -> Formula:
        span = self.spans[token]
        expanded = self._expanded.get(token)
        if isinstance(expanded, TexError):
            return refuse(span.tex, display, str(expanded))
        if expanded is None:
            return to_mathml(span.tex, display)
        return to_mathml(expanded, display, span.tex)

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
            formula = self._typeset(found[0], span.display and not inline)
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
        for token, span in self.spans.items():
            if problem := self._typeset(token, span.display).problem:
                message = f"This formula could not be typeset: {problem}"
                found.append(Problem(span.line, message, "formula"))
        return found

    def source_line(self, line: int) -> int:
        """Returns the 1-based source line of a 0-based line of the text with tokens.

        A token takes one line however many the formula had, and a formula on lines of its own
        may have got a blank line after it.
        """
        if not self.spans:
            return line + 1
        return self._source_lines[min(line, len(self._source_lines) - 1)]

    @cached_property
    def _source_lines(self) -> list[int]:
        """The 1-based source line of each line of the text with tokens."""
        lines, source_lines = self._with_all_tokens.split("\n"), self._source.split("\n")
        found: list[int] = []
        ahead = 1  # how much a line's source line is above its 0-based number
        for number, line in enumerate(lines):
            tokens = [token for token in TOKEN.findall(line) if token in self.spans]
            if not tokens:
                found.append(number + ahead)
                continue
            found.append(self.spans[tokens[0]].line)
            end = self.spans[tokens[-1]]
            last = end.line + end.source.count("\n")
            parted = number + 1 < len(lines) and not lines[number + 1].strip(" >")
            kept = last < len(source_lines) and not source_lines[last].strip(" >")
            ahead = last - number - (parted and not kept)
        return found


def source_of(spans: Mapping[str, Span], token: str) -> str:
    span = spans.get(token)
    return span.source if span else token
