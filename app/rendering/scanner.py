"""Find the formulas in Markdown source and put tokens in their place.

Markdown would eat the backslashes, underscores and asterisks of TeX, so formulas leave the text
before it is parsed and come back, as MathML, after it has been sanitised. What counts as a formula
follows pandoc's `tex_math_dollars` (https://pandoc.org/MANUAL.html#math) for dollars and MathJax
for `\\(…\\)`, `\\[…\\]` and bare environments.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from app.rendering.scanner_blocks import BlockReader, Chunk, again
from app.rendering.scanner_inline import Found, Scan, find_formulas

# C0 and C1 controls (not tab and newline), lone surrogates and noncharacters: none of them may
# stand in HTML or XML text, and Python-Markdown uses two of them as its own marks.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


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


def protect(text: str) -> tuple[str, dict[str, Span]]:
    """Replace every formula of `text` by a token that Markdown leaves alone.

    Control characters are removed and line ends become newlines. A display formula on lines of its
    own gets a paragraph of its own, inside the list item or quotation it stands in. Takes time
    linear in the length of `text`.

    Returns the text with tokens, and the formula behind each token in order of appearance.
    """
    text = clean(text)
    if "$" not in text and "\\" not in text:
        return text, {}
    stem = f"zqM{secrets.token_hex(8)}x"
    spans: dict[str, Span] = {}
    out: list[str] = []
    after_row = False
    reader = BlockReader(text.split("\n"))
    while (chunk := reader.next()) is not None:
        if chunk.code:
            out.extend(chunk.contents)
        else:
            lines = _with_tokens(chunk, _formulas(reader, chunk), stem, spans)
            if after_row and chunk.flowing and lines[0].lstrip().startswith(stem):
                out.append("")  # or the formula would become a row of the table above
            out.extend(lines)
        after_row = chunk.row
    return "\n".join(out), spans


def clean(text: str) -> str:
    """`text` with newlines for all line ends and without characters that HTML forbids."""
    return UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _formulas(reader: BlockReader, chunk: Chunk) -> list[Found]:
    """The formulas of `chunk`, which grows when a display formula runs past its end."""
    found: list[Found] = []
    start = 0
    while True:
        scan: Scan = find_formulas("\n".join(chunk.contents), start, row=chunk.row)
        found.extend(scan.found)
        if scan.open is None or chunk.row or not reader.extend(chunk, scan.open.closer):
            return found
        start = scan.open.start


def _with_tokens(chunk: Chunk, found: list[Found], stem: str, spans: dict[str, Span]) -> list[str]:
    """The lines of `chunk` with tokens for the formulas and each line's prefix put back."""
    if not found:
        return [a + b for a, b in zip(chunk.prefixes, chunk.contents, strict=True)]
    text = "\n".join(chunk.contents)
    writer = _Writer(chunk)
    at = 0
    for formula in found:
        writer.text(text[at : formula.start])
        source = text[formula.start : formula.end]
        token = f"{stem}{len(spans)}Mqz"
        spans[token] = Span(source, formula.tex, formula.display, chunk.first + writer.line + 1)
        alone = formula.display and chunk.flowing and _stands_alone(text, formula)
        writer.token(token, source.count("\n"), alone)
        at = formula.end
    writer.text(text[at:])
    return writer.lines()


def _stands_alone(text: str, formula: Found) -> bool:
    before = text.rfind("\n", 0, formula.start) + 1
    after = text.find("\n", formula.end)
    rest = text[formula.end : after if after >= 0 else len(text)]
    return not text[before : formula.start].strip() and not rest.strip()


class _Writer:
    """Puts lines together again; `line` counts source lines from the start of the chunk."""

    def __init__(self, chunk: Chunk) -> None:
        self.line = 0
        self._prefixes = chunk.prefixes
        self._again = again(chunk.prefixes[0])
        self._lines: list[str] = []
        self._current: list[str] = []
        self._prefix = chunk.prefixes[0]
        self._parted = False
        self._alone = False

    def text(self, text: str) -> None:
        if self._alone and "\n" in text:
            # The line is ended already; what follows begins the next paragraph.
            self._alone = False
            self.line += 1
            self._prefix = self._again
            text = text.partition("\n")[2]
        first, *others = text.split("\n")
        self._current.append(first)
        for other in others:
            self._end_line()
            self.line += 1
            self._prefix = self._again if self._parted else self._prefixes[self.line]
            self._current = [other]

    def token(self, token: str, newlines: int, alone: bool) -> None:
        if alone and self._lines:
            self._part()
            self._prefix = self._again
        self._current.append(token)
        self.line += newlines
        if alone and self.line + 1 < len(self._prefixes):
            self._alone = True
            self._end_line()
            self._part()

    def lines(self) -> list[str]:
        self._end_line()
        return self._lines

    def _part(self) -> None:
        """Leave a blank line, which parts paragraphs."""
        self._parted = True
        blank = self._again.rstrip()
        if self._lines and self._lines[-1] != blank:
            self._lines.append(blank)

    def _end_line(self) -> None:
        self._lines.append(self._prefix + "".join(self._current))
        self._current = []
