"""Forms: what browsers send becomes text as it is kept."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import TextAreaField

from app.models import Draft, Summary, User
from app.views.http import forms
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper


def test_every_text_of_several_lines_has_plain_ends(app: Flask) -> None:
    kinds = [each for each in vars(forms).values() if isinstance(each, type)]
    fields = []
    with app.test_request_context():
        for kind in kinds:
            if issubclass(kind, forms.Form):
                fields += [field for field in kind() if isinstance(field, TextAreaField)]
    assert len(fields) >= 5
    assert all(isinstance(field, forms.LinesField) for field in fields)


def test_what_is_kept_has_plain_ends(guest: Browser, session: Session) -> None:
    guest.sign_up("ann")
    guest.submit("/settings", action="/settings/profile", bio="One\r\n\r\nTwo\rThree")
    assert session.scalars(select(User.bio)).one() == "One\n\nTwo\nThree"
    session.commit()
    for key in ("conf/x/A1", "conf/x/A2"):
        make_paper(session, key)
    guest.submit("/write/conf/x/A1", source="One\r\n\r\nTwo\rThree", visibility="private")
    assert session.scalars(select(Summary.source)).one() == "One\n\nTwo\nThree"
    session.commit()
    form = guest.get("/write/conf/x/A2").form("/write/conf/x/A2")
    draft = {**form, "source": "One\r\nTwo\r", "paper": "conf/x/A2"}
    assert guest.post("/write/conf/x/A2/draft", draft).status < 400
    assert session.scalars(select(Draft.source)).one() == "One\nTwo\n"
