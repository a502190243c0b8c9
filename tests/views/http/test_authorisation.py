"""R8: every address that changes something, tried by those who may not."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import EmailAddress, Paper, Passkey, Picture, Summary, User
from app.services.accounts.administration import set_role
from app.services.shelves.participation import answer_reading, renew_feed
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper, make_reading, make_shelf, make_summary, save_draft

# Anyone may sign up, sign in and out, and use what a mail holds; what others send there changes
# nothing of Ann's.
OPEN = {
    *("account.create", "account.enter", "account.logout"),
    *("recovery.ask", "recovery.reset", "email.confirm", "email.unsubscribe"),
    *("providers.begin", "providers.create", "recovery.use_link"),
    *("passkeys.begin", "passkeys.enter"),
    *("bibliography.check", "bibliography.ask", "bibliography.download", "bibliography.delete"),
}
# Mail programs post there, with a key instead of a token.
ONE_CLICK = "email.unsubscribe"
THEIRS = (
    *("users", "summaries", "revisions", "drafts", "deleted_summaries", "pictures"),
    *("picture_uses", "links", "search_entries", "summary_tags", "email_addresses"),
    *("deletion_requests", "shelves", "shelf_entries", "participations", "reading_feeds"),
    *("identities", "passkeys"),
)
FIELDS = {
    "source": "Taken over.",
    "takeaway": "Taken over",
    "visibility": "public",
    "anonymous": "",
    "value": "1",
    "revision": "1",
    "draft": "1",
    "display_name": "Taken Over",
    "bio": "Taken over.",
    "title": "Taken over",
    "bibtex": "@misc{a, title = {Taken over}}",
    "current": "wrong password",
    "password": "wrong password",
    "address": "taken@example.org",
    "new": "another password",
    "one": "conf/x/A0",
    "other": "conf/x/A1",
    "keep": "conf/x/A0",
    "reason": "Taken over.",
}
# What only trusted users may do: other members are told that they may not.
TRUSTED = {"merges.create", "merges.differ", "merges.undo", "editing.undo"}
# What only administrators may do.
ADMINISTRATORS = {"editing.remove", "invitations.create", "invitations.revoke"}
# Where a text stands when its paper is merged; all else of it stays as it was.
PLACES = {"paper_id", "place", "renderer_version", "target_id", "version", "id"}
REFUSED = pytest.mark.sqlite_only("a member sends the same, and more of it is answered")
FEWER = pytest.mark.sqlite_only("an administrator may do all that a trusted user may, and more")


@pytest.fixture
def ann(app: Flask, session: Session, no_child: None) -> Browser:
    """Somebody with one of each: private, unlisted, deleted, a draft, a picture."""
    browser = Browser(app.test_client()).sign_up("ann", "Ann Example")
    user = session.scalars(select(User).where(User.name == "ann")).one()
    papers = [make_paper(session, f"conf/x/A{number}") for number in range(4)]
    for paper, visibility in zip(papers, ("private", "unlisted", "public"), strict=False):
        make_summary(session, paper, user, "Hers.", visibility=visibility)
    delete_summary(session, make_summary(session, papers[3], user, "Deleted."))
    shelf = make_shelf(session, user, papers[2], visibility="public")
    reading = make_reading(session, shelf, papers[2])
    answer_reading(session, user, shelf, reading, takes_part=True)
    renew_feed(session, user, shelf)
    content = Content("A draft.")
    save_draft(session, user, papers[0], content, base_revision=1, seen_version=0)
    session.add(
        EmailAddress(user_id=user.id, address="ann@example.org", address_folded="ann@example.org")
    )
    key = {"credential_id": "AA", "public_key": "AA", "handle": "AA", "rp_id": "a.org"}
    facts = {"name": "Key", "sign_count": 0, "is_synced": False, "created_at": user.joined_at}
    session.add(Passkey(user_id=user.id, **key, **facts))
    session.add(
        Picture(
            name="A" * 22 + ".png",
            user_id=user.id,
            digest="0" * 64,
            width=1,
            height=1,
            size=1,
            uploaded_at=user.joined_at,
        )
    )
    session.commit()
    return browser


def writing_routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of all that changes something, with Ann's things filled in."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            numbers = ["1", "2", "3", "4"] if rule.arguments else [""]
            for number in numbers:
                values = {
                    "key": f"conf/x/A{int(number or 1) - 1}",
                    "name": "A" * 22 + ".png",
                    "summary_id": number,
                    "revision_id": number,
                    "merge_id": number,
                    "token": number,
                    "handle": number,
                    "number": number,
                    "slug": "a-shelf",
                }
                values |= {"name": "ann"} if "slug" in rule.arguments else {}
                path = rule.rule
                for name in rule.arguments:
                    path = re.sub(rf"<[^<>]*\b{name}>", values[name], path)
                found.append((rule.endpoint, method, path))
    return sorted(set(found))


def of_ann(session: Session, *, but: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that belong to Ann (user 1) or to her summaries, without some columns."""
    hers = set(session.scalars(select(Summary.id).where(Summary.user_id == 1)))
    found = {}
    for table in THEIRS:
        rows = session.execute(text(f"SELECT * FROM {table}")).mappings()
        mine = [
            tuple(value for name, value in row.items() if name not in but)
            for row in rows
            if (row["id"] if table == "users" else row.get("user_id")) == 1
            or row.get("summary_id") in hers
        ]
        found[table] = sorted(mine, key=str)  # an update may change the order of rows
    session.commit()
    return found


