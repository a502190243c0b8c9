"""Writing and editing summaries."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.entities import insert_entity
from app.models import Paper, Summary, SummaryTag, Tag, User
from app.services import changes
from app.services.locks import check_paper_exists, lock_user
from app.services.pictures import addresses
from app.services.refusals import Refusal
from app.services.renderer import TextOwner
from app.services.summaries import draft_merge
from app.services.summaries.checks import check_content, parse_tags
from app.services.summaries.content import BaseVersion, Content, Edit
from app.services.summaries.rendered_text import (
    RenderedEdit,
    render_or_refuse,
    render_takeaway_or_refuse,
    take_rendered,
    with_addresses,
    write_what_follows,
)
from app.services.summaries.revisions import (
    add_revision,
    is_last_public,
    keep_revision_html,
    note_provenance,
    note_public,
)
from app.services.summaries.state import (
    find_last_revision_number,
    load_content,
    lock_summaries_of_writer,
    lock_summary,
)
from app.services.votes import compute_popularity
from app.statements import connection_of, run


class EditConflict(Exception):
    """The summary, or who can see it, was changed elsewhere since the writer opened it."""

    def __init__(self) -> None:
        super().__init__("This summary was saved in another window since you opened it here.")


# Built once, and run past the session's objects: each text that is saved runs these.
_TAGS = select(Tag.id).where(Tag.name.in_(bindparam("names", expanding=True)))
_REMOVE_TAGS = delete(SummaryTag).where(SummaryTag.summary_id == bindparam("which"))
_ADD_TAGS = insert(SummaryTag)


class SummaryDeleted(Refusal):
    """The summary to be changed was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "summary",
            "This summary was deleted in another window. Restore it from the deleted ones first;"
            " your text is still here.",
        )


@dataclass(frozen=True)
class SavedSummary:
    """A summary that was saved.

    Attributes:
        addresses_changed: whether its text has other addresses of pictures than it was typed with.
    """

    summary: Summary
    addresses_changed: bool = False


def create_summary(
    session: Session,
    user: User,
    paper: Paper,
    edit: Edit,
    *,
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
    place: int | None = None,
) -> SavedSummary:
    """Save a new summary of a paper.

    A picture that belongs to another text of theirs gets another address in this one, so what is
    saved may differ from what was typed.

    Args:
        edit: a text of at most 64 kB, a takeaway of one line and `MAX_TAKEAWAY` characters, tags
            as in `parse_tags`, one of `VISIBILITIES`.
        created_at, edited_at: moments that a file knows; else the present one.
        place: where it comes among those that the user has of this paper (`Summary.place`), for an
            import of several; `None` for the only one that they can have.

    Returns:
        The summary; when they have just the same one already, that.

    Raises:
        EditConflict: when they have another one.
        Refusal: for a text that cannot be taken, with the name of the field.
    """
    content = check_content(edit.applied_to(None))
    rendered = render_or_refuse(session, content.source, TextOwner(user.id))
    takeaway_html = render_takeaway_or_refuse(content.takeaway)
    begin_writing(session)
    lock_papers(session, alone=False)
    check_paper_exists(session, paper)
    lock_user(session, user.id)
    texts = lock_summaries_of_writer(session, user, paper)
    if texts and place is None:
        same = next((each for each in texts if load_content(session, each).same_as(content)), None)
        if same is None:
            raise EditConflict
        return SavedSummary(same)
    summary = Summary(
        paper_id=paper.id,
        user_id=user.id,
        place=_free_place(texts, place or 0),
        section_slug=paper.section_slug,
        created_at=created_at or now(),
        score=0,
        imported_votes=0,
    )
    made = RenderedEdit(rendered, takeaway_html)
    changed = _write(session, user, summary, content, made, edited_at, is_new=True)
    draft_merge.attach_new_drafts(session, paper)
    return SavedSummary(summary, changed)


