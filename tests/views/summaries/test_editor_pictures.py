"""Pictures in the editor without JavaScript: refused ones leave the text where it is."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.models import Draft
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing

WRITE = "/write/conf/x/A1"


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1")
    return guest.sign_up("ann")


def add(writer: Browser, data: bytes, alt: str = "A plot") -> Page:
    form = writer.get(WRITE).form(WRITE)
    form |= {"source": "My text.", "takeaway": "T", "alt": alt, "add_picture": "1"}
    form.pop("picture", None)
    fields = {**form, "picture": FileStorage(BytesIO(data), "plot.png")}
    # Encoded here: the client would leave a temporary file open.
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return Page(writer.client.post(WRITE, data=body, content_type=kind, buffered=True))


def assert_kept(page: Page) -> None:
    form = page.form(WRITE)
    assert (form["source"], form["takeaway"]) == ("My text.", "T")
    assert "Image not added." in page.text


def test_a_picture_goes_below_the_text_and_both_are_kept(writer: Browser, session: Session) -> None:
    page = add(writer, saved(drawing()))
    assert page.status == 200
    source = page.form(WRITE)["source"]
    assert source.startswith("My text.\n\n![A plot](/pictures/")
    assert session.scalars(select(Draft.source)).all() == [source]


@pytest.mark.parametrize("alt", ["", "   "])
def test_what_it_shows_has_to_be_said(writer: Browser, alt: str) -> None:
    page = add(writer, saved(drawing()), alt)
    assert page.status == 422
    assert_kept(page)
    assert "Say in a few words what it shows" in page.text


@pytest.mark.parametrize("size", [12_000_000, 25_000_000])
def test_a_photograph_that_is_too_large(writer: Browser, size: int) -> None:
    page = add(writer, b"\x89PNG\r\n\x1a\n" + b"x" * size, "The alt text")
    assert page.status == 422
    assert_kept(page)
    assert "Images can be up to 10 MB." in page.text
    assert page.form(WRITE)["alt"] == "The alt text"
    assert writer.get(WRITE).form(WRITE)["source"] == "My text."  # a draft, too


def test_what_is_too_large_to_be_read(writer: Browser) -> None:
    form = writer.get(WRITE).form(WRITE)
    assert writer.post(WRITE, {**form, "source": "As previewed.", "preview": "1"}).status == 200
    page = add(writer, b"x" * 33_000_000)
    assert page.status == 413
    assert "as of the last preview" in page.text
    assert WRITE in page.links()
    assert writer.get(WRITE).form(WRITE)["source"] == "As previewed."
    answer = writer.post(
        "/pictures", "x" * 33_000_000, headers={"Accept": "application/json"}
    ).response
    assert answer.status_code == 413
    assert "back in your browser" not in answer.json["error"]


def test_pictures_of_drafts_say_so(writer: Browser) -> None:
    add(writer, saved(drawing()))
    page = writer.get("/pictures")
    assert "Used in your draft about" in page.text
    assert WRITE in page.links()
    assert "Not used" not in page.text
    assert "Delete<span" not in page.text
    form = writer.get(WRITE).form(WRITE)
    writer.post(f"{WRITE}/draft/discard", form)
    page = writer.get("/pictures")
    assert "Not used." in page.text
    assert "Delete<span" in page.text
    assert "0 kB" not in page.text
