"""The inside of one BibTeX entry: its key and fields, mended where they are damaged."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from app.sources.bibtex.strings import NAMING

MAX_FIELDS = 300
MAX_PROBLEMS = 10
_NAME = re.compile(r"([^\W\d][\w.:+/*'-]*(?:[ \t]+[\w.:+/-]+){0,2})\s*=")
_NEXT_NAME = re.compile(r"\s*([A-Za-z][\w.:+-]*)\s*=(?!=)")
_NAME_ALONE = re.compile(r"([A-Za-z]{3,20})[ \t]+(?=[{\"])")
_BLANK = re.compile(r"(?:[\s,;]+|%[^\n]*)+")
_SPACE = re.compile(r"\s+")
_SPACE_AND_COMMA = re.compile(r"\s*,")
_NUMBER = re.compile(r"[\w.:+/'-]+(?=\s*(?:[,#})]|\n|\Z|[A-Za-z][\w-]*\s*=))")
_BARE = re.compile(r"[^,#\n{}\"]+")
_MACRO = re.compile(r"(?!\d+\Z)[\w.:+/'-]+")
_BRACES = re.compile(r"[{}]")
_BRACES_AND_QUOTES = re.compile(r"[{}\"]")
_FIRST_LINE = re.compile(r"\s*([^,\n]*)")
_KEY_AND_NAME = re.compile(r"\S+(?=\s+[A-Za-z][\w-]*\s*=)")
_JUNK = re.compile(r"[^,{}\n]*")
# A field that begins inside of another one's value, in an entry that is not closed.
_BEGINS = re.compile(r"[,}\"\n][ \t]*([A-Za-z][\w.:+-]*)\s*=\s*(?=[{\"\w])")
_INSIDE = re.compile(r"[,}\"\n][ \t]*[A-Za-z][\w.:+-]*\s*=\s*[{\"]")
_SWALLOWED = re.compile(r"\n[ \t]*[A-Za-z][\w.:+-]*\s*=\s*[{\"]")
# A quotation mark that ends a value; elsewhere it is one in the text that nobody put in braces.
_AFTER_QUOTE = re.compile(r"\s*(?:[,#})@]|\Z|[A-Za-z][\w.:+-]*\s*=)")
_KNOWN_WORDS = """
    author title year journal booktitle editor publisher volume number pages month note key doi
    url isbn issn abstract keywords school institution address series edition eprint date
    journaltitle location howpublished organization chapter type annote crossref file
