"""Links between notes of a vault become links to their papers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.references.addresses import paper_path
from app.rendering.inline.wiki_links import named_paper
from app.services.importing.papers import find_or_add_paper
from app.services.importing.terms import ImportRun, IncomingFile
from app.services.refusals import Refusal
from app.sources.formats.front_matter import BadFile
from app.sources.formats.markdown_links import link_notes
from app.sources.formats.markdown_pictures import is_picture

MAX_NAMED = 3  # links that the report names


def with_note_links(
    session: Session,
    text: str,
    incoming: IncomingFile,
    run: ImportRun,
    notes: list[str],
    *,
    is_new: bool,
) -> str:
    """A text whose links to other notes lead to their papers.

    Also to those of notes that come later.

    Args:
        notes: where the links lead, and those that lead nowhere, are added to them.
        is_new: whether the text is not here yet: then its owner is told where they lead.
    """
    find = incoming.note
    if find is None:
        return text
    addresses: dict[str, str | None] = {}

    def address(target: str) -> str | None:
        if target not in addresses:
            addresses[target] = _address(target)
        return addresses[target]

    def _address(target: str) -> str | None:
        found = find(target)
        if found is None:
            return None
        try:
            with session.begin_nested():
                paper, _ = find_or_add_paper(session, found.record, found.citekey, run)
                return paper_path(paper.key)
        except (BadFile, Refusal):  # its own line of the report says why
            return None

    linked = link_notes(text, address)
    leading = [f"{target} → {there}" for target, there in addresses.items() if there]
    missing = [target for target, there in addresses.items() if not there and _is_note(target)]
    if leading and is_new:
        notes.append(f"links to other notes lead to their papers: {_some(leading)}")
    if missing:
        notes.append(f"no note about a paper is there for these links: {_some(missing)}")
    return linked


def _is_note(target: str) -> bool:
    """Whether a link means a note at all: pictures and citations are told of elsewhere."""
    return not (is_picture(target) or target.startswith("@") or named_paper(target))


def _some(items: list[str]) -> str:
    more = len(items) - MAX_NAMED
    shown = ", ".join(f"{item:.100}" for item in items[:MAX_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
