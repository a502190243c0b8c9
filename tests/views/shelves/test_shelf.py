from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import FormerName, FormerSlug, Paper, Shelf, ShelfMember, User
from app.queries.shelves import contents
from app.services.accounts.administration import rename_account
from app.services.accounts.merging import merge
from app.services.shelves import entries
from app.services.shelves.members import invite_member
from app.services.shelves.shelf import ShelfTexts, change_shelf, delete_shelf
from app.views.http import listing
from tests.helpers.client import Browser
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_reading,
    make_shelf,
    make_summary,
    make_user,
    put_on_list,
)

KEY = "conf/x/A1"


def find_user(session: Session, name: str) -> User:
    found = session.scalars(select(User).where(User.name == name)).one()
    session.commit()
    return found


def another(guest: Browser) -> Browser:
    return Browser(guest.client.application.test_client())


def test_a_shelf_is_made_filled_noted_and_deleted(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY, "A paper", doi="10.1000/abc")
    make_paper(session, "conf/x/A2", "Another")
    guest.sign_up("ann")
    answer = guest.submit("/shelves/new", title="My shelf", description="*Why*", paper=KEY)
    assert (answer.status, answer.location) == (303, "/shelf/ann/my-shelf")
    page = guest.get("/shelf/ann/my-shelf")
    assert "<em>Why</em>" in page.text
    assert "A paper" in page.text
    answer = guest.submit("/shelf/ann/my-shelf", "/shelf/ann/my-shelf/papers", pasted="10.1000/abc")
    assert answer.status == 422
    assert "on the shelf already" in answer.text
    assert 'value="10.1000/abc"' in answer.text
    add = {"pasted": "conf/x/A2", "note": "Read <b>this</b>"}
    assert guest.submit("/shelf/ann/my-shelf", "/shelf/ann/my-shelf/papers", **add).status == 303
    page = guest.get("/shelf/ann/my-shelf")
    assert "Read &lt;b&gt;this&lt;/b&gt;" in page.text
    assert re.search(r"A paper.*Another", page.text, re.DOTALL)
    guest.submit("/shelf/ann/my-shelf", "/shelf/ann/my-shelf/move/conf/x/A2", direction="up")
    assert re.search(r"Another.*A paper", guest.get("/shelf/ann/my-shelf").text, re.DOTALL)
    guest.submit("/shelf/ann/my-shelf", f"/shelf/ann/my-shelf/remove/{KEY}")
    shelf = session.scalars(select(Shelf)).one()
    assert paper.id not in contents.list_shelved_ids(session, shelf)
    session.commit()
    assert guest.submit("/shelf/ann/my-shelf/delete").location == "/shelves"
    assert guest.get("/shelf/ann/my-shelf").status == 404


def test_what_is_not_here_can_be_added(guest: Browser, session: Session) -> None:
    guest.sign_up("ann")
    make_shelf(session, find_user(session, "ann"))
    answer = guest.submit("/shelf/ann/a-shelf", "/shelf/ann/a-shelf/papers", pasted="10.1000/none")
    assert answer.status == 422
    assert "/papers/new?q=10.1000/none" in answer.links()


def test_adding_from_a_paper_and_from_the_list(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY, "A paper")
    other = make_paper(session, "conf/x/A2", "Another")
    guest.sign_up("ann")
    ann = find_user(session, "ann")
    shelf = make_shelf(session, ann)
    way = next(each for each in guest.get(f"/paper/{KEY}").links() if "/shelves/add/" in each)
    answer = guest.submit(way, f"/shelves/add/{KEY}", note="Because", shelf="ann/a-shelf")
    assert answer.location.startswith(f"/paper/{KEY}")
    assert f"/shelf/ann/{shelf.slug}" in guest.get(way).links()  # already on
    found = [put_on_list(session, ann, each) for each in (paper, other)]
    form = guest.get("/list").form("/list/change")
    chosen = {**form, "entry": [str(each.id) for each in found], "action": "shelve"}
    page = guest.get(guest.post("/list/change", {**chosen, "shelf": "ann/a-shelf"}).location)  # type: ignore[dict-item]
    assert "1 paper added to A shelf. 1 already there." in page.text
    text = guest.get("/list?shelf=ann/a-shelf").text
    assert "2 papers shown of 2" in text
    assert "0 papers shown of 2" in guest.get("/list?shelf=ben/a-shelf").text
    assert guest.post("/list/change", {**chosen, "shelf": "ann/other"}).status == 422  # type: ignore[dict-item]


