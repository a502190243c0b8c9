"""One summary as a Markdown file that goes out, so that reading it again loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.models import Summary, Venue
from app.services.summaries.signatures import sign
from app.sources.dblp_sections import section_of_stream
from app.sources.formats import front_matter
from app.sources.record import NO_SECTION


def write(summary: Summary, body: str, secret: str = "") -> str:
    """A summary as a file; its paper, authors, venue, writer and tags must be loaded.

    Args:
        body: its source, in which the addresses of pictures are those of files beside it.
        secret: the site's, to sign that it is one of several texts of its writer.
    """
    paper, venue = summary.paper, summary.paper.venue
    signature = ""
    if secret:
        signature = sign(secret, summary.user_id, paper.key, summary.created_at)
    fields: dict[str, Any] = {
        "key": paper.key,
        "title": paper.title,
        "authors": [author.numbered for author in paper.authors],
        "year": paper.year,
        "venue": venue.name if venue is not None else "",
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
        "takeaway": summary.takeaway,
        "tags": [tag.name for tag in summary.tags],
        "venue_key": venue.key if venue is not None else "",
        "venue_title": venue.title if venue is not None else "",
        "section": paper.section_slug or _no_section(venue),
        "published": paper.published_on.isoformat() if paper.published_on else "",
        "place": summary.place + 1 if summary.place else "",
        "signature": signature,
    }
    said = {name: value for name, value in fields.items() if value not in ("", None, [])}
    return front_matter.join(said, body)


def _no_section(venue: Venue | None) -> str:
    """What says that a paper is in no section, where it would get that of its venue."""
    if venue is None or not (venue.section_slug or section_of_stream(venue.key)):
        return ""
    return NO_SECTION


def _iso(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
