"""One summary is written as a Markdown file that can be read again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.models import Paper, Summary
from app.queries.lists.own_entries import EntryFacts
from app.services.summaries.signatures import sign
from app.sources.formats import front_matter
from app.sources.name_lists import NameList, write_names
from app.sources.record import OTHERS
from app.sources.sections import said_section, section_of_venue


def write(summary: Summary, body: str, secret: str = "", entry: EntryFacts | None = None) -> str:
    """A summary as a file; its paper, authors, venue, writer and tags must be loaded.

    Args:
        body: its source, in which the addresses of pictures are those of files beside it.
        secret: the site's, to sign that it is one of several texts of its writer.
        entry: what its writer's list says of the paper, for a file that is theirs alone.
    """
    paper, venue = summary.paper, summary.paper.venue
    venue_name, venue_title = paper.printed_venue
    signature = ""
    if secret:
        signature = sign(secret, summary.user_id, paper.key, summary.created_at)
    fields: dict[str, Any] = {
        "key": paper.key,
        "title": paper.title,
        "authors": _authors(paper),
        "year": paper.year,
        "venue": venue_name,
        "doi": paper.doi,
        "arxiv": paper.arxiv_id,
        "url": paper.url,
        "abstract": paper.abstract,
        "keywords": paper.keywords,
        "user": summary.user.name,
        "display_name": summary.user.display_name,
        "created": _iso(summary.created_at),
        "edited": _iso(summary.edited_at),
        "visibility": summary.visibility,
        "anonymous": summary.anonymous,
        "read": summary.read,
        "made": summary.made,
        "interest": summary.interest or "",
        "licence": summary.licence,
        "takeaway": summary.takeaway,
        "tags": [tag.name for tag in summary.tags],
        "venue_key": venue.key if venue is not None else "",
        "venue_title": venue_title,
        "section": _said_section(paper),
        "published": paper.published_on.isoformat() if paper.published_on else "",
        "aliases": [paper.title],
        **_list_facts(entry),
        "place": summary.place + 1 if summary.place else "",
        "signature": signature,
    }
    said = {name: value for name, value in fields.items() if value not in ("", None, [])}
    return front_matter.join(said, body)


def _list_facts(entry: EntryFacts | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {
        "status": entry.status,
        "status_date": entry.status_date,
        "priority": entry.priority,
        "labels": list(entry.labels),
        "remark": entry.remark,
        "citekey": entry.citekey,
    }


def _authors(paper: Paper) -> list[str]:
    people = tuple(each.numbered for each in paper.authorships)
    has_more = bool(people) and paper.details.get("authors") == OTHERS
    return write_names(NameList(people, has_more)).splitlines()


def _said_section(paper: Paper) -> str:
    venue = paper.venue
    of_venue = None if venue is None else section_of_venue(venue.section_slug, venue.key)
    return said_section(paper.section_slug, paper.arxiv_id or "", of_venue)


def _iso(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
