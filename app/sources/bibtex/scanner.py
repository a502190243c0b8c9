"""Entries of a BibTeX file, found also where the file is damaged.

BibTeX's own grammar, with what programs and people get wrong: missing commas, braces and quotation
marks, a brace too many, no key. An entry ends at the latest where a line begins the next one, so
that a damaged one costs its neighbours nothing; and each sign is looked at a fixed number of times.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice

from app.sources.bibtex.values import EntryReader, FieldSpan, UnclosedDelimiter

MAX_STRING = 1000  # characters of what a macro stands for
_TYPES = (
    *("article", "book", "booklet", "conference", "inbook", "incollection", "inproceedings"),
    *("manual", "mastersthesis", "misc", "online", "phdthesis", "proceedings", "report"),
    *("techreport", "thesis", "unpublished"),
)
_HEAD = re.compile(r"(?<![A-Za-z0-9._-])@\s*([A-Za-z][\w:+-]*)\s*([{(])")
# What looks like the head of an entry at the start of a line.
_AT_LINE = re.compile(
    r"^[ \t}),;]*(@[ \t]*(?:(?:string|comment|preamble)\s*[{(]"
    r"|[A-Za-z]+\s*[{(]\s*(?:[^\n{},=\"@]*(?:[,\n}]|\Z)|[A-Za-z]+[ \t]*=[ \t]*[{\"\w])"
    r"|[^\n,]{2,200},[ \t]*\n[ \t]*[A-Za-z][\w-]*[ \t]*=))",
    re.MULTILINE | re.IGNORECASE,
)
# A head that lacks its brace, or something else, where a field follows; or that lacks its @.
_DAMAGED = re.compile(
    rf"^[ \t]*(?:@(?![ \t]*[A-Za-z][\w:+-]*\s*[{{(])|(?=(?:{'|'.join(_TYPES)})[ \t]*\{{))"
    r"([^\n,]{2,200}),[ \t]*\n(?=[ \t]*[A-Za-z][\w-]*[ \t]*=)",
    re.MULTILINE | re.IGNORECASE,
)
_TYPE = re.compile("|".join(sorted(_TYPES, key=len, reverse=True)), re.IGNORECASE)
# Fields outside of any entry.
_ORPHAN = re.compile(
    r"^[ \t]*(?:author|title|year|journal|booktitle|publisher|volume|pages|doi)\s*=\s*[{\"]",
    re.MULTILINE | re.IGNORECASE,
)
_ANYWHERE = re.compile(r"(?<![A-Za-z0-9._-])(@[ \t]*[A-Za-z]+\s*[{(]\s*[^\s{}(),=\"@]+[ \t]*,)")
_COMMENTED = re.compile(r"[ \t]*%")
_BRACES = re.compile(r"[{}]")


@dataclass
class BibtexEntry:
    """An entry as it stands, or what is left of one.

    Attributes:
        kind: its type in lower case.
        key: as written, `""` for none.
        line: on which it begins, counted from 1.
        fields: by their names in lower case, with TeX, macros resolved and pieces joined.
        lines: on which each field begins.
        problems: what was mended, with the line.
        kind_at: where the name of its type begins, -1 where the first line is damaged.
        spans: where its own fields stand, but for those of entries that are not closed.
    """

    kind: str
    key: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    kind_at: int = -1
    spans: dict[str, FieldSpan] = field(default_factory=dict)


class BibtexScanner:
    """One text, whose entries can be read several times.

    Args:
        text: with newlines for line ends.
        strings: what macros stand for; those of the text are added as they are met.
    """

    def __init__(self, text: str, strings: dict[str, str]) -> None:
        self._text = text
        self._strings = strings
        self._breaks = array("L", (found.start() for found in re.finditer("\n", text)))
        self._bounds = [found.start(1) for found in _AT_LINE.finditer(text)]
        self._damaged = list(_DAMAGED.finditer(text))
        self._next = 0
        self._has_open_comment = False
        # What macros may add in all: they can stand for each other, and so for anything.
        self._budget = 2_000_000 + 4 * len(text)

    def entries(self) -> Iterator[BibtexEntry]:
        """All entries in order; strings, preambles and comments are used or passed over."""
        self._next = at = 0
        damaged = iter(self._damaged)
        bad = next(damaged, None)
        while True:
            head = _HEAD.search(self._text, at)
            while bad is not None and bad.start() < at:
                bad = next(damaged, None)
            if bad is not None and (head is None or bad.start() < head.start()):
                yield from self._orphan(at, bad.start())
                at = yield from self._mended(bad)
                continue
            yield from self._orphan(at, len(self._text) if head is None else head.start())
            if head is None:
                return
            if self._is_commented(head.start()):
                at = self._line_end(head.start())
                continue
            limit = self._limit(head.end())
            kind, closer = head[1].lower(), "}" if head[2] == "{" else ")"
            if kind == "comment":
                at = self._after_comment(head.end(), limit)
                continue
            entry = BibtexEntry(kind, "", self.line(head.start()), kind_at=head.start(1))
            at = self._read(entry, head.end(), limit, closer)
            if kind == "string":
                self._strings.update(
                    (name, value[:MAX_STRING]) for name, value in entry.fields.items()
                )
            elif kind != "preamble":
                yield entry

    def _mended(self, head: re.Match[str]) -> Generator[BibtexEntry, None, int]:
        """An entry whose head is damaged; the place after it."""
        written = re.sub(r"[{}()]", "", head[1]).strip()
        kind = _TYPE.match(written)
        entry = BibtexEntry(kind[0].lower() if kind else "misc", "", self.line(head.start(1)))
        at = self._read(entry, head.end(), self._limit(head.end()), "}", has_key=False)
        entry.key = written[kind.end() :].strip() if kind else written
        entry.problems.insert(0, (entry.line, "damaged first line"))
        yield entry
        return at

    def _orphan(self, at: int, end: int) -> Iterator[BibtexEntry]:
        """What stands between two entries, when it is one without its first line."""
        fields = list(islice(_ORPHAN.finditer(self._text, at, end), 2))
        if len(fields) < 2:
            return
        start = fields[0].start()
        entry = BibtexEntry("misc", "", self.line(start + 1))
        reader = EntryReader(self._text, start, end, "}", self)
        reader.salvage()
        entry.fields, entry.lines = reader.found, reader.lines
        entry.problems.append((entry.line, "missing first line"))
        yield entry

    def line(self, at: int) -> int:
        """The number of the line at a place."""
        return bisect_left(self._breaks, at) + 1

    def macro(self, name: str) -> str:
        """What a macro stands for; its name when nobody has said."""
        value = self._strings.get(name.lower(), name)
        self._budget -= len(value)
        return value if self._budget > 0 else name

    def knows(self, name: str) -> bool:
        """Whether a macro stands for something."""
        return name.lower() in self._strings

    def _limit(self, at: int) -> int:
        """Where the next entry begins at the latest."""
        while self._next < len(self._bounds) and self._bounds[self._next] < at:
            self._next += 1
        return self._bounds[self._next] if self._next < len(self._bounds) else len(self._text)

    def _is_commented(self, at: int) -> bool:
        before = bisect_left(self._breaks, at) - 1
        start = self._breaks[before] + 1 if before >= 0 else 0
        return _COMMENTED.match(self._text, start, at) is not None

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _after_comment(self, at: int, limit: int) -> int:
        """The end of a comment with all entries in it."""
        depth, end = 1, limit if self._has_open_comment else len(self._text)
        for brace in _BRACES.finditer(self._text, at, end):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return brace.end()
        # One that is not closed must not take the rest of the file with it.
        self._has_open_comment = True
        return self._line_end(at)

    def _read(
        self, entry: BibtexEntry, at: int, limit: int, closer: str, *, has_key: bool = True
    ) -> int:
        """Read what follows the head of an entry; the place after it."""
        reader = EntryReader(self._text, at, limit, closer, self)
        try:
            if has_key and entry.kind not in ("string", "preamble"):
                entry.key = reader.key()
            reader.fields()
        except UnclosedDelimiter as error:
            if self._next >= len(self._bounds):
                # Perhaps all stands on one line: from here on, any head ends an entry.
                self._bounds += (found.start(1) for found in _ANYWHERE.finditer(self._text, at))
                reader.limit = self._limit(at)
            what = "brace" if error.mark == "{" else "quotation mark"
            reader.problem(error.at, f"a {what} is not closed")
            reader.salvage()
        entry.fields, entry.lines, entry.problems = reader.found, reader.lines, reader.problems
        entry.spans = reader.spans
        return max(reader.at, at)
