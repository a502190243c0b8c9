"""A paper is merged into another one between opening a form's target and writing to it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Draft, Paper, Summary
from app.services.papers.merging import merge_papers
from app.views.summaries import editor_form
from app.views.summaries.editor_form import EditorTarget
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper

KEY, KEPT = "conf/x/A1", "conf/x/B2"
WRITE = f"/write/{KEY}"
JSON = {"Accept": "application/json"}


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, KEY, "The first", authors=["Ann Lee"])
    make_paper(session, KEPT, "The second", authors=["Ann Lee"])
    return guest.sign_up("ann", "Ann Example")


@pytest.fixture
def meanwhile(
    writer: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The fields of a window whose paper is gone as soon as it was found once more."""
    form = writer.get(WRITE).form(WRITE)
    real = editor_form.find_target

    def find(key: str, sent: editor_form.SummaryForm) -> EditorTarget:
        found = real(key, sent)
        found.paper.title  # noqa: B018  # it is loaded
        monkeypatch.setattr(editor_form, "find_target", real)
        editor_form.db().commit()
        with database.session() as other:
            both = {each.key: each for each in other.scalars(select(Paper))}
            merge_papers(other, both[KEPT], both[KEY], None)
            other.commit()
        return found

    monkeypatch.setattr(editor_form, "find_target", find)
    return form


@pytest.mark.parametrize("button", ["save", "save_draft", "close", "preview", "add_picture"])
def test_the_editor_of_the_other_paper_has_the_text(
    writer: Browser, meanwhile: dict[str, str], session: Session, button: str
) -> None:
    page = writer.post(WRITE, {**meanwhile, "source": "Mine.", button: "1"})
    assert page.status in (200, 422)
    assert "The second" in page.text
    form = page.form(f"/write/{KEPT}")
    assert form["source"] == "Mine."
    assert writer.post(f"/write/{KEPT}", {**form, "save": "1"}).status == 303
    assert session.scalars(select(Summary.source)).all() == ["Mine."]


def test_an_autosave_is_told(writer: Browser, meanwhile: dict[str, str], session: Session) -> None:
    page = writer.post(f"{WRITE}/draft", {**meanwhile, "source": "Mine."}, headers=JSON)
    assert page.status == 422
    assert "merged" in json.loads(page.text)["error"]
    again = writer.post(f"{WRITE}/draft", {**meanwhile, "source": "Mine."}, headers=JSON)
    assert again.status == 200
    assert session.scalars(select(Draft.source)).all() == ["Mine."]
