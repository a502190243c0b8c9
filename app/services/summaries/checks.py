"""What can be saved as a summary.

Its sizes, its tags, and what must not stand in it.
"""

from __future__ import annotations

from dataclasses import replace

from app.rendering import MAX_TEXT_BYTES
from app.services.refusals import Refusal, Refusals
from app.services.summaries.content import Content, is_stated_well, normalise_source, split_tags
from app.services.summaries.three_way_merge import BESIDE, BETWEEN, MINE, THEIRS, open_conflict
from app.text.lines import one_line
from app.text.visibility import VISIBILITIES

MAX_TAKEAWAY = 200
MAX_TAGS = 8
MAX_TAG = 40


def parse_tags(text: str) -> list[str]:
    """Tags as a person types them, separated by commas: `Object Detection` → `object-detection`.

    Raises:
        Refusal: for too many, or one that is too long.
    """
    tags = split_tags(text)
    if len(tags) > MAX_TAGS:
        raise Refusal("tags", f"Up to {MAX_TAGS} tags (you have {len(tags)}).")
    for tag in tags:
        if len(tag) > MAX_TAG:
            raise Refusal("tags", f"“{tag[:20]}…” is longer than {MAX_TAG} characters.")
    return tags


def check_content(content: Content) -> Content:
    """A content as it is saved, or `Refusal` with all that is wrong."""
    source, takeaway = normalise_source(content.source), one_line(content.takeaway)
    refused = Refusals()
    if content.visibility not in VISIBILITIES:
        words = "Choose a visibility: public, unlisted or private."
        refused.add([Refusal("visibility", words)])
    if not is_stated_well(content.provenance):
        refused.add([Refusal("read", "Choose one of the options, or “Not stated”.")])
    tags = refused.check(parse_tags, [], content.tags)
    refused.check(_check_source, None, source)
    refused.check(_check_takeaway, None, takeaway)
    refused.raise_first()
    return replace(content, source=source, takeaway=takeaway, tags=",".join(tags))


def _check_source(source: str) -> None:
    if not source.strip():
        raise Refusal("source", "Your summary is empty.")
    size = len(source.encode())
    if size > MAX_TEXT_BYTES:
        raise Refusal(
            "source",
            f"Summaries can be up to {MAX_TEXT_BYTES:,} bytes (you have {size:,}). Nothing is lost:"
            " shorten it and try again.",
        )
    line = open_conflict(source)
    if line is not None:
        raise Refusal(
            "source",
            f"Line {line}: unresolved conflict. Choose one side, then delete the {MINE}, {BETWEEN}"
            f" and {THEIRS} markers.",
            line,
        )


def _check_takeaway(takeaway: str) -> None:
    if BESIDE in takeaway:
        raise Refusal(
            "takeaway",
            f"Unresolved conflict: keep one takeaway and delete the {BESIDE.strip()}.",
        )
    if len(takeaway) > MAX_TAKEAWAY:
        raise Refusal(
            "takeaway",
            f"Up to {MAX_TAKEAWAY} characters (you have {len(takeaway)}).",
        )
