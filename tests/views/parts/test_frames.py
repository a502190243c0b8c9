"""A page in a kept frame is the page that its template gives whole."""

from __future__ import annotations

import pytest
from flask import Flask, render_template
from sqlalchemy.orm import Session

from app.views.parts import member_pages
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

PATHS = (
    *(
        "/",
        "/?tab=recent&page=2",
        "/venue/conf/x",
        "/venues?q=a+%22b%22%26c",
        "/tag/first",
        "/tags",
    ),
    *("/user/mira", "/users", "/about", "/help", "/author/ada-lovelace"),
)


@pytest.mark.parametrize("path", PATHS)
def test_a_framed_page_is_the_whole_one(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    paper = make_paper(session, "conf/x/A", "A paper", authors=("Ada Lovelace",))
    make_summary(session, paper, make_user(session, "mira"), tags=["first"])
    session.commit()
    guest = Browser(app.test_client())
    framed = [guest.get(path) for _ in range(2)]
    app.wsgi_app.cache.clear()  # type: ignore[attr-defined]
    monkeypatch.setattr(member_pages, "render_framed", render_template)
    whole = guest.get(path)
    assert whole.status == 200
    assert [page.text for page in framed] == [whole.text, whole.text]
