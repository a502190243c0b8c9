"""Writing and editing summaries."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import Paper, Revision, Summary, SummaryTag, Tag, User
from app.rendering import (
    MAX_TEXT_BYTES,
    RENDERER_VERSION,
    Rendered,
    RenderError,
    render_inline,
)
from app.services.counters import counts
from app.services.locks import ensure_there, queue
from app.services.pictures import addresses
from app.services.refusals import Refused
from app.services.renderer import render_text
from app.services.search_index.indexing import index_summary
from app.services.similar import similarity
from app.services.summaries import draft_merge, links
from app.services.summaries.content import Content, Edit, Seen, tag_words
from app.services.summaries.content import normal as normal  # for who writes through this module
from app.services.summaries.three_way_merge import BESIDE, BETWEEN, MINE, THEIRS, open_conflict
from app.services.votes import popularity
from app.text.lines import one_line
from app.text.visibility import VISIBILITIES

MAX_TAKEAWAY = 200
MAX_TAGS = 8
MAX_TAG = 40


class ChangedMeanwhile(Exception):
    """The summary, or who can see it, was changed elsewhere since the writer opened it."""

    def __init__(self) -> None:
        super().__init__("This summary was saved in another window since you opened it here.")


class Gone(Refused):
    """The summary to be changed was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "summary",
            "This summary was deleted in another window. Restore it from the deleted ones first;"
            " your text is still here.",
        )


def create_summary(
    session: Session,
    user: User,
    paper: Paper,
    edit: Edit,
    *,
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
    place: int | None = None,
) -> Summary:
    """Save a new summary of a paper.

    A picture that belongs to another text of theirs gets another address in this one, so what is
    saved may differ from what was typed; `Session.info` tells by `pictures.addresses.CHANGED`.

    Args:
        edit: a text of at most 64 kB, a takeaway of one line and `MAX_TAKEAWAY` characters, tags
            as in `parse_tags`, one of `VISIBILITIES`.
        created_at, edited_at: moments that a file knows; else the present one.
        place: where it comes among those that the user has of this paper (`Summary.place`), for an
            import of several; `None` for the only one that they can have.

    Returns:
        The summary; when they have just the same one already, that.

    Raises:
        ChangedMeanwhile: when they have another one.
        Refused: for a text that cannot be taken, with the name of the field.
    """
    content = _checked(edit.applied_to(None))
    rendered = rendered_or_refused(session, content.source)
    takeaway_html = _takeaway_or_refused(content.takeaway)
    begin_writing(session)
    lock_papers(session, alone=False)
    ensure_there(session, paper)
    queue(session, user.id)
    texts = all_of(session, user, paper)
    if texts and place is None:
        same = next((each for each in texts if content_of(session, each).same_as(content)), None)
        if same is None:
            raise ChangedMeanwhile
        return same
    summary = Summary(
        paper_id=paper.id,
        user_id=user.id,
        place=_free_place(texts, place or 0),
        section_slug=paper.section_slug,
        created_at=created_at or now(),
        score=0,
        imported_votes=0,
    )
    made = _Made(rendered, takeaway_html)
    _write(session, user, summary, content, made, edited_at, is_new=True)
    draft_merge.adopt(session, paper)
    return summary


def change_summary(
    session: Session,
    summary: Summary,
    edit: Edit,
    *,
    seen: Seen | None = None,
    edited_at: datetime | None = None,
) -> Summary:
    """Change a summary; what the edit does not say stays as it is.

    Args:
        edit: as in `create_summary`.
        seen: what the writer began from; `None` means that it does not matter.
        edited_at: a moment that a file knows; else the present one, when the text changed.

    Raises:
        ChangedMeanwhile: when something else was saved since what was seen.
        Gone: when the summary was deleted.
        Refused: for a text that cannot be taken, with the name of the field.
    """
    content = _checked(edit.applied_to(content_of(session, summary)))
    made = _Made(
        rendered_or_refused(session, content.source), _takeaway_or_refused(content.takeaway)
    )
    begin_writing(session)
    lock_papers(session, alone=False)
    queue(session, summary.user_id)
    if locked(session, summary.id) is None:
        raise Gone
    present = content_of(session, summary)
    if not (_is_known(session, summary, present, seen) or content.same_as(present)):
        raise ChangedMeanwhile
    rendered = content.source, content.takeaway
    content = _checked(edit.applied_to(present))
    if (content.source, content.takeaway) != rendered:
        raise ChangedMeanwhile  # just now, by another window
    user = session.get_one(User, summary.user_id)
    _write(session, user, summary, content, made, edited_at, is_new=False)
    return summary


def _free_place(texts: Sequence[Summary], wanted: int) -> int:
    taken = {each.place for each in texts}
    return wanted if wanted not in taken else max(taken) + 1


@dataclass(frozen=True)
class _Made:
    """What the renderer made of a text and its takeaway, before this was anybody's turn."""

    text: Rendered
    takeaway_html: str


