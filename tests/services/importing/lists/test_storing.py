"""What an import makes of a reader's list, and that undoing it leaves nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import EntryCopy, ListEntry, ListImport, ListLabel, Paper, User
from app.queries.lists.own_entries import load_label_names
from app.services.exporting.paper_set import PaperSet, read_exported_papers
from app.services.exporting.text_files import write_bibtex
from app.services.importing.lists import previews, storing, work
from app.services.importing.lists.entry_writing import EntryWriter, IncomingEntry
from app.services.importing.lists.undoing import PAPERS_LIFE
from app.services.lists import entries as entry_rules
from app.services.papers.adding import add_paper
from app.sources.record import PaperRecord
from tests.helpers.factories import make_paper, make_summary, make_user, put_on_list, read_entry
from tests.helpers.imports.lists import (
    import_list,
    list_states,
    preview_list,
    run_import,
    undo_list,
)

FILES = Path(__file__).parents[3] / "sources/lists/files"
BBT = (FILES / "better-bibtex.json").read_text("utf-8")
JABREF = (FILES / "jabref.bib").read_text("utf-8")
HE = "Deep Residual Learning for Image Recognition"
SUN = ("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun")


def entries(session: Session, user: User) -> dict[str, dict[str, Any]]:
    """All of a reader's list by title, as far as a reader sees it."""
    query = select(ListEntry, Paper.title).join(Paper, Paper.id == ListEntry.paper_id)
    found = {}
    for entry, title in session.execute(
        query.where(ListEntry.user_id == user.id).execution_options(populate_existing=True)
    ):
        names = load_label_names(session, [entry.id]).get(entry.id, [])
        columns = ("status", "citekey", "remark", "notes", "priority", "added_at", "read_at")
        found[title] = {**{name: getattr(entry, name) for name in columns}, "labels": names}
    session.commit()
    return found


def count(session: Session, table: type[Any]) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.commit()
    return found


def test_a_zotero_library_comes_in_and_goes(session: Session) -> None:
    user = make_user(session)
    found = import_list(session, user, BBT)
    assert [state for state, _ in list_states(session, found)] == ["added", "added", "refused"]
    listed = entries(session, user)
    he = listed[HE]
    assert (he["status"], he["citekey"]) == ("read", "heDeepResidual2016")
    assert he["read_at"] == datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert he["added_at"] == datetime(2021, 3, 4, 10, 20, 30, tzinfo=UTC)
    assert he["labels"] == ["Chapter 2 methods", "Thesis", "vision"]
    assert he["notes"] == "Skip connections are the point.\n\nTry it."
    assert listed["Attention Is All You Need"]["status"] == "to-read"
    assert session.get_one(ListImport, found.id).state == "done"
    undo_list(session, found)
    assert session.get_one(ListImport, found.id, populate_existing=True).state == "undone"
    for table in (ListEntry, Paper, ListLabel, EntryCopy):
        assert count(session, table) == 0


def test_two_tools_name_one_work(session: Session) -> None:
    """The second list adds what it knows, turns nothing back, and undoing it gives that back."""
    user = make_user(session)
    import_list(session, user, BBT)
    before = entries(session, user)
    found = import_list(session, user, JABREF)
    assert [state for state, _ in list_states(session, found)] == ["changed", "added", "refused"]
    he = entries(session, user)[HE]
    assert he["status"] == "read"
    assert he["citekey"] == "heDeepResidual2016"
    assert he["added_at"] == datetime(2020, 1, 31, 12, tzinfo=UTC)
    assert he["labels"] == ["Chapter 2 methods", "Thesis", "vision"]
    assert he["remark"] == "Ranking: 4 of 5"
    assert he["notes"].startswith("Skip connections are the point.")
    assert "Ask Bea about Table 3." in he["notes"]
    after = entries(session, user)
    again = import_list(session, user, JABREF)
    assert [state for state, _ in list_states(session, again)][:2] == ["unchanged", "unchanged"]
    assert entries(session, user) == after
    undo_list(session, found)
    assert entries(session, user) == before


