"""Cut Markdown source into the pieces in which inline formulas can stand.

The cut follows the block structure of CommonMark (https://spec.commonmark.org/0.31.2/) as far as
formulas need it: which lines are code, which prefix of `>` and list markers a line has, and where
a paragraph, list item, heading or table row ends. Every line is looked at a bounded number of
times, so the work grows linearly with the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

MAX_FORMULA_LINES = 200
MAX_ITEMS_IN_LINE = 20

_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)")
_NOTE = re.compile(r"\[\^[^\] \t]{1,100}\]:[ \t]*")
_DEFINITION = re.compile(r":(?=[ \t].*\w)")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_END = re.compile(r"\\end\{([a-zA-Z]+\*?)\}")
_TABLE_RULE = frozenset("|:- \t")


@dataclass(frozen=True)
class Line:
    """One source line: its container prefix, what follows, and where that stands."""

    prefix: str
    text: str  # with the white space at the end, which may make a hard break
    quotes: int
    items: tuple[int, ...]  # columns at which the contents of list items begin on this line

    @property
    def content(self) -> str:
        """The text without white space at the end; other spaces than ASCII's stay."""
        return self.text.rstrip(" \t")


def again(prefix: str) -> str:
    """What a later line begins with where this was a line's prefix: markers become white space."""
    prefix = _NOTE.sub("    ", prefix)
    return "".join(c if c in ">\t" else " " for c in prefix)


@dataclass
class Chunk:
    """Lines that are scanned together (`code` false) or copied as they are (`code` true)."""

    first: int
    code: bool
    prefixes: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    quotes: int = 0
    flowing: bool = True  # a paragraph, in which a formula may get lines of its own
    row: bool = False  # a table row


class BlockReader:
    """Hands out the chunks of `lines` in order; `extend` lets a formula run past a chunk's end."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._items: list[tuple[int, int]] = []  # open list items: quotes around, content column
        self._after_blank = True
        self._in_table = False
        self._closers = _closing_lines(lines)
        self._fences = [
            number for number, line in enumerate(lines) if line.lstrip("> \t")[:3] in ("```", "~~~")
        ]

    def next(self) -> Chunk | None:
        """The next chunk, or None at the end of the text."""
        if self._at >= len(self._lines):
            return None
        raw = self._lines[self._at]
        line = self._parse(raw)
        if not line.content and not line.items:
            self._in_table = False
            return self._copy(1)
        self._close_items(line)
        if self._is_indented_code(line):
            return self._indented_code(line)
        self._open_items(line)
        if self._opens_fence(line):
            return self._copy(self._fence_length(line))
        return self._text(line)

    def extend(self, chunk: Chunk, closer: str) -> bool:
        """Let an unclosed display formula at the end of `chunk` run on to the line that closes it.

        Lines in between are the formula's, whatever they look like in Markdown. False when no such
        line stands in the same quotation, before the next code fence and within reach.
        """
        lines = self._closers.get(closer, [])
        place = bisect_left(lines, self._at)
        if place == len(lines):
            return False
        last = lines[place]
        fence = bisect_left(self._fences, self._at)
        if last - self._at >= MAX_FORMULA_LINES or (
            fence < len(self._fences) and self._fences[fence] < last
        ):
            return False
        split = [_strip_quotes(self._lines[n], chunk.quotes) for n in range(self._at, last + 1)]
        if any(part is None for part in split):
            return False
        for part in split:
            assert part is not None
            chunk.prefixes.append(part[0])
            chunk.contents.append(part[1])
        self._at = last + 1
        self._continue(chunk)
        return True

    def _text(self, line: Line) -> Chunk:
        chunk = Chunk(self._at, False, [line.prefix], [line.text], line.quotes)
        self._at += 1
        self._after_blank = False
        if self._table_starts(line, self._at - 1) or (self._in_table and "|" in line.content):
            self._in_table = True
            chunk.row, chunk.flowing = True, False
            return chunk
        self._in_table = False
        if _HEADING.match(line.content) or _is_rule(line.content):
            chunk.flowing, self._after_blank = False, True
            return chunk
        self._continue(chunk)
        return chunk

    def _continue(self, chunk: Chunk) -> None:
        """Add the following lines of the same paragraph."""
        while self._at < len(self._lines):
            line = self._parse(self._lines[self._at])
            if (
                not line.content
                or line.items
                or line.quotes > chunk.quotes
                or _HEADING.match(line.content)
                or self._opens_fence(line)
                or self._table_starts(line, self._at)
            ):
                return
            chunk.prefixes.append(line.prefix)
            chunk.contents.append(line.text)
            self._at += 1

    def _table_starts(self, line: Line, number: int) -> bool:
        """Whether below `line`, which has this number, stands the rule under a table's head."""
        if "|" not in line.content or number + 1 >= len(self._lines):
            return False
        below = self._lines[number + 1].lstrip("> \t")
        return "|" in below and "-" in below and _TABLE_RULE.issuperset(below)

    def _parse(self, raw: str) -> Line:
        at = column = base = quotes = 0
        items: list[int] = []
        while True:
            while at < len(raw) and raw[at] in " \t":
                column += 4 - column % 4 if raw[at] == "\t" else 1
                at += 1
            # Four columns in is code, unless a list may be what indents the line.
            if column - base >= 4 and (items or not self._items):
                break
            if note := _NOTE.match(raw, at):
                at = note.end()
                items.append(base + 4)
                return Line(raw[:at], raw[at:], quotes, tuple(items))
            marker = None
            if len(items) < MAX_ITEMS_IN_LINE:
                marker = _MARKER.match(raw, at) or _DEFINITION.match(raw, at)
            if raw.startswith(">", at):
                quotes += 1
                at, column = at + 1, column + 1
                base = column + 1 if raw.startswith(" ", at) else column
            elif marker and not _is_rule(raw[at:]):
                column += marker.end() - at
                at, base = marker.end(), column + 1
                items.append(base)
            else:
                break
        if items and at < len(raw) and column - base < 4:
            items[-1] = column
        return Line(raw[:at], raw[at:], quotes, tuple(items))

    def _close_items(self, line: Line) -> None:
        """Forget list items that `line` no longer stands in; a lazy line ends none."""
        while self._items:
            quotes, column = self._items[-1]
            start = _first_column(line)
            if quotes <= line.quotes and start >= column:
                return
            lazy = not (self._after_blank or line.items or _starts_block(line))
            if lazy:
                return
            self._items.pop()

    def _open_items(self, line: Line) -> None:
        self._items.extend((line.quotes, column) for column in line.items)

    def _is_indented_code(self, line: Line) -> bool:
        if not self._after_blank or self._items or line.items:
            return False
        return _indent(line) >= 4

    def _indented_code(self, line: Line) -> Chunk:
        end = self._at + 1
        while end < len(self._lines):
            following = self._parse(self._lines[end])
            inside = following.quotes == line.quotes and _indent(following) >= 4
            if following.content and not inside:
                break
            end += 1
        return self._copy(end - self._at)

    def _opens_fence(self, line: Line) -> bool:
        if not _FENCE.match(line.content):
            return False
        return bool(self._items or line.items) or _indent(line) < 4

    def _fence_length(self, line: Line) -> int:
        """Lines from the opening fence to its end: the closing fence or that of its container."""
        mark = line.content[0]
        size = len(line.content) - len(line.content.lstrip(mark))
        column = self._items[-1][1] if self._items else 0
        for number in range(self._at + 1, len(self._lines)):
            part = _strip_quotes(self._lines[number], line.quotes)
            if part is None:
                return number - self._at
            body = part[1]
            if len(body) >= size and not body.strip(mark):
                return number + 1 - self._at
            if body and len(part[0].expandtabs(4)) < column:
                return number - self._at
        return len(self._lines) - self._at

    def _copy(self, count: int) -> Chunk:
        chunk = Chunk(self._at, True)
        chunk.contents = self._lines[self._at : self._at + count]
        self._at += count
        self._after_blank = True
        return chunk


