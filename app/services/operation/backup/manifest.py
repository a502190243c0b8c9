"""What a backup says of itself: its member `manifest.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

FORMAT = 1  # raised when an older program could not read a backup any more
NAME = "manifest.json"
MAX_BYTES = 500_000_000  # bytes; a picture takes some 150
_TABLE = re.compile(r"[a-z][a-z_]{0,62}")
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HASH = re.compile(r"[0-9a-f]{64}")
_REVISION = re.compile(r"\w{1,32}")
# Names of pictures are random letters and digits: they are written below the data directory.
_MEMBER = re.compile(r"tables/[a-z][a-z_]{0,62}\.jsonl|pictures/[A-Za-z0-9_-]{1,30}\.[a-z]{1,5}")


class BadBackup(ValueError):
    """A backup that cannot be restored; the message says why, for the administrator."""


@dataclass(frozen=True)
class TableContent:
    """What a backup holds of a table; `content` is the hash of its rows."""

    columns: list[str]
    rows: int
    content: str


@dataclass(frozen=True)
class Member:
    """A file in a backup: its size in bytes, and the SHA-256 of its content."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Args:
        program: the version of Shortlist that made it.
        revision: of the schema.
        made_at: the moment as of which it holds the library, in UTC.
        content: hash of all rows, the same for SQLite and PostgreSQL.
        missing: pictures that the library should have had, and that were not there.
        settings: what of the settings is no secret, by their names.
        format: the version of this format.
    """

    program: str
    revision: str
    made_at: datetime
    content: str
    tables: dict[str, TableContent]
    members: dict[str, Member]
    sequences: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    settings: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def pictures(self) -> list[str]:
        """The names of the pictures that it holds."""
        return [name.partition("/")[2] for name in self.members if name.startswith("pictures/")]

    def count_rows(self, table: str) -> int:
        """How many rows it holds of a table."""
        found = self.tables.get(table)
        return 0 if found is None else found.rows


def name_table(table: str) -> str:
    """The member that holds a table's rows."""
    return f"tables/{table}.jsonl"


def name_picture(name: str) -> str:
    """The member that holds a picture."""
    return f"pictures/{name}"


def is_safe(member: str) -> bool:
    """Whether a backup may have a member of this name."""
    return _MEMBER.fullmatch(member) is not None


def write_manifest(manifest: Manifest) -> bytes:
    """A manifest as the content of its member."""
    values = asdict(manifest) | {"made_at": manifest.made_at.isoformat()}
    return json.dumps(values, ensure_ascii=False, indent=1).encode()


def read_manifest(content: bytes) -> Manifest:
    """The manifest that a member holds.

    Raises:
        BadBackup: when it is damaged, or of a format that a newer program wrote.
    """
    try:
        values = json.loads(content)
        if values["format"] > FORMAT:
            raise BadBackup(
                f"A newer version of Shortlist ({values['program']}) made this backup. Install"
                " that version, then restore it."
            )
        return _check(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, BadBackup):
            raise
        raise BadBackup("The list of contents of this backup is damaged.") from None


def _check(values: dict[str, Any]) -> Manifest:
    tables = {
        _match(_TABLE, name): TableContent(
            [_match(_COLUMN, column) for column in table["columns"]],
            int(table["rows"]),
            _match(_HASH, table["content"]),
        )
        for name, table in values["tables"].items()
    }
    members = {
        _match(_MEMBER, name): Member(int(member["size"]), _match(_HASH, member["sha256"]))
        for name, member in values["members"].items()
    }
    if not {name_table(name) for name in tables} <= members.keys():
        raise BadBackup("A table is missing in this backup.")
    return Manifest(
        program=str(values["program"]),
        revision=_match(_REVISION, values["revision"]),
        made_at=datetime.fromisoformat(values["made_at"]).astimezone(UTC),
        content=_match(_HASH, values["content"]),
        tables=tables,
        members=members,
        sequences={_match(_TABLE, name): int(n) for name, n in values["sequences"].items()},
        missing=[str(name) for name in values["missing"]],
        settings={str(name): str(value) for name, value in values["settings"].items()},
    )


def _match(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise ValueError("not as it should be")
    return value
