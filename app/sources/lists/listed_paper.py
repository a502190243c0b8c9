"""One row of a reading list from elsewhere, whatever the tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from app.sources import record
from app.sources.record import PaperRecord

MAX_NOTES_BYTES = 64_000
MAX_WORD_CHARS = 60  # of a status as its tool calls it
MAX_NAME_CHARS = 200  # of a label or collection as its tool has it
MAX_NAMES = 100  # labels of one row
MAX_DEPTH = 10  # names in the path of a collection; the outer ones of a longer one are left out
PATH_BREAK = "\n"  # which no name contains
NAME_BREAK = " / "  # as readers see it
_MOMENTS = ("status_at", "added_at")
_TUPLES = ("labels", "collections", "keywords", "names", "shelves")


@dataclass(frozen=True)
class ListedPaper:
    """A paper with what a reader noted in another tool.

    Attributes:
        line: where in the file it stands: the number of a line, an item or a note.
        record: the paper; without a title only its identifiers are known.
        page: where the site that wrote the file has the paper, which is no fact of the paper.
        citekey: the reader's own key, byte for byte.
        names: further keys under which the paper may be known here.
        status: in the words of the tool; empty when it says nothing.
        status_at, added_at: when it got the status, and when it came on the list.
        priority: from 0 to 3, as `ListEntry.priority`.
        notes: Markdown.
        labels, collections, keywords: what the reader calls it, the folders in which it is, and
            what may be the publisher's words. A folder is the path to it: the names from the
            outermost on, with `PATH_BREAK` between them.
        shelves: of the collections those that our own export says were shelves.
        shelf_note: what the reader says of it there.
        description: of that shelf, in Markdown; the first paper on it has it.
        path: of a note, by which others link to it.
        links: the targets of links in the notes, and the paths of the notes that they mean.
        is_only_shelved: whether it says only that a paper is on a shelf.
        is_loose: whether the title is a line that somebody pasted, which may be anything.
    """

    line: int
    record: PaperRecord
    page: str = ""
    citekey: str = ""
    names: tuple[str, ...] = ()
    status: str = ""
    status_at: datetime | None = None
    added_at: datetime | None = None
    priority: int = 0
    remark: str = ""
    notes: str = ""
    labels: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    shelves: tuple[str, ...] = ()
    shelf_note: str = ""
    description: str = ""
    path: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    is_only_shelved: bool = False
    is_loose: bool = False

    @property
    def shown(self) -> str:
        """What to call it: its title, or the first of its identifiers."""
        facts = self.record
        named = (facts.title, facts.doi, facts.arxiv_id, facts.openreview_id, facts.acl_id)
        return next(filter(None, (*named, facts.key, self.citekey, facts.url)), "")

    @property
    def is_empty_shelf(self) -> bool:
        """Whether it is no paper, but a shelf that has none."""
        return self.is_only_shelved and not (self.shown or self.page or self.names)


def read_moment(text: str) -> datetime | None:
    """A day or moment as tools write it: ISO 8601, or JabRef's `2020.01.31`.

    `None` for anything else. A moment without a zone is one in UTC.
    """
    text = text.strip()
    if len(text) == 10:
        text = text.replace(".", "-").replace("/", "-")
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        found = datetime.fromisoformat(text)
        moment = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1900 <= moment.year <= 2200 else None


def to_json(row: ListedPaper) -> dict[str, Any]:
    """A row as JSON can hold it, without what is empty."""
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    values["record"] = {name: value for name, value in record.to_json(row.record).items() if value}
    for name in _MOMENTS:
        values[name] = values[name] and values[name].isoformat()
    for name in _TUPLES:
        values[name] = list(values[name])
    return {name: value for name, value in values.items() if value}


def from_json(values: Mapping[str, Any]) -> ListedPaper:
    """The row that `to_json` was given; other values beside it do not count."""
    blank = record.to_json(PaperRecord(title=""))
    found: dict[str, Any] = {
        "line": 0,
        **{name: values[name] for name in ListedPaper.__dataclass_fields__ if name in values},
        "record": record.from_json({**blank, **values.get("record", {})}),
    }
    for name in _MOMENTS:
        if name in found:
            found[name] = datetime.fromisoformat(found[name])
    for name in _TUPLES:
        found[name] = tuple(found.get(name, ()))
    return ListedPaper(**found)
