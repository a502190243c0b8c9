from __future__ import annotations

from dataclasses import replace

from flask import Flask

from app.config import Config
from tests.helpers.client import Browser


def test_password_managers_find_the_form(guest: Browser) -> None:
    assert guest.get("/.well-known/change-password").location == "/settings#page-password"


def test_researchers_find_a_contact_if_one_is_set(
    app: Flask, config: Config, guest: Browser
) -> None:
    assert guest.get("/.well-known/security.txt").status == 404
    database = app.extensions["shortlist"][1]
    for contact, line in (
        ("safety@example.org", "Contact: mailto:safety@example.org"),
        ("https://example.org/safety", "Contact: https://example.org/safety"),
    ):
        app.extensions["shortlist"] = (replace(config, security_contact=contact), database)
        page = guest.get("/.well-known/security.txt")
        assert page.response.mimetype == "text/plain"
        assert line in page.text.splitlines()
        assert "Canonical: http://localhost/.well-known/security.txt" in page.text
