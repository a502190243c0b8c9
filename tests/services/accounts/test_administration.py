"""Accounts renamed, merged and deleted; above all: what a merge must not reveal or lose."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import (
    DeletedSummary,
    Draft,
    EmailAddress,
    FormerName,
    Paper,
    Picture,
    PictureUse,
    Revision,
    SearchEntry,
    Summary,
    User,
    Vote,
)
from app.queries import people, summaries
from app.queries import revisions as history
from app.queries.search import results
from app.services import votes
from app.services.accounts import account, administration, merging, sessions
from app.services.pictures import uploads
from app.services.refusals import Refusal
from app.services.summaries import deletion, drafts
from app.services.summaries.content import Content
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish, save_draft
from tests.helpers.mail.mailbox import give_address
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ann(session: Session) -> User:
    return make_user(session, "ann", "Ann Example")


@pytest.fixture
def old(session: Session) -> User:
    return make_user(session, "ann-old", "Ann as she was")


def merge(session: Session, source: User, target: User) -> merging.AccountMergeResult:
    done = merging.merge(session, source, target)
    session.commit()
    session.expire_all()
    return done


def sources(session: Session, summary: Summary) -> list[str]:
    query = select(Revision.source).where(Revision.summary_id == summary.id)
    return list(session.scalars(query.order_by(Revision.number)))


def test_who_is_not_there(session: Session, ann: User) -> None:
    assert administration.find_account(session, " ANN ").id == ann.id
    with pytest.raises(Refusal, match=r"There is no user anne\. Did you mean ann\?"):
        administration.find_account(session, "anne")
    with pytest.raises(Refusal, match=r"There is no user zzzzzz\.$"):
        administration.find_account(session, "zzzzzz")


def test_who_has_another_name_now(session: Session, ann: User, old: User) -> None:
    administration.rename_account(session, ann, "ann.example")
    merging.merge(session, old, ann)
    session.commit()
    for name in ("ann", "Ann-old"):
        with pytest.raises(Refusal, match=f"^{name.lower()} has been renamed to ann.example"):
            administration.find_account(session, name)
    administration.rename_account(session, ann, "cleo", forget_old=True)
    session.commit()
    with pytest.raises(Refusal, match=r"^User ann no longer exists\.$"):
        administration.find_account(session, "ann")


def test_create(session: Session) -> None:
    made = administration.create_account(session, "Admin", "", PASSWORD)
    session.commit()
    assert account.sign_in(session, "admin", PASSWORD) is not None
    assert made.display_name == "admin"
    for name in ("admin", "demo", "anon", "page-x", "a b", "x"):
        with pytest.raises(Refusal):
            administration.create_account(session, name, "", PASSWORD)


def test_an_old_name_leads_to_the_new_one(app: Flask, session: Session, ann: User) -> None:
    summary = make_summary(session, user=ann)
    key = session.get_one(Summary, summary.id).paper_id
    administration.rename_account(session, ann, "Ann.Smith")
    session.commit()
    guest = Browser(app.test_client())
    paper = session.get_one(Paper, key)
    session.commit()
    alone = guest.get(f"/paper/{paper.key}?by=Ann")
    assert (alone.status, alone.location) == (301, f"/paper/{paper.key}?by=ann.smith")
    assert guest.get(alone.location).status == 200
    # Where nobody can see that they wrote, the old name says no more than any other.
    hidden = make_summary(session, user=session.get_one(User, ann.id), anonymous=True)
    other = session.get_one(Paper, hidden.paper_id).key
    session.commit()
    for name in ("ann", "ann.smith", "nobody"):
        answer = guest.get(f"/paper/{other}?by={name}")
        assert (answer.status, answer.location) == (302, f"/paper/{other}")
    page = guest.get("/user/ann")
    assert (page.status, page.location) == (301, "/user/ann.smith")
    assert guest.get("/user?name=ann").location == "/user/ann.smith"
    paper = summaries.load_entries(session, [summary.id], None)[summary.id].summary.paper
    assert paper.id == key
    session.commit()
    moved = guest.get(f"/paper?bibtexKey={paper.key}&a=ann").location
    assert moved == f"/paper/{paper.key}?by=ann.smith"
    assert results.list_found_papers(session, "ann.smith", None, limit=5, offset=0) != []


def test_nobody_gets_a_name_that_was_given_up(app: Flask, session: Session, ann: User) -> None:
    administration.rename_account(session, ann, "bea")
    session.commit()
    page = Browser(app.test_client()).submit("/signup", name="ann", password=PASSWORD)
    assert page.status == 422
    assert account.TAKEN in page.text
    for change in (
        lambda: administration.create_account(session, "ann", "", PASSWORD),
        lambda: administration.rename_account(session, make_user(session), "ann"),
        lambda: account.add_from_file(session, "ann", ""),
    ):
        with pytest.raises(Refusal):
            change()
        session.rollback()
    administration.rename_account(session, ann, "ann")  # but who had it can take it back
    session.commit()
    assert session.scalars(select(FormerName.name)).all() == ["bea"]


def test_a_name_that_is_to_be_forgotten(app: Flask, session: Session, ann: User) -> None:
    administration.rename_account(session, ann, "bea")
    administration.rename_account(session, ann, "cleo", forget_old=True)
    session.commit()
    guest = Browser(app.test_client())
    assert [guest.get(f"/user/{name}").status for name in ("ann", "bea")] == [404, 404]
    assert people.find_user(session, "cleo") is not None
    with pytest.raises(Refusal, match="taken"):
        account.sign_up(session, "bea", "", PASSWORD)


def test_names_that_cannot_be_taken(session: Session, ann: User, old: User) -> None:
    for name in ("ann", "ann-old", "demo", "a b", "anon", "page-1"):
        with pytest.raises(Refusal):
            administration.rename_account(session, ann, name)
        session.rollback()
    assert ann.name == "ann"


def test_a_name_that_stood_for_the_display_name_changes_with_it(session: Session) -> None:
    user = make_user(session, "plain", "plain")
    administration.rename_account(session, user, "plainer")
    session.commit()
    assert user.display_name == "plainer"


def test_delete_asks_for_summaries_to_go_too(session: Session, ann: User, old: User) -> None:
    mine = make_summary(session, user=ann)
    other = make_summary(session, user=old)
    votes.cast_vote(session, ann, other.id, 1)
    votes.cast_vote(session, old, mine.id, 1)
    picture = uploads.store_picture(session, ann, saved(drawing())).name
    save_draft(
        session,
        ann,
        make_paper(session),
        Content("Begun."),
        base_revision=0,
        seen_version=0,
    )
    gone = make_summary(session, user=ann)
    deletion.delete_summary(session, gone)
    session.commit()
    with pytest.raises(Refusal, match="has written 1 summary"):
        administration.delete_user(session, ann)
    session.rollback()
    done = administration.delete_user(session, ann, with_summaries=True)
    session.commit()
    session.expire_all()
    assert (done.summaries, done.votes) == (1, 1)
    assert list(done.files) == [picture]
    assert session.scalars(select(Summary.id)).all() == [other.id]
    assert session.get_one(Summary, other.id).score == 0
    for table in (Vote, Draft, Picture, DeletedSummary):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert session.get_one(FormerName, "ann").user_id is None
    assert session.scalar(select(func.count(SearchEntry.summary_id))) == 1


def test_who_wrote_nothing_is_deleted(session: Session, ann: User) -> None:
    sessions.start_session(session, ann)
    administration.delete_user(session, ann)
    session.commit()
    assert session.scalars(select(User.name)).all() == []


def test_everything_changes_hands(app: Flask, session: Session, ann: User, old: User) -> None:
    text = make_summary(session, user=old, source="Sharedword.")
    hidden = make_summary(session, user=old, source="Hiddenword.", visibility="private")
    secret = make_summary(session, user=old, source="Secretword.", anonymous=True)
    link = make_summary(session, user=old, source="Linkword.", visibility="unlisted")
    reader = make_user(session)
    votes.cast_vote(session, reader, text.id, 1)
    deleted = make_summary(session, user=old, source="Gone.")
    votes.cast_vote(session, ann, deleted.id, 1)
    deletion.delete_summary(session, deleted)
    account.set_password(session, old, PASSWORD)
    token = sessions.start_session(session, old)
    old.bio, old.bio_html = "Reads.", "<p>Reads.</p>"
    session.commit()
    done = merge(session, old, ann)
    assert (done.moved, done.joined, done.votes) == (4, 0, 0)
    assert session.get(User, old.id) is None
    assert sessions.find_session(session, token, 90) is None
    assert ann.bio == "Reads."
    for summary in (text, hidden, secret, link):
        assert summary.user_id == ann.id
    assert text.score == 1
    assert link.share_code is not None
    session.commit()
    guest = Browser(app.test_client())
    assert guest.get("/user/ann-old").location == "/user/ann"
    profile = guest.get("/user/ann").text
    assert "Sharedword" in profile
    assert "Secretword" not in profile
    assert "Hiddenword" not in profile
    assert results.list_found_papers(session, "ann example sharedword", None, limit=5, offset=0)
    assert not results.list_found_papers(session, "ann example secretword", None, limit=5, offset=0)
    back = deletion.restore_summary(session, ann, deleted.id)
    assert back is not None
    assert (back.user_id, back.score) == (ann.id, 0)  # nobody votes on their own


# All 72 ways on one engine only; other tests of merging are run on both.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("later", ["ann", "ann-old"])
@pytest.mark.parametrize(
    ("mine", "theirs"),
    list(product(product(("public", "unlisted", "private"), (False, True)), repeat=2)),
)
def test_a_merge_reveals_nothing(
    session: Session,
    ann: User,
    old: User,
    mine: tuple[str, bool],
    theirs: tuple[str, bool],
    later: str,
) -> None:
    paper = make_paper(session)
    start = now() - timedelta(days=1)
    both = {}
    for user, (visibility, anonymous) in ((ann, mine), (old, theirs)):
        moment = start + 5 * MINUTE * (user.name == later)
        for number in (1, 2):
            both[user.name] = publish(
                session,
                user,
                paper,
                source=f"Text {number} of {user.name}.",
                visibility=visibility,
                anonymous=anonymous,
                created_at=moment,
                edited_at=moment + number * MINUTE,
            )
    session.commit()
    kept = both[later].id
    before = strangers_see(session, both["ann"].id) | strangers_see(session, both["ann-old"].id)
    merge(session, old, ann)
    assert session.scalars(select(Summary.id)).all() == [kept]
    summary = session.get_one(Summary, kept)
    other = "ann" if later == "ann-old" else "ann-old"
    assert sources(session, summary) == [
        f"Text {number} of {name}." for name in (other, later) for number in (1, 2)
    ]
    assert summary.source == f"Text 2 of {later}."
    assert (summary.visibility, summary.anonymous) == (mine if later == "ann" else theirs)
    after = strangers_see(session, kept)
    assert {text for text, _ in after} <= {text for text, _ in before}
    # Whoever was named before was one of the two; nobody else gets a name.
    named = {text for text, name in before if name}
    assert {text for text, name in after if name} <= named
    # What could be read under the same conditions stays readable, at its permanent address.
    if mine == theirs == ("public", False) or mine == theirs == ("public", True):
        assert len(after) == len(before) == 4
    # The writer has all of it.
    assert len(history.list_revisions(session, summary, ann)) == 4


def strangers_see(session: Session, summary_id: int) -> set[tuple[str, str]]:
    """The texts of a summary that anybody can read, each with the name that stands on it."""
    found = set()
    for number in session.scalars(select(Revision.id).where(Revision.summary_id == summary_id)):
        seen = history.find_revision(session, number, None)
        if seen is not None:
            revision, entry = seen
            found.add((revision.source, entry.writer.name if entry.writer else ""))
    session.expire_all()
    return found


def test_both_histories_have_their_look(session: Session, ann: User, old: User) -> None:
    paper = make_paper(session)
    make_summary(session, paper, old, source="*Older.*")
    kept = make_summary(session, paper, ann, source="Newer.")
    merge(session, old, ann)
    html = select(Revision.html).where(Revision.summary_id == kept.id).order_by(Revision.number)
    assert [" ".join(each.split()) for each in session.scalars(html)] == [
        '<p dir="auto"><em>Older.</em></p>',
        "",
    ]
    publish(session, ann, paper, source="Newest.", seen_revision=2)
    session.commit()
    assert sources(session, kept) == ["*Older.*", "Newer.", "Newest."]


def test_votes_never_count_twice(session: Session, ann: User, old: User) -> None:
    first, second, third = (make_user(session) for _ in range(3))
    elsewhere = make_summary(session, user=third)
    paper = make_paper(session)
    gone = make_summary(session, paper, old, created_at=now() - MINUTE)
    kept = make_summary(session, paper, ann)
    alone = make_summary(session, user=old)
    for voter, summary, value in (
        (ann, elsewhere, 1),
        (old, elsewhere, -1),
        (old, kept, 1),  # on what will be her own
        (ann, gone, 1),
        (ann, alone, 1),
        (first, gone, 1),
        (first, kept, -1),
        (second, gone, 1),
        (third, alone, 1),
    ):
        votes.cast_vote(session, voter, summary.id, value)
    session.commit()
    merge(session, old, ann)
    cast = session.execute(select(Vote.summary_id, Vote.user_id, Vote.value)).all()
    assert sorted(map(tuple, cast)) == sorted(
        [
            (elsewhere.id, ann.id, 1),
            (kept.id, first.id, -1),
            (kept.id, second.id, 1),
            (alone.id, third.id, 1),
        ]
    )
    scores = dict(session.execute(select(Summary.id, Summary.score)).all())
    assert scores == {elsewhere.id: 1, kept.id: 0, alone.id: 1}


def test_votes_do_not_tell_who_was_anonymous(session: Session, ann: User, old: User) -> None:
    paper = make_paper(session)
    gone = make_summary(session, paper, old, anonymous=True, created_at=now() - MINUTE)
    kept = make_summary(session, paper, ann)
    votes.cast_vote(session, make_user(session), gone.id, 1)
    session.commit()
    merge(session, old, ann)
    assert kept.score == 0


def test_votes_from_elsewhere_stay(session: Session, ann: User, old: User) -> None:
    paper = make_paper(session)
    for user, count in ((old, 3), (ann, 4)):
        summary = make_summary(session, paper, user)
        begin_writing(session)
        summary.imported_votes = count
        votes.recount_votes(session, summary)
    session.commit()
    merge(session, old, ann)
    assert session.scalars(select(Summary.score)).all() == [7]


def save(session: Session, user: User, paper: object, text: str, **more: object) -> None:
    save_draft(
        session,
        user,
        paper,  # type: ignore[arg-type]
        Content(text, **more),  # type: ignore[arg-type]
        base_revision=0,
        seen_version=0,
    )
    session.commit()


def test_no_draft_is_lost(session: Session, ann: User, old: User) -> None:
    both, one = make_paper(session), make_paper(session)
    save(session, old, both, "Begun by the old one.", visibility="private")
    save(session, ann, both, "Begun by Ann.", anonymous=True)
    save(session, old, one, "Alone.")
    version = session.scalar(select(func.max(Draft.version)).where(Draft.paper_id == both.id))
    merge(session, old, ann)
    found = {draft.paper_id: draft for draft in session.scalars(select(Draft))}
    assert all(draft.user_id == ann.id for draft in found.values())
    assert found[one.id].source == "Alone."
    joined = found[both.id]
    assert joined.source == "Begun by Ann.\n\n---\n\nBegun by the old one."
    assert (joined.visibility, joined.anonymous) == ("private", True)
    assert joined.version == (version or 0) + 1


def test_a_draft_goes_on_from_its_revision(session: Session, ann: User, old: User) -> None:
    paper = make_paper(session)
    for number in (1, 2):
        make_summary(session, paper, old, source=f"Old {number}.")
    make_summary(session, paper, ann, source="Present.")
    of_old = select(Summary).where(Summary.user_id == old.id)
    for user, base in ((old, 2), (ann, 1)):
        save_draft(
            session,
            user,
            paper,
            Content(f"Going on, {user.name}."),
            base_revision=base,
            seen_version=0,
        )
        session.commit()
        if user is old:
            drafts.discard_draft(session, old, paper, session.scalars(of_old).one())
            session.commit()
    merge(session, old, ann)
    draft = session.scalars(select(Draft)).one()
    summary = session.get_one(Summary, draft.summary_id)
    assert drafts.load_revision_text(session, summary, draft.base_revision)[0] == "Present."


def test_pictures_change_hands_with_their_texts(session: Session, ann: User, old: User) -> None:
    data = saved(drawing())
    papers = [make_paper(session) for _ in range(2)]
    theirs, mine = (uploads.store_picture(session, user, data) for user in (ann, old))
    earlier = make_summary(
        session, papers[0], old, source=uploads.format_picture_markdown(mine, "a")
    )
    kept = make_summary(
        session, papers[0], ann, source=uploads.format_picture_markdown(theirs, "a")
    )
    own = uploads.store_picture(session, old, data)
    deleted = make_summary(
        session, papers[1], old, source=uploads.format_picture_markdown(own, "b")
    )
    deletion.delete_summary(session, deleted)
    session.commit()
    merge(session, old, ann)
    assert set(session.scalars(select(Picture.user_id))) == {ann.id}
    # What was two summaries is one, and so is the home of their pictures.
    homes = dict(session.execute(select(Picture.name, Picture.summary_id)).all())
    assert homes == {theirs.name: kept.id, mine.name: kept.id, own.name: deleted.id}
    publish(session, ann, papers[0], source=earlier.source)
    back = deletion.restore_summary(session, ann, deleted.id)
    assert back is not None
    session.commit()
    assert uploads.find_picture_names(back.html) == [own.name]
    uses = select(PictureUse.picture_id).order_by(PictureUse.picture_id)
    assert session.scalars(uses).all() == [mine.id, own.id]


def test_nobody_is_merged_with_themselves(session: Session, ann: User) -> None:
    with pytest.raises(Refusal, match="same user"):
        merging.merge(session, ann, ann)


@pytest.mark.parametrize("has_one", [False, True])
def test_a_merge_keeps_an_email_address(session: Session, has_one: bool) -> None:
    old, new = make_user(session, "old"), make_user(session, "new")
    give_address(session, old, "old@example.org")
    if has_one:
        give_address(session, new, "new@example.org")
    merging.merge(session, old, new)
    session.commit()
    kept = session.scalars(select(EmailAddress)).one()
    assert (kept.user_id, kept.address) == (new.id, f"{'new' if has_one else 'old'}@example.org")
