"""What the next page says of a summary that was saved."""

from __future__ import annotations

from flask import flash, url_for

from app.models import Paper, Summary
from app.queries.lists.own_entries import OwnEntry
from app.services.summaries.publishing import SavedSummary


def tell_of_addresses(saved: SavedSummary) -> None:
    """Say that pictures have other addresses than the text was typed with."""
    if saved.addresses_changed:
        flash(
            "An image you also use elsewhere was copied to a new URL, so it can’t reveal who"
            " wrote this.",
            "good",
        )


def offer_read(paper: Paper, summary: Summary, own: OwnEntry | None) -> None:
    """Offer to set a paper to read when its reader has written about it.

    Of a paper that is not on their list only when the text is new: nobody is asked again.

    Args:
        own: what their list says of the paper.
    """
    if own is None and summary.edited_at is not None:
        return
    if own is None or own.status != "read":
        question = "Add this paper to your list?" if own is None else "Have you read this paper?"
        offer = {"key": paper.key, "status": "read", "text": question}
        offer["next"] = url_for("papers.show", key=paper.key)
        flash(offer, "offer")  # type: ignore[arg-type]  # the session keeps any JSON
