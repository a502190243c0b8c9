"""Markdown files with YAML front matter: the form in which a library travels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import yaml

MARK = "---"
MAX_HEAD = 256_000
_OTHER_BREAK = re.compile("[\r\x85\u2028\u2029]")


class BadFile(ValueError):
    """A file that cannot be read. `line` counts from 1; `field` is the name at fault, if one is."""

    def __init__(self, message: str, line: int = 1, field: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.field = field


def split(text: str) -> tuple[dict[str, Any], str]:
    """The front matter and the body of a file; the lines of the body as they are.

    Raises:
        BadFile: when there is no front matter, or it is not a YAML mapping of names to strings and
            lists of strings.
    """
    # Not splitlines(): other line ends than these are part of a text.
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != MARK:
        raise BadFile("There is no front matter: the first line must be ---.")
    ends = (number for number, line in enumerate(lines[1:], 1) if line.rstrip() == MARK)
    end = next(ends, None)
    if end is None:
        raise BadFile("The front matter has no end: a second line with --- is missing.")
    head = "\n".join(lines[1:end])
    if len(head) > MAX_HEAD:
        raise BadFile(f"The front matter has more than {MAX_HEAD:,} characters.", 2)
    return _fields(head), "\n".join(lines[end + 1 :]).strip("\n")


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


def _fields(head: str) -> dict[str, Any]:
    try:
        found = yaml.load(head, Loader=_Loader)  # noqa: S506  (makes strings only)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 if mark is None else mark.line + 2
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise BadFile(f"The front matter is not YAML: {problem}.", line) from None
    except (RecursionError, ValueError):
        raise BadFile("The front matter is not YAML that we can read.", 2) from None
    if not isinstance(found, dict):
        raise BadFile("The front matter must be a list of names and values.", 2)
    for name, value in found.items():
        each = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str) for part in [name, *each]):
            raise BadFile(f"{name!s:.60} must be one value or a list of values.", 2)
    return found


class _Loader(yaml.BaseLoader):
    """Every value is a string, so that an arXiv id is no number; a bare null is an empty string."""


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
    """A value as one string; a list is joined by commas; nothing is the empty string."""
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


def line_of(content: str, name: str) -> int:
    """The line (from 1) of a field in a file, or of its front matter."""
    lines = content.split("\n")
    found = (number for number, line in enumerate(lines, 1) if line.startswith(f"{name}:"))
    return next(found, 2)