def test_members_accept_add_and_leave(guest: Browser, session: Session) -> None:
    make_paper(session, KEY, "A paper")
    of_ann = make_paper(session, "conf/x/A2", "Ann’s paper")
    guest.sign_up("ann")
    ben = another(guest).sign_up("ben")
    make_shelf(session, find_user(session, "ann"), of_ann)
    home = "/shelf/ann/a-shelf"
    refused = guest.submit(f"{home}/members", name="nobody")
    assert (refused.status, 'value="nobody"' in refused.text) == (422, True)
    assert guest.submit(f"{home}/members", name="ben", role="editor").status == 303
    assert ben.get(home).location == "/shelves"
    assert ben.submit("/shelves", f"{home}/accept").location == home
    assert ben.submit(home, f"{home}/papers", pasted=KEY).status == 303
    page = ben.get(home)
    assert f"{home}/remove/{KEY}" in page.text
    assert f"{home}/remove/conf/x/A2" not in page.text
    token = page.form(f"{home}/papers")
    assert ben.post(f"{home}/remove/conf/x/A2", token).status == 422
    for path in ("edit", "delete"):
        assert ben.get(f"{home}/{path}").status == 403
        assert ben.post(f"{home}/{path}", token).status == 403
    assert ben.submit(f"{home}/members", f"{home}/leave").location == "/shelves"
    assert ben.get(home).status == 404
    assert "A paper" in guest.get(home).text
    assert session.scalars(select(ShelfMember)).all() == []


def test_the_address_of_a_shelf_leads_who_is_invited_to_the_invitation(
    guest: Browser, session: Session
) -> None:
    ann, paper = make_user(session, "ann"), make_paper(session, KEY, "A paper")
    make_shelf(session, ann, paper, title="Hidden")
    guest.sign_up("ben")
    home = "/shelf/ann/hidden"
    shelf = session.scalars(select(Shelf)).one()
    invite_member(session, shelf, "ben", "viewer")
    session.commit()
    for path in (home, f"{home}/feed.atom", f"/map{home}"):
        assert guest.get(path).location == "/shelves"
    assert f"{home}/accept" in guest.get("/shelves").text
    assert guest.get("/shelf/ann/hidden-too").status == 404
    assert guest.post(f"{home}/add", guest.get("/settings").form("/logout")).status == 404
    cara = another(guest).sign_up("cara")
    for other in (cara, another(guest)):
        assert other.get(home).status == 404
    guest.submit("/shelves", f"{home}/accept")
    assert "A paper" in guest.get(home).text


@pytest.mark.parametrize("answer", ["accept", "leave"])
def test_invitations_tell_nothing_to_others(guest: Browser, session: Session, answer: str) -> None:
    make_shelf(session, make_user(session, "ann"))
    guest.sign_up("ben")
    token = guest.get("/settings").form("/logout")
    texts = set()
    for slug in ("a-shelf", "no-such-shelf"):
        assert guest.post(f"/shelf/ann/{slug}/{answer}", token).location == "/shelves"
        texts.add(re.sub(r'value="[^"]*"', "", guest.get("/shelves").text))
    assert len(texts) == 1


def test_an_unlisted_shelf_is_seen_by_its_link_alone(guest: Browser, session: Session) -> None:
    ann, paper = make_user(session, "ann"), make_paper(session, KEY, "A paper")
    shelf = make_shelf(session, ann, paper, title="Hidden", visibility="unlisted")
    address = f"/shared-shelf/{shelf.share_code}"
    page = guest.get(address)
    assert "A paper" in page.text
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert page.response.headers["Referrer-Policy"] == "same-origin"
    assert "public" not in page.response.headers["Cache-Control"]
    feed = guest.get(f"{address}/feed.atom")
    assert feed.response.headers["X-Robots-Tag"] == "noindex"
    assert "Access-Control-Allow-Origin" not in feed.response.headers
    for path in ("/shelf/ann/hidden", "/shelf/ann/hidden/feed.atom", "/map/shelf/ann/hidden"):
        assert guest.get(path).status == 404, path
    for path in ("/user/ann", f"/paper/{KEY}", "/sitemap.xml"):
        text = guest.get(path).text
        assert "Hidden" not in text, path
        assert str(shelf.share_code) not in text, path
    change_shelf(session, shelf, ShelfTexts("Hidden", "hidden"))
    session.commit()
    assert guest.get(address).status == 404


