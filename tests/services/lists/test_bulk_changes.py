from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.queries.lists.own_entries import load_label_names
from app.services.lists import bulk_changes, copies
from app.services.lists.labels import MAX_LABELS
from app.services.refusals import Refusal
from tests.helpers.factories import make_paper, make_user, put_on_list, read_entry


def test_statuses_are_set_and_undone_together(session: Session) -> None:
    user = make_user(session)
    papers = [make_paper(session) for _ in range(3)]
    first = put_on_list(session, user, papers[0], status="read")
    others = [put_on_list(session, user, paper) for paper in papers[1:]]
    ids = [each.id for each in (first, *others)]
    count, batch = bulk_changes.set_statuses(session, user, ids, "read")
    session.commit()
    assert count == 2
    assert {read_entry(session, user, paper).status for paper in papers} == {"read"}
    copies.undo_change(session, user, batch)
    session.commit()
    statuses = [read_entry(session, user, paper).status for paper in papers]
    assert statuses == ["read", "to-read", "to-read"]


def test_only_ones_own_entries_are_changed(session: Session) -> None:
    ann, ben, paper = make_user(session), make_user(session), make_paper(session)
    theirs = put_on_list(session, ben, paper)
    assert bulk_changes.set_statuses(session, ann, [theirs.id], "read")[0] == 0
    assert bulk_changes.remove_entries(session, ann, [theirs.id])[0] == 0
    assert bulk_changes.add_labels(session, ann, [theirs.id], "x")[0] == 0
    session.commit()
    assert read_entry(session, ben, paper).status == "to-read"


def test_labels_are_added_and_removed_and_undone(session: Session) -> None:
    user = make_user(session)
    papers = [make_paper(session) for _ in range(2)]
    ids = [put_on_list(session, user, paper, labels="old").id for paper in papers]
    count, batch = bulk_changes.add_labels(session, user, ids, "New one, old")
    session.commit()
    assert count == 2
    assert load_label_names(session, ids) == {each: ["New one", "old"] for each in ids}
    assert "one" in read_entry(session, user, papers[0]).words.split()
    bulk_changes.take_labels(session, user, ids[:1], "OLD")
    session.commit()
    assert load_label_names(session, ids) == {ids[0]: ["New one"], ids[1]: ["New one", "old"]}
    session.commit()
    copies.undo_change(session, user, batch)
    session.commit()
    assert load_label_names(session, ids) == {each: ["old"] for each in ids}


def test_too_many_labels_on_one_paper_are_refused(session: Session) -> None:
    user = make_user(session)
    labels = ",".join(f"l{number}" for number in range(MAX_LABELS))
    entry = put_on_list(session, user, make_paper(session), labels=labels)
    with pytest.raises(Refusal, match="up to 20"):
        bulk_changes.add_labels(session, user, [entry.id], "one more")
    session.rollback()
    with pytest.raises(Refusal, match="Enter a label"):
        bulk_changes.add_labels(session, user, [entry.id], " , ")


def test_entries_are_removed_and_brought_back(session: Session) -> None:
    user = make_user(session)
    papers = [make_paper(session) for _ in range(2)]
    ids = [
        put_on_list(session, user, paper, labels="kept", citekey=f"key{at}").id
        for at, paper in enumerate(papers)
    ]
    count, batch = bulk_changes.remove_entries(session, user, ids)
    session.commit()
    assert count == 2
    assert read_entry(session, user, papers[0]) is None
    copies.undo_change(session, user, batch)
    session.commit()
    assert [read_entry(session, user, paper).citekey for paper in papers] == ["key0", "key1"]
