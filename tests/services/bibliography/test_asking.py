"""What Crossref is asked about entries, and what its answers may say of them."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import BibliographyQuestion, User
from app.services.bibliography import asking, checks
from app.services.bibliography.checks import KeptCheck, find_check, keep_check, mend
from app.services.bibliography.reading import SourceFile, read_files
from app.services.lookup.asking import LookupSettings
from app.services.refusals import Refusal
from tests.helpers.factories import make_user
from tests.helpers.stand_ins.crossref_works import ASKED_BIB, play_crossref
from tests.helpers.stand_ins.outside import Reply, StandIn


@pytest.fixture(autouse=True)
def _no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, which is faster."""
    monkeypatch.setattr(checks, "read_in_child", read_files)
    monkeypatch.setattr(asking, "read_in_child", read_files)


@pytest.fixture
def outside(session: Session, stand_in: StandIn, tmp_path: Path) -> LookupSettings:
    play_crossref(stand_in)
    found = stand_in.outside(tmp_path)
    session.info["outside"] = found
    return found


def keep(session: Session, text: str = ASKED_BIB) -> str:
    token = keep_check(session, [SourceFile("a.bib", text.encode())])
    session.commit()
    return token


def load(session: Session, token: str) -> KeptCheck:
    found = find_check(session, token)
    session.commit()
    assert found is not None
    return found


def start(session: Session, outside: LookupSettings, token: str, name: str = "asker") -> int:
    """Let a member have all asked that can be asked."""
    user = session.scalar(select(User).where(User.name == name)) or make_user(session, name)
    count = asking.start_asking(session, outside, user, token, load(session, token))
    session.commit()
    return count


def ask(session: Session, outside: LookupSettings, token: str) -> dict[str, Any]:
    """Ask about all that can be asked; the entries of the report by their keys."""
    start(session, outside, token)
    deque(asking.ask_waiting(session), maxlen=0)
    return {each["key"]: each for each in load(session, token).report["entries"]}


def test_answers_say_no_more_than_is_sure(session: Session, outside: LookupSettings) -> None:
    token = keep(session)
    assert not any(each["asked"] for each in load(session, token).report["entries"])
    entries = ask(session, outside, token)
    assert {key: each["asked"] for key, each in entries.items()} == {
        "retracted": "found",
        "wrong": "wrong_doi",
        "part": "doubtful",
        "asserted": "found",
        "preprint": "found",
        "series": "unknown",
        "nodoi": "found",
        "notice": "doubtful",
        "unknown": "unknown",
        "editorial": "",
    }
    assert {key: each["published"] for key, each in entries.items() if each["published"]} == {
        "asserted": "Journal of Results 2014",
        "preprint": "Journal of Results 2020",
    }
    (retracted,) = (key for key, each in entries.items() if each["retraction"])
    assert (retracted, entries[retracted]["retraction"]["date"]) == ("retracted", "2021-03-04")
    assert entries["wrong"]["other"]["by"] == "Ben Binary, 2019"
    assert entries["wrong"]["right_doi"] == "10.1000/glass"
    assert entries["part"]["other"]["title"] == "A Theory of Everything Small: Part II"
    assert entries["notice"]["other"]["is_notice"]
    changes = load(session, token).report["changes"]
    keys = _list_keys(ASKED_BIB)
    offered = {(keys[each["entry"]], each["kind"]) for each in changes if "by" in each}
    assert offered == {
        ("retracted", "retracted"),
        ("retracted", "fields"),
        ("wrong", "right_doi"),
        ("asserted", "published"),
        ("preprint", "published"),
        ("nodoi", "fields"),
        ("nodoi", "doi"),
    }


def _list_keys(text: str) -> list[str]:
    """The keys of all entries, in their order."""
    heads = (line for line in text.splitlines() if line.startswith("@"))
    return [line.partition("{")[2].partition(",")[0] for line in heads]


def test_no_title_is_kept_after_its_question(
    session: Session, outside: LookupSettings, stand_in: StandIn
) -> None:
    """That of a manuscript is private, and so is what was found like it."""
    token = keep(session)
    ask(session, outside, token)
    assert any("?query" in url for url in stand_in.asked)
    kept = [json.loads(path.read_bytes()) for path in outside.folder.glob("??/*")]
    assert kept
    assert {each["question"].split()[1] for each in kept} == {"work"}  # of a DOI