def test_a_public_shelf_is_listed_until_it_is_not(guest: Browser, session: Session) -> None:
    ann, paper = make_user(session, "ann"), make_paper(session, KEY, "A paper")
    make_summary(session, paper, takeaway="What it says")
    shelf = make_shelf(session, ann, paper, title="Guide", visibility="public")
    places = ("/user/ann", f"/paper/{KEY}", "/sitemap.xml", "/shelf/ann/guide")
    for path in (*places, *places):  # kept the second time
        assert "/shelf/ann/guide" in guest.get(path).text, path
    page = guest.get("/shelf/ann/guide")
    assert "What it says" in page.text
    assert "Set-Cookie" not in page.response.headers
    assert "On 1 public shelf" in guest.get(f"/paper/{KEY}").text
    assert "What it says" in guest.get("/shelf/ann/guide/feed.atom").text
    change_shelf(session, shelf, ShelfTexts("Guide", "guide"))
    session.commit()
    for path in places[:3]:
        assert "guide" not in guest.get(path).text.lower(), path
    assert guest.get("/shelf/ann/guide").status == 404
    change_shelf(session, shelf, ShelfTexts("Guide", "guide", visibility="public"))
    session.commit()
    assert "/shelf/ann/guide" in guest.get(f"/paper/{KEY}").text
    delete_shelf(session, shelf)
    session.commit()
    assert "guide" not in guest.get(f"/paper/{KEY}").text


def test_a_paper_that_is_added_or_removed_shows_at_once(guest: Browser, session: Session) -> None:
    ann, paper = make_user(session, "ann"), make_paper(session, KEY, "A paper")
    shelf = make_shelf(session, ann, title="Guide", visibility="public")
    addresses = (f"/paper/{KEY}", "/shelf/ann/guide", "/shelf/ann/guide/feed.atom")
    for path in (*addresses, *addresses):
        guest.get(path)
    entries.add_paper_to_shelf(session, ann, shelf, paper, "Because")
    session.commit()
    assert "Guide" in guest.get(addresses[0]).text
    assert "Because" in guest.get(addresses[1]).text
    assert "Because" in guest.get(addresses[2]).text
    entries.remove_from_shelf(session, ann, shelf, paper)
    session.commit()
    assert "Guide" not in guest.get(addresses[0]).text
    assert "Because" not in guest.get(addresses[1]).text


def test_renamed_owners_are_found(guest: Browser, session: Session) -> None:
    ann = make_user(session, "ann")
    shelf = make_shelf(session, ann, visibility="public")
    session.commit()
    begin_writing(session)
    session.add(FormerName(name="anna", user_id=ann.id))
    session.commit()
    for name in ("Ann", "anna"):
        answer = guest.get(f"/shelf/{name}/{shelf.slug}")
        assert (answer.status, answer.location) == (302, "/shelf/ann/a-shelf")


def test_pages_and_a_comparison(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 2)
    ann = make_user(session, "ann")
    papers: list[Paper] = [make_paper(session, f"conf/x/P{n}", f"Paper {n}") for n in range(3)]
    text = "# Doubts\n\nSee [it](/paper/conf/x/P0).\n\n# Results\n\nGood."
    make_summary(session, papers[1], None, text, takeaway="Take this")
    make_shelf(session, ann, *papers, title="Guide", visibility="public")
    page = guest.get("/shelf/ann/guide")
    assert "Paper 2" not in page.text
    assert "/shelf/ann/guide?page=2" in page.links()
    assert "Paper 2" in guest.get("/shelf/ann/guide?page=2").text
    asked = "&".join(f"paper={each.id}" for each in papers)
    page = guest.get(f"/shelf/ann/guide/compare?{asked}")
    assert page.status == 200
    for words in ("Paper 0", "Take this", "Doubts", "Results", "noindex"):
        assert words in page.text, words
    assert guest.get(f"/shelf/ann/guide/compare?paper={papers[0].id}").status == 422
    assert guest.get(f"/shelf/ann/guide/compare?paper={'1' * 5000}").status == 422
    off = make_paper(session)
    refused = guest.get(f"/shelf/ann/guide/compare?paper={off.id}&paper={papers[0].id}&paper=x")
    assert refused.status == 422
    assert 'class="map__line' in guest.get("/map/shelf/ann/guide").text


