"""What a writer states of how a summary came about, from the form to all that show it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Draft, Paper, Revision, Summary, User
from app.queries.search.results import list_found_papers
from app.queries.summaries import load_full_summaries
from app.services.summaries.content import Edit, SummarySettings
from app.services.summaries.files.reading import read
from app.services.summaries.files.writing import write
from app.services.summaries.publishing import change_summary
from app.sources.provenance import Provenance
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

WORDS = "read in parts · written with machine help · is an author or has an interest"
STATED = {"read": "parts", "made": "assisted", "interest": "y"}
EDITOR = "/write/conf/x/A1"


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1", "A paper")
    return guest.sign_up("ann", "Ann Example")


def load_only(session: Session) -> Summary:
    """The one summary, with what an export needs of it."""
    number = session.scalars(select(Summary.id)).one()
    summary = load_full_summaries(session, [number])[number]
    session.expunge_all()
    session.rollback()
    return summary


def test_a_statement_is_shown_wherever_the_summary_is(
    writer: Browser, session: Session, app: Flask
) -> None:
    refused = writer.submit(EDITOR, source="", takeaway="", **STATED)
    assert refused.status == 422
    kept = refused.form(EDITOR)
    assert {name: kept[name] for name in STATED} == STATED
    writer.submit(EDITOR, source="Text.", save_draft="1", **STATED)
    draft = session.scalars(select(Draft)).one()
    assert (draft.read, draft.made, draft.interest) == ("parts", "assisted", True)
    session.rollback()
    assert writer.submit(EDITOR, source="Text.", save="1").status == 303  # the draft states it
    summary = load_only(session)
    for path in ("/paper/conf/x/A1", f"/summary/{summary.id}"):
        assert WORDS in writer.get(path).text
    guest = Browser(app.test_client())
    assert '"description": "read in parts ' in guest.get("/paper/conf/x/A1").text
    atom = guest.get("/feed.atom").text
    for term in ("read:parts", "made:assisted", "interest:stated"):
        assert f'term="{term}"' in atom
        assert f">{term}</category>" in guest.get("/rss.xml").text
    file = write(summary, summary.source)
    assert "read: parts\nmade: assisted\ninterest: true\n" in file
    found = read(file.encode())
    assert (found.read, found.made, found.interest) == ("parts", "assisted", True)
    assert found.unknown == ()


def test_nothing_is_stated_by_default(writer: Browser, session: Session) -> None:
    writer.submit(EDITOR, source="Text.", save="1")
    summary = load_only(session)
    assert summary.provenance == Provenance()
    assert "interest" not in write(summary, summary.source)
    page = writer.get(f"/summary/{summary.id}").text
    assert not any(word in page for word in ("read in", "written by", "has an interest"))
    assert writer.submit(EDITOR, source="Text.", read="all of it").status == 422


def test_search_finds_what_is_stated(session: Session) -> None:
    ann = make_user(session, "ann")
    keys = ("conf/x/A1", "conf/x/B1", "conf/x/C1")
    public, other, hidden = (
        make_summary(session, make_paper(session, key), ann, "Text.") for key in keys
    )
    change_summary(session, public, Edit(read="parts", interest=True))
    change_summary(session, other, Edit(read="whole", made="machine"))
    change_summary(session, hidden, Edit(made="machine", visibility="private"))
    session.commit()

    def find(query: str, viewer: User | None = None) -> list[str]:
        found = list_found_papers(session, query, viewer, limit=9, offset=0)
        return sorted(row.paper.key for row in found)

    assert find("read:parts") == find("interest:stated") == ["conf/x/A1"]
    assert find("made:machine") == find("READ:whole") == ["conf/x/B1"]
    assert find("text -made:machine") == ["conf/x/A1"]
    assert find("made:machine", ann) == ["conf/x/B1", "conf/x/C1"]
    change_summary(session, public, Edit(read=""))
    session.commit()
    assert find("read:parts") == []
    assert find("read:all") == []  # words like any other


def test_words_of_other_tools_state_nothing() -> None:
    file = read(b"---\nkey: a/b/C1\nread: true\nmade: 2021-03-04\ninterest: high\n---\nText.\n")
    assert (file.read, file.made, file.interest) == (None, None, None)
    assert file.unknown == ("read", "made", "interest")


def test_a_version_keeps_what_was_stated_of_its_text(session: Session) -> None:
    summary = make_summary(session, source="One.")

    def change(**said: str | bool) -> list[tuple[str, str]]:
        change_summary(session, summary, Edit(**said))
        session.commit()
        query = select(Revision.source, Revision.made).order_by(Revision.number)
        return [(source, made) for source, made in session.execute(query)]

    # What others have read as not stated stays so in that version.
    said = [("One.", ""), ("One.", "hand")]
    assert change(made="hand", interest=True) == said
    # What is stated while nobody sees it does not reach the version that everybody saw.
    assert change(visibility="private") == said
    assert change(made="machine") == [*said, ("One.", "machine")]
    assert change(made="assisted") == [*said, ("One.", "assisted")]
    said = change(source="Two.")
    assert said[2:] == [("One.", "assisted"), ("Two.", "assisted")]
    assert change(visibility="public", made="hand") == [*said[:3], ("Two.", "hand")]
    assert change(visibility="private", read="whole")[3:] == [("Two.", "hand"), ("Two.", "hand")]
    public = select(Revision.number).where(Revision.public_since.is_not(None))
    assert session.scalars(public.order_by(Revision.number)).all() == [1, 2, 4]


def test_a_change_of_what_is_stated_is_in_rows_and_in_the_history(
    writer: Browser, session: Session, app: Flask
) -> None:
    writer.submit(EDITOR, source="Text.", save="1")
    guest = Browser(app.test_client())
    lists = ("/", "/user/ann", "/search?q=paper", "/?openings=1")
    for path in lists:  # kept from now on
        assert 'title="read' not in guest.get(path).text + guest.get(path).text
    writer.submit(EDITOR, source="Text.", save="1", **STATED)
    for path in lists:
        row = f'title="{WORDS}">read in parts · machine help · has an interest</span>'
        assert row in guest.get(path).text, path
    summary = load_only(session)
    assert summary.edited_at is None  # the text is the same
    writer.submit(EDITOR, source="Text.", save="1", read="whole", made="assisted", interest="")
    history = f"/summary/{summary.id}/history"
    page = guest.get(history).text
    assert "now stated: read in parts · written with machine help" in page
    before, now = (
        "read in parts · written with machine help",
        "read whole · written with machine help",
    )
    assert f"changed from “{before}” to “{now}”" in page
    page = guest.get(f"/summary/{summary.id}/compare").text
    assert f"<del>{before}</del>" in page
    assert f"<ins>{now}</ins>" in page
    assert "interest" not in page.partition("<main")[2]
    make_summary(session, session.get_one(Paper, summary.paper_id), source="Other.")
    assert "read whole · machine help</span>" in guest.get("/paper/conf/x/A1/compare").text


def test_an_interest_that_is_taken_back_is_in_no_version(
    writer: Browser, session: Session, app: Flask
) -> None:
    writer.submit(EDITOR, source="One.", save="1", **STATED)
    summary = load_only(session)
    assert "narrows down who wrote it" in writer.get(f"/summary/{summary.id}/sharing").text
    writer.submit(EDITOR, source="Two.", save="1", anonymous="y", interest="", made="hand")
    old, new = session.scalars(select(Revision.id).order_by(Revision.number))
    session.rollback()
    guest = Browser(app.test_client())
    assert "read in parts · written with machine help<" in guest.get(f"/revision/{old}").text
    for path in (f"/revision/{old}", f"/revision/{new}", f"/summary/{summary.id}/history"):
        assert "interest" not in guest.get(path).text.partition("<main")[2]
    writer.submit(f"/revision/{old}", f"/revision/{old}/restore")
    summary = load_only(session)
    assert (summary.source, summary.made, summary.interest) == ("One.", "assisted", False)


def test_two_windows_that_state_different_things_are_shown_both(
    writer: Browser, session: Session
) -> None:
    writer.submit(EDITOR, source="Text.", save="1", read="whole")
    form = writer.get(EDITOR).form(EDITOR)
    assert writer.post(EDITOR, {**form, "read": "parts", "save": "1"}).status == 303
    answer = writer.post(EDITOR, {**form, "read": "abstract", "interest": "y", "save": "1"})
    assert answer.status == 409
    merged = answer.form(EDITOR)
    assert (merged["read"], merged["interest"]) == ("abstract", "y")  # the one that claims less
    assert "The abstract only <strong>Please choose." in answer.text
    assert SummarySettings.from_text('[[], "public", false, "all", "", false]') is None
