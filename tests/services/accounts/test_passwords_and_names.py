"""Passwords that are guessed first, and names under which somebody could pass for the site."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from app.services.accounts import account, administration, passwords
from app.services.accounts.common_passwords import is_common
from app.services.accounts.user_names import RESERVED, is_official
from app.services.refusals import Refusal
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_user

GUESSED = [
    *("password", "Password", "PASSWORD1", "password123!", "p@ssw0rd", "P4$$w0rd99", "pass word"),
    *("12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "12121212"),
    *("aaaaaaaa", "abababab", "abcabcabc", "abcdefgh", "abcd1234", "abc12345", "qwertyui"),
    *("qwerty123", "qwertyuiop", "asdfghjkl", "1q2w3e4r", "1qaz2wsx", "zxcvbnm1", "poiuytre"),
    *("iloveyou", "sunshine", "princess1", "letmein2024", "welcome1", "football", "baseball"),
    *("passpass", "testtest", "changeme", "correcthorsebatterystaple", "aaaabbbb", "111222333"),
    *("shortlist", "Shortlist1", "shortlist-mira", "mira1234", "miramira", "1234mira", "arim2020"),
    *("solheim1", "Mira Solheim", "mirasolheim99", "🔑🔑🔑🔑🔑🔑🔑🔑"),
]
FINE = [
    *(
        PASSWORD,
        "another password",
        "a long password",
        "wrong wrong",
        "chosen by me",
        "tr0ub4dor&3",
    ),
    *("admirable-otter", "k7Qp-2xVn", "password for the lab", "mirage over dunes", "üñîçødé-wörk"),
]


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_guessed_first(password: str) -> None:
    assert is_common(password, ["mira", "Mira Solheim"])


@pytest.mark.parametrize("password", FINE)
def test_what_is_not(password: str) -> None:
    assert not is_common(password, ["mira", "Mira Solheim"])


def test_the_passwords_we_make_are_taken(session: Session) -> None:
    for _ in range(200):
        assert not is_common(administration.make_password(), ["demo", "Demo reader"])


@pytest.mark.parametrize("password", ["password", "12345678", "ann-12345"])
def test_no_way_takes_one(session: Session, guest: Browser, password: str) -> None:
    with pytest.raises(Refusal, match="too common"):
        administration.create_account(session, "ann", "", password)
    user = make_user(session, "ann")
    with pytest.raises(Refusal, match="too common"):
        account.set_password(session, user, password)
    session.rollback()
    guest.sign_up("ben")
    form = guest.get("/settings").form("/settings/password")
    answer = guest.post(
        "/settings/password", {**form, "current": PASSWORD, "new": password.replace("ann", "ben")}
    )
    assert answer.status == 422
    assert "too common" in answer.text


def test_an_account_with_one_signs_in_as_before(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "is_common", lambda *_: False)
    account.sign_up(session, "ann", "", "12345678")
    session.commit()
    monkeypatch.undo()
    assert account.sign_in(session, "ann", "12345678") is not None


@pytest.mark.parametrize(
    "name",
    [
        *("admin", "administrator", "moderator", "support", "root", "staff", "help", "security"),
        *("postmaster", "abuse", "webmaster", "info", "shortlist", "anonymous", "deleted", "mod"),
        *("system", "official", "owner", "ad-min", "a.d_m.i-n", "web-master", "no-reply"),
    ],
)
def test_official_names_are_nobodys(session: Session, guest: Browser, name: str) -> None:
    answer = guest.submit("/signup", name=name, password=PASSWORD)
    assert answer.status == 422
    assert RESERVED in answer.text
    with pytest.raises(Refusal, match="reserved"):
        account.add_from_file(session, name, "")
    user = make_user(session, "ann")
    with pytest.raises(Refusal, match=RESERVED):
        administration.rename_account(session, user, name)
    session.rollback()
    # Who runs the site may have such an account, and it keeps its name.
    made = administration.create_account(session, name, "", PASSWORD)
    session.commit()
    assert account.sign_in(session, name, PASSWORD) is not None
    assert made.name == name


@pytest.mark.parametrize("name", ["admin1", "ada", "modesto", "rooted", "supporter", "demosthenes"])
def test_other_names_are_free(name: str) -> None:
    assert not is_official(name)


def test_all_errors_of_a_sign_up_are_told_at_once(guest: Browser) -> None:
    fields = {"name": "ada lovelace", "display_name": "D" * 81, "password": "short"}
    answer = guest.submit("/signup", **fields)
    assert answer.status == 422
    assert set(re.findall(r'id="page-(\w+)-error"', answer.text)) == set(fields)
    answer = guest.submit("/signup", name="", password="short")
    assert set(re.findall(r'id="page-(\w+)-error"', answer.text)) == {"name", "password"}
    answer = guest.submit("/signup", name="admin", password="short")
    assert "This name is reserved." in answer.text
    assert "Use at least 8 characters." in answer.text
    assert "is taken" not in answer.text
