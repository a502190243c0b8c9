"""Signing in with a provider on another origin, under our content security policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from app.cache.log import open_log
from app.cache.pages import PageCache
from app.config import Config
from app.db import Database
from app.views.http.security import limiter
from tests.helpers.stand_ins.provider import LocalProvider


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    found = LocalProvider(claims={"sub": "1", "preferred_username": "ada"})
    yield found
    found.close()


@pytest.mark.sqlite_only(reason="of the policy: tests/views/accounts/test_providers.py has the SQL")
def test_somebody_goes_to_a_provider_and_comes_back(
    browser: Browser,
    any_app: Flask,
    config: Config,
    any_file_database: Database,
    provider: LocalProvider,
) -> None:
    any_app.extensions["shortlist"] = (config, any_file_database)
    cache = PageCache(open_log(any_file_database), config.cache_bytes)
    any_app.wsgi_app.cache = cache  # type: ignore[attr-defined]
    limiter.enabled = False
    server = make_server("127.0.0.1", 0, any_app, threaded=True)
    site = f"http://127.0.0.1:{server.server_port}"
    provider.attach(any_app, config, site_url=site)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    try:
        page = context.new_page()
        page.goto(f"{site}/login?next=/tags")
        page.get_by_role("button", name="Sign in with Lab").first.click()
        page.get_by_label("Username").press("Enter")
        page.wait_for_url(f"{site}/tags")
        assert page.get_by_text("Signed in as").count() == 1
    finally:
        context.close()
        server.shutdown()
        server.server_close()
