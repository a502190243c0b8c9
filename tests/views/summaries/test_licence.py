"""A site with a licence: agreeing once, and where readers and programs find it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database
from app.licences import LICENCES
from app.models import LicenceAgreement, Summary
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper

EDITOR = "/write/conf/x/A1"
BY = LICENCES["CC-BY-4.0"]


@pytest.fixture
def licensed(config: Config, database: Database) -> Flask:
    return create_app(replace(config, licence=BY), database)


@pytest.fixture
def writer(licensed: Flask, session: Session) -> Browser:
    for key in ("conf/x/A1", "conf/x/A2"):
        make_paper(session, key, f"Paper {key}")
    return Browser(licensed.test_client()).sign_up("ann", "Ann Example")


def read_licences(session: Session) -> list[str]:
    found = list(session.scalars(select(Summary.licence).order_by(Summary.id)))
    session.rollback()
    return found


def test_who_has_not_agreed_keeps_the_text_and_is_asked(writer: Browser, session: Session) -> None:
    assert writer.submit(EDITOR, source="Mine.", visibility="private", save="1").status == 303
    refused = writer.submit(EDITOR, source="Mine, now.", visibility="public", save="1")
    assert refused.status == 422
    assert "Agree to CC BY 4.0 to publish" in refused.text
    assert refused.form(EDITOR)["source"] == "Mine, now."
    assert read_licences(session) == [""]
    number = session.scalar(select(Summary.id))
    session.rollback()
    sharing = f"/summary/{number}/sharing"
    assert writer.submit(sharing, visibility="unlisted").status == 422
    assert writer.submit(sharing, visibility="unlisted", agrees="y").status == 303
    assert read_licences(session) == ["CC-BY-4.0"]
    assert "I publish my summaries under" not in writer.get("/write/conf/x/A2").text
    assert writer.submit("/write/conf/x/A2", source="Text.", save="1").status == 303
    assert read_licences(session) == ["CC-BY-4.0", "CC-BY-4.0"]


def test_the_licence_is_told_to_readers_and_programs(
    writer: Browser, licensed: Flask, session: Session
) -> None:
    answer = writer.submit(EDITOR, source="Text.", save="1", agrees="y")
    assert answer.status == 303
    guest = Browser(licensed.test_client())
    page = guest.get("/paper/conf/x/A1").text
    assert f'<a rel="license noopener" href="{BY.url}">CC BY 4.0</a>' in page
    assert f'"license": "{BY.url}"' in page
    number = session.scalar(select(Summary.id))
    session.rollback()
    assert f'<link rel="license" href="{BY.url}">' in guest.get(f"/summary/{number}").text
    atom = guest.get("/feed.atom").text
    assert f'<link rel="license" href="{BY.url}"/>' in atom
    assert "<rights>CC BY 4.0</rights>" in atom
    assert f'<atom:link rel="license" href="{BY.url}"/>' in guest.get("/rss.xml").text
    assert "CC BY 4.0" in guest.get("/about").text


@pytest.mark.usefixtures("no_child")
def test_an_import_in_the_browser_asks_too(writer: Browser, session: Session) -> None:
    def send(**fields: str) -> str:
        form = writer.get("/settings/import").form("/settings/import")
        note = b"---\nkey: conf/x/A1\nvisibility: public\nlicence: CC0-1.0\n---\nText.\n"
        data = {**form, **fields, "file": (io.BytesIO(note), "a.md")}
        return writer.post("/settings/import", data).text  # type: ignore[arg-type]

    assert "Agree to CC BY 4.0 to publish" in send()
    assert read_licences(session) == []
    send(agrees="y")  # what the file says is for its writer to say here
    assert read_licences(session) == ["CC-BY-4.0"]
    assert session.scalars(select(LicenceAgreement.licence)).all() == ["CC-BY-4.0"]
