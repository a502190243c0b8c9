"""Pages for adding a paper.

What somebody has in mind is looked up, offered, and added with one click, or by the form that what
was found fills in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import papers
from app.queries.catalogue import overview
from app.queries.identifiers import find_paper
from app.queries.papers import PaperRow
from app.services.lookup import finding, offers
from app.services.lookup.offers import Expired, Offer, Result
from app.services.lookup.pasted_input import read_pasted
from app.services.operation.rerender import renew_first_texts
from app.services.papers.adding import add_prepared
from app.services.papers.insertion import prepare
from app.services.refusals import PaperExists, Refusal
from app.sources.record import NO_SECTION
from app.text.lines import plain_ends
from app.views.http.access import db, lookup_settings, needs_sign_in, search_text, signed_in, viewer
from app.views.http.forms import LookUpForm, PaperForm
from app.views.http.paths import see_other
from app.views.http.security import LOOKUP_LIMIT, WRITE_LIMIT
from app.views.papers.paper import MAX_QUERY_CHARS, blueprint
from app.views.papers.paper_form import fill_form, make_empty_form, read_record
from app.views.parts import own_entries

USED = "This offer has expired or was used already."
GONE = "This look-up has expired. Paste the paper again."
USED_FORM = (
    "The look-up behind this form has expired or was used already. You can still add the paper,"
    " with what the form shows."
)


@dataclass
class AddingPage:
    """What the page shows besides the form.

    Attributes:
        pasted: what was looked up.
        here, offers, problems, silent: as `services.lookup.offers.Result` has them.
        origin: what filled the form, so that facts that it has no field for are not lost.
        ask: whether the paper may be one of those in `here`, so that adding it needs a word more.
    """

    pasted: str = ""
    here: list[PaperRow] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    silent: tuple[str, ...] = ()
    origin: Offer | None = None
    ask: bool = False

    @property
    def unheard(self) -> str:
        """A sentence about the sources that gave no answer."""
        *others, last = self.silent or ("",)
        names = f"{', '.join(others)} and {last}" if others else last
        return f"Couldn’t reach {names}. Try again in a minute." if names else ""


@blueprint.get("/papers/new")
@LOOKUP_LIMIT
@needs_sign_in
def new() -> str | tuple[str, int]:
    """The page.

    With `?q=…` what that names is looked up at once; `?offer=…` is the result of a look-up, and
    `?edit=…` the form that an offered paper fills in.
    """
    if "edit" in request.args:
        offer = offers.offer_of(db(), signed_in(), request.args["edit"])
        if offer is None:
            return _page(make_empty_form(), AddingPage(problems=[USED])), 404
        return _page(fill_form(offer.record), AddingPage(offer.pasted, origin=offer))
    if "offer" in request.args:
        found = offers.find_kept_result(db(), signed_in(), request.args["offer"])
        if found is None:
            return _page(make_empty_form(), AddingPage(problems=[GONE])), 404
        return _result_page(*found)
    wanted = search_text(MAX_QUERY_CHARS)
    if not wanted:
        return _page(make_empty_form(), AddingPage())
    result = finding.find_papers(db(), lookup_settings(), wanted, viewer())
    _, result = offers.keep(db(), signed_in(), wanted, result)
    return _result_page(wanted, result)


@blueprint.get("/papers/new/look-up")
@blueprint.get("/papers/new/fill")
@blueprint.get("/papers/new/add")
def sent_again() -> Response:
    """Lead back from the addresses that forms are sent to."""
    return redirect(url_for("papers.new"), 302)


@blueprint.post("/papers/new/look-up")
@LOOKUP_LIMIT
@needs_sign_in
def look_up() -> Response | tuple[str, int]:
    """Look up what was pasted, and lead to the address of what was found.

    Who wants to write (`next`) goes straight to a paper that is here, or to those with some words.
    """
    form = LookUpForm()
    if not form.validate_on_submit():
        return _page(make_empty_form(), AddingPage(), form), 422
    text = (form.pasted.data or "").replace("\x00", "").strip()
    if len(text) <= MAX_QUERY_CHARS and "\n" not in text and text.isprintable():
        wants_to_write = request.form.get("next") == "write"
        return see_other(_writing_url(text) if wants_to_write else url_for("papers.new", q=text))
    try:
        result = finding.find_papers(db(), lookup_settings(), text, viewer())
    except Refusal as refused:
        form.refuse(refused)
        return _page(make_empty_form(), AddingPage(), form), 422
    token, _ = offers.keep(db(), signed_in(), text, result)
    return see_other(url_for("papers.new", offer=token))


def _writing_url(text: str) -> str:
    """Where one goes on who wants to write about what one line names."""
    if read_pasted(text).title:
        return url_for("summaries.start", q=text)
    paper = find_paper(db(), text)
    if paper is None:
        return url_for("papers.new", q=text)
    return url_for("summaries.edit", key=paper.key)


@blueprint.post("/papers/new/fill")
@LOOKUP_LIMIT
@needs_sign_in
def fill() -> Response | tuple[str, int]:
    """Lead to the form that an offered paper fills in; nothing is saved yet."""
    offer = _offer()
    return see_other(url_for("papers.new", edit=offer.token)) if offer else _used()


@blueprint.post("/papers/new/add")
@WRITE_LIMIT
@needs_sign_in
def add() -> Response | tuple[str, int]:
    """Add an offered paper with one click."""
    offer = _offer()
    if offer is None:
        return _used()
    content = AddingPage(offer.pasted, offers=[offer], origin=offer)
    return _added(
        fill_form(offer.record),
        offer.record.title,
        lambda: offers.add(db(), signed_in(), offer),
        content,
    )


@blueprint.post("/papers/new")
@WRITE_LIMIT
@needs_sign_in
def create() -> Response | tuple[str, int]:
    """Add the paper of the form."""
    form = PaperForm()
    origin = _offer()
    content = AddingPage(_pasted(), origin=origin)
    record = read_record(form, origin)
    if record is None:
        return _page(form, content), 422
    if "offer" in request.form and origin is None:
        content.here = papers.list_rows_with_title(db(), form.title.data or "", viewer())
        form.form_errors.append(USED_FORM)
        return _page(form, content), 422
    free = finding.make_replacement_key(db(), record)
    if free:
        existing = find_paper(db(), record.key)
        content.here = _rows([existing] if existing else [])
        said = f"{record.key} is the key of another paper here. {free} is free: use that?"
        form.refuse(Refusal("key", said))
        form.key.data = free
        return _page(form, content), 422

    def write() -> Paper:
        prepared = prepare(record)
        look_up = offers.use(db(), signed_in(), origin.token) if origin else None
        paper = add_prepared(db(), prepared, "form", signed_in())
        if look_up is not None:
            offers.note(db(), look_up, paper.key)
        return paper

    return _added(form, record.title, write, content)


def _added(
    form: PaperForm, title: str, write: Callable[[], Paper], content: AddingPage
) -> Response | tuple[str, int]:
    doubles = papers.list_rows_with_title(db(), title, viewer())
    if doubles and "anyway" not in request.form:
        content.here, content.ask = doubles, True
        return _page(form, content), 422
    try:
        paper = write()
    except Expired:
        db().rollback()
        return _used()
    except PaperExists as there:
        db().commit()  # further names of it that were learnt
        existing = papers.find_paper_by_key(db(), there.key)
        content.here = _rows([existing] if existing else [])
        content.offers, content.origin = [], None
        form.form_errors.append("We have this paper already; see below.")
        return _page(form, content), 422
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(form, content), 422
    db().commit()
    renew_first_texts(db())  # those that waited for this paper link to it now
    return see_other(url_for("summaries.edit", key=paper.key))


def _used() -> tuple[str, int]:
    """The page for an offer that is not there: what is known without it."""
    pasted = _pasted()
    result = finding.look_up_here(db(), pasted, viewer())
    return _result_page(pasted, replace(result, problems=[USED, *result.problems])), 422


def _result_page(pasted: str, result: Result) -> str:
    content = AddingPage(
        pasted,
        _rows(result.here),
        result.offers,
        result.problems,
        result.silent,
        result.offers[0] if result.exact else None,
    )
    return _page(fill_form(result.known), content)


def _rows(here: list[Paper]) -> list[PaperRow]:
    return papers.load_paper_rows(db(), here, viewer())


def _pasted() -> str:
    return plain_ends(request.form.get("pasted", "")).replace("\x00", "")


def _offer() -> Offer | None:
    """The offered paper that a form names, if it is there for who sends it."""
    token = request.form.get("offer", "")
    return offers.offer_of(db(), signed_in(), token) if token else None


def _page(form: PaperForm, content: AddingPage, box: LookUpForm | None = None) -> str:
    sections = overview.list_sections(db())
    form.section.choices = [
        ("", "Same as venue"),
        *((each.slug, each.name) for each in sections),
        (NO_SECTION, "None of these"),
    ]
    own_entries.load_for_page(row.paper.id for row in content.here)
    return render_template(
        "papers/new.html",
        form=form,
        box=box or LookUpForm(formdata=None, data={"pasted": content.pasted}),
        content=content,
    )