def test_a_looking_member_has_no_forms(guest: Browser, session: Session) -> None:
    ann, paper = make_user(session, "ann"), make_paper(session, KEY)
    shelf = make_shelf(session, ann, paper)
    guest.sign_up("ben")
    join_shelf(session, shelf, find_user(session, "ben"), "viewer")
    page = guest.get("/shelf/ann/a-shelf")
    assert page.status == 200
    assert "/shelf/ann/a-shelf/papers" not in page.text
    token = guest.get("/settings").form("/logout")
    assert guest.post("/shelf/ann/a-shelf/papers", {**token, "pasted": KEY}).status == 403


def test_an_earlier_address_leads_to_the_present_one(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY, "A paper")
    guest.sign_up("ann")
    ann, ben = find_user(session, "ann"), another(guest).sign_up("ben")
    shelf = make_shelf(session, ann, paper, title="One", visibility="public")
    make_reading(session, shelf, paper)
    nobody = another(guest)
    rename(session, shelf, "two", "public")
    for rest in ("", "/feed.atom", "/readings", "/readings/1", "/readings.ics", "/print"):
        assert nobody.get(f"/shelf/ann/one{rest}").location == f"/shelf/ann/two{rest}"
    assert nobody.get("/map/shelf/ann/one").location == "/map/shelf/ann/two"
    assert nobody.get("/shelf/ann/one?page=2&page=3").location == "/shelf/ann/two?page=2&page=3"
    for query in ("_scheme=ftp&_external=1", "endpoint=x", "_anchor=x", "_method=POST"):
        assert nobody.get(f"/shelf/ann/one?{query}").location == f"/shelf/ann/two?{query}"
    form = guest.get("/shelf/ann/two/edit").form("/shelf/ann/two/edit")
    answer = guest.post("/shelf/ann/one/edit", {**form, "slug": "three", "visibility": "private"})
    assert answer.location == "/shelf/ann/three"
    missing = nobody.get("/shelf/ann/nothing")
    for slug in ("one", "two", "three"):
        for looking in (nobody, ben):
            found = looking.get(f"/shelf/ann/{slug}")
            assert found.status == 404
            told = found.text.replace(f"/shelf/ann/{slug}", "/shelf/ann/nothing")
            assert looking is ben or told == missing.text
        assert guest.get(f"/shelf/ann/{slug}", follow_redirects=True).status == 200
    rename(session, shelf, "four", "private")
    rename(session, shelf, "five", "public")
    assert nobody.get("/shelf/ann/two").location == "/shelf/ann/five"
    assert nobody.get("/shelf/ann/four").status == 404  # it was never public there
    assert guest.get("/shelf/ann/four").location == "/shelf/ann/five"


def test_a_live_shelf_has_its_address_before_former_ones(guest: Browser, session: Session) -> None:
    guest.sign_up("ann")
    ann, nobody = find_user(session, "ann"), another(guest)
    first = make_shelf(session, ann, title="Notes", visibility="public")
    rename(session, first, "old-notes", "public")
    second = make_shelf(session, ann, title="Notes", visibility="private")
    assert second.slug == "notes"
    assert guest.get("/shelf/ann/notes").status == 200
    # That a private shelf has the address now is told to nobody.
    assert nobody.get("/shelf/ann/notes").location == "/shelf/ann/old-notes"
    rename(session, second, "notes", "public")
    assert nobody.get("/shelf/ann/notes").status == 200
    rename(session, first, "notes-again", "private")
    rename(session, second, "newer", "private")
    assert nobody.get("/shelf/ann/notes").status == 404
    assert guest.get("/shelf/ann/notes").location == "/shelf/ann/newer"
    delete_shelf(session, second)
    session.commit()
    assert guest.get("/shelf/ann/notes").location == "/shelf/ann/notes-again"


