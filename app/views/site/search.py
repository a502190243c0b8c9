"""Search, suggestions while somebody types, and how browsers search here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import identifiers
from app.queries.lists.own_entries import find_paper_by_citekey
from app.queries.search import results as search
from app.queries.search import suggestions
from app.queries.search.drafts import FoundDraft
from app.references.identifiers import PaperRef
from app.references.parsing import parse_identifier
from app.views.http import listing
from app.views.http.access import db, search_text, viewer
from app.views.http.security import SEARCH_LIMIT, TYPING_LIMIT
from app.views.papers.paper import MAX_QUERY_CHARS, add_paper_url
from app.views.parts.frames import render_framed
from app.views.parts.member_pages import FOR_ALL_MEMBERS, fill_frame
from app.views.site.kept_search import load_search_page
from app.views.site.search_rows import show_hits, show_pieces

blueprint = Blueprint("search", __name__)

SORTS = {"best": "Best match", "date": "Newest", "votes": "Most votes"}


@blueprint.get("/search")
@SEARCH_LIMIT
def results() -> str | Response:
    query = _typed()
    paper = find_paper_by_citekey(db(), viewer(), query)
    paper = paper or identifiers.find_paper_exactly(db(), query)
    if paper is not None:
        return redirect(url_for("papers.show", key=paper.key), 302)
    size = listing.ROWS
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS else "best"
    named = _named(query)
    is_exact = request.args.get("exact") == "1"
    asked = search.Asked(
        query,
        limit=size,
        offset=(listing.page_number() - 1) * size,
        sort=sort,
        is_exact=is_exact or named is not None,
    )
    loaded = load_search_page(asked, viewer())
    found = loaded.found
    rows = show_hits([*found.hits, *found.partial], loaded.rows, loaded.own)
    # Where a page says nothing else, its address does not either.
    shown = {"sort": sort if sort != "best" else None, "exact": 1 if is_exact else None}
    more = asked.offset + size < found.total
    return _render_page(
        "search/results.html",
        q=query,
        page=listing.make_number_page(rows[: len(found.hits)], more, q=query, **shown),
        found=found,
        partial=rows[len(found.hits) :],
        pieces=show_pieces,
        facets=loaded.facets,
        formulas=_find_formulas(found.drafts, rows),
        sorts=SORTS,
        sort=sort,
        shown=shown,
        named=named,
        add_url=add_paper_url(query),
    )


@blueprint.get("/search/suggest")
@TYPING_LIMIT
def suggest() -> str | Response:
    """What may be meant: a page, or a part of it.

    With `part=list` the list alone, for `suggest.js`; with `part=json` as browsers' own search
    fields want it (OpenSearch's suggestions).
    """
    query = _typed()
    found = suggestions.suggest_completions(db(), query)
    if request.args.get("part") == "json":
        answer = jsonify([query, [paper.title for paper in found.papers]])
        answer.mimetype = "application/x-suggestions+json"
        return answer
    shown = {"q": query, "exact": identifiers.find_paper_exactly(db(), query), "found": found}
    if request.args.get("part") == "list":
        return render_template("search/list.html", **shown)
    return _render_page("search/suggest.html", **shown)


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """How a browser searches here, for its list of search engines."""
    page = render_template("search/opensearch.xml", site=db().info["site_url"])
    return Response(page, mimetype="application/opensearchdescription+xml")


def _render_page(template: str, **shown: Any) -> str:
    reader = viewer()
    if reader is None:
        return render_framed(template, **shown)
    # The menu of the account is kept; what is the reader's own stands in the rows already.
    return fill_frame(render_framed(template, **shown, **FOR_ALL_MEMBERS), reader)


def _find_formulas(drafts: Sequence[FoundDraft], rows: Iterable[str]) -> str:
    """The first text of a page of results that shows a formula, by which its font is fetched."""
    texts = [text for draft in drafts for text in (draft.title_html, show_pieces(draft.excerpt))]
    return next((text for text in (*rows, *texts) if "<math" in text), "")


def _named(query: str) -> PaperRef | None:
    """The identifier that a search consists of; a word could be a key, and is none."""
    ref = parse_identifier(query)
    if ref is None or ref.kind in ("doi", "arxiv", "acl", "url"):
        return ref
    return ref if query.count("/") > 1 else None


def _typed() -> str:
    return search_text(MAX_QUERY_CHARS)