def _is_known(session: Session, summary: Summary, present: Content, seen: Seen | None) -> bool:
    return seen is None or (
        seen.revision == last_revision(session, summary)
        and seen.settings in (None, present.settings)
    )


def _write(
    session: Session,
    user: User,
    summary: Summary,
    content: Content,
    made: _Made,
    edited_at: datetime | None,
    *,
    is_new: bool,
) -> None:
    """Put what was checked into the row, and write all that follows from it."""
    if not is_new and content.visibility == "unlisted" and summary.share_code is None:
        addresses.renew(session, summary)  # others may know those that it had
    source, rendered = content.source, made.text
    home = None if is_new else summary
    moved = addresses.settle(session, user, home, source)
    if moved:
        source = addresses.changed(source, moved)
        rendered = _with_addresses(rendered, moved)
        session.info[addresses.CHANGED] = True
    changed = is_new or (summary.source, summary.takeaway) != (source, content.takeaway)
    moment = summary.created_at if is_new else now()
    if changed and not is_new:
        summary.edited_at = moment
        keep_look(session, summary)
    if edited_at is not None:
        summary.edited_at = edited_at
    summary.source = source
    summary.takeaway = content.takeaway
    summary.takeaway_html = made.takeaway_html
    summary.visibility = content.visibility
    summary.anonymous = content.anonymous
    if content.visibility != "unlisted":
        summary.share_code = None  # who has the link sees nothing any more, also later
    elif summary.share_code is None:
        summary.share_code = new_share_code()
    if content.visibility == "public" and summary.published_at is None:
        summary.published_at = moment
    summary.popularity = popularity(summary.score, summary.published_at or summary.created_at)
    summary.renderer_version = RENDERER_VERSION
    _take_rendered(summary, rendered)
    session.add(summary)
    session.flush()
    touched = set_tags(session, summary, parse_tags(content.tags))
    apply(session, summary, rendered)
    if changed:
        _add_revision(session, summary)
    if content.visibility == "public":
        _note_public(session, summary, moment)
    counts.recount(session, [summary.paper_id], user_ids=[user.id], tag_ids=touched)


def locked(session: Session, summary_id: int) -> Summary | None:
    """A summary as it is now, once it is this transaction's turn; `None` when it is deleted."""
    return session.get(Summary, summary_id, populate_existing=True)


