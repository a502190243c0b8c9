from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Draft, Picture, Summary
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper
from tests.helpers.samples.pictures import bad, source

WRITE = "/write/conf/x/A1"
JSON = {"Accept": "application/json"}


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1")
    return guest.sign_up("ann")


def upload(writer: Browser, data: bytes, headers: dict[str, str] | None = None) -> Page:
    form = writer.get("/pictures").form("/pictures")
    fields = {**form, "alt": "Two boxes", "picture": (BytesIO(data), "a.png")}
    answer = writer.client.post("/pictures", data=fields, headers=headers)
    return Page(answer)


def test_upload_show_and_write(writer: Browser, app: Flask, session: Session) -> None:
    answer = upload(writer, source("drawing"), JSON)
    assert answer.status == 200
    found = answer.response.json
    assert found["markdown"] == f"![Two boxes]({found['url']})"
    shown = writer.get(found["url"])
    assert shown.status == 200
    assert shown.response.mimetype == "image/png"
    assert shown.response.headers["X-Content-Type-Options"] == "nosniff"
    guest = Browser(app.test_client())
    assert guest.get(found["url"]).status == 404  # not in a text that others can read
    writer.submit(WRITE, source=found["markdown"])
    public = guest.get(found["url"])
    assert public.status == 200
    assert public.response.headers["Cache-Control"] == "private, no-cache"
    etag = public.response.headers["ETag"]
    assert guest.get(found["url"], headers={"If-None-Match": etag}).status == 304
    assert f'src="{found["url"]}"' in guest.get("/paper/conf/x/A1").text
    writer.submit(WRITE, visibility="private")
    assert guest.get(found["url"], headers={"If-None-Match": etag}).status == 404
    assert session.scalars(select(Summary.visibility)).one() == "private"


def test_your_pictures(writer: Browser, session: Session) -> None:
    answer = upload(writer, source("drawing"))
    assert (answer.status, answer.location) == (303, "/pictures")
    name = session.scalars(select(Picture.name)).one()
    session.commit()
    page = writer.get("/pictures")
    assert f"![Two boxes](/pictures/{name})" in page.text
    assert 'alt="Two boxes"' in page.text
    answer = writer.submit("/pictures", f"/pictures/{name}/remove")
    assert answer.status == 303
    assert session.scalars(select(Picture)).all() == []


@pytest.mark.parametrize("name", ["svg", "half a PNG", "nothing"])
def test_refused_in_words(writer: Browser, name: str) -> None:
    page = upload(writer, bad(name))
    assert page.status == 422
    assert "Upload failed" in page.text
    answer = upload(writer, bad(name), JSON)
    assert answer.status == 422
    assert answer.response.json["error"]


@pytest.mark.parametrize(("size", "status"), [(12_000_000, 400), (33_000_000, 413)])
def test_more_may_be_sent_to_here(writer: Browser, size: int, status: int) -> None:
    kind = "multipart/form-data; boundary=x"
    head = b"--x\r\nContent-Disposition: form-data; name=picture; filename=a.png\r\n\r\n"
    body = head + b"\0" * size + b"\r\n--x--\r\n"
    assert writer.client.post("/pictures", data=body, content_type=kind).status_code == status
    # Guests, and other addresses, have the usual limit.
    assert writer.client.post("/preview", data=body, content_type=kind).status_code == 413
    writer.submit("/", "/logout")
    assert writer.client.post("/pictures", data=body, content_type=kind).status_code == 413


def test_into_the_text_without_javascript(writer: Browser, session: Session) -> None:
    form = writer.get(WRITE).form(WRITE)
    form.pop("picture", None)
    fields = {
        **form,
        "source": "Before.",
        "alt": "Two boxes",
        "add_picture": "1",
        "picture": (BytesIO(source("drawing")), "a.png"),
    }
    page = Page(writer.client.post(WRITE, data=fields))
    assert page.status == 200
    name = session.scalars(select(Picture.name)).one()
    session.commit()
    assert page.form(WRITE)["source"] == f"Before.\n\n![Two boxes](/pictures/{name})\n"
    fields["picture"] = (BytesIO(bad("svg")), "a.svg")
    page = Page(writer.client.post(WRITE, data=fields))
    assert page.status == 422
    assert "PNG, JPEG, GIF or WebP" in page.text
    assert page.form(WRITE)["source"] == "Before."
    # The draft has the picture: a form that is sent from before it takes nothing away.
    sources = session.scalars(select(Draft.source)).all()
    assert sources == [f"Before.\n\n![Two boxes](/pictures/{name})\n"]


def test_wrong_names(writer: Browser) -> None:
    for name in ("a.png", "A" * 22 + ".png", "A" * 22 + ".svg", "..%2f..%2fshortlist.sqlite3"):
        assert writer.get(f"/pictures/{name}").status == 404
