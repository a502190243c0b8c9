"""A small browser for tests: it keeps cookies, and sends forms as a person does, with the fields
and the CSRF token that the page holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"


@dataclass
class Page:
    """An answer, with its HTML as a tree."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    @property
    def tree(self) -> Any:
        return html5lib.parse(self.text, namespaceHTMLElements=False)

    def links(self) -> list[str]:
        return [each.get("href", "") for each in self.tree.iter("a")]

    def form(self, action: str) -> dict[str, str]:
        """The fields of the form that is sent to a path, with what they hold."""
        for form in self.tree.iter("form"):
            if form.get("action", "").split("?")[0] == action:
                return _fields(form)
        raise AssertionError(f"no form is sent to {action}")


class Browser:
    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> Page:
        return Page(self.client.get(path, buffered=True, **options))

    def post(self, path: str, data: dict[str, str] | str | None = None, **options: Any) -> Page:
        """Post as it is, without a token."""
        return Page(self.client.post(path, data=data, buffered=True, **options))

    def submit(self, path: str, action: str | None = None, **fields: str) -> Page:
        """Open a page, fill in its form and send it."""
        found = self.get(path).form(action or path)
        return self.post(action or path, {**found, **fields})

    def sign_up(self, name: str, display_name: str = "") -> Browser:
        answer = self.submit("/signup", name=name, display_name=display_name, password=PASSWORD)
        assert answer.status == 303, answer.text
        return self

    def sign_in(self, name: str, password: str = PASSWORD) -> Browser:
        answer = self.submit("/login", name=name, password=password)
        assert answer.status == 303, answer.text
        return self


def _fields(form: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in form.iter():
        if field.tag not in ("input", "textarea", "select"):
            continue
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in ("submit", "button"):
            continue
        if kind in ("checkbox", "radio") and field.get("checked") is None:
            continue
        if field.tag == "textarea":
            found[name] = (field.text or "").removeprefix("\n")
        elif field.tag == "select":
            chosen = [each for each in field.iter("option") if each.get("selected") is not None]
            found[name] = chosen[0].get("value", "") if chosen else ""
        else:
            found[name] = field.get("value", "on" if kind == "checkbox" else "")
    return found
