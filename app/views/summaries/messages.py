"""What the next page says of a summary that was saved."""

from __future__ import annotations

from flask import flash

from app.services.summaries.publishing import SavedSummary


def tell_of_addresses(saved: SavedSummary) -> None:
    """Say that pictures have other addresses than the text was typed with."""
    if saved.addresses_changed:
        flash(
            "A picture in it stands in another text of yours, or had its address changed. It has an"
            " address of its own here now: by the same one everybody could tell who wrote both.",
            "good",
        )
