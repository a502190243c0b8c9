"""A paper's page; adding one is in `adding.py`."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.change_log import name_of_title
from app.models import Summary
from app.queries import drafts, identifiers, papers, people, revisions, similar, summaries
from app.queries.links import graph, links
from app.queries.links.links import SeeAlso
from app.queries.summary_entries import SummaryEntry
from app.references.addresses import outside_url
from app.references.labels import SITES
from app.references.parsing import is_of_a_site, parse_identifier
from app.services.exporting import citations
from app.services.papers import duplicates
from app.sources.bibtex import writing
from app.sources.formats import citation_line, meta_tags
from app.views.http import own_entries
from app.views.http.access import config, db, viewer
from app.views.http.shared_pages import keep_private, name_page, shared
from app.views.maps.timeline import draw_timeline
from app.views.papers import metadata

blueprint = Blueprint("papers", __name__)

MAX_QUERY_CHARS = 500
MAP_PAPERS = 8  # in the small map beside the text
MAP_WIDTH = 260.0  # pixels, of the side column


@dataclass(frozen=True)
class Recommended:
    """A row of "See also".

    One that is not known has an address where it is added. `reason_html` is why its writer
    recommends it.
    """

    title_html: str
    label: str
    known: bool
    url: str
    add_url: str
    reason_html: str


@blueprint.get("/paper/<path:key>")
@shared("by")
def show(key: str) -> str | Response | tuple[str, int]:
    paper = papers.find_paper_by_key(db(), key)
    if paper is None:
        asked = _asked(key)
        paper = identifiers.find_paper(db(), asked)
        if paper is None:
            return unknown_paper(asked)
        # A key with two slashes in a row arrives here with one.
        if paper.key.replace("//", "/") != key:
            return redirect(url_for("papers.show", key=paper.key), 301)
    name_page(name_of_title(paper.title_folded))  # which shows what may be the same work
    user = viewer()
    entries = summaries.list_summaries_of_paper(db(), paper, user)
    by = request.args.get("by", "").lower()
    alone = next((entry for entry in entries if by and entry.anchor == by), None)
    if alone is not None:
        return summary_page(alone)
    renamed = people.find_user(db(), by) if by else None
    if renamed is not None and any(entry.anchor == renamed.name for entry in entries):
        return redirect(url_for("papers.show", key=paper.key, by=renamed.name), 301)
    if by:
        return redirect(url_for("papers.show", key=paper.key), 302)
    own_entries.load_for_page([paper.id])
    see_also = links.list_see_also(db(), paper, user)
    mentioned_in, mentions_count = links.list_mentions(db(), paper, user)
    linked = {each.target.id for each in see_also if each.target is not None}
    linked |= {each.paper.id for each in mentioned_in}
    names = papers.list_identifiers(db(), paper)
    record = citations.record_of(paper, names)
    address = db().info["site_url"] + url_for("papers.show", key=paper.key)
    page = render_template(
        "papers/paper.html",
        paper=paper,
        entries=entries,
        address=address,
        head_tags=meta_tags.tags(record),
        signposts=metadata.list_signposts(record, address, citations.FORMATS.items()),
        preview=metadata.make_preview(paper, entries, db().info["site_url"]),
        linked_data=metadata.build_linked_data(record, entries, address, _address_of),
        my_summary=next((entry.summary for entry in entries if entry.is_mine), None),
        my_draft=None
        if user is None
        else next(iter(drafts.list_drafts_about(db(), user, paper)), None),
        see_also=[_recommended(each) for each in see_also],
        mentioned_in=mentioned_in,
        mentions_count=mentions_count,
        similar=similar.list_similar_papers(db(), paper, linked),
        map=draw_timeline(
            graph.load_neighbourhood_graph(db(), paper, user, steps=1, max_papers=MAP_PAPERS),
            paper.id,
            MAP_WIDTH,
            MAP_PAPERS,
        ),
        identifiers=citations.list_reading_links(record, names),
        maybe_same=duplicates.suggest_duplicates(db(), paper),
        citation=citation_line.line(record),
        bibtex=writing.entry(record),
    )
    # ShortScience promised 200 only for a paper with a summary, and other sites test for it.
    return page, 200 if entries else 404


def _address_of(summary: Summary) -> str:
    return str(db().info["site_url"]) + url_for("summaries.show", summary_id=summary.id)


def summary_page(entry: SummaryEntry) -> str:
    """One summary by itself, with how to cite what it says today."""
    revision = revisions.load_last_revision(db(), entry.summary)
    own_entries.load_for_page([entry.paper.id])
    address = db().info["site_url"] + url_for("history.show", revision_id=revision.id)
    return render_template(
        "summaries/summary.html",
        entry=entry,
        paper=entry.paper,
        permalink=_address_of(entry.summary),
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


def _recommended(found: SeeAlso) -> Recommended:
    if found.target is not None:
        address = url_for("papers.show", key=found.target.key, _anchor=found.user)
        return Recommended(
            found.target.title_html, found.label, True, address, "", found.reason_html
        )
    outside = outside_url(found.kind, found.value)
    return Recommended(
        "",
        found.label,
        False,
        outside or url_for("papers.show", key=found.value),
        add_paper_url(found.value),
        found.reason_html,
    )
