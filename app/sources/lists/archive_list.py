"""The reading list in a personal archive: `list.json`, with statuses, notes and the rest."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from typing import Any

from app.references.own_lines import PRIORITIES
from app.sources.answers import objects_at, read_json, text_at, texts_at
from app.sources.bibtex.reading import BadEntry
from app.sources.contract import SourceUnavailable
from app.sources.lists.listed_paper import ListedPaper, read_moment
from app.sources.record import PaperRecord

NAME = "list.json"
_DATES = {"to-read": "to_read_at", "reading": "reading_at", "read": "read_at"}


def read_archive_list(
    data: bytes, records: Mapping[str, PaperRecord]
) -> Iterator[ListedPaper | BadEntry]:
    """The entries of a list, the last one first, as they once came.

    Args:
        records: what `list.bib` says of papers, by their keys.
    """
    try:
        value = read_json(data.removeprefix(BOM_UTF8))
    except SourceUnavailable:
        yield BadEntry(1, f"{NAME} cannot be read.")
        return
    items = list(objects_at({"items": value}, "items"))
    for number, item in enumerate(sorted(items, key=_read_position), 1):
        key = text_at(item, "paper")
        bare = PaperRecord(
            title=text_at(item, "title"),
            doi=text_at(item, "doi"),
            arxiv_id=text_at(item, "arxiv_id"),
        )
        status = text_at(item, "status")
        remark, notes = item.get("remark"), item.get("notes")
        yield ListedPaper(
            line=number,
            record=records.get(key, bare),
            citekey=text_at(item, "citekey"),
            names=(key,),
            status=status,
            status_at=read_moment(text_at(item, _DATES.get(status, "stopped_at"))),
            added_at=read_moment(text_at(item, "added_at")),
            priority=PRIORITIES.get(text_at(item, "priority"), 0),
            remark=remark if isinstance(remark, str) else "",
            notes=notes if isinstance(notes, str) else "",
            labels=tuple(texts_at(item, "labels")),
        )


def _read_position(item: Mapping[str, Any]) -> float:
    position = item.get("position")
    return position if isinstance(position, int | float) and abs(position) < 2**63 else 0
