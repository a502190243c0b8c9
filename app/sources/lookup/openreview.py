"""OpenReview (https://docs.openreview.net): notes of its second interface, else of its first one.

In the second one every field of a note is `{"value": …}`, in the first it is the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from app.references.addresses import outside_url
from app.references.identifiers import stream_of
from app.sources.answers import objects_at, read_json, text_at, texts_at, value_at, year_of
from app.sources.contract import MAX_FOUND_PAPERS, Fetch, SourceUnavailable
from app.sources.record import PaperRecord
from app.text.tex import paragraphs, plain

NAME = "OpenReview"
HOSTS = {"api2.openreview.net": 1.0, "api.openreview.net": 1.0}
KIND = "openreview"
_NEW, _OLD = HOSTS
# A group such as `ICLR.cc/2024/Conference`; below it stand those that were not taken.
_CONFERENCE = re.compile(
    r"([A-Za-z][\w-]*)(?:\.\w+)?/(\d{4})/Conference(?:/(?:Oral|Poster|Spotlight))?"
)
_NOT_TAKEN = re.compile(r"submitted|reject|withdrawn|review|desk", re.IGNORECASE)


def find(value: str, fetch: Fetch) -> PaperRecord | None:
    """The paper whose forum has this id."""
    refusal = None
    for host in (_NEW, _OLD):
        try:
            body = fetch(host, "/notes", {"id": value})
        except SourceUnavailable as unavailable:
            refusal = refusal or unavailable
            continue
        for record in _papers(body):
            if record.openreview_id == value:
                return record
    if refusal is not None:
        raise refusal
    return None


def search_title(title: str, fetch: Fetch) -> list[PaperRecord]:
    """Papers with the words of a title."""
    query = {"term": title, "type": "terms", "content": "all", "source": "forum"}
    body = fetch(_NEW, "/notes/search", {**query, "limit": str(MAX_FOUND_PAPERS)})
    return _papers(body)[:MAX_FOUND_PAPERS]


def _papers(body: bytes | None) -> list[PaperRecord]:
    notes = [] if body is None else objects_at(read_json(body), "notes")
    return list(filter(None, map(_record, notes)))


def _record(note: Mapping[str, Any]) -> PaperRecord | None:
    number, title = text_at(note, "id"), text_at(_value(note, "title"))
    # Reviews and comments are notes too, in the forum of their paper.
    if not title or not number or text_at(note, "forum") not in ("", number):
        return None
    names = texts_at(_value(note, "authors"))
    venue, venue_key, year = _venue(note)
    day = _day(note)
    return PaperRecord(
        title=plain(title),
        authors=tuple(plain(name) for name in names if not name.lower().startswith("anonymous")),
        year=year or (day.year if day else None),
        published_on=day,
        venue=venue,
        venue_key=venue_key,
        openreview_id=number,
        url=outside_url("openreview", number) or "",
        abstract=_paragraphs(_value(note, "abstract")),
        keywords=", ".join(map(plain, texts_at(_value(note, "keywords")))),
        details={"type": "inproceedings"} if venue and venue != "TMLR" else {},
    )


def _value(note: Mapping[str, Any], field: str) -> Any:
    found = value_at(note, "content", field)
    return found["value"] if isinstance(found, dict) and "value" in found else found


def _venue(note: Mapping[str, Any]) -> tuple[str, str, int | None]:
    """Name and key of the venue, and the year, if the paper was taken there."""
    group, said = text_at(_value(note, "venueid")), text_at(_value(note, "venue"))
    if _NOT_TAKEN.search(said):
        return "", "", None
    if conference := _CONFERENCE.fullmatch(group):
        return conference[1], "", int(conference[2])
    # Of what it took from dblp the group is named by stream and year: `dblp.org/conf/nips/2015`.
    name = group.lower().removeprefix("dblp.org/")
    year = year_of(name.rpartition("/")[2])
    if name != group.lower() and year is not None and (stream := stream_of(name)):
        return "", stream, year
    return ("TMLR", "", None) if group == "TMLR" else ("", "", None)


def _day(note: Mapping[str, Any]) -> date | None:
    """The day of publication, else that on which the note was made: milliseconds since 1970."""
    for field in ("pdate", "cdate", "tcdate"):
        moment = note.get(field)
        if isinstance(moment, int) and 0 < moment < 10**13:
            return datetime.fromtimestamp(moment / 1000, UTC).date()
    return None


def _paragraphs(text: Any) -> str:
    return paragraphs(text.replace("\r", "")) if isinstance(text, str) else ""
