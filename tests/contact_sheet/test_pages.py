"""The contact sheet misses no kind of page."""

from __future__ import annotations

from flask import Flask

from tests.contact_sheet.pages import NOT_PAGES, PAGES


def test_every_kind_of_page_is_photographed(app: Flask) -> None:
    read = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert read - NOT_PAGES == {page.endpoint for page in PAGES} - {"errors"}
