"""The form of a new paper, from what was found and back to it."""

from __future__ import annotations

from dataclasses import replace

from app.services.lookup import finding
from app.services.lookup.offers import Offer
from app.services.papers.facts import check_record, doubtful_authors
from app.services.refusals import Refusal
from app.sources.name_lists import parse_names
from app.sources.record import OTHERS, PaperRecord
from app.views.http.access import db
from app.views.http.forms import PaperForm


def make_empty_form() -> PaperForm:
    """The form with nothing in it."""
    return PaperForm(formdata=None)


def fill_form(record: PaperRecord) -> PaperForm:
    """The form with what is known of a paper."""
    return PaperForm(formdata=None, data=finding.make_form_fields(record))


def read_record(form: PaperForm, origin: Offer | None) -> PaperRecord | None:
    """Read the record of a form, in normal form.

    Returns:
        `None` when the form shows what is wrong with it.
    """
    is_valid = form.validate_on_submit()
    if doubts := parse_names(form.authors.data or "").doubts:
        form.refuse(doubtful_authors(doubts))
        is_valid = False
    try:
        record = check_record(db(), _read_fields(form, origin))
    except Refusal as refused:
        form.refuse(refused)
        return None
    return record if is_valid else None


def _read_fields(form: PaperForm, origin: Offer | None) -> PaperRecord:
    """What the form says, and of what filled it the facts that the form has no field for."""
    year = "" if form.year.errors else (form.year.data or "").strip()
    people = parse_names(form.authors.data or "")
    others = {"authors": OTHERS} if people.has_more else {}
    record = PaperRecord(
        title=form.title.data or "",
        authors=people.names,
        key=form.key.data or "",
        year=int(year) if year else None,
        venue=form.venue.data or "",
        doi=form.doi.data or "",
        arxiv_id=form.arxiv_id.data or "",
        url=form.url.data or "",
        abstract=form.abstract.data or "",
        keywords=form.keywords.data or "",
        section=form.section.data or "",
        details=others,
    )
    if origin is None:
        return record
    more = origin.record
    record = replace(
        record,
        details={name: text for name, text in more.details.items() if name != "authors"} | others,
        openreview_id=more.openreview_id,
        acl_id=more.acl_id,
        other_keys=more.other_keys,
        other_urls=more.other_urls,
        published_on=more.published_on if record.year == more.year else None,
    )
    if record.venue == (more.venue or more.venue_key):
        record = replace(record, venue_key=more.venue_key, venue_title=more.venue_title)
    return replace(record, orcids=more.orcids if record.authors == more.authors else ())
