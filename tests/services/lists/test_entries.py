from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import EntryCopy, ListEntry, ListLabel, ReadingList
from app.queries.lists.own_entries import load_label_names
from app.services import ordering
from app.services.accounts.administration import delete_user
from app.services.lists import copies, entries
from app.services.lists.labels import MAX_LABELS
from app.services.refusals import Refusal
from tests.helpers.factories import make_paper, make_user, put_on_list, read_entry


def test_each_status_has_its_date(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    entries.set_status(session, user, paper, "to-read")
    session.commit()
    entry = read_entry(session, user, paper)
    assert (entry.status, entry.reading_at, entry.read_at) == ("to-read", None, None)
    added = entry.to_read_at
    assert added == entry.added_at
    entries.set_status(session, user, paper, "read")
    session.commit()
    entry = read_entry(session, user, paper)
    assert (entry.status, entry.to_read_at, entry.reading_at) == ("read", added, None)
    assert entry.read_at == entry.changed_at >= added


def test_the_same_status_again_changes_no_date(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    entries.set_status(session, user, paper, "read")
    session.commit()
    before = read_entry(session, user, paper).read_at
    entries.set_status(session, user, paper, "read")
    session.commit()
    assert read_entry(session, user, paper).read_at == before


def test_statuses_that_are_none_are_refused(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    with pytest.raises(Refusal, match="Choose a status"):
        entries.set_status(session, user, paper, "finished")


def test_a_change_of_status_is_undone(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    put_on_list(session, user, paper, remark="Kept")
    before = read_entry(session, user, paper).changed_at
    batch = entries.set_status(session, user, paper, "read")
    session.commit()
    assert copies.undo_change(session, user, batch) == 1
    session.commit()
    entry = read_entry(session, user, paper)
    assert (entry.status, entry.read_at, entry.changed_at) == ("to-read", None, before)
    assert entry.remark == "Kept"
    assert copies.undo_change(session, user, batch) is None


def test_undoing_an_addition_takes_the_paper_off_again(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    batch = entries.set_status(session, user, paper, "to-read")
    session.commit()
    copies.undo_change(session, user, batch)
    session.commit()
    assert read_entry(session, user, paper) is None


def test_undoing_an_addition_keeps_what_was_written_since(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    batch = entries.set_status(session, user, paper, "to-read")
    session.commit()
    put_on_list(session, user, paper, remark="Worth it")
    copies.undo_change(session, user, batch)
    session.commit()
    assert read_entry(session, user, paper).remark == "Worth it"


def test_a_removal_is_undone_with_all_that_was_noted(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    texts = {"remark": "One line", "notes": "**Bold**", "labels": "Thesis, b", "citekey": "ren15"}
    put_on_list(session, user, paper, status="reading", priority="high", **texts)
    before = read_entry(session, user, paper)
    kept = {name: getattr(before, name) for name in (*copies.WHOLE, "words")}
    batch = entries.remove_entry(session, user, paper)
    session.commit()
    assert read_entry(session, user, paper) is None
    assert session.scalar(select(func.count()).select_from(ListLabel)) == 0
    session.commit()
    copies.undo_change(session, user, batch)
    session.commit()
    after = read_entry(session, user, paper)
    assert {name: getattr(after, name) for name in kept} == kept
    assert load_label_names(session, [after.id]) == {after.id: ["b", "Thesis"]}


def test_nobody_undoes_the_changes_of_others(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    batch = entries.set_status(session, user, paper, "to-read")
    session.commit()
    assert copies.undo_change(session, make_user(session), batch) is None
    assert copies.undo_change(session, user, "") is None
    session.rollback()
    assert read_entry(session, user, paper) is not None


def test_notes_are_rendered_and_safe(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    entry = put_on_list(session, user, paper, notes="*So* <script>alert(1)</script> $x$")
    assert "<em>So</em>" in entry.notes_html
    assert "<math" in entry.notes_html
    assert "<script" not in entry.notes_html


def test_all_that_is_wrong_is_told_at_once(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    labels = ",".join(f"label {number}" for number in range(MAX_LABELS + 1))
    with pytest.raises(Refusal) as refused:
        put_on_list(
            session,
            user,
            paper,
            status="no",
            priority="urgent",
            remark="x" * 301,
            notes="x" * 70_000,
            labels=labels,
            citekey="a b",
        )
    fields = [each.field for each in refused.value.all]
    assert sorted(fields) == ["citekey", "labels", "notes", "priority", "remark", "status"]


@pytest.mark.parametrize("key", ["ren2015faster", "Ren:2015/x-1", "DBLP:conf/x/Y", "müller_19"])
def test_keys_are_kept_byte_for_byte(session: Session, key: str) -> None:
    assert put_on_list(session, make_user(session), make_paper(session), citekey=key).citekey == key


@pytest.mark.parametrize("key", ["a,b", "a{b", "a\\b", "a%b", "a\x00b", "x" * 101])
def test_keys_that_bibtex_cannot_have_are_refused(session: Session, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        put_on_list(session, make_user(session), make_paper(session), citekey=key)
    assert refused.value.field == "citekey"


def test_a_key_is_unique_for_its_reader_alone(session: Session) -> None:
    ann, ben = make_user(session), make_user(session)
    one, other = make_paper(session), make_paper(session)
    put_on_list(session, ann, one, citekey="ren15")
    put_on_list(session, ben, other, citekey="ren15")
    put_on_list(session, ann, one, citekey="ren15", remark="again")
    with pytest.raises(Refusal, match="another paper"):
        put_on_list(session, ann, other, citekey="ren15")


def test_labels_are_told_apart_without_capitals(session: Session) -> None:
    user = make_user(session)
    put_on_list(session, user, make_paper(session), labels="Thesis, thesis ,C++, C")
    put_on_list(session, user, make_paper(session), labels="THESIS")
    names = session.scalars(select(ListLabel.name).order_by(ListLabel.name)).all()
    assert names == ["C", "C++", "Thesis"]


def test_labels_that_nothing_carries_go(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    put_on_list(session, user, paper, labels="one, two")
    put_on_list(session, user, paper, labels="two")
    assert session.scalars(select(ListLabel.name)).all() == ["two"]


def test_a_full_list_takes_no_more(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_ENTRIES", 1)
    user, paper = make_user(session), make_paper(session)
    put_on_list(session, user, paper)
    with pytest.raises(Refusal, match="full"):
        entries.set_status(session, user, make_paper(session), "read")
    session.rollback()
    entries.set_status(session, user, paper, "read")


def test_entries_are_moved_by_hand(session: Session) -> None:
    user = make_user(session)
    papers = [make_paper(session) for _ in range(4)]
    ids = {put_on_list(session, user, paper).id: at for at, paper in enumerate(papers)}

    def order() -> list[int]:
        query = select(ListEntry.id).where(ListEntry.user_id == user.id)
        found = session.scalars(query.order_by(ListEntry.position.desc())).all()
        session.commit()
        return [ids[each] for each in found]

    def move(which: int, direction: str, beside: int | None = None) -> bool:
        number = None if beside is None else next(k for k, at in ids.items() if at == beside)
        moved = entries.move_entry(session, user, papers[which], direction, number)
        session.commit()
        return moved

    assert order() == [3, 2, 1, 0]
    assert move(0, "up")
    assert order() == [3, 2, 0, 1]
    assert move(0, "top")
    assert order() == [0, 3, 2, 1]
    assert not move(0, "up")
    assert move(0, "down", beside=2)
    assert order() == [3, 2, 0, 1]
    assert move(3, "bottom")
    assert order() == [2, 0, 1, 3]


def test_there_is_always_room_between_two(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "GAP", 2)
    user = make_user(session)
    papers = [make_paper(session) for _ in range(4)]
    numbers = [put_on_list(session, user, paper).id for paper in papers]
    for _ in range(3):
        assert entries.move_entry(session, user, papers[0], "up", numbers[2])
        assert entries.move_entry(session, user, papers[1], "up", numbers[2])
        session.commit()
    query = select(ListEntry.id).order_by(ListEntry.position.desc())
    assert session.scalars(query).all() == [numbers[at] for at in (3, 0, 1, 2)]


def test_an_account_takes_its_list_along(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    put_on_list(session, user, paper, labels="one", remark="mine")
    entries.remove_entry(session, user, paper)
    session.commit()
    put_on_list(session, user, paper, labels="one")
    delete_user(session, user)
    session.commit()
    for table in (ListEntry, ListLabel, EntryCopy, ReadingList):
        assert session.scalar(select(func.count()).select_from(table)) == 0