def test_there_is_something_to_protect(app: Flask, ann: Browser, session: Session) -> None:
    rows = of_ann(session)
    assert len(rows["summaries"]) == 3
    assert all(rows[name] for name in ("users", "drafts", "deleted_summaries", "pictures"))
    shared = ("shelves", "shelf_entries", "participations", "reading_feeds")
    assert all(rows[name] for name in shared)
    endpoints = {endpoint for endpoint, _, _ in writing_routes(app)}
    assert {"summaries.save", "sharing.renew", "deletion.restore", "drafts.save"} <= endpoints


def test_without_a_token_nothing_is_written(app: Flask, ann: Browser, session: Session) -> None:
    before = of_ann(session)
    for endpoint, method, path in writing_routes(app):
        answer = ann.client.open(path, method=method, data=FIELDS, buffered=True)
        expected = 404 if endpoint == ONE_CLICK else 400
        assert answer.status_code == expected, (endpoint, answer.status_code)
    assert of_ann(session) == before


def test_another_sites_page_writes_nothing(app: Flask, ann: Browser) -> None:
    token = ann.get("/settings").form("/settings/profile")["csrf_token"]
    for endpoint, method, path in writing_routes(app):
        answer = ann.client.open(
            path,
            method=method,
            data={**FIELDS, "csrf_token": token},
            headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://other.example"},
        )
        assert answer.status_code == 403, endpoint


@pytest.mark.slow
@pytest.mark.parametrize("who", [pytest.param("guest", marks=REFUSED), "other"])
def test_others_change_nothing_of_hers(
    app: Flask, ann: Browser, session: Session, who: str
) -> None:
    reader = Browser(app.test_client())
    page = reader.get("/login").form("/login")
    if who == "other":
        reader.sign_up("ben")
        page = reader.get("/settings").form("/settings/profile")
    before = of_ann(session)
    for endpoint, method, path in writing_routes(app):
        if endpoint in OPEN:
            continue
        data = {**FIELDS, "csrf_token": page["csrf_token"]}
        answer = reader.client.open(path, method=method, data=data, buffered=True)
        assert answer.status_code < 500, (endpoint, path)
        if who == "guest":
            assert answer.status_code == 401, (endpoint, answer.status_code)
        elif endpoint in TRUSTED | ADMINISTRATORS:
            assert answer.status_code == 403, (endpoint, answer.status_code)
    assert of_ann(session) == before
    assert ann.get("/settings").status == 200
    ann.submit("/", "/logout")
    ann.sign_in("ann", PASSWORD)


@pytest.mark.slow
@pytest.mark.parametrize("role", [pytest.param("trusted", marks=FEWER), "administrator"])
def test_who_is_trusted_moves_her_texts_and_changes_none(
    app: Flask, ann: Browser, session: Session, role: str
) -> None:
    reader = Browser(app.test_client()).sign_up("ben")
    give_role(session, "ben", role)
    page = reader.get("/settings").form("/settings/profile")
    before = of_ann(session, but=PLACES)
    done = set()
    for endpoint, method, path in writing_routes(app):
        if endpoint in OPEN:
            continue
        data = {**FIELDS, "csrf_token": page["csrf_token"]}
        answer = reader.client.open(path, method=method, data=data, buffered=True)
        assert answer.status_code < 500, (endpoint, path)
        if endpoint in TRUSTED and answer.status_code == 303:
            done.add(endpoint)
        if role == "trusted" and endpoint in ADMINISTRATORS:
            assert answer.status_code == 403, endpoint
    assert done >= {"merges.create", "merges.undo"}
    assert of_ann(session, but=PLACES) == before


def test_a_role_that_is_taken_away_counts_no_more(
    app: Flask, ann: Browser, session: Session
) -> None:
    reader = Browser(app.test_client()).sign_up("ben")
    address = "/merges/new?one=conf/x/A0&other=conf/x/A1"
    assert Browser(app.test_client()).get(address).status == 302
    assert reader.get(address).status == 403
    give_role(session, "ben", "trusted")
    form = reader.get(address).form("/merges")
    give_role(session, "ben", "member")
    assert reader.post("/merges", form).status == 403
    assert reader.get("/merges").status == 200


def give_role(session: Session, name: str, role: str) -> None:
    user = session.scalars(select(User).where(User.name == name)).one()
    set_role(session, user, role)
    session.commit()
    session.expire_all()


def test_what_is_hers_alone_is_read_by_nobody_else(
    app: Flask, ann: Browser, session: Session
) -> None:
    hidden = session.scalars(select(Summary).where(Summary.visibility != "public")).all()
    papers = session.scalars(select(Paper.key)).all()
    session.commit()
    for reader in (Browser(app.test_client()), Browser(app.test_client()).sign_up("ben")):
        for summary in hidden:
            for page in ("", "/delete", "/sharing", "/history", "/compare"):
                status = reader.get(f"/summary/{summary.id}{page}").status
                assert status in (302, 404), (page, status)
        for path in ["/drafts", "/deleted", "/pictures", *(f"/write/{key}" for key in papers)]:
            text_there = reader.get(path, follow_redirects=True).text
            assert "A draft." not in text_there
            assert "Deleted." not in text_there
            assert "Hers." not in text_there
