"""Adding a paper: what somebody has in mind is looked up, offered, and added with one click, or by
the form that what was found fills in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import papers
from app.queries.catalogue import overview
from app.queries.identifiers import find_paper
from app.queries.papers import PaperRow
from app.services.lookup import finding
from app.services.lookup.finding import Offered
from app.services.operation.rerender import renew_marked
from app.services.papers.adding import add_paper
from app.services.refusals import AlreadyThere, Refused
from app.sources.record import NO_SECTION, PaperRecord
from app.views.http.access import db, needs_sign_in, outside, see_other, signed_in, typed, viewer
from app.views.http.forms import LookUpForm, PaperForm
from app.views.http.security import LOOKUP_LIMIT, WRITE_LIMIT
from app.views.papers.paper import LONGEST_QUERY, RENEW_SECONDS, blueprint

MAX_NAMES = 8
NOT_AGAIN = (
    "The place where this paper was found does not answer any more. Look it up again, or fill in"
    " the form."
)


@dataclass
class Shown:
    """What the page shows besides the form.

    Attributes:
        origin: what filled the form, so that facts that it has no field for are not lost.
        ask: whether the paper may be one of those in `here`, so that adding it needs a word more.
    """

    pasted: str = ""
    here: list[PaperRow] = field(default_factory=list)
    offered: list[Offered] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    origin: Offered | None = None
    ask: bool = False


@blueprint.get("/papers/new")
@LOOKUP_LIMIT
@needs_sign_in
def new() -> str | tuple[str, int]:
    """The page; with `?q=…` what that names is looked up at once."""
    wanted = typed(LONGEST_QUERY)
    return _found(wanted) if wanted else _page(PaperForm(formdata=None), Shown())


@blueprint.post("/papers/new/look-up")
@LOOKUP_LIMIT
@needs_sign_in
def look_up() -> str | Response | tuple[str, int]:
    """Look up what was pasted: what is short gets an address of its own."""
    form = LookUpForm()
    if not form.validate_on_submit():
        return _page(PaperForm(formdata=None), Shown(), form), 422
    text = (form.pasted.data or "").strip()
    if len(text) <= LONGEST_QUERY and "\n" not in text and text.isprintable():
        return redirect(url_for("papers.new", q=text), 303)
    return _found(text)


@blueprint.post("/papers/new/fill")
@LOOKUP_LIMIT
@needs_sign_in
def fill() -> str | tuple[str, int]:
    """Fill the form with an offered paper; nothing is saved yet."""
    offered = _again()
    if offered is None:
        return _page(PaperForm(formdata=None), Shown(_pasted(), problems=[NOT_AGAIN])), 422
    return _page(_filled(offered.record), Shown(_pasted(), origin=offered))


@blueprint.post("/papers/new/add")
@WRITE_LIMIT
@needs_sign_in
def add() -> str | Response | tuple[str, int]:
    """Add an offered paper with one click."""
    offered = _again()
    if offered is None:
        return _page(PaperForm(formdata=None), Shown(_pasted(), problems=[NOT_AGAIN])), 422
    shown = Shown(_pasted(), offered=[offered], origin=offered)
    return _added(_filled(offered.record), offered.record, offered.source, shown)


@blueprint.post("/papers/new")
@WRITE_LIMIT
@needs_sign_in
def create() -> str | Response | tuple[str, int]:
    """Add the paper of the form."""
    form = PaperForm()
    origin = _again()
    shown = Shown(_pasted(), origin=origin)
    if not form.validate_on_submit():
        return _page(form, shown), 422
    record = _record(form, origin)
    free = finding.instead_of_key(db(), record)
    if free:
        existing = find_paper(db(), record.key.strip())
        shown.here = papers.rows(db(), [existing] if existing else [], viewer())
        said = f"{record.key.strip()} is the key of another paper here. {free} is free: use that?"
        form.refuse(Refused("key", said))
        form.key.data = free
        return _page(form, shown), 422
    return _added(form, record, "form", shown)


def _added(
    form: PaperForm, record: PaperRecord, source: str, shown: Shown
) -> str | Response | tuple[str, int]:
    doubles = papers.with_same_title(db(), record.title, viewer())
    if doubles and "anyway" not in request.form:
        shown.here, shown.ask = doubles, True
        return _page(form, shown), 422
    try:
        paper = add_paper(db(), record, source, signed_in())
    except AlreadyThere as there:
        db().commit()  # further names of it that were learnt
        existing = papers.by_key(db(), there.key)
        shown.here = papers.rows(db(), [existing] if existing else [], viewer())
        shown.offered = []
        form.form_errors.append("We have this paper already; see below.")
        return _page(form, shown), 422
    except Refused as refused:
        db().rollback()
        form.refuse(refused)
        return _page(form, shown), 422
    db().commit()
    # Texts that waited for this paper link to it now. Those that take longer than a reader should
    # wait stay marked for `shortlist rerender`.
    deque(renew_marked(db(), RENEW_SECONDS), maxlen=0)
    return see_other(url_for("summaries.edit", key=paper.key))


def _found(text: str) -> str | tuple[str, int]:
    found = finding.find(db(), outside(), text, viewer())
    shown = Shown(
        text,
        _rows(found.here),
        found.offered,
        list(dict.fromkeys(found.problems)),  # sources may say the same
        found.offered[0] if found.exact else None,
    )
    page = _page(_filled(found.known), shown)
    return (page, 422) if found.unread else page


def _rows(here: list[Paper]) -> list[PaperRow]:
    return papers.rows(db(), here, viewer())


def _pasted() -> str:
    return request.form.get("pasted", "")


def _again() -> Offered | None:
    """The offered paper of which a form speaks."""
    names = request.form.get("found", "").split()[:MAX_NAMES]
    entry = request.form.get("entry", "")
    if not names and not (entry.isascii() and entry.isdigit() and len(entry) < 5):
        return None
    return finding.again(db(), outside(), names, _pasted(), int(entry or 0))


def _filled(record: PaperRecord) -> PaperForm:
    return PaperForm(formdata=None, data=finding.form_fields(record))


def _page(form: PaperForm, shown: Shown, box: LookUpForm | None = None) -> str:
    sections = overview.sections(db())
    form.section.choices = [
        ("", "As its venue"),
        *((each.slug, each.name) for each in sections),
        (NO_SECTION, "None of these"),
    ]
    return render_template(
        "papers/new.html",
        form=form,
        box=box or LookUpForm(formdata=None, data={"pasted": shown.pasted}),
        shown=shown,
    )


def _record(form: PaperForm, origin: Offered | None) -> PaperRecord:
    """What the form says, and of what filled it the facts that the form has no field for."""
    year = (form.year.data or "").strip()
    record = PaperRecord(
        title=form.title.data or "",
        authors=tuple(filter(str.strip, (form.authors.data or "").splitlines())),
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
    if origin is None:
        return record
    more = origin.record
    record = replace(
        record,
        details=more.details,
        openreview_id=more.openreview_id,
        acl_id=more.acl_id,
        other_keys=more.other_keys,
        other_urls=more.other_urls,
        published_on=more.published_on if record.year == more.year else None,
    )
    if record.venue == (more.venue or more.venue_key):
        record = replace(record, venue_key=more.venue_key, venue_title=more.venue_title)
    if record.authors == more.authors:
        return replace(record, orcids=more.orcids)
    told = {name: text for name, text in record.details.items() if name != "authors"}
    return replace(record, details=told)  # whether they are all of them is not known any more
