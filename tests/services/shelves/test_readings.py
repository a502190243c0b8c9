from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing, now
from app.models import Change, LicenceAgreement, Paper, Participation, Reading, Shelf, Summary, User
from app.queries.shelves import readings as queries
from app.queries.shelves.access import find_shelf
from app.queries.shelves.reading_texts import find_shown_picture, list_reading_entries
from app.services.accounts import merging as accounts
from app.services.accounts.administration import delete_user
from app.services.papers import merge_undo, merging
from app.services.pictures.uploads import store_picture
from app.services.refusals import Refusal
from app.services.shelves import members, participation, readings, reveal
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.readings import ReadingPlan
from app.services.summaries.content import Edit
from app.services.summaries.deletion import delete_summary
from app.services.summaries.publishing import create_summary
from tests.helpers.engines import POSTGRESQL
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_reading,
    make_shelf,
    make_summary,
    make_user,
)
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing
from tests.helpers.waiting import SAFETY, pids_that_wait, wait_until

Group = tuple[Shelf, Reading, list[User]]


def make_group(session: Session, visibility: str = "private") -> Group:
    """A shelf of Ann, with Ben and Cleo, that reads a paper."""
    users = [make_user(session, name) for name in ("ann", "ben", "cleo")]
    paper = make_paper(session, "conf/x/A1", "A paper")
    shelf = make_shelf(session, users[0], paper, title="Group", visibility=visibility)
    for user in users[1:]:
        join_shelf(session, shelf, user)
    return shelf, make_reading(session, shelf, paper), users


def write(session: Session, group: Group, user: User, audience: str = "group") -> Summary:
    """Write a private text and hand it in."""
    shelf, reading, _ = group
    paper = session.get_one(Paper, reading.paper_id)
    summary = make_summary(session, paper, user, f"By {user.name}.", visibility="private")
    participation.hand_in(session, user, shelf, reading, summary, audience)
    session.commit()
    return summary


def read(session: Session, group: Group, viewer: User | None) -> set[str]:
    """The texts that somebody sees on the page of the reading."""
    seen = find_shelf(session, "ann", "group", viewer)
    if seen is None:
        return set()
    found = list_reading_entries(session, seen, group[1], viewer)
    texts = {entry.summary.source for entry in found}
    session.commit()
    return texts


def run_job(session: Session) -> None:
    deque(reveal.reveal_due(session), maxlen=0)


def test_texts_are_shown_when_all_are_in(session: Session) -> None:
    group = make_group(session)
    shelf, reading, (ann, ben, cleo) = group
    write(session, group, ann)
    participation.answer_reading(session, cleo, shelf, reading, takes_part=False)
    session.commit()
    assert [read(session, group, user) for user in (None, ann, ben, cleo)] == [set()] * 4
    write(session, group, ben)
    assert reading.revealed_at is not None
    both = {"By ann.", "By ben."}
    assert [read(session, group, user) for user in (ann, ben, cleo)] == [both] * 3
    assert read(session, group, make_user(session)) == set()
    assert set(session.scalars(select(Summary.visibility))) == {"private"}


