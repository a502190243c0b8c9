"""`shortlist user …`, as an administrator runs it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import Database, begin_writing, now
from app.models import Identity, Picture, Summary, User
from app.services.accounts import account
from app.services.accounts.sign_in import sign_in_links
from app.services.pictures import uploads
from tests.helpers.commands import assert_refused, run
from tests.helpers.factories import make_summary, make_user
from tests.helpers.running import make_installation
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing


@pytest.fixture
def library(tmp_path: Path, sqlite_template: Database) -> Iterator[Database]:
    found = make_installation(tmp_path, sqlite_template)
    with found.session() as session:
        make_summary(session, user=make_user(session, "mira", "Mira Lindqvist"))
        make_summary(session, user=make_user(session, "mira-old"), visibility="private")
    yield found
    found.close()


def names(library: Database) -> list[str]:
    with library.session() as session:
        return list(session.scalars(select(User.name).order_by(User.name)))


def signs_in(library: Database, name: str, password: str) -> bool:
    with library.session() as session:
        return account.sign_in(session, name, password) is not None


def user(tmp_path: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run(tmp_path, "user", *arguments, stdin=stdin)


@pytest.mark.parametrize(
    "command", ["create", "list", "password", "role", "rename", "merge", "delete"]
)
def test_help_shows_an_example(tmp_path: Path, command: str) -> None:
    done = user(tmp_path, command, "--help")
    assert f"Example:\n    shortlist user {command} " in done.stdout
    assert f"  {command} " in user(tmp_path, "--help").stdout


def test_create_and_password(tmp_path: Path, library: Database) -> None:
    done = user(tmp_path, "create", "Ann", "--display-name", "Ann Example")
    assert done.returncode == 0, done.stderr
    assert signs_in(library, "ann", done.stdout.split("Password: ")[1].strip())
    done = user(tmp_path, "password", "mira", "--password-stdin", stdin="chosen by me\n")
    assert "chosen" not in done.stdout
    assert signs_in(library, "mira", "chosen by me")
    assert_refused(user(tmp_path, "create", "mira"), "taken")
    assert_refused(user(tmp_path, "password", "mirra"), "There is no user mirra. Did you mean mira")
    short = user(tmp_path, "password", "mira", "--password-stdin", stdin="short\n")
    assert_refused(short, "at least 8 characters")


def test_list(tmp_path: Path, library: Database) -> None:
    user(tmp_path, "password", "mira", "--password-stdin", stdin="chosen by me\n")
    done = user(tmp_path, "list")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["name", "mira", "mira-old"]
    assert lines[1][4:] == ["1", "0", "0", "0", "yes", "member"]
    assert lines[2][3:] == ["0", "0", "1", "0", "no", "member"]
    done = user(tmp_path, "list", "--json", "--without-password")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["name"], each["private"], each["can_sign_in"]) for each in found] == [
        ("mira-old", 1, False)
    ]


def test_rename(tmp_path: Path, library: Database) -> None:
    done = user(tmp_path, "rename", "mira", "Mira.L")
    assert done.stdout == "Renamed mira to mira.l.\n"
    assert names(library) == ["mira-old", "mira.l"]
    assert_refused(user(tmp_path, "password", "Mira"), "mira has been renamed to mira.l.")
    assert_refused(user(tmp_path, "rename", "mira-old", "mira"), "taken")


def test_merge(tmp_path: Path, library: Database) -> None:
    assert_refused(user(tmp_path, "merge", "mira-old", "mira"), "--yes")
    assert names(library) == ["mira", "mira-old"]
    done = user(tmp_path, "merge", "mira-old", "mira", "--yes")
    assert done.stdout.startswith("mira received 1 summary and 0 votes from mira-old")
    assert names(library) == ["mira"]


def test_delete(tmp_path: Path, library: Database) -> None:
    with library.session() as session:
        writer = session.scalars(select(User).where(User.name == "mira")).one()
        uploads.store_picture(session, writer, saved(drawing()))
        session.commit()
    assert list((tmp_path / "pictures").glob("*/*"))
    assert_refused(user(tmp_path, "delete", "mira", "--yes"), "--with-summaries")
    done = user(tmp_path, "delete", "mira", "--with-summaries", "--yes")
    assert done.stdout == "Deleted mira with 1 summary, 0 votes and 1 image.\n"
    with library.session() as session:
        assert len(session.scalars(select(Summary)).all()) == 1
        assert session.scalars(select(Picture)).all() == []
    assert not list((tmp_path / "pictures").glob("*/*"))


def test_roles(tmp_path: Path, library: Database) -> None:
    done = user(tmp_path, "create", "boss", "--role", "administrator")
    assert done.returncode == 0, done.stderr
    with library.session() as session:
        assert session.scalar(select(User.role).where(User.name == "boss")) == "administrator"
    assert user(tmp_path, "delete", "boss", "--yes").returncode == 0
    done = user(tmp_path, "role", "mira", "trusted")
    assert done.stdout == "mira is now a trusted user.\n"
    rows = [json.loads(line) for line in user(tmp_path, "list", "--json").stdout.splitlines()]
    assert {row["name"]: row["role"] for row in rows} == {"mira": "trusted", "mira-old": "member"}
    assert user(tmp_path, "role", "mira", "king").returncode == 2
    assert_refused(user(tmp_path, "role", "nobody", "member"), "no user nobody")


def test_an_invitation_is_a_link(tmp_path: Path) -> None:
    site = {"SHORTLIST_SITE_URL": "http://localhost:8080"}
    done = run(tmp_path, "user", "invite", **site)
    assert done.stdout.startswith("http://localhost:8080/signup?invitation=")


def test_link(library: Database, tmp_path: Path) -> None:
    links = (run(tmp_path, "user", "link", "mira") for _ in range(2))
    first, second = (link.stdout.strip() for link in links)
    assert "/login/link/" in first
    assert first != second
    token = second.rsplit("/", 1)[1]
    with library.session() as session:
        user = sign_in_links.take_sign_in_link(session, token)
        assert user is not None
        assert user.name == "mira"
        assert sign_in_links.take_sign_in_link(session, first.rsplit("/", 1)[1]) is None
        session.commit()


def test_a_new_password_tells_which_linked_accounts_stay(tmp_path: Path, library: Database) -> None:
    with library.session() as session:
        begin_writing(session)
        row = {"issuer": "https://idp.example", "subject": "1", "label": "0000-0001"}
        owner = session.scalars(select(User).where(User.name == "mira")).one()
        session.add(Identity(user_id=owner.id, created_at=now(), **row))
        session.commit()
    done = user(tmp_path, "password", "mira")
    told = "Linked accounts that can still sign in: 0000-0001 (https://idp.example)."
    assert told in done.stdout
    assert "Linked accounts" not in user(tmp_path, "password", "mira-old").stdout