def test_an_export_imports_again_without_a_change(session: Session) -> None:
    user = make_user(session)
    make_paper(session, "conf/x/Own", "A paper that is here", authors=("Ann Own",), year=2020)
    other = make_paper(session, "conf/x/Own-2", "Another one of it", year=2020)
    put_on_list(session, user, other, citekey="conf/x/Own", labels="mine")
    put_on_list(session, user, session.scalars(select(Paper)).first(), status="reading")
    for text in (BBT, JABREF):
        import_list(session, user, text)
    before, papers = entries(session, user), count(session, Paper)
    listed = select(ListEntry.paper_id).where(ListEntry.user_id == user.id)
    chosen = PaperSet("My list", session.scalars(listed).all(), user)
    text = "".join(write_bibtex(read_exported_papers(session, chosen), chosen))
    session.commit()
    found = import_list(session, user, text)
    assert {state for state, _ in list_states(session, found)} == {"unchanged"}
    assert entries(session, user) == before
    assert count(session, Paper) == papers
    ben = make_user(session)
    assert {state for state, _ in list_states(session, import_list(session, ben, text))} == {
        "added"
    }
    assert {each["citekey"] for each in entries(session, ben).values()} >= {
        "heDeepResidual2016", "DBLP:journals/corr/KingmaB14",
    }  # fmt: skip
    assert count(session, Paper) == papers


def test_two_rows_of_one_work_are_one_entry(session: Session) -> None:
    user = make_user(session)
    text = (
        "@article{a, title={A new way to sort lists}, author={Ann Lee}, year=2020,"
        " readstatus={read}, comment={First.}}\n"
        "@misc{b, title={A New Way to Sort Lists}, author={Lee, A.}, year=2021,"
        " eprint={2001.00001}, eprinttype={arxiv}, readstatus={skimmed}, comment={Second.}}\n"
        "@article{c, title={Another paper}, author={Ann Lee}, year=2020, doi={10.1234/x}}\n"
        "@book{d, title={A book with chapters}, author={Bo Li}, year=2020, doi={10.1234/x}}\n"
    )
    found = preview_list(session, user, text)
    assert found.data["counts"] == {"new": 3, "same": 1}
    run_import(session, found)
    states = [state for state, _ in list_states(session, found)]
    assert states == ["added", "changed", "added", "added"]
    listed = entries(session, user)
    assert len(listed) == 3
    assert listed["A new way to sort lists"]["notes"] == "First.\n\n---\n\nSecond."
    undo_list(session, found)
    assert count(session, ListEntry) == count(session, Paper) == 0


def test_the_reader_is_asked_what_is_unclear(session: Session) -> None:
    user = make_user(session)
    paper = make_paper(session, "conf/x/One", "Learning to see", authors=("Ann Lee",), year=2010)
    text = "".join(
        f"@article{{k{n}, title={{Learning to See}}, author={{Lee, Ann}}, year={year}}}\n"
        for n, year in enumerate((2019, 2014, 2001))
    )
    found = preview_list(session, user, text)
    assert found.data["counts"] == {"unclear": 3}
    run_import(session, found, {0: "conf/x/One", 1: "new"})
    assert [state for state, _ in list_states(session, found)] == ["added", "added", "refused"]
    assert read_entry(session, user, paper).citekey == "k0"
    assert count(session, Paper) == 2
    undo_list(session, found)
    assert [each.key for each in session.scalars(select(Paper))] == ["conf/x/One"]


def test_labels_and_statuses_are_mapped(session: Session) -> None:
    user = make_user(session)
    found = preview_list(session, user, JABREF)
    words = [(each["word"], each["status"]) for each in found.data["statuses"]]
    assert words == [("skimmed", "read"), ("read", "read")]
    assert [(each["kind"], each["name"], each["wanted"]) for each in found.data["labels"]] == [
        ("collection", "Thesis", True),
        ("collection", "Vision", True),
        ("keyword", "rank5", False),
        ("keyword", "residual", False),
    ]
    run_import(session, found, labels={1, 3}, statuses={0: "stopped"})
    he = entries(session, user)[HE]
    assert (he["status"], he["labels"]) == ("stopped", ["residual", "Vision"])
    assert session.scalars(select(Paper).where(Paper.title == HE)).one().keywords == ""


def test_what_was_done_since_an_import_stays(session: Session) -> None:
    user, ben = make_user(session), make_user(session)
    found = import_list(session, user, BBT)
    papers = {paper.title: paper for paper in session.scalars(select(Paper))}
    session.commit()
    put_on_list(session, user, papers[HE], status="reading", notes="My own now.")
    put_on_list(session, ben, papers["Attention Is All You Need"])
    undo_list(session, found)
    assert entries(session, user)[HE]["notes"] == "My own now."
    assert len(entries(session, user)) == 1
    assert count(session, Paper) == 2
    assert len(entries(session, ben)) == 1