def test_one_text_alone_waits_for_the_day(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = make_group(session, "public")
    shelf, reading, (ann, ben, cleo) = group
    mine = write(session, group, ann, "public")
    for user in (ben, cleo):
        participation.answer_reading(session, user, shelf, reading, takes_part=False)
    session.commit()
    last_moment = now().replace(hour=23, minute=59) + timedelta(days=7)
    monkeypatch.setattr(reveal, "now", lambda: last_moment)
    assert not reveal.has_due(session)
    run_job(session)
    assert read(session, group, ben) == set()
    monkeypatch.setattr(reveal, "now", lambda: last_moment + timedelta(minutes=1))
    assert reveal.has_due(session)
    run_job(session)
    shown_at = reading.revealed_at
    run_job(session)
    assert reading.revealed_at == shown_at
    assert not reveal.has_due(session)
    assert session.get_one(Summary, mine.id, populate_existing=True).visibility == "public"
    for viewer in (None, ben, make_user(session)):
        assert read(session, group, viewer) == {"By ann."}


def test_what_is_for_the_group_is_not_for_guests_of_a_public_shelf(session: Session) -> None:
    group = make_group(session, "public")
    shelf, reading, (ann, ben, cleo) = group
    participation.answer_reading(session, cleo, shelf, reading, takes_part=False)
    write(session, group, ann)
    write(session, group, ben, "public")
    run_job(session)
    assert read(session, group, None) == {"By ben."}
    participation.take_back(session, ben, shelf, reading)
    session.commit()
    assert read(session, group, None) == set()
    assert read(session, group, cleo) == {"By ann."}


def test_images_are_shown_with_their_text(session: Session) -> None:
    group = make_group(session)
    shelf, reading, (ann, ben, cleo) = group
    picture = store_picture(session, ben, saved(drawing(size=(60, 40))))
    session.commit()
    paper = session.get_one(Paper, reading.paper_id)
    source = f"![A plot](/pictures/{picture.name})"
    mine = make_summary(session, paper, ben, source, visibility="private")
    participation.hand_in(session, ben, shelf, reading, mine, "group")
    participation.answer_reading(session, cleo, shelf, reading, takes_part=False)
    session.commit()
    assert find_shown_picture(session, picture.name, ann) is None
    write(session, group, ann)
    assert find_shown_picture(session, picture.name, cleo) is picture
    for viewer in (None, make_user(session)):
        assert find_shown_picture(session, picture.name, viewer) is None


def test_who_leaves_takes_their_text_along(session: Session) -> None:
    group = make_group(session)
    shelf, reading, (ann, ben, cleo) = group
    for user in (ann, ben):
        write(session, group, user)
    members.decline_invitation(session, cleo, "ann", "group")  # the last answer was missing
    session.commit()
    assert reading.revealed_at is not None
    assert read(session, group, cleo) == set()
    members.remove_member(session, shelf, "ben")
    session.commit()
    assert read(session, group, ann) == {"By ann."}


def test_a_deleted_account_or_text_leaves_nothing(session: Session) -> None:
    group = make_group(session)
    _, reading, (ann, ben, cleo) = group
    write(session, group, ann)
    gone = write(session, group, ben)
    delete_summary(session, gone)
    session.commit()
    row = session.get_one(Participation, (reading.id, ben.id), populate_existing=True)
    assert (row.takes_part, row.summary_id) == (True, None)
    write(session, group, ben)
    delete_user(session, cleo)
    session.commit()
    assert read(session, group, ann) == {"By ann.", "By ben."}


def test_merged_papers_and_accounts_keep_readings(session: Session) -> None:
    group = make_group(session)
    shelf, reading, (ann, ben, cleo) = group
    kept = make_paper(session, "conf/x/A2", "The same")
    before = session.get_one(Paper, reading.paper_id)
    write(session, group, ben)
    merge = merging.merge_papers(session, kept, before, ann)
    session.commit()
    assert session.get_one(Reading, reading.id, populate_existing=True).paper_id == kept.id
    restored = merge_undo.undo_merge(session, merge.id, ann)
    session.commit()
    assert session.get_one(Reading, reading.id, populate_existing=True).paper_id == restored.id
    participation.answer_reading(session, cleo, shelf, reading, takes_part=True)
    session.commit()
    accounts.merge(session, ben, cleo)
    session.commit()
    answer = queries.find_own_answer(session, reading, cleo)
    assert answer.summary_id is not None
    assert read(session, group, ann) == set()


def test_a_merge_of_accounts_completes_a_reading(session: Session) -> None:
    """Where one who was waited for is now one who has handed in."""
    group = make_group(session)
    _, _, (ann, ben, cleo) = group
    for user in (ann, ben):
        write(session, group, user)
    assert read(session, group, ann) == set()
    accounts.merge(session, cleo, ben)
    session.commit()
    assert read(session, group, ann) == read(session, group, ben) == {"By ann.", "By ben."}


@pytest.mark.parametrize("is_later", [True, False])
@pytest.mark.parametrize("audience", ["group", "public"])
def test_a_merge_of_accounts_leaves_no_hole(
    session: Session, audience: str, is_later: bool
) -> None:
    """Of two private texts that of the group stays its text, and the other one stays hidden."""
    group = make_group(session)
    _, reading, (ann, ben, cleo) = group
    own = write(session, group, ben, audience)
    dora = make_user(session, "dora")
    hidden = make_summary(
        session, session.get_one(Paper, reading.paper_id), dora, "By dora.", visibility="private"
    )
    begin_writing(session)
    hidden.edited_at = now() + timedelta(days=1 if is_later else -1)
    session.commit()
    source, target = (dora, ben) if is_later else (ben, dora)
    done = accounts.merge(session, source, target)
    session.commit()
    assert done.joined == (0 if is_later else 1)
    for user in (ann, cleo):
        write(session, group, user)
    run_job(session)
    assert read(session, group, ann) == {"By ann.", "By ben.", "By cleo."}
    shown = session.get_one(Summary, own.id, populate_existing=True)
    assert shown.visibility == ("private" if audience == "group" else "public")
    if is_later:
        other = session.get_one(Summary, hidden.id, populate_existing=True)
        assert (other.visibility, other.place, shown.place) == ("private", 0, 1)
        assert other.user_id == shown.user_id == target.id


def test_a_public_text_takes_the_place_of_one_that_is_gone(session: Session) -> None:
    group = make_group(session)
    _, reading, (ann, ben, cleo) = group
    write(session, group, ben)
    dora = make_user(session, "dora")
    later = make_summary(session, session.get_one(Paper, reading.paper_id), dora, "By dora.")
    begin_writing(session)
    later.edited_at = now() + timedelta(days=1)
    session.commit()
    assert accounts.merge(session, ben, dora).joined == 1
    session.commit()
    answer = queries.find_own_answer(session, reading, dora)
    assert answer.summary_id == later.id
    for user in (ann, cleo):
        write(session, group, user)
    assert read(session, group, ann) == {"By ann.", "By dora.", "By cleo."}


@pytest.mark.parametrize("audience", ["group", "public"])
def test_what_a_group_has_read_stays_when_accounts_merge(session: Session, audience: str) -> None:
    """One that everybody reads is joined to the later one."""
    group = make_group(session)
    _, reading, users = group
    for user in users:
        write(session, group, user, audience)
    run_job(session)
    ann, ben, _ = users
    everybody = {"By ann.", "By ben.", "By cleo."}
    assert read(session, group, ann) == everybody
    dora = make_user(session, "dora")
    later = make_summary(session, session.get_one(Paper, reading.paper_id), dora, "By dora.")
    begin_writing(session)
    later.edited_at = now() + timedelta(days=1)
    session.commit()
    done = accounts.merge(session, ben, dora)
    session.commit()
    assert done.joined == (0 if audience == "group" else 1)
    shown = everybody if audience == "group" else {"By ann.", "By dora.", "By cleo."}
    assert read(session, group, ann) == shown
    session.refresh(later)
    assert (later.user_id, later.place, later.visibility) == (dora.id, 0, "public")


def test_two_texts_of_one_reading_become_one(session: Session) -> None:
    group = make_group(session)
    _, _, (ann, ben, cleo) = group
    for user in (ben, cleo):
        write(session, group, user)
    accounts.merge(session, cleo, ben)
    session.commit()
    write(session, group, ann)
    assert read(session, group, ann) == {"By ann.", "By cleo."}


def test_a_licence_that_came_later_needs_an_agreement(session: Session) -> None:
    """Who has agreed to it since publishes under it; another's text stays with the group."""
    group = make_group(session)
    _, _, users = group
    texts = [write(session, group, user, "public") for user in users[:2]]
    session.info["licence"] = "CC-BY-4.0"
    begin_writing(session)
    session.add(LicenceAgreement(user_id=users[1].id, licence="CC-BY-4.0", agreed_at=now()))
    session.commit()
    write(session, group, users[2])
    run_job(session)
    found = [session.get_one(Summary, each.id, populate_existing=True) for each in texts]
    assert [(each.visibility, each.licence) for each in found] == [
        ("private", ""),
        ("public", "CC-BY-4.0"),
    ]
    assert read(session, group, users[2]) == {"By ann.", "By ben.", "By cleo."}
    assert not reveal.has_due(session)


def test_undoing_a_merge_moves_no_later_reading(session: Session) -> None:
    shelf, reading, (ann, *_) = make_group(session)
    kept = make_paper(session, "conf/x/A2", "The same")
    before = session.get_one(Paper, reading.paper_id)
    merge = merging.merge_papers(session, kept, before, ann)
    session.commit()
    readings.remove_reading(session, shelf, reading)
    session.commit()
    later = make_reading(session, shelf, kept)  # on SQLite it has the number of the other
    merge_undo.undo_merge(session, merge.id, ann)
    session.commit()
    assert session.get_one(Reading, later.id, populate_existing=True).paper_id == kept.id


def test_a_text_of_two_groups_is_published_after_both_reveals(session: Session) -> None:
    group = make_group(session)
    shelf, reading, (ann, ben, cleo) = group
    paper = session.get_one(Paper, reading.paper_id)
    dora = make_user(session, "dora")
    other = make_shelf(session, dora, paper, title="Other")
    join_shelf(session, other, ben)
    later = make_reading(session, other, paper, days=30)
    participation.answer_reading(session, cleo, shelf, reading, takes_part=False)
    write(session, group, ann)
    mine = make_summary(session, paper, ben, "By ben.", visibility="private")
    participation.hand_in(session, ben, other, later, mine, "group")
    participation.hand_in(session, ben, shelf, reading, mine, "public")
    session.commit()
    assert read(session, group, cleo) == {"By ann.", "By ben."}
    assert not reveal.has_due(session)
    run_job(session)
    assert session.get_one(Summary, mine.id, populate_existing=True).visibility == "private"
    assert queries.find_own_answer(session, reading, ben).waits
    session.commit()
    readings.remove_reading(session, other, later)
    session.commit()
    assert reveal.has_due(session)
    run_job(session)
    assert session.get_one(Summary, mine.id, populate_existing=True).visibility == "public"


def test_a_text_that_is_deleted_meanwhile_is_not_handed_in(session: Session) -> None:
    shelf, reading, (_, ben, _) = make_group(session)
    paper = session.get_one(Paper, reading.paper_id)
    gone = make_summary(session, paper, ben, visibility="private")
    session.commit()
    with Session(session.get_bind(), info=session.info) as another:
        delete_summary(another, another.get_one(Summary, gone.id))
        another.commit()
    with pytest.raises(Refusal, match="of your own"):
        participation.hand_in(session, ben, shelf, reading, gone, "group")


def test_handing_in_leaves_no_trace_in_the_log(session: Session) -> None:
    group = make_group(session, "public")
    shelf, reading, (_, ben, _) = group
    paper = session.get_one(Paper, reading.paper_id)
    summary = make_summary(session, paper, ben, "Hidden.", visibility="private")
    query = select(Change.number).order_by(Change.number)
    before = session.scalars(query).all()
    session.commit()
    participation.hand_in(session, ben, shelf, reading, summary, "public")
    session.commit()
    participation.take_back(session, ben, shelf, reading)
    session.commit()
    assert session.scalars(query).all() == before


def test_what_is_refused(session: Session) -> None:
    group = make_group(session)
    shelf, reading, (_, ben, _) = group
    paper = session.get_one(Paper, reading.paper_id)
    stranger = make_user(session)
    theirs = make_summary(session, paper, stranger, visibility="private")
    other = make_summary(session, None, ben, visibility="private")
    session.commit()
    day = reading.ends_on
    refused = [
        lambda: participation.answer_reading(session, stranger, shelf, reading, takes_part=True),
        lambda: participation.hand_in(session, stranger, shelf, reading, theirs, "group"),
        lambda: participation.hand_in(session, ben, shelf, reading, theirs, "group"),
        lambda: participation.hand_in(session, ben, shelf, reading, other, "group"),
        lambda: participation.hand_in(session, ben, shelf, reading, other, "everybody"),
        lambda: participation.renew_feed(session, stranger, shelf),
        lambda: readings.start_reading(session, shelf, paper, ReadingPlan(day.isoformat())),
        lambda: readings.set_reading_together(session, shelf, is_on=False),
        *(
            lambda plan=plan: readings.change_reading(session, shelf, reading, plan)
            for plan in (
                ReadingPlan((day - timedelta(days=1)).isoformat()),
                ReadingPlan("soon"),
                ReadingPlan("9999-12-31"),
                ReadingPlan(day.isoformat(), stranger.name),
            )
        ),
    ]
    for call in refused:
        with pytest.raises(Refusal):
            call()
        session.rollback()


def test_the_rota_goes_round(session: Session) -> None:
    shelf, _, (ann, ben, cleo) = make_group(session)
    all_of_them = queries.list_group_members(session, shelf)
    assert all_of_them == [ann, ben, cleo]
    led = []
    for number in range(4):
        leader = queries.propose_leader(session, shelf, all_of_them)
        led.append(leader.name)
        paper = make_paper(session)
        add_paper_to_shelf(session, ann, shelf, paper)
        make_reading(session, shelf, paper, leader=leader.name, days=number + 1)
    assert led == ["ann", "ben", "cleo", "ann"]


@pytest.mark.skipif(not POSTGRESQL, reason="needs PostgreSQL")
def test_a_leader_who_hands_in_meanwhile_is_waited_for(postgresql_tables: Database) -> None:
    with postgresql_tables.session() as session, postgresql_tables.session() as looking:
        shelf, reading, (ann, ben, _) = make_group(session)
        paper, next_one = session.get_one(Paper, reading.paper_id), make_paper(session)
        add_paper_to_shelf(session, ann, shelf, next_one)
        session.commit()
        edit = Edit("Mine.", "", "", "private", False)
        mine = create_summary(session, ben, paper, edit).summary

        def start() -> int:
            with postgresql_tables.session() as other:
                here, about = other.get_one(Shelf, shelf.id), other.get_one(Paper, next_one.id)
                plan = ReadingPlan(reading.ends_on.isoformat(), "ben")
                made = readings.start_reading(other, here, about, plan)
                other.commit()
                return made.number

        with ThreadPoolExecutor(1) as pool:
            started = pool.submit(start)
            wait_until(lambda: pids_that_wait(looking), "the other one waits")
            participation.hand_in(session, ben, shelf, reading, mine, "group")
            session.commit()
            assert started.result(SAFETY) == 2
