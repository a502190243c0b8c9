"""Links between notes of a vault become links to their papers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.references.addresses import paper_path
from app.rendering.inline.wiki_links import named_paper
from app.services.importing.papers import find_or_add_paper
from app.services.importing.terms import ImportRun, IncomingFile, NoteTarget
from app.services.refusals import Refusal
from app.sources.formats.front_matter import BadFile
from app.sources.formats.markdown_links import link_notes
from app.sources.formats.markdown_pictures import is_picture

MAX_NAMED = 3  # links that the report names
MAX_LINKED_NOTES = 200  # different ones in a note; others write while each is looked for


def replace_note_links(
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
    left: list[str] = []

    def address(target: str) -> str | None:
        if target not in addresses and len(addresses) < MAX_LINKED_NOTES:
            found = find(target)
            addresses[target] = None if found is None else _address_of(session, found, run)
        elif target not in addresses:
            left.append(target)
        return addresses.get(target)

    linked = link_notes(text, address)
    leading = [f"{target} → {there}" for target, there in addresses.items() if there]
    missing = [target for target, there in addresses.items() if not there and _is_note(target)]
    if leading and is_new:
        notes.append(f"links to other notes now lead to their papers: {_some(leading)}")
    if missing:
        notes.append(f"no note about a paper found for these links: {_some(missing)}")
    if left:
        notes.append(f"not linked, since a note has at most {MAX_LINKED_NOTES}: {_some(left)}")
    return linked


def _address_of(session: Session, note: NoteTarget, run: ImportRun) -> str | None:
    """The address of the paper of a note, which is added when it is missing."""
    record = note.record
    says = (note.citekey, record.key, record.doi, record.arxiv_id, record.url, record.title)
    if says in run.links:
        return run.links[says]
    try:
        with session.begin_nested():
            paper, is_new = find_or_add_paper(session, record, note.citekey, run)
    except (BadFile, Refusal):  # its own line of the report says why
        return run.links.setdefault(says, None)
    there = paper_path(paper.key)
    # A paper that was just added is gone again if the note that links to it cannot be kept.
    return there if is_new and not run.options.dry_run else run.links.setdefault(says, there)


def _is_note(target: str) -> bool:
    """Whether a link means a note at all: pictures and citations are told of elsewhere."""
    return not (is_picture(target) or target.startswith("@") or named_paper(target))


def _some(items: list[str]) -> str:
    more = len(items) - MAX_NAMED
    shown = ", ".join(f"{item:.100}" for item in items[:MAX_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
