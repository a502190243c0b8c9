"""Making one account of two.

One transaction that the caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import (
    DeletedSummary,
    Draft,
    EmailAddress,
    FormerName,
    Identity,
    LicenceAgreement,
    MergedDraft,
    Paper,
    PaperDifference,
    PaperMerge,
    PaperRevision,
    Passkey,
    Picture,
    Revision,
    Summary,
    User,
    Vote,
)
from app.services import changes, votes
from app.services.lists import joining
from app.services.locks import lock_account
from app.services.pictures.addresses import note_uses
from app.services.refusals import Refusal
from app.services.shelves.joining import give_shelves, hand_in_instead, is_handed_in_alone
from app.services.summaries import draft_merge
from app.services.summaries.revisions import keep_revision_html

_DECISIONS = (PaperMerge, PaperRevision)


@dataclass(frozen=True)
class AccountMergeResult:
    """What a merge did.

    Attributes:
        moved: summaries that changed hands.
        joined: papers about which both had written, where the later text stays.
        votes: votes that changed hands; those on their own summaries are gone.
    """

    moved: int
    joined: int
    votes: int


def merge(session: Session, source: User, target: User) -> AccountMergeResult:
    """Give everything of one account to another, and remove the first.

    Where both wrote about a paper, the text that was edited later stays what readers see, with its
    visibility; the other one is before it in the history. No text becomes public, and no anonymous
    one gets a name: what others could not read, or not under this name, is in the history for its
    writer alone. A text that a reading group has stays there: both stay where the later one is not
    public, or anonymous, and where the group has read an earlier one that is not public.

    Raises:
        Refusal: for the same account twice, or one that is another by now.
    """
    if source.id == target.id:
        raise Refusal("name", "These are the same user.")
    begin_writing(session)
    lock_papers(session, alone=False)
    for user in sorted((source, target), key=lambda each: each.id):
        lock_account(session, user)
    theirs_and_others = select(Summary.id).where(Summary.user_id.in_((source.id, target.id)))
    changes.note(session, "summary", *session.scalars(theirs_and_others))
    moved, touched = _move_votes(session, source, target)
    apart = 0
    theirs = _by_paper(session, source)
    others = _by_paper(session, target)
    for paper_id, summary in theirs.items():
        other = others.get(paper_id)
        if other is None:
            summary.user_id = target.id
        elif _must_stay(session, summary, other):
            _keep_both(session, summary, other, target)
            apart += 1
        else:
            _join_drafts(session, summary, other)
            _join(session, summary, other, target)
        session.flush()
    _move_further(session, source, target)
    _move_drafts(session, source, target, {*theirs, *others})
    joining.give_list(session, source, target)
    give_shelves(session, source, target)
    moved_tables = (Picture, DeletedSummary, FormerName, MergedDraft, PaperDifference)
    for table in (*moved_tables, Identity, Passkey, *_DECISIONS):
        session.execute(update(table).where(table.user_id == source.id).values(user_id=target.id))
    for decided in _DECISIONS:
        undone = update(decided).where(decided.undone_by_id == source.id)
        session.execute(undone.values(undone_by_id=target.id))
    _move_agreements(session, source, target)
    if not target.bio:
        target.bio, target.bio_html = source.bio, source.bio_html
        target.renderer_version = source.renderer_version
    _move_address(session, source, target)
    target.joined_at = min(source.joined_at, target.joined_at)
    name = source.name
    session.flush()
    votes.recount_all(session, touched)
    session.expire_all()
    session.delete(source)
    session.flush()
    session.add(FormerName(name=name, user_id=target.id))
    for summary in session.scalars(select(Summary).where(Summary.user_id == target.id)).all():
        note_uses(session, summary)
    return AccountMergeResult(len(theirs), len(theirs.keys() & others.keys()) - apart, moved)


def _by_paper(session: Session, user: User) -> dict[int, Summary]:
    """Of each paper the one that the editor opens."""
    found = session.scalars(
        select(Summary)
        .where(Summary.user_id == user.id, Summary.place == 0)
        .order_by(Summary.paper_id)
    )
    return {summary.paper_id: summary for summary in found}


def _move_further(session: Session, source: User, target: User) -> None:
    """Move the texts that came with merged papers, behind those that the other one has there."""
    further = select(Summary).where(Summary.user_id == source.id).order_by(Summary.id)
    for summary in session.scalars(further).all():
        last = select(func.max(Summary.place)).where(
            Summary.paper_id == summary.paper_id, Summary.user_id == target.id
        )
        highest = session.scalar(last)
        summary.place = 0 if highest is None else highest + 1
        summary.user_id = target.id
        session.flush()


def _sort_by_age(one: Summary, other: Summary) -> tuple[Summary, Summary]:
    """The one that was edited later, and the other."""
    later, earlier = sorted((one, other), key=lambda each: each.edited_at or each.created_at)[::-1]
    return later, earlier


def _must_stay(session: Session, one: Summary, other: Summary) -> bool:
    """Whether the earlier text is in a reading in whose place the later one cannot be.

    Who handed in the one did not choose to show the other to the group. What everybody reads under
    its writer's name can be in its place, unless the group has read the earlier one and could read
    it nowhere else: what they talked about is taken from nobody.
    """
    kept, gone = _sort_by_age(one, other)
    is_shown = kept.visibility == "public" and not kept.anonymous
    if is_shown and gone.visibility == "public":
        return False
    return is_handed_in_alone(session, gone, kept, only_revealed=is_shown)


def _keep_both(session: Session, one: Summary, other: Summary, target: User) -> None:
    """Let the later text be the first of two by one person, and the other one stay as it is."""
    kept, gone = _sort_by_age(one, other)
    last = select(func.max(Summary.place)).where(
        Summary.paper_id == gone.paper_id, Summary.user_id == gone.user_id
    )
    gone.place = (session.scalar(last) or 0) + 1
    session.flush()
    kept.user_id = target.id


def _join(session: Session, one: Summary, other: Summary, target: User) -> None:
    """Make one summary of two of the same paper, written by what is now one person."""
    kept, gone = _sort_by_age(one, other)
    keep_revision_html(session, gone)
    hand_in_instead(session, gone, kept)
    count = _put_before(session, gone, kept)
    same_name = gone.anonymous == kept.anonymous
    if not (same_name and gone.visibility == "public"):
        session.execute(
            update(Revision)
            .where(Revision.summary_id == kept.id, Revision.number <= count)
            .values(public_since=None)
        )
    if same_name:
        _take_votes(session, gone, kept, target)
    of_gone = update(Picture).where(Picture.summary_id == gone.id)
    session.execute(of_gone.values(summary_id=kept.id))
    session.flush()
    session.execute(delete(Summary).where(Summary.id == gone.id))
    session.expunge(gone)
    kept.user_id = target.id
    votes.recount_votes(session, kept)


def _put_before(session: Session, gone: Summary, kept: Summary) -> int:
    """Move the revisions of one summary before those of another; says how many they are."""
    count = select(func.count()).select_from(Revision).where(Revision.summary_id == gone.id)
    moved = session.scalar(count) or 0
    # In two steps: no two may have one number, not even within a statement.
    for number in (-(Revision.number + moved), -Revision.number):
        session.execute(
            update(Revision).where(Revision.summary_id == kept.id).values(number=number)
        )
    session.execute(
        update(Revision).where(Revision.summary_id == gone.id).values(summary_id=kept.id)
    )
    return moved


def _take_votes(session: Session, gone: Summary, kept: Summary, target: User) -> None:
    voted = select(Vote.user_id).where(Vote.summary_id == kept.id)
    session.execute(
        update(Vote)
        .where(
            Vote.summary_id == gone.id,
            Vote.user_id.not_in(voted.scalar_subquery()),
            Vote.user_id != target.id,
        )
        .values(summary_id=kept.id)
    )
    kept.imported_votes += gone.imported_votes


def _move_votes(session: Session, source: User, target: User) -> tuple[int, list[int]]:
    """Let votes count as the other's: one a summary, none on what is now their own.

    Returns:
        How many moved, and the numbers of the summaries that lost some.
    """
    mine = select(Summary.id).where(Summary.user_id.in_((source.id, target.id)))
    voted = select(Vote.summary_id).where(Vote.user_id == target.id)
    own = delete(Vote).where(
        Vote.user_id.in_((source.id, target.id)), Vote.summary_id.in_(mine.scalar_subquery())
    )
    touched = list(session.scalars(own.returning(Vote.summary_id)))
    twice = delete(Vote).where(
        Vote.user_id == source.id, Vote.summary_id.in_(voted.scalar_subquery())
    )
    touched += session.scalars(twice.returning(Vote.summary_id))
    moved = session.scalars(
        update(Vote)
        .where(Vote.user_id == source.id)
        .values(user_id=target.id)
        .returning(Vote.summary_id)
    ).all()
    return len(moved), touched


def _move_drafts(session: Session, source: User, target: User, papers: set[int]) -> None:
    """Move the drafts; of two about one thing one is made, so that neither text is lost.

    Args:
        papers: about which the one or the other has written.
    """
    session.flush()
    of_source = select(Draft).where(Draft.user_id == source.id).order_by(Draft.id)
    found = session.scalars(of_source.execution_options(populate_existing=True)).all()
    for mine in found:
        of_target = select(Draft).where(
            Draft.user_id == target.id,
            Draft.paper_id == mine.paper_id,
            Draft.summary_id == mine.summary_id,
        )
        theirs = session.scalar(of_target)
        if theirs is None:
            mine.user_id = target.id
        else:
            _put_together(session, theirs, mine).user_id = target.id
        session.flush()
    for paper_id in {each.paper_id for each in found} | papers:
        draft_merge.attach_new_drafts(session, session.get_one(Paper, paper_id))


def _move_address(session: Session, source: User, target: User) -> None:
    """Keep the email address of the first account where the other has none."""
    has_one = select(EmailAddress.user_id).where(EmailAddress.user_id == target.id)
    moved = update(EmailAddress).where(EmailAddress.user_id == source.id, ~has_one.exists())
    session.execute(moved.values(user_id=target.id).execution_options(synchronize_session=False))


def _move_agreements(session: Session, source: User, target: User) -> None:
    """Keep which licences the first account agreed to, for the texts that it published."""
    theirs = select(LicenceAgreement.licence).where(LicenceAgreement.user_id == target.id)
    moved = update(LicenceAgreement).where(
        LicenceAgreement.user_id == source.id,
        LicenceAgreement.licence.not_in(session.scalars(theirs).all()),
    )
    session.execute(moved.values(user_id=target.id).execution_options(synchronize_session=False))


def _join_drafts(session: Session, one: Summary, other: Summary) -> None:
    """Let the drafts of two summaries that become one be a draft of that."""
    kept, gone = _sort_by_age(one, other)
    query = select(Draft).where(Draft.summary_id.in_((gone.id, kept.id)))
    drafts = {
        draft.summary_id: draft
        for draft in session.scalars(query.execution_options(populate_existing=True))
    }
    of_gone, of_kept = drafts.get(gone.id), drafts.get(kept.id)
    if of_kept is not None and of_kept.base_revision:  # `_join` will number its revisions anew
        count = select(func.count()).select_from(Revision).where(Revision.summary_id == gone.id)
        of_kept.base_revision += session.scalar(count) or 0
    if of_gone is not None and of_kept is None:
        of_gone.summary_id = kept.id
    elif of_gone is not None and of_kept is not None:
        _put_together(session, of_gone, of_kept).summary_id = kept.id
    session.flush()


def _put_together(session: Session, one: Draft, other: Draft) -> Draft:
    """Make one draft of two: the later text stands above the earlier."""
    later, earlier = sorted((one, other), key=lambda draft: draft.saved_at)[::-1]
    draft_merge.merge_drafts(session, later, earlier)
    return later