def all_of(session: Session, user: User, paper: Paper) -> list[Summary]:
    """A user's summaries of a paper as they are now, by place: hardly ever more than one."""
    query = (
        select(Summary)
        .where(Summary.paper_id == paper.id, Summary.user_id == user.id)
        .order_by(Summary.place)
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def close_gap(session: Session, paper_id: int, user_id: int) -> None:
    """Number a writer's summaries of a paper from 0 again, after one has gone."""
    mine = (Summary.paper_id == paper_id, Summary.user_id == user_id)
    number_in_order(
        session, list(session.scalars(select(Summary.id).where(*mine).order_by(Summary.place)))
    )


def number_in_order(session: Session, ids: Sequence[int]) -> None:
    """Give a writer's summaries of a paper their places."""
    if len(ids) > 1:  # in two steps: no two may have one place
        away = update(Summary).where(Summary.id.in_(ids)).values(place=-1 - Summary.place)
        session.execute(away.execution_options(synchronize_session=False))
    for place, number in enumerate(ids):
        session.execute(update(Summary).where(Summary.id == number).values(place=place))


def content_of(session: Session, summary: Summary) -> Content:
    """A summary as the editor shows it."""
    tags = ", ".join(tag_names(session, summary))
    return Content(summary.source, summary.takeaway, tags, summary.visibility, summary.anonymous)


def tag_names(session: Session, summary: Summary) -> list[str]:
    """The tags of a summary, by name."""
    query = (
        select(Tag.name)
        .join(SummaryTag, SummaryTag.tag_id == Tag.id)
        .where(SummaryTag.summary_id == summary.id)
        .order_by(Tag.name)
    )
    return list(session.scalars(query))


def last_revision(session: Session, summary: Summary | None) -> int:
    """The number of a summary's last revision; 0 when there is no summary."""
    if summary is None:
        return 0
    last = select(func.max(Revision.number)).where(Revision.summary_id == summary.id)
    return session.scalar(last) or 0


def parse_tags(text: str) -> list[str]:
    """Tags as a person types them, separated by commas: `Object Detection` → `object-detection`.

    Raises:
        Refused: for too many, or one that is too long.
    """
    tags = tag_words(text)
    if len(tags) > MAX_TAGS:
        raise Refused("tags", f"At most {MAX_TAGS} tags, please; these are {len(tags)}.")
    for tag in tags:
        if len(tag) > MAX_TAG:
            raise Refused("tags", f"“{tag[:20]}…” is longer than {MAX_TAG} characters.")
    return tags


def _checked(content: Content) -> Content:
    """A content as it is saved, or `Refused`."""
    source, takeaway = normal(content.source), one_line(content.takeaway)
    if content.visibility not in VISIBILITIES:
        raise Refused("visibility", "Choose who can see it: everybody, those with the link, you.")
    tags = ",".join(parse_tags(content.tags))
    if not source.strip():
        raise Refused("source", "There is no text yet. Write your summary here.")
    size = len(source.encode())
    if size > MAX_TEXT_BYTES:
        raise Refused(
            "source",
            f"A summary has at most {MAX_TEXT_BYTES:,} bytes; this one has {size:,}. Nothing is"
            " lost: shorten it, or keep the rest elsewhere.",
        )
    line = open_conflict(source)
    if line is not None:
        raise Refused(
            "source",
            f"Line {line}: here two versions of your text still stand below each other. Keep what"
            f" you want of them, and remove the lines {MINE}, {BETWEEN} and {THEIRS}.",
            line,
        )
    if BESIDE in takeaway:
        raise Refused(
            "takeaway",
            f"Here two takeaways still stand beside each other. Keep one, and remove {BETWEEN}.",
        )
    if len(takeaway) > MAX_TAKEAWAY:
        raise Refused(
            "takeaway",
            f"A takeaway is one line of at most {MAX_TAKEAWAY} characters;"
            f" this has {len(takeaway)}.",
        )
    return Content(source, takeaway, tags, content.visibility, content.anonymous)


def rendered_or_refused(session: Session, source: str) -> Rendered:
    """Render a text; one that the renderer refuses is `Refused` in its words."""
    try:
        return render_text(session, source)
    except RenderError as error:
        raise Refused("source", str(error), error.line) from None


def _takeaway_or_refused(takeaway: str) -> str:
    try:
        return render_inline(takeaway)
    except RenderError as error:
        raise Refused("takeaway", str(error)) from None


def _with_addresses(rendered: Rendered, moved: dict[str, str]) -> Rendered:
    return replace(
        rendered,
        html=addresses.changed(rendered.html, moved),
        opening=addresses.changed(rendered.opening, moved),
        lead=addresses.changed(rendered.lead, moved),
    )


def apply(session: Session, summary: Summary, rendered: Rendered) -> None:
    """Write what follows from a summary's text: its HTML, links, pictures and search entry."""
    _take_rendered(summary, rendered)
    linked = similarity.before_change(session, summary)
    links.rebuild(session, summary, rendered.links)
    similarity.after_change(session, summary, linked)
    addresses.note_uses(session, summary)
    writer = session.get_one(User, summary.user_id)
    index_summary(session, summary, rendered.text, tag_names(session, summary), writer)


def _take_rendered(summary: Summary, rendered: Rendered) -> None:
    summary.html = rendered.html
    summary.opening_html = rendered.opening
    summary.lead_html = rendered.lead
    summary.excerpt = rendered.excerpt


def set_tags(session: Session, summary: Summary, names: Sequence[str]) -> set[int]:
    """Replace the tags of a summary.

    Returns:
        The numbers of all tags that it has or had, for `counts`.
    """
    insert_missing(session, Tag, [{"name": name} for name in names], ["name"])
    ids = session.scalars(select(Tag.id).where(Tag.name.in_(names))).all()
    gone = delete(SummaryTag).where(SummaryTag.summary_id == summary.id)
    before = session.scalars(gone.returning(SummaryTag.tag_id)).all()
    if ids:
        score = summary.score if summary.visibility == "public" else None
        rows = [{"summary_id": summary.id, "tag_id": tag_id, "score": score} for tag_id in ids]
        session.execute(insert(SummaryTag), rows)
    session.expire(summary, ["tags"])
    return {*before, *ids}


def new_share_code() -> str:
    """A secret for the address of an unlisted summary: 192 random bits."""
    return secrets.token_urlsafe(24)


def keep_look(session: Session, summary: Summary) -> None:
    """Give the last revision the HTML that the summary is about to lose."""
    session.execute(
        update(Revision)
        .where(
            Revision.summary_id == summary.id, Revision.number == last_revision(session, summary)
        )
        .values(
            html=summary.html,
            takeaway_html=summary.takeaway_html,
            renderer_version=summary.renderer_version,
        )
    )


def _note_public(session: Session, summary: Summary, moment: datetime) -> None:
    """Note that everybody can read the last revision from now on, unless they could before."""
    session.flush()
    session.execute(
        update(Revision)
        .where(
            Revision.summary_id == summary.id,
            Revision.number == last_revision(session, summary),
            Revision.public_since.is_(None),
        )
        .values(public_since=moment)
    )


def _add_revision(session: Session, summary: Summary) -> None:
    session.add(
        Revision(
            summary_id=summary.id,
            number=last_revision(session, summary) + 1,
            source=summary.source,
            takeaway=summary.takeaway,
            saved_at=summary.edited_at or summary.created_at,
        )
    )
