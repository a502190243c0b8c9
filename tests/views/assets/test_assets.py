"""Static files are joined, compressed and kept for ever; pages are compressed where it is safe."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.paths import STATIC
from tests.helpers.client import Browser

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def address(client: FlaskClient, name: str) -> str:
    found = re.search(r"/static/[0-9a-f]{12}/", client.get("/").get_data(as_text=True))
    assert found is not None
    return found[0] + name


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_a_file_comes_in_the_smallest_form_that_is_taken(
    client: FlaskClient, accepted: str, encoding: str | None
) -> None:
    answer = client.get(address(client, "css/form.css"), headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding or "", bytes)
    assert unpack(answer.data) == (STATIC / "css/form.css").read_bytes()


def test_each_form_has_a_tag_of_its_own(client: FlaskClient) -> None:
    path = address(client, "css/form.css")
    tags = {}
    for accepted in ("br", "gzip", ""):
        headers = {"Accept-Encoding": accepted}
        tags[accepted] = client.get(path, headers=headers).headers["ETag"]
        again = client.get(path, headers={**headers, "If-None-Match": tags[accepted]})
        assert again.status_code == 304
    assert len(set(tags.values())) == 3


def test_a_part_of_a_file_is_a_part_of_the_plain_one(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "br, gzip", "Range": "bytes=0-9"}
    answer = client.get(address(client, "css/form.css"), headers=headers)
    assert answer.status_code == 206
    assert answer.data == (STATIC / "css/form.css").read_bytes()[:10]


def test_joined_files_hold_their_parts(client: FlaskClient) -> None:
    sheet = client.get(address(client, "css/site.css")).get_data(as_text=True)
    assert (STATIC / "css/masthead.css").read_text() in sheet
    assert sheet.startswith("@layer reset, tokens")
    script = client.get(address(client, "js/site.js"))
    assert script.content_type == "text/javascript; charset=utf-8"
    assert "export " not in script.get_data(as_text=True)


def test_pages_are_compressed(client: FlaskClient) -> None:
    plain, packed = client.get("/"), client.get("/", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert gzip.decompress(packed.data) == plain.data
    for answer in (plain, packed):
        assert {each.strip() for each in answer.headers["Vary"].split(",")} == {
            "Accept-Encoding", "Cookie",
        }  # fmt: skip


def test_a_secret_is_not_compressed_with_what_others_chose(guest: Browser) -> None:
    assert packed(guest, "/search?q=guess") is True  # a guest has no secret
    guest.sign_up("ann")
    assert packed(guest, "/") is True
    assert packed(guest, "/search?q=guess") is False
    assert packed(guest, "/paper/guess") is False  # not found, and says what
    form = guest.client.post("/login", data={"name": "guess"}, headers=GZIP)
    assert "Content-Encoding" not in form.headers


def packed(browser: Browser, path: str) -> bool:
    answer = browser.client.get(path, headers=GZIP)
    assert len(answer.data) > 1000
    return answer.headers.get("Content-Encoding") == "gzip"
