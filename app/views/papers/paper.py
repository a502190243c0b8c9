"""A paper's page; adding one is in `adding.py`."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import identifiers, papers, people, revisions, summaries
from app.queries.links import links
from app.queries.summary_entries import SummaryEntry
from app.references.addresses import outside_url
from app.references.labels import SITES
from app.references.parsing import is_of_a_site, parse_identifier
from app.services.exporting import citations
from app.views.http.access import config, db, viewer
from app.views.http.shared_pages import keep_private, shared
from app.views.papers import kept_page, metadata
from app.views.parts import own_entries

blueprint = Blueprint("papers", __name__)

MAX_QUERY_CHARS = 500
RENEW_SECONDS = 1.0


@blueprint.get("/paper/<path:key>")
@shared("by")
def show(key: str) -> str | Response | tuple[str, int]:
    kept = None if request.args else kept_page.find_page(key, viewer())
    if kept is not None:
        return kept
    paper = papers.find_paper_by_key(db(), key)
    if paper is None:
        asked = _asked(key)
        paper = identifiers.find_paper(db(), asked)
        if paper is None:
            return unknown_paper(asked)
        # A key with two slashes in a row arrives here with one.
        if paper.key.replace("//", "/") != key:
            return redirect(url_for("papers.show", key=paper.key), 301)
    by = request.args.get("by", "").lower()
    return _show_one(paper, by) if by else kept_page.show_page(paper, viewer())


def _show_one(paper: Paper, by: str) -> str | Response:
    """The summary of a paper that one user wrote."""
    entries = summaries.list_summaries_of_paper(db(), paper, viewer())
    alone = next((entry for entry in entries if entry.anchor == by), None)
    if alone is not None:
        return summary_page(alone)
    renamed = people.find_user(db(), by)
    if renamed is not None and any(entry.anchor == renamed.name for entry in entries):
        return redirect(url_for("papers.show", key=paper.key, by=renamed.name), 301)
    return redirect(url_for("papers.show", key=paper.key), 302)


def summary_page(entry: SummaryEntry) -> str:
    """One summary by itself, with how to cite what it says today."""
    revision = revisions.load_last_revision(db(), entry.summary)
    own_entries.load_for_page([entry.paper.id])
    address = db().info["site_url"] + url_for("history.show", revision_id=revision.id)
    return render_template(
        "summaries/summary.html",
        entry=entry,
        paper=entry.paper,
        permalink=kept_page.find_address(entry.summary),
        preview=metadata.make_preview(entry.paper, [entry], db().info["site_url"]),
        bibtex=citations.format_revision_bibtex(entry, revision, address, config().site_name),
    )


def unknown_paper(key: str) -> tuple[str, int]:
    """The page that says so, shows who wants the paper, and invites to add it."""
    keep_private()  # it is out of date once a paper has this name, whatever its key is
    ref = identifiers.find_likeliest_meaning(db(), key)
    kind, value = ("key", key) if ref is None else (ref.kind, ref.value)
    outside = outside_url(kind, value)
    page = render_template(
        "papers/unknown.html",
        key=value,
        kind=kind,
        wanted_by=links.list_summaries_citing_unknown(db(), kind, value, viewer()),
        # No link to wherever an address says: this page would be ours, and so seem the link.
        outside_url=outside if parse_identifier(key) else None,
        site=SITES.get(kind),
        # What would not be recognised by itself is looked up by its address.
        add_url=add_paper_url((kind in ("openreview", "url") and outside) or value),
    )
    return page, 404


def _asked(key: str) -> str:
    """What the path names: an address keeps its query."""
    query = request.query_string.decode(errors="replace")
    return f"{key}?{query}" if query and is_of_a_site(key) else key


def add_paper_url(typed: str) -> str:
    """The page for adding a paper, which looks up what somebody looked for."""
    return url_for("papers.new", q=typed or None)
