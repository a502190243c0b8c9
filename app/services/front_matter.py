"""Markdown files with YAML front matter: the form in which a library travels."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import yaml

MARK = "---"


class BadFile(ValueError):
    """A file that cannot be read; `line` counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def split(text: str) -> tuple[dict[str, Any], str]:
    """The front matter and the body of a file.

    Raises:
        BadFile: when there is no front matter, or it is not a YAML mapping.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != MARK:
        raise BadFile("There is no front matter: the first line must be ---.")
    ends = (number for number, line in enumerate(lines[1:], 1) if line.strip() == MARK)
    end = next(ends, None)
    if end is None:
        raise BadFile("The front matter has no end: a second line with --- is missing.")
    try:
        # BaseLoader: every value stays a string, so that an arXiv id is no number.
        found = yaml.load("\n".join(lines[1:end]), Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 if mark is None else mark.line + 2
        raise BadFile(f"The front matter is not YAML: {error.__class__.__name__}.", line) from None
    if not isinstance(found, dict):
        raise BadFile("The front matter must be a list of names and values.", 2)
    return found, "\n".join(lines[end + 1 :]).strip("\n")


def text(fields: dict[str, Any], name: str) -> str:
    """A value as one string; a list is joined by commas; nothing is the empty string."""
    value = fields.get(name) or ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def texts(fields: dict[str, Any], name: str) -> list[str]:
    """A value as a list of strings; one string is a list of one."""
    value = fields.get(name) or []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def moment(fields: dict[str, Any], name: str) -> datetime | None:
    """A value as a moment in UTC.

    Raises:
        BadFile: when it is not ISO 8601.
    """
    value = text(fields, name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise BadFile(f"{name} must be a moment such as 2026-05-12T09:30:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(fields: dict[str, Any], name: str) -> date | None:
    """A value as a day; raises `BadFile` when it is not one."""
    value = text(fields, name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise BadFile(f"{name} must be a day such as 2026-05-12.") from None