def test_addresses_of_an_account_that_was_merged(guest: Browser, session: Session) -> None:
    guest.sign_up("ann")
    nobody, theirs = another(guest), make_user(session, "ben")
    own = make_shelf(session, find_user(session, "ann"), title="Notes", visibility="public")
    hidden = make_shelf(session, theirs, title="Plans", visibility="private")
    shelf = make_shelf(session, theirs, title="Notes", visibility="public")
    rename(session, shelf, "once", "public")
    rename(session, shelf, "notes", "public")
    rename_account(session, theirs, "benno")
    session.commit()
    merge(session, theirs, find_user(session, "ann"))
    session.commit()
    assert (own.slug, shelf.slug, hidden.slug) == ("notes", "notes-2", "plans")
    session.commit()
    for looking in (nobody, guest):
        for name in ("ben", "benno"):
            for slug in ("notes", "once"):
                found = looking.get(f"/shelf/{name}/{slug}")
                assert found.location == "/shelf/ann/notes-2", (name, slug)
        assert looking.get("/shelf/ann/notes").status == 200
        assert looking.get("/shelf/ann/once").status == 404  # it was never hers
    assert nobody.get("/shelf/benno/plans").status == 404
    assert guest.get("/shelf/benno/plans").location == "/shelf/ann/plans"
    # Another shelf of that name does not take the address of the one that came.
    rename(session, hidden, "later", "private")
    make_shelf(session, find_user(session, "ann"), title="Plans", visibility="public")
    assert guest.get("/shelf/benno/plans").location == "/shelf/ann/later"
    assert nobody.get("/shelf/benno/plans").location == "/shelf/ann/plans"  # as if it were not
    rename(session, shelf, "notes-2", "private")
    assert nobody.get("/shelf/benno/once").status == 404
    assert nobody.get("/shelf/benno/notes").location == "/shelf/ann/notes"
    rename_account(session, find_user(session, "ann"), "anna", forget_old=True)
    session.commit()
    for name in ("ann", "ben", "benno"):
        assert guest.get(f"/shelf/{name}/notes").status == 404
    assert set(session.scalars(select(FormerSlug.owner_name))) == {""}


def test_a_chain_of_merges_keeps_each_address(guest: Browser, session: Session) -> None:
    guest.sign_up("ann")
    ben, cleo = make_user(session, "ben"), make_user(session, "cleo")
    shelves = [
        make_shelf(session, each, title="Notes", visibility="public") for each in (cleo, ben)
    ]
    make_shelf(session, find_user(session, "ann"), title="Notes", visibility="public")
    merge(session, cleo, ben)
    session.commit()
    merge(session, ben, find_user(session, "ann"))
    session.commit()
    slugs = [shelf.slug for shelf in shelves]
    session.commit()
    for name, slug in zip(("cleo", "ben"), slugs, strict=True):
        assert guest.get(f"/shelf/{name}/notes").location == f"/shelf/ann/{slug}"


def rename(session: Session, shelf: Shelf, slug: str, visibility: str) -> None:
    change_shelf(session, shelf, ShelfTexts(shelf.title, slug, "", visibility))
    session.commit()


def test_a_row_shows_remark_and_note(guest: Browser, session: Session) -> None:
    """In a row that is kept for all, with what the shelf adds."""
    guest.sign_up("ann")
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    paper = make_paper(session, "conf/x/A1", "Noted")
    make_summary(session, paper, takeaway="So.")
    put_on_list(session, ann, paper, remark="Mine & <b>bold</b>")
    make_shelf(session, ann, paper, title="Guide", visibility="public")
    for _ in range(2):
        text = guest.get("/shelf/ann/guide").text
        assert text.count('<p class="own-remark"') == 1
        assert "&lt;p" not in text
        assert "Mine &amp; &lt;b&gt;bold&lt;/b&gt;</p>" in text
        assert (
            "Your remark"
            not in Browser(guest.client.application.test_client()).get("/shelf/ann/guide").text
        )
