"""The formulas of one text and their tokens.

In the end formulas take the tokens' place.

Markdown's inline markup would eat the backslashes, underscores and asterisks of TeX, so formulas
leave the text of each block before it is parsed and come back, as MathML, after it has been
sanitised: a user's HTML and math can never combine.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element

from app.references.addresses import encode_address
from app.rendering.errors import Problem, RenderError
from app.rendering.inline.line import without_escapes
from app.rendering.math.conversion import RenderedFormula, problem_of, refuse, to_mathml
from app.rendering.math.equations import REFERENCE, EquationNumbers
from app.rendering.math.scanner import find_formulas
from app.rendering.math.tex.definitions import defines
from app.rendering.math.tex.macros import Macros

MAX_FORMULAS = 3000
# What the typesetter says of a bracket that is left open.
_UNCLOSED = re.compile(r'Expected closing token "(.+)", but reached end of input\.')
MAX_STEPS = 40_000  # in all formulas of a text; see `tex.limits.Steps`
TOKEN = re.compile(r"zqM[0-9a-f]{16}x\d+Mqz")


@dataclass(frozen=True)
class Span:
    """One formula of a text.

    `source` is the formula with its delimiters, `tex` what to typeset, `display` whether it stands
    on its own, `line` the 1-based source line on which it begins.
    """

    source: str
    tex: str
    display: bool
    line: int


class Formulas:
    """Takes the formulas out of texts and keeps them.

    In their order, from texts whose block is known.

    Attributes:
        spans: the formula behind each token, in order of appearance.
    """

    def __init__(self) -> None:
        self.spans: dict[str, Span] = {}
        self._stem = f"zqM{secrets.token_hex(8)}x"
        self._numbers = EquationNumbers()
        self._macros: Macros | None = None  # from the first definition on
        # What the formulas that have to do with macros expand to, and why others do not.
        self._expanded: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._set: dict[tuple[str, bool], RenderedFormula] = {}
        self._steps = 0

    def take(self, text: str, line: int = 1, *, row: bool = False) -> str:
        """Puts tokens in the place of formulas in the text of one block.

        What only defines macros goes, and leaves its line ends.

        Args:
            text: what stands in the block.
            line: the 1-based source line on which it begins.
            row: whether it is a table's row.

        Raises:
            RenderError: when there are more than MAX_FORMULAS by now.
        """
        found = find_formulas(text, row=row).found
        parts, at = [], 0
        for formula in found:
            before = text[at : formula.start]
            source = text[formula.start : formula.end]
            line += before.count("\n")
            parts += [before, self.keep(Span(source, formula.tex, formula.display, line))]
            line += source.count("\n")
            at = formula.end
        return "".join([*parts, text[at:]])

    def keep(self, span: Span) -> str:
        """Keeps a formula; returns what stands in its place.

        Raises:
            RenderError: as of take().
        """
        if len(self.spans) >= MAX_FORMULAS:
            raise RenderError(f"This text has more than {MAX_FORMULAS} formulas.")
        token = f"{self._stem}{len(self.spans)}Mqz"
        self.spans[token] = span
        self._numbers.read(span.tex)
        if self._macros is None and defines(span.tex):
            self._macros = Macros()
        if self._macros is None:
            return token
        try:
            tex = self._macros.expand(span.tex)
        except Exception as error:  # whatever it is, only this formula is lost
            self._refused[token] = problem_of(error)
            return token
        if tex != span.tex:
            self._expanded[token] = tex
        return token if tex.strip() else "\n" * span.source.count("\n")

    def line_ends(self, text: str) -> int:
        """Returns how many line ends the formulas hold whose tokens stand in a text."""
        if "zqM" not in text:
            return 0
        found = (self.spans.get(token) for token in TOKEN.findall(text))
        return sum(span.source.count("\n") for span in found if span)

    def _typeset(self, token: str, display: bool) -> RenderedFormula:
        """The formula behind a token; beyond MAX_STEPS those that come later are not set."""
        found = self._set.get((token, display))
        if found is None:
            if self._steps > MAX_STEPS:
                problem = "This text has too many large formulas. Shorten it or split it."
                found = refuse(self.spans[token].tex, display, problem)
            else:
                found = self._typeset_now(token, display)
            self._steps += found.steps
            self._set[token, display] = found
        return found

    def _typeset_now(self, token: str, display: bool) -> RenderedFormula:
        span = self.spans[token]
        if problem := self._refused.get(token):
            return refuse(span.tex, display, problem)
        if reference := REFERENCE.fullmatch(span.source):
            return RenderedFormula(escape(self._numbers.text(*reference.groups())), None)
        tex = self._numbers.fill_in(self._expanded.get(token, span.tex))
        return to_mathml(tex, display, None if tex == span.tex else span.tex)

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
        """Puts the formulas' source, and the numbers of equations, in plain text."""
        if not self.spans:
            return text

        def source(found: re.Match[str]) -> str:
            written = self._written(found[0])
            reference = REFERENCE.fullmatch(written)
            return self._numbers.text(*reference.groups()) if reference else written

        return TOKEN.sub(source, text)

    def _written(self, token: str) -> str:
        span = self.spans.get(token)
        return span.source if span else token

    def _as_written(self, text: str) -> str:
        return TOKEN.sub(lambda found: self._written(found[0]), text)

    def keep_literal(self, root: Element) -> None:
        """Puts the source back where no markup can stand: in attributes and in code."""
        if not self.spans:
            return
        for element in root.iter():
            for name, value in element.attrib.items():
                if "zqM" not in value:
                    continue
                source = self._as_written(value)
                if name in ("href", "src"):  # `\(` and `\)` are more likely escapes there
                    source = encode_address(without_escapes(source))
                element.set(name, source)
            if element.tag == "code" and element.text and "zqM" in element.text:
                element.text = self._as_written(element.text)

    def problems(self) -> list[Problem]:
        """Returns one problem for each formula that could not be typeset."""
        found = []
        for token, span in self.spans.items():
            if problem := self._typeset(token, span.display).problem:
                unclosed = _UNCLOSED.fullmatch(problem)
                message = (
                    f"missing {unclosed[1]} in formula" if unclosed else f"Formula error: {problem}"
                )
                found.append(Problem(span.line, message, "formula"))
        return found
