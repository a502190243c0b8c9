"""One summary is read from a Markdown file.

Called by a process that has no database, and imports none: starting it takes half the time so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.licences import LICENCES
from app.references.parsing import reference_from_url
from app.sources.formats import front_matter
from app.sources.formats.front_matter import HEAD_LINE, BadFile, text
from app.sources.formats.note_fields import read_authors, rename_fields, without_links
from app.sources.provenance import MADE, READ
from app.sources.record import OTHERS, PaperRecord
from app.text.visibility import VISIBILITIES

MAX_FILE = 1_000_000  # bytes; a text has at most 64 kB, but front matter may be long
FIELDS = (
    *("key", "title", "authors", "year", "venue", "doi", "arxiv", "url", "abstract", "keywords"),
    *("user", "display_name", "created", "edited", "visibility", "anonymous", "takeaway", "tags"),
    *("read", "made", "interest", "licence"),
)
# Beyond those that people write: what a paper's page would lose without them.
MORE_FIELDS = (*("venue_key", "venue_title", "section", "published", "place", "signature", "date"),)
# Of other tools; `aliases` is of our own export, so that Obsidian finds a note by its title, and so
# is what a member's reading list says of the paper.
OTHER_FIELDS = (
    *("citekey", "aliases", "alias", "cssclass", "cssclasses", "layout", "publish"),
    *("status", "status_date", "priority", "labels", "remark"),
)
MAX_PLACE = 99
_TRUE = {"true", "yes", "on", "1", "y"}
_FALSE = {"false", "no", "off", "0", "n", ""}
# What each statement of a text means, by how it is written.
_STATEMENTS: Mapping[str, Mapping[str, str | bool]] = {
    "read": {word: word for word in ("", *READ)},
    "made": {word: word for word in ("", *MADE)},
    "interest": dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False),
    "licence": {"": ""} | {each.lower(): each for each in LICENCES},
}


@dataclass(frozen=True)
class SummaryFile:
    """What a file says.

    `None` stands for what it does not say.

    Attributes:
        citekey: what its writer's reference manager calls the paper; less sure than `record.key`.
        names: under which its writer was known where it comes from.
        place: which of its writer's texts about the paper it is, from 0 as in `Summary.place`; a
            file counts from 1.
        licence: under which it was published where it comes from.
        signature: what proves that it came about by a merge (`signatures`).
        votes: the score that a summary had on the site it comes from.
        unknown: names of fields that mean nothing here.
        notes: what its owner should know besides.
        lines: on which line each field stands, and the text as `source`; `""` for what is missing.

    Raises:
        BadFile: for moments that have not come yet.
    """

    record: PaperRecord
    text: str
    citekey: str = ""
    user: str = ""
    display_name: str = ""
    created: datetime | None = None
    edited: datetime | None = None
    visibility: str | None = None
    anonymous: bool | None = None
    takeaway: str | None = None
    tags: tuple[str, ...] | None = None
    read: str | None = None
    made: str | None = None
    interest: bool | None = None
    licence: str = ""
    place: int = 0
    signature: str = ""
    votes: int = 0
    unknown: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        latest = datetime.now(UTC) + timedelta(days=1)  # clocks differ, and a day has no hour
        for name, moment in (("created", self.created), ("edited", self.edited)):
            if moment is not None and moment > latest:
                raise BadFile(f"{name} lies in the future.", field=name)


def cap_moments(file: SummaryFile) -> SummaryFile:
    """A file without moments later than the present one.

    Else it would come first in lists until they are here.
    """
    present = datetime.now(UTC)
    created, edited = (
        min(moment, present) if moment is not None else None
        for moment in (file.created, file.edited)
    )
    return replace(file, created=created, edited=edited)


def read(data: bytes) -> SummaryFile:
    """Read a Markdown file.

    Raises:
        BadFile: with the line and a reason in words.
    """
    if len(data) > MAX_FILE:
        raise BadFile(f"A file has at most {MAX_FILE:,} bytes; this has {len(data):,}.")
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile("The file is not UTF-8.", line) from None
    note = front_matter.parse(content)
    known = (*FIELDS, *MORE_FIELDS, *OTHER_FIELDS)
    fields, named = rename_fields(note.fields, note.lines, known)
    lines = {**named, "source": note.body_line, "": HEAD_LINE}
    if not note.body.strip():
        raise BadFile("There is no text below the front matter.", content.count("\n") + 1)
    try:
        return _file(fields, note.body, lines)
    except BadFile as error:
        raise BadFile(str(error), lines.get(error.field, HEAD_LINE)) from None


def _file(fields: Mapping[str, Any], body: str, lines: Mapping[str, int]) -> SummaryFile:
    user, display_name = _plain(fields, "user"), _plain(fields, "display_name")
    stated = _read_statements(fields)
    return SummaryFile(
        record=read_paper(fields),
        text=body,
        citekey=_plain(fields, "citekey").lstrip("@"),
        user=user.lower().lstrip("@"),
        display_name=display_name,
        names=tuple(filter(None, (user.lstrip("@"), display_name))),
        lines=lines,
        created=front_matter.moment(fields, "created") or _date(fields),
        edited=front_matter.moment(fields, "edited"),
        visibility=_visibility(fields),
        anonymous=_switch(fields, "anonymous"),
        takeaway=_plain(fields, "takeaway") if "takeaway" in fields else None,
        tags=_tags(fields),
        **stated,
        place=_place(fields),
        signature=_plain(fields, "signature"),
        unknown=tuple(
            name
            for name in fields
            if name not in (*FIELDS, *MORE_FIELDS, *OTHER_FIELDS)
            or (name in _STATEMENTS and name not in stated)
        ),
    )


def read_paper(fields: Mapping[str, Any]) -> PaperRecord:
    """What the fields of front matter, under our names, say of the paper.

    Raises:
        BadFile: when they do not tell which one it is.
    """
    appeared = text(fields, "year") or ("" if _date(fields) else text(fields, "date"))
    year = re.search(r"\b\d{4}\b", appeared)
    people = read_authors(fields.get("authors") or [])
    record = PaperRecord(
        title=text(fields, "title"),
        authors=people.names,
        key=_plain(fields, "key"),
        year=int(year[0]) if year else None,
        venue=without_links(_plain(fields, "venue")),
        doi=_plain(fields, "doi"),
        arxiv_id=_plain(fields, "arxiv"),
        url=_plain(fields, "url"),
        abstract=_plain(fields, "abstract"),
        keywords=_plain(fields, "keywords"),
        published_on=front_matter.day(fields, "published"),
        section=_plain(fields, "section"),
        venue_key=_plain(fields, "venue_key"),
        venue_title=_plain(fields, "venue_title"),
        details={"authors": OTHERS} if people.has_more else {},
    )
    named = record.key or record.doi or record.arxiv_id or _plain(fields, "citekey")
    if not (named or reference_from_url(record.url)) and not is_told(record):
        raise BadFile(
            "Which paper is it about? Give a key, DOI, arXiv ID, or the title with authors and"
            " year."
        )
    return record


def is_told(record: PaperRecord) -> bool:
    """Whether a paper without identifier is told by its title, authors and year."""
    return bool(record.title.strip() and record.authors and record.year)


def _date(fields: Mapping[str, Any]) -> datetime | None:
    """When a text was written; what is no moment is when its paper appeared."""
    try:
        return front_matter.moment(fields, "date")
    except BadFile:
        return None


def _plain(fields: Mapping[str, Any], name: str) -> str:
    return text(fields, name).strip()


def _tags(fields: Mapping[str, Any]) -> tuple[str, ...] | None:
    if "tags" not in fields:
        return None
    value = fields["tags"] or []
    parts = value if isinstance(value, list) else re.split(r",|\s(?=#)", value)
    return tuple(part.strip().lstrip("#") for part in parts if part.strip())


def _visibility(fields: Mapping[str, Any]) -> str | None:
    value = _plain(fields, "visibility").lower()
    if value and value not in VISIBILITIES:
        raise BadFile(
            f"visibility is {', '.join(VISIBILITIES)}, not {value:.60}.", field="visibility"
        )
    return value or None


def _read_statements(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a file states of how its text came about, and of its licence.

    Other tools have fields of these names, too: what is none of our words says nothing.
    """
    typed = {name: _plain(fields, name).lower() for name in _STATEMENTS if name in fields}
    return {
        name: _STATEMENTS[name][value]
        for name, value in typed.items()
        if value in _STATEMENTS[name]
    }


def _place(fields: Mapping[str, Any]) -> int:
    value = _plain(fields, "place") or "1"
    if not (
        value.isascii() and value.isdigit() and len(value) < 9 and 1 <= int(value) <= MAX_PLACE
    ):
        hint = f"place is a number from 1 to {MAX_PLACE}, not {value:.60}."
        raise BadFile(hint, field="place")
    return int(value) - 1


def _switch(fields: Mapping[str, Any], name: str) -> bool | None:
    if name not in fields:
        return None
    value = _plain(fields, name).lower()
    if value not in _TRUE | _FALSE:
        raise BadFile(f"{name} is true or false, not {value:.60}.", field=name)
    return value in _TRUE
