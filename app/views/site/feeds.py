"""Feeds and the sitemap: the same for everybody, so public summaries only.

The RSS is ShortScience's, with its namespace and its links: readers, bots and an import use it.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from app.queries import summaries, summary_entries
from app.queries.catalogue import overview
from app.queries.summary_entries import ANONYMOUS_ANCHOR, SummaryEntry
from app.views.http.access import db
from app.views.http.security import open_to_other_sites
from app.views.http.shared_pages import shared

blueprint = Blueprint("feeds", __name__)
ITEMS = 100
SITEMAP_PART = 20_000  # papers and as many users; 50,000 addresses are allowed in a file
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)|https?://\S+")
# The addresses of this site in the HTML of a text, which the sanitiser wrote.
_OWN_ADDRESS = re.compile(r'(<(?:a|img|video|audio)\b[^<>]*? (?:href|src)=")(?=/(?!/))')
# Characters that XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get("/feed.atom")
@shared()
def atom() -> Response:
    entries = summaries.latest(db(), ITEMS)
    updated = max((_edited(entry) for entry in entries), default=None)
    return _xml(
        "feeds/atom.xml",
        "application/atom+xml",
        entries=entries,
        updated=updated,
        absolute=_absolute,
    )


@blueprint.get("/rss.xml")
@shared()
def rss() -> Response:
    entries = summaries.latest(db(), ITEMS)
    return _xml(
        "feeds/rss.xml",
        "application/rss+xml",
        entries=entries,
        further=summary_entries.summaries_after_first(
            db(), [entry.summary.id for entry in entries]
        ),
        without_links=_without_links,
        old_address=_old_address,
        rfc822=lambda entry: format_datetime(_edited(entry)),
    )


@blueprint.get("/sitemap.xml")
@shared()
def sitemap() -> Response:
    """The whole sitemap, or an index of its parts.

    An index when it is too large for one file.
    """
    parts = overview.sitemap_parts(db(), SITEMAP_PART)
    if parts == 1:
        return _sitemap(0)
    return _xml("feeds/sitemap_index.xml", "application/xml", parts=parts)


@blueprint.get("/sitemap-<int:part>.xml")
@shared()
def sitemap_part(part: int) -> Response:
    if not 1 <= part <= overview.sitemap_parts(db(), SITEMAP_PART):
        abort(404)
    return _sitemap(part - 1)


def _sitemap(part: int) -> Response:
    return _xml(
        "feeds/sitemap.xml",
        "application/xml",
        is_first=part == 0,
        papers=overview.sitemap(db(), part, SITEMAP_PART),
        writers=overview.writers(db(), part, SITEMAP_PART),
    )


@blueprint.get("/robots.txt")
@shared()
def robots() -> Response:
    text = render_template("feeds/robots.txt", site=db().info["site_url"])
    return Response(text, mimetype="text/plain")


def _xml(template: str, mimetype: str, **context: object) -> Response:
    site = db().info["site_url"]
    text = render_template(template, site=site, edited=_edited, **context)
    return open_to_other_sites(Response(_NOT_XML.sub("", text), mimetype=mimetype))


def _edited(entry: SummaryEntry) -> datetime:
    # A private text that is published later is new to readers then, whenever it was written.
    published = entry.summary.published_at or entry.summary.created_at
    return max(entry.summary.edited_at or published, published)


def _absolute(html: str) -> str:
    """HTML for readers that do not know where it comes from."""
    site = db().info["site_url"]
    return _OWN_ADDRESS.sub(lambda found: f"{found[1]}{site}", html)


def _without_links(source: str) -> str:
    """The Markdown source, addresses taken out, as ShortScience's feed had it."""
    return _LINK.sub(lambda match: match[1] or "", source)


def _old_address(entry: SummaryEntry) -> str:
    """ShortScience's address of a summary, below our own site."""
    writer = ANONYMOUS_ANCHOR if entry.writer is None else entry.writer.name
    return f"/paper?bibtexKey={quote(entry.paper.key, safe='/:')}#{writer}"
