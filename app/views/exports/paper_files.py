"""Papers as files for reference managers, by address and by unAPI."""

from __future__ import annotations

import re
from io import BytesIO

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import identifiers, papers, summaries
from app.queries.links import graph
from app.services.exporting.formats import FORMATS
from app.services.exporting.paper_set import PaperSet, read_exported_papers
from app.views.exports.answers import END, make_file_name, send_set, wants_notes
from app.views.http.access import db, viewer
from app.views.http.security import open_to_other_sites
from app.views.papers import metadata
from app.views.papers import paper as paper_pages

blueprint = Blueprint("paper_files", __name__)
MAX_LINKED_PAPERS = 300


# The formats by the names that Zotero's unAPI translator knows.
UNAPI = {"bibtex": "bib", "ris": "ris"}


@blueprint.get(f"/paper/<path:key>{END}")
def show(key: str, form: str) -> str | Response | tuple[str, int]:
    whole = f"{key}.{form}"
    # A key may really end so.
    if papers.find_paper_by_key(db(), whole) or identifiers.find_paper(db(), whole):
        return paper_pages.show(key=whole)
    paper = papers.find_paper_by_key(db(), key)
    if paper is not None:
        return _file(paper, form)
    paper = identifiers.find_paper(db(), key)
    if paper is not None:
        return redirect(url_for(".show", key=paper.key, form=form), 301)
    return paper_pages.unknown_paper(key)


@blueprint.get("/unapi")
def unapi() -> str | Response | tuple[Response | str, int]:
    """Papers in the formats of unAPI, version 1.

    The formats there are; those of one paper; a paper in one of them.

    Papers go by their number here: a key may hold signs that mean something in an address.
    """
    wanted, name = request.args.get("id", ""), request.args.get("format", "")
    if not wanted:
        return _formats()
    number = re.fullmatch(r"paper:(\d{1,9})", wanted, re.ASCII)
    found = papers.load_papers(db(), [int(number[1])]) if number is not None else {}
    if not found:
        return Response("There is no such paper.\n", 404, mimetype="text/plain")
    if not name:
        return _formats(wanted), 300
    if name not in UNAPI:
        return Response("This format is not offered.\n", 406, mimetype="text/plain")
    return _file(next(iter(found.values())), UNAPI[name])


def _formats(wanted: str = "") -> Response:
    formats = [(name, FORMATS[end].media_type) for name, end in UNAPI.items()]
    text = render_template("papers/formats.xml", wanted=wanted, formats=formats)
    return Response(text, mimetype="application/xml")


def _file(paper: Paper, form: str) -> Response:
    """A paper in a format, under the reader's own key."""
    path = url_for("papers.show", key=paper.key)
    chosen = PaperSet(paper.title, [paper.id], viewer(), path, has_notes=wants_notes())
    if form == "json":
        answer = Response(_format_json(paper, chosen), content_type=FORMATS[form].content_type)
    elif FORMATS[form].is_text:
        file = BytesIO()
        FORMATS[form].write(db(), chosen, file)
        answer = Response(file.getvalue(), content_type=FORMATS[form].content_type)
    else:
        answer = send_set(form, chosen, make_file_name(paper.key))
    how = "inline" if form == "json" else "attachment"
    name = f"{make_file_name(paper.key)}.{form}"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    answer.headers["Link"] = f'<{db().info["site_url"]}{path}>; rel="describes"; type="text/html"'
    if FORMATS[form].is_text:
        answer.add_etag()
    if viewer() is None:
        open_to_other_sites(answer)
    return answer.make_conditional(request)


def _format_json(paper: Paper, chosen: PaperSet) -> str:
    """What this site knows of a paper besides."""
    names = papers.list_identifiers(db(), paper)
    around = graph.load_neighbourhood_graph(
        db(), paper, None, steps=1, max_papers=MAX_LINKED_PAPERS
    )
    facts = metadata.PublicFacts(
        address=db().info["site_url"] + chosen.path,
        identifiers=names,
        summaries=summaries.count_public_summaries(db(), paper),
        links_to=around.targets_of(paper),
        linked_from=around.sources_of(paper),
    )
    (exported,) = read_exported_papers(db(), chosen)
    return metadata.format_public_json(exported.located_record, facts, exported.note, exported.own)
