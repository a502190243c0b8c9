from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import EntryCopy, ListEntry, Paper, PaperMerge, User
from app.queries.lists.own_entries import load_label_names
from app.services.accounts import merging as accounts
from app.services.lists.entries import remove_entry
from app.services.papers.merge_undo import undo_merge
from app.services.papers.merging import merge_papers
from tests.helpers.factories import make_paper, make_user, put_on_list, read_entry

FACTS = ("status", "priority", "remark", "notes", "citekey", "added_at", "read_at", "to_read_at")


def facts(session: Session, user: User, paper: Paper) -> dict[str, Any]:
    entry = read_entry(session, user, paper)
    assert entry is not None
    labels = load_label_names(session, [entry.id]).get(entry.id, [])
    session.commit()
    return {**{name: getattr(entry, name) for name in FACTS}, "labels": labels}


def merge(session: Session, kept: Paper, removed: Paper) -> PaperMerge:
    found = merge_papers(session, kept, removed, None)
    session.commit()
    return found


def restore(session: Session, found: PaperMerge) -> Paper:
    paper = undo_merge(session, found.id, make_user(session))
    session.commit()
    return paper


def test_a_moved_paper_stays_on_the_list(session: Session) -> None:
    user, kept, removed = make_user(session), make_paper(session), make_paper(session)
    put_on_list(session, user, removed, status="read", remark="Mine", labels="a")
    before = facts(session, user, removed)
    found = merge(session, kept, removed)
    assert facts(session, user, kept) == before
    restored = restore(session, found)
    assert read_entry(session, user, kept) is None
    assert facts(session, user, restored) == before


def test_two_entries_become_one_with_the_further_status(session: Session) -> None:
    user, kept, removed = make_user(session), make_paper(session), make_paper(session)
    put_on_list(session, user, kept, remark="One", notes="First.", labels="a", priority="low")
    put_on_list(session, user, removed, status="read", remark="Two", notes="Second.", labels="b, a")
    one, two = facts(session, user, kept), facts(session, user, removed)
    found = merge(session, kept, removed)
    joined = facts(session, user, kept)
    assert (joined["status"], joined["priority"], joined["labels"]) == ("read", 1, ["a", "b"])
    assert joined["remark"] == "One · Two"
    assert joined["notes"] == "First.\n\n---\n\nSecond."
    assert joined["read_at"] == two["read_at"]
    assert joined["added_at"] == one["added_at"]
    restored = restore(session, found)
    assert facts(session, user, kept) == one
    assert facts(session, user, restored) == two
    assert session.scalar(select(func.count()).select_from(EntryCopy)) == 0


def test_read_never_turns_back(session: Session) -> None:
    user, kept, removed = make_user(session), make_paper(session), make_paper(session)
    put_on_list(session, user, kept, status="read")
    put_on_list(session, user, removed, status="stopped")
    merge(session, kept, removed)
    assert read_entry(session, user, kept).status == "read"


def test_undoing_leaves_what_was_changed_since(session: Session) -> None:
    user, kept, removed = make_user(session), make_paper(session), make_paper(session)
    put_on_list(session, user, kept, remark="One")
    put_on_list(session, user, removed, remark="Two")
    found = merge(session, kept, removed)
    put_on_list(session, user, kept, status="read", remark="Three")
    restored = restore(session, found)
    assert read_entry(session, user, kept).remark == "Three"
    assert read_entry(session, user, restored).remark == "Two"


def test_what_was_taken_off_since_does_not_come_back(session: Session) -> None:
    user, kept, removed = make_user(session), make_paper(session), make_paper(session)
    put_on_list(session, user, kept)
    put_on_list(session, user, removed)
    found = merge(session, kept, removed)
    remove_entry(session, user, kept)
    session.commit()
    restored = restore(session, found)
    assert read_entry(session, user, kept) is None
    assert read_entry(session, user, restored) is None


def test_two_merges_in_a_row_are_undone_in_a_row(session: Session) -> None:
    user = make_user(session)
    first, second, third = (make_paper(session) for _ in range(3))
    for status, paper in (("to-read", first), ("reading", second), ("read", third)):
        put_on_list(session, user, paper, status=status, citekey=status)
    one = merge(session, second, first)
    two = merge(session, third, second)
    assert read_entry(session, user, third).status == "read"
    second = restore(session, two)
    assert read_entry(session, user, second).status == "reading"
    first = restore(session, one)
    found = [read_entry(session, user, paper) for paper in (first, second, third)]
    assert [each.status for each in found] == ["to-read", "reading", "read"]
    assert [each.citekey for each in found] == ["to-read", "reading", "read"]


def test_accounts_join_their_lists(session: Session) -> None:
    source, target = make_user(session), make_user(session)
    both, theirs, clash = (make_paper(session) for _ in range(3))
    put_on_list(session, target, both, labels="Same, mine", citekey="k")
    put_on_list(session, source, both, status="read", labels="same, other")
    put_on_list(session, source, theirs, remark="Only here", labels="other")
    put_on_list(session, source, clash, citekey="k")
    accounts.merge(session, source, target)
    session.commit()
    joined = facts(session, target, both)
    assert (joined["status"], joined["citekey"]) == ("read", "k")
    assert joined["labels"] == ["mine", "other", "Same"]
    assert facts(session, target, theirs)["labels"] == ["other"]
    assert facts(session, target, clash)["citekey"] is None
    assert session.scalar(select(func.count()).select_from(ListEntry)) == 3


def test_an_account_without_a_list_gets_the_others(session: Session) -> None:
    source, target, paper = make_user(session), make_user(session), make_paper(session)
    put_on_list(session, source, paper, status="reading", labels="x")
    accounts.merge(session, source, target)
    session.commit()
    assert facts(session, target, paper)["labels"] == ["x"]
