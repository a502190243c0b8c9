"""Entries of files as records that can be kept."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app.references.identifiers import OWN_VENUES
from app.references.labels import field_label
from app.services.papers.facts import MAX_VENUE_KEY
from app.services.papers.fitting import Misfit, fit
from app.sources.record import DETAILS, PaperRecord
from app.text.folding import make_slug


def fit_entry(
    session: Session, record: PaperRecord, notes: list[str], *, is_member: bool
) -> PaperRecord:
    """The record of an entry as it can be kept.

    Args:
        notes: what was changed for that is added to them, in words.
        is_member: whether a member sent it, whose further keys may be any paper's.

    Raises:
        Refusal: when there is nothing left that could be a paper.
    """
    if "/" in record.venue and " " not in record.venue and not record.venue_key:
        # Such a name would be taken for the key of a venue.
        record = replace(record, venue_key=f"{OWN_VENUES}{make_slug(record.venue)}"[:MAX_VENUE_KEY])
    record, misfits = fit(session, record)
    notes += map(_said, misfits)
    return replace(record, other_keys=()) if is_member else record


def _said(misfit: Misfit) -> str:
    if misfit.is_shortened:
        return f"{'a' if misfit.field == 'name' else 'the'} {misfit.field} was shortened"
    if misfit.field in DETAILS:
        return f"the field {misfit.field} is too long and was left out"
    instead = f"it is {misfit.kept}" if misfit.kept else "it was left out"
    label = field_label(misfit.field)
    return f"the {label} {misfit.written:.80} cannot be used here; {instead}"