def change_summary(
    session: Session,
    summary: Summary,
    edit: Edit,
    *,
    base: BaseVersion | None = None,
    edited_at: datetime | None = None,
) -> SavedSummary:
    """Change a summary; what the edit does not say stays as it is.

    Args:
        edit: as in `create_summary`.
        base: what the writer began from; `None` means that it does not matter.
        edited_at: a moment that a file knows; else the present one, when the text changed.

    Raises:
        EditConflict: when something else was saved since what was seen.
        SummaryDeleted: when the summary was deleted.
        Refusal: for a text that cannot be taken, with the name of the field.
    """
    content = check_content(edit.applied_to(load_content(session, summary)))
    owner = TextOwner(summary.user_id, summary.id)
    made = RenderedEdit(
        render_or_refuse(session, content.source, owner),
        render_takeaway_or_refuse(content.takeaway),
    )
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, summary.user_id)
    if lock_summary(session, summary.id) is None:
        raise SummaryDeleted
    present = load_content(session, summary)
    if not (_is_known(session, summary, present, base) or content.same_as(present)):
        raise EditConflict
    rendered = content.source, content.takeaway
    content = check_content(edit.applied_to(present))
    if (content.source, content.takeaway) != rendered:
        raise EditConflict  # just now, by another window
    user = session.get_one(User, summary.user_id)
    changed = _write(session, user, summary, content, made, edited_at, is_new=False)
    return SavedSummary(summary, changed)


def _free_place(texts: Sequence[Summary], wanted: int) -> int:
    taken = {each.place for each in texts}
    return wanted if wanted not in taken else max(taken) + 1


def _is_known(
    session: Session, summary: Summary, present: Content, seen: BaseVersion | None
) -> bool:
    return seen is None or (
        seen.revision == find_last_revision_number(session, summary)
        and seen.settings in (None, present.settings)
    )


def _write(
    session: Session,
    user: User,
    summary: Summary,
    content: Content,
    made: RenderedEdit,
    edited_at: datetime | None,
    *,
    is_new: bool,
) -> bool:
    """Put what was checked into the row, and write all that follows from it.

    Returns:
        Whether pictures in it have other addresses than it was typed with.
    """
    if not is_new:
        changes.note(session, "summary", summary.id)
    if not is_new and content.visibility == "unlisted" and summary.share_code is None:
        addresses.renew_addresses(session, summary)  # others may know those that it had
    source, rendered = content.source, made.text
    home = None if is_new else summary
    moved = addresses.resolve_addresses(session, user, home, source)
    if moved:
        source = addresses.replace_names(source, moved)
        rendered = with_addresses(rendered, moved)
    changed = is_new or (summary.source, summary.takeaway) != (source, content.takeaway)
    # What others were told of a text stays in its history.
    is_restated = (
        not changed
        and (summary.read, summary.made) != (content.read, content.made)
        and is_last_public(session, summary)
    )
    moment = summary.created_at if is_new else now()
    if changed and not is_new:
        summary.edited_at = moment
    if (changed and not is_new) or is_restated:
        keep_revision_html(session, summary)
    if edited_at is not None:
        summary.edited_at = edited_at
    summary.source = source
    summary.takeaway = content.takeaway
    summary.takeaway_html = made.takeaway_html
    summary.visibility = content.visibility
    summary.anonymous = content.anonymous
    summary.read, summary.made, summary.interest = content.read, content.made, content.interest
    if content.visibility != "unlisted":
        summary.share_code = None  # who has the link sees nothing any more, also later
    elif summary.share_code is None:
        summary.share_code = make_share_code()
    if content.visibility == "public" and summary.published_at is None:
        summary.published_at = moment
    summary.popularity = compute_popularity(
        summary.score, summary.published_at or summary.created_at
    )
    take_rendered(summary, rendered)
    if is_new:
        insert_entity(session, summary)
        changes.note_new(session, "summary", summary.id)
    else:
        session.flush()
    set_tags(session, summary, parse_tags(content.tags))
    write_what_follows(session, summary, rendered)
    if changed:
        saved_at = summary.edited_at or summary.created_at
        add_revision(session, summary, moment, saved_at, is_first=is_new)
    elif is_restated:
        add_revision(session, summary, moment, moment, is_first=False)
    else:
        note_provenance(session, summary)
        if content.visibility == "public":
            note_public(session, summary, moment)
    return bool(moved)


def set_tags(session: Session, summary: Summary, names: Sequence[str]) -> None:
    """Replace the tags of a summary that is noted."""
    session.flush()
    connection = connection_of(session)
    ids = run(connection, _TAGS, {"names": list(names)}).scalars()
    if len(ids) < len(set(names)):
        insert_missing(session, Tag, [{"name": name} for name in names], ["name"])
        ids = run(connection, _TAGS, {"names": list(names)}).scalars()
    run(connection, _REMOVE_TAGS, {"which": summary.id})
    if ids:
        rows = [{"summary_id": summary.id, "tag_id": tag_id} for tag_id in ids]
        run(connection, _ADD_TAGS, rows)
    session.expire(summary, ["tags"])


def make_share_code() -> str:
    """A secret for the address of an unlisted summary: 192 random bits."""
    return secrets.token_urlsafe(24)
