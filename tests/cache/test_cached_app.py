"""What the cache in front of the app answers, to whom, and with which headers."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cache import wsgi
from app.cache.encodings import MAX_ACCEPTED
from app.cache.keys import PageKey
from app.cache.log import Read
from app.cache.pages import PageCache
from app.cache.wsgi import PageNote
from app.db import begin_writing, now
from app.models import Paper, Summary
from app.services import changes, votes
from app.services.summaries import deletion
from app.views.http import moments
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

pytestmark = pytest.mark.sqlite_only
PATH = "/paper/conf/test/Kept"


@pytest.fixture
def cache(app: Flask) -> PageCache:
    found: PageCache = app.wsgi_app.cache  # type: ignore[attr-defined]
    return found


@pytest.fixture
def paper(session: Session) -> str:
    make_summary(session, make_paper(session, "conf/test/Kept"), created_at=now() - timedelta(90))
    return PATH


def test_a_page_is_kept_at_the_second_request(
    client: FlaskClient, cache: PageCache, paper: str
) -> None:
    first = client.get(paper)
    assert len(cache) == 0
    second = client.get(paper)
    assert len(cache) == 1
    third = client.get(paper)
    assert first.data == second.data == third.data
    assert first.headers["ETag"] == third.headers["ETag"]
    assert third.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_what_it_stands_on_is_noted_of_a_page_that_is_kept(
    client: FlaskClient, paper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[PageNote] = []

    def make_note(**said: Any) -> PageNote:
        notes.append(PageNote(**said))
        return notes[-1]

    monkeypatch.setattr(wsgi, "PageNote", make_note)
    for _ in range(2):
        client.get(paper)
    first, second = notes
    assert not first.names
    assert second.names


def test_encodings(client: FlaskClient, paper: str) -> None:
    plain = client.get(paper).data
    for _ in range(2):
        packed = client.get(paper, headers={"Accept-Encoding": "deflate, gzip"})
        assert gzip.decompress(packed.data) == plain
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "Cookie" in packed.headers["Vary"]
    smallest = client.get(paper, headers={"Accept-Encoding": "gzip, br;q=1.0"})
    assert brotli.decompress(smallest.data) == plain
    for unwanted in ("gzip;q=0, br; q=0", f"gzip, {'x' * MAX_ACCEPTED}"):
        refused = client.get(paper, headers={"Accept-Encoding": unwanted})
        assert "Content-Encoding" not in refused.headers
    assert len({plain_or.headers["ETag"] for plain_or in (packed, smallest, refused)}) == 3


def test_only_what_is_asked_for_takes_memory(
    client: FlaskClient, cache: PageCache, paper: str
) -> None:
    plain = client.get(paper).data
    kept: list[set[str]] = []
    for accepted in ("br, gzip", "br, gzip", "gzip", "", "br"):
        answer = client.get(paper, headers={"Accept-Encoding": accepted})
        decode = {"br": brotli.decompress, "gzip": gzip.decompress}.get(
            answer.headers.get("Content-Encoding", ""), bytes
        )
        assert decode(answer.data) == plain
        [page] = [cache.find(key) for key in cache._items if isinstance(key, PageKey)]
        kept.append(set(page.bodies))
    assert kept[0] == {"", "gzip"}  # packed quickly for who asked
    assert kept[1:] == [{"br"}, {"br", "gzip"}, {"", "br", "gzip"}, {"", "br", "gzip"}]


def test_what_a_reader_has_is_not_sent_again(client: FlaskClient, paper: str) -> None:
    for _ in range(3):  # made anew, kept, from the cache
        etag = client.get(paper, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
        known = client.get(paper, headers={"If-None-Match": f'"other", W/{etag}'})
        assert known.status_code == 304
        assert known.data == b""
        assert "Content-Security-Policy" in known.headers
    assert client.get(paper, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_head_request_has_no_body(client: FlaskClient, paper: str) -> None:
    length = str(len(client.get(paper).data))
    client.get(paper)
    head = client.head(paper)
    assert head.data == b""
    assert head.headers["Content-Length"] == length


def test_a_write_is_seen_by_the_next_request(
    client: FlaskClient, session: Session, paper: str
) -> None:
    for _ in range(3):
        before = client.get(paper).text
    make_summary(session, find_paper(session), source="Entirely new words.")
    assert "Entirely new words." not in before
    assert "Entirely new words." in client.get(paper).text


def test_a_write_elsewhere_leaves_a_page(
    client: FlaskClient, cache: PageCache, session: Session, paper: str
) -> None:
    user, other = make_user(session), make_paper(session, "conf/test/Other")
    for path in (paper, "/"):
        client.get(path)
        client.get(path)
    of_paper, of_list = (_key_of(cache, path) for path in (paper, "/"))
    make_summary(session, other, user)
    assert cache.find(of_paper)
    assert not cache.find(of_list)  # it shows anything
    assert not cache.confirm(of_list)  # and shows that


def test_a_list_is_confirmed_when_its_rows_are_the_same(
    client: FlaskClient, cache: PageCache, session: Session
) -> None:
    writer = make_user(session)
    long_ago = now() - timedelta(90)
    entries = [
        make_summary(session, make_paper(session, f"conf/test/{number}"), created_at=long_ago)
        for number in range(27)
    ]
    session.commit()
    for _ in range(2):
        before = client.get("/?tab=rated").data
    key = _key_of(cache, "/")
    votes.cast_vote(session, writer, entries[0].id, -1)  # which is on the second page anyway
    session.commit()
    assert not cache.find(key)
    assert cache.confirm(key)
    assert client.get("/?tab=rated").data == before
    assert cache.find(key)
    votes.cast_vote(session, writer, entries[0].id, 1)  # which brings it to the first
    session.commit()
    assert not cache.confirm(key)
    assert client.get("/?tab=rated").data != before


def test_after_votes_only_what_may_follow_them_is_asked_again(
    client: FlaskClient, cache: PageCache, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_summary(session, make_paper(session, "conf/test/Other"))
    author = make_paper(session, "conf/test/By", authors=["Ann Lee", "Bo Yu"]).authors[0]
    voter, writer = make_user(session), make_user(session)
    session.commit()
    for path in ("/tags", f"/author/{author.key}") * 2:
        client.get(path)
    tags, of_author = _key_of(cache, "/tags"), _key_of(cache, f"/author/{author.key}")
    asked: list[int] = []
    digest = cache.digest_reads

    def note_and_digest(reads: tuple[Read, ...], number: int) -> bytes | None:
        asked.append(len(reads))
        return digest(reads, number)

    monkeypatch.setattr(cache, "digest_reads", note_and_digest)
    for value in (1, -1):
        votes.cast_vote(session, voter, other.id, value)
        session.commit()
        assert cache.confirm(tags)
        assert cache.confirm(of_author)
    assert asked[0] == asked[2] == 0
    assert 0 < asked[1] == asked[3] < len(cache._items[of_author].reads)
    make_summary(session, session.get_one(Paper, other.paper_id), writer)
    assert cache.confirm(of_author)
    assert asked[4] == len(cache._items[of_author].reads)


def test_what_a_list_shows_ends_it(
    client: FlaskClient, cache: PageCache, session: Session, paper: str
) -> None:
    session.commit()
    for _ in range(2):
        client.get("/?tab=rated")
    key = _key_of(cache, "/")
    paper_row = find_paper(session)
    begin_writing(session)
    changes.note(session, "paper", paper_row.id)
    paper_row.title_html = "Another title"
    session.commit()
    assert not cache.confirm(key)


def _key_of(cache: PageCache, path: str) -> PageKey:
    return next(key for key in cache._items if isinstance(key, PageKey) and key.path == path)


def test_a_private_write_leaves_all_pages(
    client: FlaskClient, cache: PageCache, session: Session, paper: str
) -> None:
    user, other = make_user(session), make_user(session)
    client.get("/")
    client.get("/")
    make_summary(session, find_paper(session), user, visibility="private")
    make_summary(session, find_paper(session), other, visibility="unlisted")
    client.get("/about")
    assert len(cache) == 1


def test_votes_show_at_once(client: FlaskClient, session: Session) -> None:
    summary = make_summary(session, make_paper(session, "conf/test/Kept"))
    for _ in range(3):
        before = client.get(PATH).text
    votes.cast_vote(session, make_user(session), summary.id, 1)
    session.commit()
    assert client.get(PATH).text != before


def test_what_is_hidden_is_gone_from_every_page(
    client: FlaskClient, cache: PageCache, session: Session, paper: str
) -> None:
    make_summary(session, make_paper(session, "conf/test/Other"))
    other = "/paper/conf/test/Other"
    for path in (paper, other, "/"):
        client.get(path)
        client.get(path)
    assert len(cache) == 3
    deletion.delete_summary(session, session.scalars(select(Summary).order_by(Summary.id)).first())
    session.commit()
    client.get("/about")
    assert len(cache) == 0


def test_who_is_signed_in_passes_by(
    app: Flask, guest: Browser, cache: PageCache, paper: str
) -> None:
    member = Browser(app.test_client()).sign_up("reader")
    for _ in range(3):
        page = member.get(paper)
        assert "Sign out" in page.text
        assert page.response.headers["Cache-Control"] == "private, no-store"
    assert len(cache) == 0
    for _ in range(3):
        assert "Sign out" not in guest.get(paper).text
    assert len(cache) == 1
    assert "Sign out" in member.get(paper).text


def test_a_page_with_a_form_is_not_kept(client: FlaskClient, cache: PageCache) -> None:
    for _ in range(3):
        assert "Set-Cookie" in client.get("/login").headers
        client.delete_cookie("shortlist")
    assert len(cache) == 0


def test_strange_arguments_are_not_kept(client: FlaskClient, cache: PageCache, paper: str) -> None:
    for _ in range(3):
        client.get(f"{paper}?utm=1")
        client.get(f"{paper}?by=nobody")
    assert len(cache) == 0


def test_unlisted_pages_are_not_kept(
    client: FlaskClient, cache: PageCache, session: Session
) -> None:
    summary = make_summary(session, visibility="unlisted")
    for _ in range(3):
        client.get(f"/summary/{summary.id}")
    assert len(cache) == 0


def test_a_choice_of_openings_passes_by(app: Flask, cache: PageCache, paper: str) -> None:
    plain, chosen = app.test_client(), app.test_client()
    chosen.set_cookie("openings", "1")
    for _ in range(3):
        assert plain.get("/").status_code == 200
        assert chosen.get("/").status_code == 302
        assert chosen.get("/?openings=1").status_code == 200
    assert len(cache) == 2


def test_ages_end_a_page(
    client: FlaskClient, cache: PageCache, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = now() - timedelta(minutes=59, seconds=30)
    make_summary(session, make_paper(session, "conf/test/Kept"), created_at=made)
    for _ in range(3):
        assert "59 minutes ago" in client.get("/?tab=recent").text
    later = made + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(moments, "now", lambda: later)
    monkeypatch.setattr("app.cache.store.time.time", later.timestamp)
    assert "1 hour ago" in client.get("/?tab=recent").text


def test_hosts_have_pages_of_their_own(client: FlaskClient, cache: PageCache, paper: str) -> None:
    for host in ("one.example", "two.example"):
        client.get(paper, headers={"X-Forwarded-Host": host})
        client.get(paper, headers={"X-Forwarded-Host": host})
    assert len(cache) == 2


def find_paper(session: Session) -> Paper:
    found = session.scalars(select(Paper).where(Paper.key == "conf/test/Kept")).one()
    session.commit()
    return found
