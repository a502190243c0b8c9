"""A paper's page, and adding a paper."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import catalogue, drafts, graph, links, papers, people, revisions, summaries
from app.queries.links import SeeAlso
from app.queries.summaries import Entry
from app.services import bibtex, citations, identifiers, maps
from app.services.bibtex import PaperRecord
from app.services.papers import AlreadyThere, add_paper
from app.services.problems import Refused
from app.services.rerender import renew_marked
from app.views.access import db, needs_sign_in, see_other, viewer
from app.views.forms import BibtexForm, PaperForm
from app.views.security import WRITE_LIMIT

blueprint = Blueprint("papers", __name__)

# The field of the form that takes each kind of identifier.
LONGEST_QUERY = 500
RENEW_SECONDS = 1.0
PROBLEMS_SHOWN = 20
MAP_PAPERS = 12  # in the small map beside the text
MAP_SIZE = (260.0, 250.0)
FIELDS = {"key": "key", "doi": "doi", "arxiv": "arxiv_id", "openreview": "url"}


@dataclass(frozen=True)
class Recommended:
    """A row of "See also"; one that is not known has an address where it is added."""

    title_html: str
    label: str
    known: bool
    url: str
    add_url: str


@blueprint.get("/paper/<path:key>")
def show(key: str) -> str | Response | tuple[str, int]:
    paper = papers.by_key(db(), key)
    if paper is None:
        paper = identifiers.find_paper(db(), key)
        if paper is not None:
            return redirect(url_for("papers.show", key=paper.key), 301)
        return unknown_paper(key)
    user = viewer()
    entries = summaries.for_paper(db(), paper, user)
    by = request.args.get("by", "").lower()
    alone = next((entry for entry in entries if by and entry.anchor == by), None)
    if alone is not None:
        return summary_page(alone)
    renamed = people.user_by_name(db(), by) if by else None
    if renamed is not None and any(entry.anchor == renamed.name for entry in entries):
        return redirect(url_for("papers.show", key=paper.key, by=renamed.name), 301)
    if by:
        return redirect(url_for("papers.show", key=paper.key), 302)
    page = render_template(
        "papers/paper.html",
        paper=paper,
        entries=entries,
        my_summary=next((entry.summary for entry in entries if entry.is_mine), None),
        my_draft=None if user is None else drafts.mine(db(), user, paper),
        see_also=[_recommended(each) for each in links.see_also(db(), paper, user)],
        mentioned_in=links.mentioned_in(db(), paper, user),
        map=maps.draw(
            graph.neighbourhood(db(), paper, user, steps=1, most=MAP_PAPERS), paper, MAP_SIZE
        ),
        identifiers=citations.places(db(), paper),
        bibtex=citations.bibtex(paper),
    )
    # ShortScience promised 200 only for a paper with a summary, and other sites test for it.
    return page, 200 if entries else 404


def summary_page(entry: Entry) -> str:
    """One summary by itself, with how to cite what it says today."""
    revision = revisions.last(db(), entry.summary)
    address = db().info["site_url"] + url_for("history.show", revision_id=revision.id)
    return render_template(
        "summaries/summary.html",
        entry=entry,
        paper=entry.paper,
        bibtex=citations.revision_bibtex(entry, revision, address),
    )


def unknown_paper(key: str) -> tuple[str, int]:
    """The page that says so, shows who wants the paper, and invites to add it."""
    ref = identifiers.parse_identifier(key)
    kind, value = ("key", key) if ref is None else (ref.kind, ref.value)
    outside = identifiers.outside_url(kind, value)
    page = render_template(
        "papers/unknown.html",
        key=value,
        kind=kind,
        wanted_by=links.wanting(db(), kind, value, viewer()),
        outside_url=outside,
        add_url=add_address(value),
    )
    return page, 404


def add_address(typed: str) -> str:
    """The form for a new paper, with what somebody looked for filled in where it belongs."""
    ref = identifiers.parse_identifier(typed)
    if ref is None or (ref.kind == "key" and "/" not in ref.value):
        return url_for("papers.new", title=typed or None)
    outside = identifiers.outside_url(ref.kind, ref.value) if ref.kind == "openreview" else None
    filled: dict[str, Any] = {FIELDS[ref.kind]: outside or ref.value}
    return url_for("papers.new", **filled)


def _recommended(found: SeeAlso) -> Recommended:
    if found.target is not None:
        address = url_for("papers.show", key=found.target.key, _anchor=found.user)
        return Recommended(found.target.title_html, found.label, True, address, "")
    outside = identifiers.outside_url(found.kind, found.value)
    return Recommended(
        "",
        found.label,
        False,
        outside or url_for("papers.show", key=found.value),
        add_address(found.value),
    )


@blueprint.get("/papers/new")
@needs_sign_in
def new() -> str:
    form = PaperForm(data={name: request.args.get(name, "") for name in PaperForm.prefilled})
    return _form_page(form)


@blueprint.post("/papers/new")
@WRITE_LIMIT
@needs_sign_in
def create() -> str | Response | tuple[str, int]:
    form = PaperForm()
    if not form.validate_on_submit():
        return _form_page(form), 422
    doubles = papers.with_same_title(db(), form.title.data or "", viewer())
    if doubles and "anyway" not in request.form:
        return _form_page(form, found=doubles, ask=True), 422
    try:
        paper = add_paper(db(), _record(form), "form")
    except AlreadyThere as there:
        db().rollback()
        existing = papers.by_key(db(), there.key)
        found = papers.rows(db(), [existing] if existing else [], viewer())
        form.form_errors.append("We have this paper already; see below.")
        return _form_page(form, found=found), 422
    except Refused as refused:
        db().rollback()
        form.refuse(refused)
        return _form_page(form), 422
    db().commit()
    # Texts that waited for this paper link to it now. Those that take longer than a reader should
    # wait stay marked for `shortlist rerender`.
    deque(renew_marked(db(), RENEW_SECONDS), maxlen=0)
    return see_other(url_for("summaries.edit", key=paper.key))


@blueprint.post("/papers/new/bibtex")
@WRITE_LIMIT
@needs_sign_in
def read_bibtex() -> str | tuple[str, int]:
    """Fill the form from pasted BibTeX; nothing is saved yet."""
    pasted = BibtexForm()
    if not pasted.validate_on_submit():
        return _form_page(PaperForm(formdata=None), pasted), 422
    records, bad = bibtex.read_bibtex(pasted.bibtex.data or "")
    problems = [f"Line {entry.line}: {entry.message}" for entry in bad[:PROBLEMS_SHOWN]]
    if len(bad) > PROBLEMS_SHOWN:
        problems.append(f"… and {len(bad) - PROBLEMS_SHOWN:,} more entries cannot be read.")
    if not records:
        return _form_page(PaperForm(formdata=None), pasted, problems=problems), 422
    if len(records) > 1:
        problems.append(f"There are {len(records)} entries here; the form shows the first.")
    record = records[0]
    form = PaperForm(
        formdata=None,
        data={
            "title": record.title,
            "authors": "\n".join(record.authors),
            "year": str(record.year or ""),
            "venue": record.venue,
            "doi": record.doi,
            "arxiv_id": record.arxiv_id,
            "url": record.url,
            "key": record.key,
            "keywords": record.keywords,
            "abstract": record.abstract,
        },
    )
    found = papers.with_same_title(db(), record.title, viewer())
    return _form_page(form, pasted, found=found, problems=problems)


def _form_page(
    form: PaperForm,
    bibtex_form: BibtexForm | None = None,
    *,
    found: list[papers.PaperRow] | None = None,
    problems: list[str] | None = None,
    ask: bool = False,
) -> str:
    sections = catalogue.sections(db())
    form.section.choices = [("", "As its venue"), *((each.slug, each.name) for each in sections)]
    return render_template(
        "papers/new.html",
        form=form,
        bibtex_form=bibtex_form or BibtexForm(formdata=None),
        found=found or [],
        problems=problems or [],
        ask=ask,
    )


def _record(form: PaperForm) -> PaperRecord:
    year = (form.year.data or "").strip()
    return PaperRecord(
        title=form.title.data or "",
        authors=tuple((form.authors.data or "").splitlines()),
        key=form.key.data or "",
        year=int(year) if year else None,
        venue=form.venue.data or "",
        doi=form.doi.data or "",
        arxiv_id=form.arxiv_id.data or "",
        url=form.url.data or "",
        abstract=form.abstract.data or "",
        keywords=form.keywords.data or "",
        section=form.section.data or "",
    )