"""
_KNOWN = frozenset(_KNOWN_WORDS.split())


class FieldSpan(NamedTuple):
    """Where a field stands, from its name to the end of its value.

    `value_at` is the first sign of the value, its brace or quotation mark included.
    """

    name_at: int
    value_at: int
    end: int


class UnclosedDelimiter(Exception):
    """A brace or a quotation mark is not closed before the next entry."""

    def __init__(self, at: int, mark: str) -> None:
        super().__init__(mark)
        self.at = at
        self.mark = mark


class EntryContext(Protocol):
    """The text around an entry."""

    def line(self, at: int) -> int: ...

    def macro(self, name: str) -> str: ...

    def knows(self, name: str) -> bool: ...


class EntryReader:
    """Reads one entry.

    Args:
        at: after its opening brace.
        limit: where the next entry begins.
        closer: the sign that ends it.

    Attributes:
        found, lines: the fields and on which lines they begin.
        spans: where they stand, empty ones too; none where something is not closed.
        problems: what was mended, with the line.
    """

    def __init__(self, text: str, at: int, limit: int, closer: str, whole: EntryContext) -> None:
        self.text = text
        self.at = self.begin = at
        self.limit = limit
        self.closer = closer
        self.whole = whole
        self.found: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.spans: dict[str, FieldSpan] = {}
        self.problems: list[tuple[int, str]] = []

    def problem(self, at: int, said: str) -> None:
        """Note what was mended; the same only once."""
        told = len(self.problems)
        if told < MAX_PROBLEMS and all(said != each for _, each in self.problems):
            self.problems.append((self.whole.line(at), said))

    def key(self) -> str:
        """Read the key, which may be missing, or have no comma after it."""
        found = _FIRST_LINE.match(self.text, self.at, self.limit)
        start, key = (found.start(1), found[1]) if found else (self.at, "")
        name = _NEXT_NAME.match(key)
        if name is not None and (
            name[1].lower() in _KNOWN or key[name.end() :].lstrip()[:1] in '{"'
        ):
            self.problem(start, "no key")
            return ""
        together = _KEY_AND_NAME.match(key) if "=" in key else None
        end = _unopened(key, self.closer)
        if together is not None:
            key = together[0]
        elif end >= 0:
            key = key[:end]
        self.at = self.begin = start + len(key)
        after = self._after(_SPACE_AND_COMMA)
        if after is not None:
            self.at = self.begin = after
        elif end < 0:
            self.problem(start, "missing comma after the key (repaired)")
        if not key.strip():
            self.problem(start, "no key")
        return key.strip()

    def fields(self) -> None:
        """Read the fields up to the end of the entry.

        Raises:
            UnclosedDelimiter: where something is not closed before `limit`.
        """
        has_comma, value = True, (self.at, self.at)
        while len(self.found) < MAX_FIELDS:
            start = self.at
            self._pass(_BLANK)
            has_comma = has_comma or "," in self.text[start : self.at]
            if self.at >= self.limit:
                if _INSIDE.search(self.text, *value):
                    raise UnclosedDelimiter(value[0], "{")
                self.problem(start, "missing closing brace (repaired)")
                return
            sign = self.text[self.at]
            if sign in "})":
                self.at += 1
                if sign == self.closer and not self._goes_on():
                    return
                has_comma = True
                continue
            value = self._field(has_comma) or value
            has_comma = False
        self.at = self.limit

    def salvage(self) -> None:
        """Read an entry in which something is not closed.

        Each field up to the next one.
        """
        self.found, self.lines, self.spans = {}, {}, {}
        begins = list(_BEGINS.finditer(self.text, max(self.begin - 1, 0), self.limit))[:MAX_FIELDS]
        ends = [*(each.start() + 1 for each in begins[1:]), self.limit]
        for begin, end in zip(begins, ends, strict=False):
            value = self.text[begin.end() : end].strip().rstrip(",").strip()
            if end == self.limit and self.closer == "}":
                value = value.removesuffix("}").strip().rstrip(",").strip()
            value = _bare_of_marks(value)
            self._keep(begin[1], self.whole.macro(value), begin.start(1))
        self.at = self.limit

    def _goes_on(self) -> bool:
        """Whether more fields follow what seemed the end: there was a brace too many."""
        after = self._after(_SPACE_AND_COMMA)
        found = _NEXT_NAME.match(self.text, self.at if after is None else after, self.limit)
        if found is None or found[1].lower() in self.found:
            return False
        is_next_line = "\n\n" not in found[0] and found[1].lower() in _KNOWN
        if after is None and not is_next_line:
            return False
        self.problem(self.at, "extra closing brace")
        return True

    def _field(self, has_comma: bool) -> tuple[int, int] | None:
        """Read a field, and tell where its value stands; or pass over what is none."""
        begin = self.at
        name = _NAME.match(self.text, begin, self.limit)
        if name is None:
            name = _NAME_ALONE.match(self.text, begin, self.limit)
            if name is None:
                self._junk()
                return None
            self.problem(begin, f"missing = after {name[1]}")
        elif not has_comma:
            self.problem(begin, f"missing comma before {name[1]:.40}")
        self.at = name.end()
        self._pass(_SPACE)
        start = self.at
        value = self._value(name[1].lower() in NAMING)
        end = start + len(self.text[start : self.at].rstrip())
        self._keep(name[1], value, begin, FieldSpan(begin, start, end))
        return name.end(), self.at

    def _keep(self, name: str, value: str, at: int, span: FieldSpan | None = None) -> None:
        name = name.lower()
        # As in BibTeX, the first of two fields of a name counts.
        if value.strip() and name in self.found:
            if " ".join(value.split()) != " ".join(self.found[name].split()):
                self.problem(at, f"duplicate field {name:.40} (used the first)")
        elif value.strip():
            self.found[name] = value
            self.lines[name] = self.whole.line(at)
        if span is not None:
            self.spans.setdefault(name, span)

    def _value(self, is_name: bool) -> str:
        pieces = []
        while True:
            self._pass(_SPACE)
            sign = self.text[self.at] if self.at < self.limit else ""
            if sign == "{":
                pieces.append(self._braced())
            elif sign == '"':
                pieces.append(self._quoted())
            else:
                pieces.append(self._bare(is_name))
            before = self.at
            self._pass(_SPACE)
            if self.at >= self.limit or self.text[self.at] != "#":
                self.at = before
                return "".join(pieces)
            self.at += 1

    def _braced(self) -> str:
        start, depth = self.at, 0
        for brace in _BRACES.finditer(self.text, start, self.limit):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                self.at = brace.end()
                return self.text[start + 1 : brace.start()]
        raise UnclosedDelimiter(start, "{")

    def _quoted(self) -> str:
        start, depth, quotes = self.at, 0, 0
        for mark in _BRACES_AND_QUOTES.finditer(self.text, start + 1, self.limit):
            if mark[0] == "{":
                depth += 1
            elif mark[0] == "}":
                depth = max(depth - 1, 0)
            elif depth == 0:
                quotes += 1
                if _AFTER_QUOTE.match(self.text, mark.end(), self.limit):
                    if quotes > 1 and _SWALLOWED.search(self.text, start + 1, mark.end()):
                        break
                    self.at = mark.end()
                    return self.text[start + 1 : mark.start()]
        raise UnclosedDelimiter(start, '"')

    def _bare(self, is_name: bool) -> str:
        """A number, or what a macro stands for; one that stands for nothing names nothing."""
        found = _NUMBER.match(self.text, self.at, self.limit)
        if found is None:
            found = _BARE.match(self.text, self.at, self.limit)
        if found is None:
            return ""
        end = _unopened(found[0], self.closer)
        word = found[0] if end < 0 else found[0][:end]
        begin, word = self.at, word.strip()
        self.at += len(found[0] if end < 0 else found[0][:end])
        if is_name and _MACRO.fullmatch(word) and not self.whole.knows(word):
            self.problem(begin, f"undefined string {word:.40} (skipped)")
            return ""
        return self.whole.macro(word)

    def _junk(self) -> None:
        """Pass over what is no field."""
        begin = self.at
        if self.text[begin] == "{":
            self._braced()
            self.problem(begin, "text in braces between fields (skipped)")
            return
        found = _JUNK.match(self.text, begin, self.limit)
        self.at = max(begin + 1, found.end() if found else 0)
        self.problem(begin, f"“{self.text[begin : self.at].strip():.40}” isn’t a field (skipped)")

    def _pass(self, what: re.Pattern[str]) -> None:
        self.at = self._after(what) or self.at

    def _after(self, what: re.Pattern[str]) -> int | None:
        found = what.match(self.text, self.at, self.limit)
        return None if found is None else found.end()


def _unopened(text: str, closer: str) -> int:
    """Where a brace or bracket is closed that was not opened in the text; -1 for nowhere."""
    opener, depth = "{" if closer == "}" else "(", 0
    for at, sign in enumerate(text):
        if sign == opener:
            depth += 1
        elif sign == closer:
            depth -= 1
            if depth < 0:
                return at
    return -1


def _bare_of_marks(value: str) -> str:
    """A value without the braces or quotation marks around it, of which one may be missing."""
    if value.startswith(("{", '"')):
        value = value[1:]
    if value.endswith('"') or (value.endswith("}") and value.count("}") > value.count("{")):
        value = value[:-1]
    return value.strip()
