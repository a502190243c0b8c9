"""Pages about links.

Their health, papers that are wanted, and the card of a paper that a link leads to.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import papers, summaries
from app.queries.links import health as link_health
from app.queries.links import links, wanted
from app.views.http import listing
from app.views.http.access import db, load_paper_or_404, needs_sign_in, signed_in, viewer
from app.views.http.security import SEARCH_LIMIT, SUGGEST_LIMIT
from app.views.http.shared_pages import shared
from app.views.papers.paper import add_paper_url
from app.views.parts import own_entries

blueprint = Blueprint("links", __name__)
WANTED = 50


@blueprint.get("/wanted")
@shared("page")
def wanted_papers() -> str:
    """Papers that summaries link to and that nobody has added."""
    found, more = wanted.list_wanted_papers(db(), number=listing.page_number(), size=WANTED)
    return render_template(
        "links/wanted.html", page=listing.make_number_page(found, more), add_address=add_paper_url
    )


@blueprint.get("/links")
@SEARCH_LIMIT
@needs_sign_in
def health() -> str:
    """What is wrong with the links of one's own summaries."""
    user = signed_in()
    found = link_health.check_user_links(db(), user)
    return render_template(
        "links/health.html",
        findings=found,
        everybody=False,
        may_see_all=user.is_administrator,
        next_url=None,
    )


@blueprint.get("/links/all")
@SEARCH_LIMIT
@needs_sign_in
def health_of_all() -> str:
    """What is wrong with the links of all public summaries, for administrators."""
    if not signed_in().is_administrator:
        abort(403)
    text = request.args.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    found, last = link_health.check_next_links(db(), after)
    return render_template(
        "links/health.html",
        findings=found,
        everybody=True,
        may_see_all=True,
        next_url=None if last is None else url_for("links.health_of_all", after=last),
    )


@blueprint.get("/mentions/<path:key>")
@shared("page")
@SEARCH_LIMIT
def mentions(key: str) -> str:
    """All places that point to a paper, of which its own page shows the best."""
    paper = load_paper_or_404(key)
    here = listing.page_number()
    found, total = links.list_all_mentions(db(), paper, viewer(), number=here)
    return render_template(
        "links/mentions.html",
        paper=paper,
        found=found,
        total=total,
        page=listing.make_number_page(found, total > here * links.BACKLINKS_SHOWN),
    )


@blueprint.get("/card/<path:key>")
@SUGGEST_LIMIT
def card(key: str) -> Response:
    """What a link to a paper shows when somebody points at it.

    A piece of a page, for everybody; a member is also told what their list says of it.
    """
    paper = papers.find_paper_by_key(db(), key)
    if paper is None:
        abort(404)
    best = summaries.find_best_summaries(db(), [paper.id], None).get(paper.id)
    by = request.args.get("by", "").lower()
    if by and best is not None:  # the link is to one person's summary
        shown = summaries.list_summaries_of_paper(db(), paper, None)
        meant = (each for each in shown if by == each.anchor or by in each.former_anchors)
        best = next(meant, best)
    own_entries.load_for_page([paper.id])
    response = Response(render_template("links/card.html", paper=paper, best=best))
    # Asked for again each time: what it shows may be hidden by then.
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)
