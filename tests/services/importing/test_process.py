"""What members bring is read in a process with limits, and only a few imports run at once."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, Summary, User
from app.services.importing import faults, process
from app.views.accounts import files
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper
from tests.helpers.samples.vaults import send

NOTE = b"---\nkey: a/b/C\ntitle: T\n---\nText.\n"
# Takes some hundredths of a second to be read, which no count forbids.
SLOW = "---\nkey: a/b/C\ntitle: T\n" + "#\n" * 20_000 + "---\nText.\n"
# What is stored on PostgreSQL too: test_nothing_of_the_account_is_lost_on_the_way.
NO_SQL = pytest.mark.sqlite_only("the process that reads a file has no database")


@pytest.fixture
def ann(guest: Browser) -> Browser:
    return guest.sign_up("ann")


@pytest.fixture
def others() -> Iterator[None]:
    """As many imports as run at once."""
    for _ in range(process.MAX_IMPORTS):
        assert process._TURNS.acquire(blocking=False)
    yield
    for _ in range(process.MAX_IMPORTS):
        process._TURNS.release()


def all_turns_are_free() -> bool:
    return process._TURNS._value == process.MAX_IMPORTS


def zipped(count: int, text: str) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{number:03}.md", text)
    return found.getvalue()


@NO_SQL
@pytest.mark.usefixtures("others")
def test_more_than_run_at_once_are_told_to_wait(ann: Browser, session: Session) -> None:
    page = ann.get("/settings/import")
    token = page.form("/settings/import")["csrf_token"]
    fields = {"csrf_token": token, "bibtex": "@misc{k, title={Kept}}"}
    for data in (fields, {**fields, "file": (io.BytesIO(NOTE), "a.md")}):
        answer = ann.client.post("/settings/import", data=data, buffered=True)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        text = answer.get_data(as_text=True)
        assert "choose your file again" in text
        assert "@misc{k, title={Kept}}" in text
    assert session.scalars(select(Paper)).all() == []


@NO_SQL
@pytest.mark.slow
def test_each_import_gives_its_turn_back(ann: Browser) -> None:
    for name, data, status in (
        ("a.md", NOTE, 200),
        ("a.zip", b"PK\x03\x04 no", 422),
        ("a.txt", b"Text", 422),
        ("a.xml", b"<rss>", 200),
    ):
        assert send(ann, name, data)[0] == status
        assert all_turns_are_free()


@NO_SQL
def test_who_leaves_the_page_gives_the_turn_back(ann: Browser) -> None:
    token = ann.get("/settings/import").form("/settings/import")["csrf_token"]
    answer = ann.client.post(
        "/settings/import",
        data={"csrf_token": token, "file": (io.BytesIO(zipped(50, NOTE.decode())), "a.zip")},
    )
    next(answer.iter_encoded())
    assert not all_turns_are_free()
    answer.close()
    assert all_turns_are_free()


@NO_SQL
@pytest.mark.slow
def test_what_takes_too_long_ends_with_a_report(
    ann: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_paper(session, "a/b/C", "T")
    monkeypatch.setattr(process, "MAX_CPU_SECONDS", 1)
    status, text = send(ann, "a.zip", zipped(500, SLOW))
    assert status == 200
    assert faults.TOO_LONG in text
    assert "Import stopped" in text
    assert text.endswith("</html>")
    assert all_turns_are_free()
    # What was read before that is kept.
    assert session.scalars(select(Summary.source)).all() == ["Text."]


@NO_SQL
def test_keys_by_the_thousand_are_refused_by_a_count(ann: Browser) -> None:
    keys = "".join(f"k{number}: v\n" for number in range(20_000))
    status, text = send(ann, "a.zip", zipped(4, f"---\n{keys}---\nText.\n"))
    assert status == 200
    assert text.count("more than 100 fields") == 4
    assert "4 skipped" in text


def test_a_picture_comes_out_of_the_child(ann: Browser, session: Session) -> None:
    from tests.helpers.samples.crafted_pictures import saved
    from tests.helpers.samples.pictures import drawing

    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("a.md", NOTE.replace(b"Text.", b"![x](p.png) ![y](q.png)"))
        archive.writestr("p.png", saved(drawing()))
    _, text = send(ann, "a.zip", found.getvalue())
    assert "1 added" in text
    assert "image q.png not found" in text
    assert "/pictures/" in session.scalars(select(Summary.source)).one()


@NO_SQL
def test_a_fault_after_the_last_file_is_told_too(
    ann: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def renew(*_: object) -> Iterator[int]:
        raise ZeroDivisionError

    monkeypatch.setattr(files, "renew_first_texts", renew)
    status, text = send(ann, "a.md", NOTE)
    assert status == 200
    assert "1 added" in text
    assert faults.OURS in text
    assert "ZeroDivisionError" in caplog.text


def test_nothing_of_the_account_is_lost_on_the_way(ann: Browser, session: Session) -> None:
    """A refused file rolls back, and the page still knows whose it is."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number in range(4):
            head = f"---\nkey: a/b/{number}\ntitle: T\n"
            bad = "visibility: odd\n" if number % 2 == 0 else ""
            archive.writestr(f"{number}.md", f"{head}{bad}---\nText.\n")
    _, text = send(ann, "a.zip", data.getvalue())
    assert "2 added, 2 skipped" in text
    assert "/user/ann" in text
    assert session.scalars(select(User.name)).all() == ["ann"]


def test_the_process_that_opens_files_knows_no_database() -> None:
    """Each import waits until it has started, and it could do harm with one."""
    code = (
        "import sys, app.services.importing.child\n"
        "print([name for name in ('flask', 'sqlalchemy', 'app.models') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
