"""Writing and editing summaries."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import Draft, Paper, Revision, Summary, SummaryTag, Tag, User
from app.models.summary import VISIBILITIES
from app.rendering import (
    MAX_TEXT_BYTES,
    RENDERER_VERSION,
    Rendered,
    RenderError,
    render_inline,
)
from app.services import counts, links, picture_addresses, similarity
from app.services.contents import Content, Settings, one_line, tag_words
from app.services.contents import normal as normal  # for who writes through this module
from app.services.locks import ensure_there, queue
from app.services.merging import BESIDE, BETWEEN, MINE, THEIRS, open_conflict
from app.services.problems import Refused
from app.services.search_index import index_summary
from app.services.texts import render_text
from app.services.votes import popularity

MAX_TAKEAWAY = 200
MAX_TAGS = 8
MAX_TAG = 40


class ChangedMeanwhile(Exception):
    """The summary, or who can see it, was changed elsewhere since the writer opened it."""

    def __init__(self) -> None:
        super().__init__("This summary was saved in another window since you opened it here.")


def publish(
    session: Session,
    user: User,
    paper: Paper,
    *,
    source: str,
    takeaway: str = "",
    tags: Sequence[str] = (),
    visibility: str = "public",
    anonymous: bool = False,
    seen_revision: int | None = None,
    seen_settings: Settings | None = None,
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
    place: int | None = None,
) -> Summary:
    """Save a user's summary of a paper: the first time it is made, later it is changed.

    A picture that belongs to another text of theirs gets another address in this one, so what is
    saved may differ from `source`; `Session.info` tells by `picture_addresses.CHANGED`.

    Args:
        source: Markdown with LaTeX, at most 64 kB.
        takeaway: one line with `$math$`, at most `MAX_TAKEAWAY` characters.
        tags: words; see `parse_tags`.
        visibility: one of `VISIBILITIES`; an unlisted one gets a secret code for its address.
        seen_revision: number of the revision that the writer began from, 0 for none; `None` means
            that it does not matter.
        seen_settings: the settings that stood beside it then; `None` likewise.
        created_at, edited_at: moments that a file or an import knows; else the present one.
        place: which of their texts about the paper is meant (`Summary.place`), for who has several;
            `None` is the one that the editor opens.

    Raises:
        ChangedMeanwhile: when another revision or other settings were saved since those that
            were seen.
        Refused: for a text that cannot be taken, with the name of the field.
    """
    source = normal(source)
    takeaway = one_line(takeaway)
    _check(source, takeaway)
    names = parse_tags(",".join(tags))
    if visibility not in VISIBILITIES:
        raise Refused("visibility", "Choose who can see it: everybody, those with the link, you.")
    rendered = rendered_or_refused(session, source)
    takeaway_html = _takeaway_or_refused(takeaway)
    begin_writing(session)
    lock_papers(session, alone=False)
    ensure_there(session, paper)
    queue(session, user.id)
    if place is None:
        summary = first_of(session, user, paper)
    else:
        summary = next((each for each in all_of(session, user, paper) if each.place == place), None)
    if summary is not None and visibility == "unlisted" and summary.share_code is None:
        picture_addresses.renew(session, summary)  # others may know those that it had
    moved = picture_addresses.settle(session, user, summary, source)
    if moved:
        source = picture_addresses.changed(source, moved)
        rendered = _with_addresses(rendered, moved)
        session.info[picture_addresses.CHANGED] = True
    if seen_revision is not None and summary is not None:
        present = content_of(session, summary)
        wanted = Content(source, takeaway, ",".join(names), visibility, anonymous)
        is_known = (
            seen_revision == last_revision(session, summary)
            and seen_settings in (None, present.settings)
        ) or wanted.same_as(present)
        if not is_known:
            raise ChangedMeanwhile
    moment = created_at or now()
    changed = summary is None or (summary.source, summary.takeaway) != (source, takeaway)
    if summary is None:
        summary = Summary(
            paper_id=paper.id,
            user_id=user.id,
            place=place or 0,
            section_slug=paper.section_slug,
            html="",
            opening_html="",
            excerpt="",
            created_at=moment,
            score=0,
            imported_votes=0,
        )
        session.add(summary)
    elif changed:
        summary.edited_at = now()
    if edited_at is not None:
        summary.edited_at = edited_at
    if changed and summary.id is not None:
        keep_look(session, summary)
    summary.source = source
    summary.takeaway = takeaway
    summary.takeaway_html = takeaway_html
    summary.visibility = visibility
    summary.anonymous = anonymous
    if visibility != "unlisted":
        summary.share_code = None  # who has the link sees nothing any more, also later
    elif summary.share_code is None:
        summary.share_code = new_share_code()
    if visibility == "public" and summary.published_at is None:
        summary.published_at = moment
    summary.popularity = popularity(summary.score, summary.published_at or summary.created_at)
    summary.renderer_version = RENDERER_VERSION
    session.flush()
    touched = set_tags(session, summary, names)
    apply(session, summary, rendered)
    if changed:
        _add_revision(session, summary)
    if visibility == "public":
        _note_public(session, summary, moment)
    counts.recount(session, [paper.id], user_ids=[user.id], tag_ids=touched)
    return summary


def first_of(session: Session, user: User, paper: Paper) -> Summary | None:
    """A user's summary of a paper as it is now; if there are more, the one that is edited."""
    return next(iter(all_of(session, user, paper)), None)


def all_of(session: Session, user: User, paper: Paper) -> list[Summary]:
    """A user's summaries of a paper as they are now, by place: hardly ever more than one."""
    query = (
        select(Summary)
        .where(Summary.paper_id == paper.id, Summary.user_id == user.id)
        .order_by(Summary.place)
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def put_first(session: Session, summary: Summary) -> None:
    """Let the editor open this one of a writer's several summaries of a paper.

    Raises:
        Refused: while there is a draft about the paper, which belongs to the other one.
    """
    begin_writing(session)
    lock_papers(session, alone=False)
    queue(session, summary.user_id)
    mine = (Summary.paper_id == summary.paper_id, Summary.user_id == summary.user_id)
    drafted = select(Draft.id).where(
        Draft.paper_id == summary.paper_id, Draft.user_id == summary.user_id
    )
    if session.scalar(drafted) is not None:
        raise Refused(
            "summary", "You have a draft of the other summary. Save it or discard it first."
        )
    order = list(session.scalars(select(Summary.id).where(*mine).order_by(Summary.place)))
    order.sort(key=lambda number: number != summary.id)
    number_in_order(session, order)
    session.refresh(summary)


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


def _check(source: str, takeaway: str) -> None:
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
        html=picture_addresses.changed(rendered.html, moved),
        opening=picture_addresses.changed(rendered.opening, moved),
        lead=picture_addresses.changed(rendered.lead, moved),
    )


def apply(session: Session, summary: Summary, rendered: Rendered) -> None:
    """Write what follows from a summary's text: its HTML, links, pictures and search entry."""
    summary.html = rendered.html
    summary.opening_html = rendered.opening
    summary.lead_html = rendered.lead
    summary.excerpt = rendered.excerpt
    linked = similarity.before_change(session, summary)
    links.rebuild(session, summary, rendered.links)
    similarity.after_change(session, summary, linked)
    picture_addresses.note_uses(session, summary)
    writer = session.get_one(User, summary.user_id)
    index_summary(session, summary, rendered.text, tag_names(session, summary), writer)


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
