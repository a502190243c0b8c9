"""The links of summaries as rows, made anew in the transaction that writes their text."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from app.models import Link, Summary, folded
from app.models.papers.paper import MAX_IDENTIFIER
from app.models.summaries.link import MAX_LABEL_FOLDED, MAX_USER
from app.queries.identifiers import MAX_NAMES, KnownPaper
from app.references.identifiers import PaperRef
from app.services.renderer import RenderedText, find_papers_of_text
from app.statements import connection_of, run
from app.text.words import indexable

# Built once, and run past the session's objects: no link is one of them.
_REMOVE = delete(Link).where(Link.summary_id == bindparam("which"))
_ADD = insert(Link)


def rebuild_links(
    session: Session,
    summary: Summary,
    rendered: RenderedText,
    found: Mapping[PaperRef, KnownPaper],
) -> None:
    """Replace all rows of a summary's links; doing it twice changes nothing.

    Args:
        found: the papers that the references of the text mean (`find_papers_of_text`), asked
            before: the rows that go may tell where the writer's own keys lead.
    """
    session.flush()
    # No paper goes by a name longer than its column.
    links = [link for link in rendered.links[:MAX_NAMES] if len(link.ref.value) <= MAX_IDENTIFIER]
    targets = found
    if len(rendered.refs) > MAX_NAMES:  # of which some were not looked for: those of links are
        targets = find_papers_of_text(session, [link.ref for link in links], rendered.owner)
    run(connection_of(session), _REMOVE, {"which": summary.id})
    rows = [
        {
            "summary_id": summary.id,
            "position": position,
            "kind": link.kind,
            "label": link.label,
            "label_folded": indexable(link.label)[:MAX_LABEL_FOLDED],
            "sentence": link.sentence,
            "sentence_html": link.sentence_html,
            "target_kind": link.ref.kind,
            "target_value": link.ref.value,
            "target_folded": folded(link.ref.value),
            "target_user": link.ref.user[:MAX_USER] if link.ref.user else None,
            "target_id": target.id if (target := targets.get(link.ref.without_user())) else None,
        }
        for position, link in enumerate(links)
    ]
    if rows:
        run(connection_of(session), _ADD, rows)
