"""Papers as files for reference managers, by address and by unAPI."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import identifiers, papers, summaries
from app.queries.links import graph
from app.services.exporting import citations
from app.sources.bibtex import writing
from app.sources.formats import ris_writing
from app.views.http.access import db
from app.views.http.security import open_to_other_sites
from app.views.papers import metadata
from app.views.papers import paper as paper_pages

blueprint = Blueprint("citing", __name__)
MAX_FILE_NAME_CHARS = 100  # of a file
MAX_LINKED_PAPERS = 300


# The formats by the names that Zotero's unAPI translator knows.
UNAPI = {"bibtex": "bib", "ris": "ris"}


@blueprint.get("/paper/<path:key>.bib")
def bib(key: str) -> str | Response | tuple[str, int]:
    return _of_address(key, "bib")


@blueprint.get("/paper/<path:key>.ris")
def ris(key: str) -> str | Response | tuple[str, int]:
    return _of_address(key, "ris")


@blueprint.get("/paper/<path:key>.json")
def json(key: str) -> str | Response | tuple[str, int]:
    return _of_address(key, "json")


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
    formats = [(name, citations.FORMATS[suffix]) for name, suffix in UNAPI.items()]
    text = render_template("papers/formats.xml", wanted=wanted, formats=formats)
    return Response(text, mimetype="application/xml")


def _of_address(key: str, suffix: str) -> str | Response | tuple[str, int]:
    whole = f"{key}.{suffix}"
    # A key may really end so.
    if papers.find_paper_by_key(db(), whole) or identifiers.find_paper(db(), whole):
        return paper_pages.show(whole)
    paper = papers.find_paper_by_key(db(), key)
    if paper is not None:
        return _file(paper, suffix)
    paper = identifiers.find_paper(db(), key)
    if paper is not None:
        return redirect(url_for(f"citing.{suffix}", key=paper.key), 301)
    return paper_pages.unknown_paper(key)


def _file(paper: Paper, suffix: str) -> Response:
    names = papers.list_identifiers(db(), paper)
    record = citations.record_of(paper, names)
    if suffix == "json":
        address = db().info["site_url"] + url_for("papers.show", key=paper.key)
        count = summaries.count_public_summaries(db(), paper)
        around = graph.load_neighbourhood_graph(
            db(), paper, None, steps=1, max_papers=MAX_LINKED_PAPERS
        )
        text = metadata.format_public_json(
            record,
            names,
            address=address,
            summaries=count,
            links_to=around.targets_of(paper),
            linked_from=around.sources_of(paper),
        )
    else:
        text = ris_writing.entry(record) if suffix == "ris" else writing.entry(record) + "\n"
    answer = Response(text, content_type=f"{citations.FORMATS[suffix]}; charset=utf-8")
    how = "inline" if suffix == "json" else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{file_name(paper.key)}.{suffix}"'
    page = db().info["site_url"] + url_for("papers.show", key=paper.key)
    answer.headers["Link"] = f'<{page}>; rel="describes"; type="text/html"'
    answer.add_etag()
    open_to_other_sites(answer)
    return answer.make_conditional(request)


def file_name(key: str) -> str:
    """A key as the name of a file.

    Letters, digits, hyphens and full stops of ASCII.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", key).strip("-.")
    return plain[:MAX_FILE_NAME_CHARS].rstrip("-.") or "paper"
