"""Markdown files with YAML front matter: the form in which a library travels."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import yaml

MARK = "---"
HEAD_LINE = 2  # on which the front matter begins
MAX_HEAD = 256_000
MAX_FIELDS = 100
MAX_VALUES = 6000  # of all lists together; papers have up to 5,000 authors
MAX_DEPTH = 4
_LINE = re.compile(r"([A-Za-z][\w -]{0,60}:[ ]+|[ ]*-[ ]+)([^\"'|>{\s].*)")
# A link in two brackets, or a sign with which no value begins; a colon in what has a name.
_NEEDS_QUOTES = re.compile(r"^\[\[[^\[\]]+\]\](?:,[ ]*\[\[[^\[\]]+\]\])*$|^[@`%]")
_HAS_COLON = re.compile(r"(?!\[).*:(?:[ ]|$)")
_OTHER_BREAK = re.compile("[\r\x85\u2028\u2029]")


class BadFile(ValueError):
    """A file that cannot be read.

    `line` counts from 1; `field` is the name at fault, if one is.
    """

    def __init__(self, message: str, line: int = 1, field: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.field = field


@dataclass(frozen=True)
class ParsedNote:
    """A file taken apart.

    Attributes:
        fields: its front matter.
        body: the text below, without empty lines at either end.
        lines: the line of each field in the file, from 1.
        body_line: the line on which the body begins.
    """

    fields: dict[str, Any]
    body: str
    lines: dict[str, int]
    body_line: int


def parse(text: str) -> ParsedNote:
    """Take a file apart into front matter and body.

    The lines of the body are as they are.

    Raises:
        BadFile: when there is no front matter, or it is not a YAML mapping of names to strings and
            lists of strings, each name once.
    """
    # Not splitlines(): other line ends than these are part of a text.
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != MARK:
        raise BadFile("There is no front matter: the first line must be ---.")
    ends = (number for number, line in enumerate(lines[1:], 1) if line.rstrip() == MARK)
    end = next(ends, None)
    if end is None:
        raise BadFile("The front matter has no end: a second line with --- is missing.")
    head = "".join(f"{line}\n" for line in lines[1:end])
    if len(head) > MAX_HEAD:
        raise BadFile(f"The front matter has more than {MAX_HEAD:,} characters.", HEAD_LINE)
    fields, places = _fields(head)
    body = "\n".join(lines[end + 1 :])
    empty = len(body) - len(body.lstrip("\n"))
    return ParsedNote(fields, body.strip("\n"), places, end + 2 + empty)


def split(text: str) -> tuple[dict[str, Any], str]:
    """The fields and the body of a file; see `parse`."""
    note = parse(text)
    return note.fields, note.body


def join(fields: dict[str, Any], body: str) -> str:
    """A file of front matter and body, which `split` takes apart again without a difference."""
    head = yaml.dump(
        fields,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=float("inf"),
    )
    return f"{MARK}\n{head}{MARK}\n\n{body}\n"


def _fields(head: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The fields, and the line of the file on which each stands.

    What is no YAML for want of quotes, such as `title: BERT: a study`, is read as it is meant.
    """
    try:
        return _yaml_fields(head)
    except BadFile:
        mended = "".join(f"{_quoted(line)}\n" for line in head.split("\n")[:-1])
        if mended == head:
            raise
        try:
            return _yaml_fields(mended)
        except BadFile:
            pass
        raise


def _quoted(line: str) -> str:
    """A line of one name and one value, or of one value of a list, with the value in quotes."""
    found = _LINE.fullmatch(line.rstrip(" "))
    if found is None:
        return line
    is_named = not found[1].lstrip().startswith("-")
    if not (_NEEDS_QUOTES.search(found[2]) or (is_named and _HAS_COLON.match(found[2]))):
        return line
    return f"{found[1]}{json.dumps(found[2], ensure_ascii=False)}"


def _yaml_fields(head: str) -> tuple[dict[str, Any], dict[str, int]]:
    loader = _Loader(head)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise BadFile("The front matter must be a list of names and values.", HEAD_LINE)
        lines = _lines(node)
        found: dict[str, Any] = loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        last = head.count("\n") - 1  # what is not closed is missed only below it
        line = HEAD_LINE + (0 if mark is None else min(mark.line, last))
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise BadFile(f"The front matter is not YAML: {problem}.", line) from None
    except BadFile:
        raise
    except (RecursionError, ValueError):
        raise BadFile("The front matter is not YAML that we can read.", HEAD_LINE) from None
    finally:
        loader.dispose()
    for name, value in found.items():
        each = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str) for part in each):
            raise BadFile(f"{name:.60} must be one value or a list of values.", lines[name])
    return found, lines


def _lines(node: yaml.MappingNode) -> dict[str, int]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + HEAD_LINE
        if not isinstance(key, yaml.ScalarNode):
            raise BadFile("The name of a field must be one value.", line)
        if key.value in lines:
            raise BadFile(
                f"{key.value:.60} stands here twice; the first is on line {lines[key.value]}.", line
            )
        lines[key.value] = line
    return lines


class _Loader(yaml.BaseLoader):
    """Every value is a string, so that an arXiv id is no number; a bare null is an empty string.

    What no person would write is refused where it begins, before time is spent on the rest.
    """

    def __init__(self, head: str) -> None:
        super().__init__(head)
        self._depth = 0
        self._values = 0
        self._fields = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            self._refuse("it refers to another value with *, which is not done here", event)
        self._values += 1
        is_name = self._depth == 1 and index is None
        self._fields += is_name
        if self._fields > MAX_FIELDS:
            self._refuse(f"it has more than {MAX_FIELDS} fields", event)
        if self._values > MAX_VALUES:
            self._refuse(f"it has more than {MAX_VALUES:,} values", event)
        if self._depth == MAX_DEPTH:
            self._refuse("its values are nested too deeply", event)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refuse(self, what: str, event: Any) -> NoReturn:
        line = event.start_mark.line + HEAD_LINE
        raise BadFile(f"The front matter cannot be read: {what}.", line)


_NULL = "tag:yaml.org,2002:null"
_Loader.add_implicit_resolver(_NULL, re.compile("^(?:~|null|Null|NULL)$"), list("~nN"))
_Loader.add_constructor(_NULL, lambda _loader, _node: "")


class _Dumper(yaml.SafeDumper):
    """YAML as a person would write it: several lines as a block, lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    if _OTHER_BREAK.search(value):  # only quoted do these stay what they are
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _string)


def text(fields: Mapping[str, Any], name: str) -> str:
    """A value as one string.

    A list is joined by commas; nothing is the empty string.
    """
    value = fields.get(name) or ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def texts(fields: Mapping[str, Any], name: str) -> list[str]:
    """A value as a list of strings; one string is a list of one."""
    value = fields.get(name) or []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    """A value as a moment in UTC.

    Raises:
        BadFile: when it is not ISO 8601.
    """
    value = text(fields, name).strip()
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        hint = f"{name} must be a moment such as 2026-05-12T09:30:00Z."
        raise BadFile(hint, field=name) from None


def day(fields: Mapping[str, Any], name: str) -> date | None:
    """A value as a day; raises `BadFile` when it is not one."""
    value = text(fields, name).strip()
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise BadFile(f"{name} must be a day such as 2026-05-12.", field=name) from None
