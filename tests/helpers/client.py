"""A small browser for tests: it keeps cookies, and sends forms as a person does, with the fields
and the CSRF token that the page holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


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
        text = self.text.replace("\r\n", "\n")  # as a browser reads it
        # Reading the forms alone takes a fifth of the time that reading the whole page does.
        for form in _FORM.findall(text):
            reader = _FormReader(action)
            reader.feed(form)
            reader.close()
            if reader.found:
                return reader.fields
        raise AssertionError(f"no form is sent to {action}")


class Browser:
    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> Page:
        return Page(self.client.get(path, buffered=True, **options))

    def post(self, path: str, data: dict[str, str] | str | None = None, **options: Any) -> Page:
        """Post as it is, without a token."""
        page = Page(self.client.post(path, data=data, buffered=True, **options))
        # The test client writes large uploads to a file, which it leaves open.
        page.response.request.environ["wsgi.input"].close()
        return page

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


class _FormReader(HTMLParser):
    """The fields of the first form for an action: html5lib takes most of a test's time for it."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.found = False
        self.fields: dict[str, str] = {}
        self.inside = False
        self.area = ""  # the name of the open textarea
        self.choice = ""  # of the open select

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = not self.found and given.get("action", "").split("?")[0] == self.action
            self.found = self.found or self.inside
        elif self.inside and tag == "option" and self.choice and "selected" in given:
            self.fields[self.choice] = given.get("value", "")
        elif self.inside and given.get("name"):
            self.take(tag, given)

    def take(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text")
        if tag == "textarea":
            self.area, self.fields[name] = name, ""
        elif tag == "select":
            self.choice, self.fields[name] = name, ""
        elif tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in given:
                self.fields[name] = given.get("value", "on" if kind == "checkbox" else "")
        elif tag == "input" and kind not in ("submit", "button"):
            self.fields[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self.fields[self.area] = self.fields[self.area].removeprefix("\n")
            self.area = ""
        elif tag == "select":
            self.choice = ""
        elif tag == "form":
            self.inside = False