def test_an_import_goes_on_where_it_was(session: Session, monkeypatch: Any) -> None:
    user = make_user(session)
    monkeypatch.setattr(storing, "BATCH", 1)
    found = preview_list(session, user, BBT)
    work.start_import(session, found, work.ImportChoices({}, (), {}))
    session.commit()
    running = work.work_on_import(session, found.id)
    next(running)
    running.close()  # as if its process was killed
    assert len(entries(session, user)) == 1
    found = session.get_one(ListImport, found.id)
    assert work.undo_import(session, found)
    session.commit()
    assert list(work.work_on_import(session, found.id)) == [1]
    assert count(session, ListEntry) == 0


def test_a_paper_with_a_summary_survives_undoing(session: Session) -> None:
    user = make_user(session)
    found = import_list(session, user, BBT)
    paper = session.scalars(select(Paper).where(Paper.title == HE)).one()
    make_summary(session, paper, make_user(session), "Mine.", visibility="private")
    undo_list(session, found)
    assert [each.title for each in session.scalars(select(Paper))] == [HE]


def test_later_all_papers_stay_whoever_uses_them(session: Session) -> None:
    user = make_user(session)
    found = import_list(session, user, BBT)
    begin_writing(session)
    session.execute(update(EntryCopy).values(made_at=now() - PAPERS_LIFE))
    session.commit()
    before = count(session, Paper)
    undo_list(session, found)
    assert (entries(session, user), count(session, Paper)) == ({}, before)


def test_a_row_that_cannot_be_stored_costs_no_other(
    session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    user = make_user(session)
    write = EntryWriter.write

    def fail(writer: EntryWriter, incoming: IncomingEntry, *, is_made: bool) -> Any:
        if incoming.citekey == "vaswani:2017":
            raise RuntimeError("of ours")
        return write(writer, incoming, is_made=is_made)

    monkeypatch.setattr(EntryWriter, "write", fail)
    found = import_list(session, user, BBT)
    assert [state for state, _ in list_states(session, found)] == ["added", "refused", "refused"]
    assert count(session, Paper) == 1
    assert "Attention" not in caplog.text


def test_a_list_that_is_too_long_leaves_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(session)
    monkeypatch.setattr(previews, "MAX_ROWS", 2)
    with pytest.raises(previews.BadList, match="Up to 2"):
        preview_list(session, user, BBT)
    with pytest.raises(previews.BadList, match="no paper"):
        preview_list(session, user, '{"items": [{"itemType": "note"}]}')
    assert count(session, ListImport) == 0


def test_a_full_list_takes_no_more(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user(session)
    monkeypatch.setattr(entry_rules, "MAX_ENTRIES", 1)
    found = import_list(session, user, BBT)
    assert [state for state, _ in list_states(session, found)] == ["added", "refused", "refused"]
    undo_list(session, found)
    assert count(session, Paper) == 0


def test_a_key_that_is_taken_or_impossible_is_left_out(session: Session) -> None:
    user = make_user(session)
    put_on_list(session, user, make_paper(session), citekey="taken")
    text = (
        "title,authors,year,key\n"
        "The first of all papers,Ann Lee,2020,taken\n"
        "The second of all papers,Ann Lee,2020,a b\n"
        "The third of all papers,Ann Lee,2020,Ünï:cödé_1\n"
    )
    found = import_list(session, user, text, "x.csv")
    first, second, third = list_states(session, found)
    assert "another paper" in first[1]
    assert "can’t contain spaces" in second[1]
    assert third == ("added", "")
    assert entries(session, user)["The third of all papers"]["citekey"] == "Ünï:cödé_1"


def test_a_key_of_dblp_is_the_papers_and_an_own_one_is_not(session: Session) -> None:
    user = make_user(session)
    text = (
        "@inproceedings{DBLP:conf/nips/VaswaniSPUJGKP17, title={Attention is All you Need},"
        " author={Ashish Vaswani}, year=2017}\n"
        "@article{secret-project-7, title={Some other work of mine}, author={Ann Lee}, year=2020}\n"
    )
    import_list(session, user, text)
    keys = sorted(session.scalars(select(Paper.key)))
    assert keys == ["conf/nips/VaswaniSPUJGKP17", "lee2020some"]


def test_a_record_of_another_paper_cannot_change_it(session: Session) -> None:
    user = make_user(session)
    record = PaperRecord("The real title of it", ("Ann Lee",), year=2020, doi="10.1234/real")
    add_paper(session, record, "crossref")
    session.commit()
    text = "@article{x, title={A false title of it}, author={Bo Li}, year=2020, doi={10.1234/real}}"
    found = preview_list(session, user, text)
    assert found.data["counts"] == {"unclear": 1}
    run_import(session, found, {0: "new"})
    papers = {paper.title: paper.doi for paper in session.scalars(select(Paper))}
    assert papers == {"The real title of it": "10.1234/real", "A false title of it": None}