def test_only_what_is_ticked_is_changed(session: Session, outside: LookupSettings) -> None:
    token = keep(session)
    ask(session, outside, token)
    check = load(session, token)
    assert mend(check, 0, set()) == ASKED_BIB.encode()
    mended = mend(check, 0, {each["id"] for each in check.report["changes"]}).decode()
    assert (
        """% kept
@article{retracted,
  title = {Unsound Results of a Careless Study},
  author = {Ann Author},
  year = 2018,
  journal = {J. Res.},
  doi = {10.1000/unsound},
  note = {Retracted, 4 March 2021. Notice: https://doi.org/10.1000/unsound-notice},
  volume = {7},
  number = {2},
  pages = {11--19}
}
"""
        in mended
    )
    assert "journal={G}, doi={10.1000/glass}}" in mended
    assert "volume={4}, doi={10.1000/nodoi}" in mended
    assert "@article{preprint, title={Many Small Things Seen from Afar}" in mended
    assert _list_keys(mended) == _list_keys(ASKED_BIB)
    same = {line for line in ASKED_BIB.splitlines() if "{part," in line or "{series," in line}
    assert same <= set(mended.splitlines())
    # The ids of changes stay, whatever is answered later.
    library = [each["id"] for each in check.report["changes"] if "by" not in each]
    assert library == [str(at) for at in range(len(library))]


@pytest.mark.sqlite_only(reason="the queries run in the tests above")
def test_questions_are_bounded_and_silence_is_told(
    session: Session,
    stand_in: StandIn,
    outside: LookupSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for address in list(stand_in.replies):
        stand_in.replies[address] = Reply(500)
    monkeypatch.setattr(asking, "MAX_ASKED", 6)
    monkeypatch.setattr(asking, "MAX_BY_TITLE", 2)
    token = keep(session)
    entries = ask(session, outside, token)
    asked = {key: each["asked"] for key, each in entries.items() if each["asked"]}
    # Those with a DOI first, then preprints; the fourth failure in a row is not waited for.
    assert list(asked) == ["retracted", "wrong", "part", "asserted", "preprint", "series"]
    assert set(asked.values()) == {"silent"}
    assert len(stand_in.asked) == asking.MAX_FAILURES
    assert asking.choose_entries(load(session, token).report)[:2] == [0, 1]  # may be asked again
    monkeypatch.setattr(asking, "MAX_WAITING", 3)
    start(session, outside, token)  # nothing of theirs waits: it is soon their turn
    second = keep(session)
    with pytest.raises(Refusal, match="asked a lot"):
        start(session, outside, second)
    session.rollback()
    monkeypatch.setattr(asking, "MAX_WAITING_EACH", 7)
    with pytest.raises(Refusal, match="still being asked for you"):
        start(session, outside, second)
    session.rollback()
    assert start(session, outside, second, "somebody-else") == 6
    off = stand_in.outside(Path("none"), on=False)
    with pytest.raises(Refusal, match="switched off"):
        start(session, off, token)
    session.rollback()
    checks.delete_check(session, second)
    checks.delete_check(session, token)
    session.commit()
    assert session.scalar(select(BibliographyQuestion.entry).limit(1)) is None
    session.commit()
    assert not asking.has_waiting(session)


def test_members_take_turns(
    session: Session, outside: LookupSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MAX_IN_TURN", 2)
    monkeypatch.setattr(asking, "MAX_READ", 1)
    tokens = {"first": keep(session), "again": keep(session), "late": keep(session)}
    for name, token in tokens.items():
        start(session, outside, token, "busy" if name != "late" else "late")
    names = {token: name for name, token in tokens.items()}
    kept, order = asking._store, []

    def store(within: Session, token: str, *answer: Any) -> None:
        order.append(names[token])
        kept(within, token, *answer)

    monkeypatch.setattr(asking, "_store", store)
    deque(asking.ask_waiting(session), maxlen=0)
    counts = {name: order.count(name) for name in tokens}
    assert counts["first"] == counts["again"] == counts["late"] > 4
    # Two of each in turn, until all of one member is answered.
    assert order[:8] == ["first", "first", "late", "late"] * 2
    until = len(order) - order[::-1].index("late")
    assert until <= 2 * counts["late"]
    asked = BibliographyQuestion
    assert not session.scalar(select(asked.entry).where(asked.asker_id.is_not(None)))
    session.commit()


def test_what_a_deleted_account_asked_is_answered(
    session: Session, outside: LookupSettings
) -> None:
    token = keep(session)
    start(session, outside, token, "leaver")
    start(session, outside, keep(session), "stayer")
    begin_writing(session)
    session.execute(delete(User).where(User.name == "leaver"))
    session.commit()
    deque(asking.ask_waiting(session), maxlen=0)
    assert not asking.has_waiting(session)
    session.commit()


@pytest.mark.sqlite_only(reason="the queries run in the tests above")
def test_an_answer_that_cannot_be_kept_holds_nobody_up(
    session: Session, outside: LookupSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = asking.make_answer

    def fail_once(*given: Any) -> dict[str, Any]:
        monkeypatch.setattr(asking, "make_answer", kept)
        raise KeyError("title")

    monkeypatch.setattr(asking, "make_answer", fail_once)
    entries = ask(session, outside, keep(session))
    assert [entries[each]["asked"] for each in ("retracted", "wrong")] == ["silent", "wrong_doi"]
    assert not asking.has_waiting(session)