def _closing_lines(lines: list[str]) -> dict[str, list[int]]:
    """Line numbers on which a display formula that began on an earlier line may end."""
    found: dict[str, list[int]] = {"$$": [], "\\]": []}
    for number, line in enumerate(lines):
        body = line.strip("> \t").rstrip(".,;: ")
        if "$$" in body and (body.endswith("$$") or body.startswith("$$")):
            found["$$"].append(number)
        if "\\]" in body and (body.endswith("\\]") or body.startswith("\\]")):
            found["\\]"].append(number)
        if "\\end{" in body:
            for end in _END.finditer(body):
                found.setdefault(end.group(), []).append(number)
    return found


def _strip_quotes(raw: str, quotes: int) -> tuple[str, str] | None:
    """`raw` cut after `quotes` quotation marks and the white space; None when it has fewer."""
    at = 0
    for _ in range(quotes):
        mark = raw.find(">", at)
        if mark < 0 or raw[at:mark].strip():
            return None
        at = mark + 1
    body = raw[at:].lstrip()
    return raw[: len(raw) - len(body)], body.rstrip()


def _indent(line: Line) -> int:
    """Columns of white space between the last quotation mark and the content."""
    bare = line.prefix.rpartition(">")[2]
    width = len(bare.expandtabs(4))
    return width - 1 if ">" in line.prefix and width else width


def _first_column(line: Line) -> int:
    """The column of the first character that is neither white space nor a quotation mark."""
    return len(line.prefix.expandtabs(4)) - len(line.prefix.expandtabs(4).lstrip("> "))


def _starts_block(line: Line) -> bool:
    return bool(_HEADING.match(line.content) or _FENCE.match(line.content))


def _is_rule(content: str) -> bool:
    """A thematic break such as `* * *`."""
    bare = content.replace(" ", "").replace("\t", "")
    return len(bare) >= 3 and bare[0] in "-*_" and not bare.strip(bare[0])
