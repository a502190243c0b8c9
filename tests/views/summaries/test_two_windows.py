"""Two windows on one summary, of which only some fields differ: nothing of either is lost, and
nothing becomes more public than its writer left it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Draft, Summary
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper

WRITE = "/write/conf/x/A1"
JSON = {"Accept": "application/json"}
BASE = "Base.\n\nTwo."


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1", "The *first*")
    return guest.sign_up("ann", "Ann Example")


def window(writer: Browser) -> dict[str, str]:
    """The fields of a window that is opened now."""
    return writer.get(WRITE).form(WRITE)


def save(writer: Browser, form: dict[str, str], **typed: str) -> Page:
    return writer.post(WRITE, {**form, **typed, "save": "1"})


def autosave(writer: Browser, form: dict[str, str], **typed: str) -> Page:
    return writer.post(f"{WRITE}/draft", {**form, **typed}, headers=JSON)


def saved(session: Session) -> tuple[str, str, set[str], str, bool]:
    session.expire_all()
    summary = session.scalars(select(Summary)).one()
    session.refresh(summary, ["tags"])
    tags = {tag.name for tag in summary.tags}
    return summary.source, summary.takeaway, tags, summary.visibility, summary.anonymous


def test_what_only_the_other_window_changed_is_kept(writer: Browser, session: Session) -> None:
    save(writer, window(writer), source=BASE)
    first, second = window(writer), window(writer)
    save(
        writer,
        first,
        source="Base P.\n\nTwo.",
        takeaway="Takeaway of P",
        tags="ptag",
        visibility="private",
    )
    page = save(writer, second, source="Base.\n\nTwo Q.", tags="qtag")
    assert page.status == 409
    form = page.form(WRITE)
    assert form["source"] == "Base P.\n\nTwo Q."
    assert (form["takeaway"], form["visibility"]) == ("Takeaway of P", "private")
    assert save(writer, form).status == 303
    assert saved(session) == (
        "Base P.\n\nTwo Q.",
        "Takeaway of P",
        {"ptag", "qtag"},
        "private",
        False,
    )
    assert session.scalars(select(Draft)).all() == []


def test_what_both_changed_is_shown_and_the_more_private_taken(
    writer: Browser, session: Session
) -> None:
    save(writer, window(writer), source=BASE, takeaway="Before")
    first, second = window(writer), window(writer)
    save(writer, first, source=BASE, takeaway="P's", visibility="private", anonymous="y")
    page = save(writer, second, source=BASE, takeaway="Q's", visibility="unlisted")
    assert page.status == 409
    for part in ("Unlisted", "Private", "Please choose", "The text is the same"):
        assert part in page.text
    form = page.form(WRITE)
    assert form["takeaway"] == "Q's ======= P's"
    assert (form["visibility"], form.get("anonymous")) == ("private", "y")
    refused = save(writer, form)
    assert refused.status == 422
    assert "two takeaways still stand beside each other" in refused.text
    assert save(writer, refused.form(WRITE), takeaway="Both").status == 303
    assert saved(session) == (BASE, "Both", set(), "private", True)


def test_a_setting_changed_elsewhere_is_not_overwritten(writer: Browser, session: Session) -> None:
    """The text stays, so there is no newer revision: only the settings differ."""
    save(writer, window(writer), source=BASE)
    stale = window(writer)
    save(writer, window(writer), source=BASE, visibility="private", tags="new")
    page = save(writer, stale, source=BASE + " More.")
    assert page.status == 409
    form = page.form(WRITE)
    assert (form["visibility"], form["tags"]) == ("private", "new")
    assert save(writer, form).status == 303
    assert saved(session) == (BASE + " More.", "", {"new"}, "private", False)


def test_a_setting_changed_on_its_own_page(writer: Browser, session: Session) -> None:
    save(writer, window(writer), source=BASE)
    stale = window(writer)
    number = session.scalars(select(Summary.id)).one()
    session.rollback()
    sharing = f"/summary/{number}/sharing"
    assert writer.submit(sharing, visibility="private", anonymous="y").status == 303
    assert autosave(writer, stale, source="Typed on.").status == 409
    page = save(writer, stale, source="Typed on.")
    assert page.status == 409
    assert (page.form(WRITE)["visibility"], page.form(WRITE)["anonymous"]) == ("private", "y")


def test_a_draft_of_before_opens_no_more_public_than_the_summary(
    writer: Browser, session: Session
) -> None:
    save(writer, window(writer), source=BASE)
    assert autosave(writer, window(writer), source="Half.").status == 200
    number = session.scalars(select(Summary.id)).one()
    session.rollback()
    writer.submit(f"/summary/{number}/sharing", visibility="private")
    page = writer.get(WRITE)
    assert page.form(WRITE)["source"] == "Half."
    assert page.form(WRITE)["visibility"] == "private"
    assert "the draft would show it to more people" in page.text
    # Whoever chooses it has it.
    assert save(writer, page.form(WRITE), visibility="public").status == 303
    assert saved(session)[3] == "public"


@pytest.mark.parametrize(
    ("field", "value"),
    [("takeaway", "T"), ("tags", "a, b"), ("visibility", "private"), ("anonymous", "y")],
)
def test_drafts_that_differ_in_one_field_meet(
    writer: Browser, session: Session, field: str, value: str
) -> None:
    first, second = window(writer), window(writer)
    assert autosave(writer, first, source="Same", **{field: value}).status == 200
    answer = autosave(writer, second, source="Same")
    assert answer.status == 409
    assert answer.response.json["source"] == "Same"
    for page in (
        save(writer, second, source="Same"),
        writer.post(WRITE, {**second, "source": "Same", "save_draft": "1"}),
    ):
        assert page.status == 409
        assert page.form(WRITE)[field] == value  # the second left it alone
    draft = session.scalars(select(Draft)).one()
    assert str(getattr(draft, field)) in (value, "True")


def test_the_same_in_both_is_no_conflict(writer: Browser) -> None:
    first, second = window(writer), window(writer)
    same = {"source": "Same", "takeaway": "T ", "tags": "A, b", "visibility": "private"}
    assert autosave(writer, first, **same).status == 200
    assert autosave(writer, second, **{**same, "takeaway": "T", "tags": "b,a"}).status == 200


def test_the_merged_text_is_a_draft_at_once(writer: Browser, session: Session) -> None:
    save(writer, window(writer), source=BASE)
    first, second = window(writer), window(writer)
    save(writer, first, source="Base P.\n\nTwo.")
    page = save(writer, second, source="Base Q.\n\nTwo.")
    assert page.status == 409
    # The browser is gone. The text is in the editor, and goes on from what was saved.
    form = window(writer)
    assert form["source"] == page.form(WRITE)["source"]
    assert "<<<<<<<" in form["source"]
    assert form["revision"] == "2"
    assert save(writer, form, source="Base P and Q.\n\nTwo.").status == 303


def test_a_draft_and_a_saved_text_that_are_both_unseen(writer: Browser, session: Session) -> None:
    save(writer, window(writer), source=BASE)
    stale = window(writer)
    assert autosave(writer, window(writer), source="Base.\n\nTwo.\n\nDrafted.").status == 200
    bare = {"csrf_token": stale["csrf_token"], "source": "Base.\n\nTwo.\n\nImported."}
    assert writer.post(WRITE, bare).status == 303  # knows nothing of drafts
    page = save(writer, stale, source="Mine.\n\nBase.\n\nTwo.")
    assert page.status == 409
    page = save(writer, page.form(WRITE))
    assert page.status == 409
    text = page.form(WRITE)["source"]
    for part in ("Mine.", "Drafted.", "Imported."):
        assert part in text


def test_what_a_form_claims_to_know_is_not_trusted(writer: Browser) -> None:
    save(writer, window(writer), source=BASE)
    form = window(writer)
    for base in ("{", "[[], 3, {}]", '[["x"], "nobody", false]', "[" * 5000):
        assert save(writer, form, source=BASE, base=base).status == 303
