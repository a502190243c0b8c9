"""Feeds and the sitemap: the same for everybody, so public summaries only.

The RSS is ShortScience's, with its namespace and its links: readers, bots and an import use it.
Feeds come in pages that lead to each other (RFC 5005, section 3).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from flask import Blueprint, abort, render_template, request, send_file, url_for
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from app.licences import LICENCES, Licence
from app.models import Summary
from app.queries.catalogue import feed_entries, overview
from app.queries.catalogue.list_rows import load_tag_names
from app.queries.paging import Slice
from app.queries.shelves.overview import list_sitemap_shelves
from app.queries.summary_entries import ANONYMOUS_ANCHOR
from app.rendering import plain_takeaway
from app.sources import retractions
from app.sources.provenance import Provenance
from app.sources.retractions import Retraction
from app.text.lines import remove_not_xml
from app.views.http import listing
from app.views.http.access import db
from app.views.http.security import FILES_LIMIT, open_to_other_sites
from app.views.http.shared_pages import shared

blueprint = Blueprint("feeds", __name__)
ITEMS = 30
BATCH = 200  # summaries of the feed of all that are in memory at once
MAX_MEMORY_BYTES = 1_000_000  # of that feed, before it goes to the disk
_GAP = "\0"  # where the items of that feed go
Description = Callable[[Any], str]
SITEMAP_PART = 20_000  # papers and as many users; 50,000 addresses are allowed in a file
# Each way begins with a sign of its own, which is what is quickly looked for.
_LINKED = r"\[([^\]\n]*)\]\([^)\s]*\)"
_LINK = re.compile(rf"!{_LINKED}|{_LINKED}|https?://\S+")
# The addresses of this site in the HTML of a text, which the sanitiser wrote.
_OWN_ADDRESS = re.compile(r'(<(?:a|img|video|audio)\b[^<>]*? (?:href|src)=")(?=/(?!/))')


@blueprint.get("/feed.atom")
@shared("after", "before")
def atom() -> Response:
    found = feed_entries.list_feed_entries(db(), Summary.html, **listing.read_cursors(ITEMS))
    return _xml(
        "feeds/atom.xml",
        "application/atom+xml",
        entries=found.rows,
        tags=load_tag_names(db().connection(), [entry.id for entry in found.rows]),
        links=_links(found),
        updated=max(map(_edited, found.rows), default=None),
        edited=_edited,
        absolute=_absolute,
        **_FACTS,
    )


@blueprint.get("/rss.xml")
@shared("after", "before")
def rss() -> Response:
    found = feed_entries.list_feed_entries(db(), Summary.source, **listing.read_cursors(ITEMS))
    return _xml(
        "feeds/rss.xml",
        "application/rss+xml",
        title="recent summaries",
        links=_links(found),
        items=_rss_items(found.rows, _text_of),
    )


@blueprint.get("/rss-all.xml")
@FILES_LIMIT
def rss_all() -> Response:
    """All summaries, each by its takeaway or first sentence."""
    return _whole_rss(Summary.excerpt, lambda entry: plain_takeaway(entry.takeaway) or entry.text)


@blueprint.get("/rss-full.xml")
@FILES_LIMIT
def rss_full() -> Response:
    """All summaries in full."""
    return _whole_rss(Summary.source, _text_of)


@blueprint.get("/sitemap.xml")
@shared()
def sitemap() -> Response:
    """The whole sitemap, or an index of its parts.

    An index when it is too large for one file.
    """
    parts = overview.count_sitemap_parts(db(), SITEMAP_PART)
    if parts == 1:
        return _sitemap(0)
    return _xml("feeds/sitemap_index.xml", "application/xml", parts=parts)


@blueprint.get("/sitemap-<int:part>.xml")
@shared()
def sitemap_part(part: int) -> Response:
    if not 1 <= part <= overview.count_sitemap_parts(db(), SITEMAP_PART):
        abort(404)
    return _sitemap(part - 1)


def _sitemap(part: int) -> Response:
    return _xml(
        "feeds/sitemap.xml",
        "application/xml",
        is_first=part == 0,
        papers=overview.list_sitemap_papers(db(), part, SITEMAP_PART),
        writers=overview.list_sitemap_writers(db(), part, SITEMAP_PART),
        shelves=list_sitemap_shelves(db(), part * SITEMAP_PART, (part + 1) * SITEMAP_PART),
    )


@blueprint.get("/robots.txt")
@shared()
def robots() -> Response:
    text = render_template("feeds/robots.txt", site=db().info["site_url"])
    return Response(text, mimetype="text/plain")


def _whole_rss(text: InstrumentedAttribute[str], description: Description) -> Response:
    # A file, since a client may take its time, and a library may not fit into memory.
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=MAX_MEMORY_BYTES))  # noqa: SIM115  (sent below)
    packed = bool(request.accept_encodings["gzip"])
    target = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) if packed else file
    site = db().info["site_url"]
    frame = render_template(
        "feeds/rss.xml",
        site=site,
        title="all summaries",
        links=[("self", request.path)],
        items=_GAP,
    )
    head, foot = frame.split(_GAP)
    target.write(head.encode())
    place: dict[str, str] = {}
    while True:
        found = feed_entries.list_feed_entries(db(), text, size=BATCH, **place)
        target.write(remove_not_xml(_rss_items(found.rows, description)).encode())
        if found.after is None:
            break
        place = {"after": found.after}
    target.write(foot.encode())
    if packed:
        target.close()
    file.seek(0)
    response = send_file(file, "application/rss+xml")
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return open_to_other_sites(response)


def _rss_items(entries: Sequence[Any], description: Description) -> str:
    return render_template(
        "feeds/rss_items.xml",
        site=db().info["site_url"],
        entries=entries,
        further=feed_entries.find_after_first(db(), entries),
        description=description,
        old_address=_old_address,
        rfc822=_rfc822,
        **_FACTS,
    )


def _links(found: Slice) -> list[tuple[str, str]]:
    """The pages around the present page of a feed."""
    endpoint = str(request.endpoint)
    here: dict[str, Any] = {
        name: request.args[name] for name in ("after", "before") if name in request.args
    }
    links = [("self", url_for(endpoint, **here)), ("first", url_for(endpoint))]
    if found.before is not None:
        links.append(("previous", url_for(endpoint, before=found.before)))
    if found.after is not None:
        links.append(("next", url_for(endpoint, after=found.after)))
    return links


def answer_xml(template: str, mimetype: str, **context: object) -> Response:
    """A template as XML, without what XML cannot hold."""
    site = db().info["site_url"]
    text = render_template(template, site=site, **context)
    return Response(remove_not_xml(text), mimetype=mimetype)


def _xml(template: str, mimetype: str, **context: object) -> Response:
    return open_to_other_sites(answer_xml(template, mimetype, **context))


def _edited(entry: Any) -> datetime:
    # A private text that is published later is new to readers then, whenever it was written.
    published: datetime = entry.published_at or entry.created_at
    return max(entry.edited_at or published, published)


def _rfc822(entry: Any) -> str:
    return format_datetime(_edited(entry))


def _retraction(entry: Any) -> Retraction | None:
    return retractions.from_json(entry.retraction_state) if entry.retraction_state else None


def _marked_title(entry: Any) -> str:
    """The title, after what must be known of the paper first."""
    retraction = _retraction(entry)
    return f"{retraction.label}: {entry.title}" if retraction else entry.title


def _provenance(entry: Any) -> Provenance:
    return Provenance(entry.read, entry.made, entry.interest)


def _licence(entry: Any) -> Licence | None:
    return LICENCES.get(entry.licence)


def _absolute(html: str) -> str:
    """HTML for readers that do not know where it comes from."""
    site = db().info["site_url"]
    return _OWN_ADDRESS.sub(lambda found: f"{found[1]}{site}", html)


def _text_of(entry: Any) -> str:
    """The Markdown source, addresses taken out, as ShortScience's feed had it."""
    return _LINK.sub(lambda match: match[1] or match[2] or "", entry.text)


def _old_address(entry: Any) -> str:
    """ShortScience's address of a summary, below our own site."""
    writer = ANONYMOUS_ANCHOR if entry.name is None else entry.name
    return f"/paper?bibtexKey={quote(entry.key, safe='/:')}#{writer}"


# What templates ask of an entry, which is a plain row.
_FACTS: dict[str, Any] = {
    "marked_title": _marked_title,
    "retraction": _retraction,
    "provenance": _provenance,
    "licence": _licence,
}
