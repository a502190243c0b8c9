"""What the next page says of a summary that was saved."""

from __future__ import annotations

from flask import flash

from app.services.summaries.publishing import SavedSummary


def tell_of_addresses(saved: SavedSummary) -> None:
    """Say that pictures have other addresses than the text was typed with."""
    if saved.addresses_changed:
        flash(
            "An image you also use elsewhere was copied to a new URL, so it can’t reveal who"
            " wrote this.",
            "good",
        )
