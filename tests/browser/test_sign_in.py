"""Signing in with a provider on another origin, and with a passkey, under our policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, ViewportSize
from werkzeug.serving import make_server

from app.cache.log import open_log
from app.cache.pages import PageCache
from app.config import Config
from app.db import Database
from app.settings.sign_in import PasskeySettings, SignInSettings
from app.views.http.security import limiter
from tests.helpers.client import PASSWORD
from tests.helpers.stand_ins.provider import LocalProvider

PHONE: ViewportSize = {"width": 390, "height": 800}


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    found = LocalProvider(claims={"sub": "1", "preferred_username": "ada"})
    yield found
    found.close()


@pytest.mark.sqlite_only(
    reason="of the policy: tests/views/accounts/sign_in/test_providers.py has the SQL"
)
def test_somebody_goes_to_a_provider_and_comes_back(
    browser: Browser,
    any_app: Flask,
    config: Config,
    any_file_database: Database,
    provider: LocalProvider,
) -> None:
    with serve(any_app, config, any_file_database) as site:
        provider.attach(any_app, config, site_url=site)
        context = browser.new_context(java_script_enabled=False, viewport=PHONE)
        page = context.new_page()
        page.goto(f"{site}/login?next=/tags")
        page.get_by_role("button", name="Sign in with Lab").first.click()
        page.get_by_label("Username").press("Enter")
        page.wait_for_url(f"{site}/tags")
        assert page.get_by_text("Signed in as").count() == 1
        context.close()


@pytest.mark.sqlite_only(reason="of scripts: tests/views/accounts/sign_in/test_passkeys.py")
def test_a_passkey_is_added_and_signs_in(
    browser: Browser, any_app: Flask, config: Config, any_file_database: Database
) -> None:
    with serve(any_app, config, any_file_database) as site:
        settings = SignInSettings(passkeys=PasskeySettings("localhost", site))
        changed = replace(config, site_url=site, sign_in=settings)
        any_app.extensions["shortlist"] = (changed, any_file_database)
        context = browser.new_context(viewport=PHONE)
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        devtools = context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        able = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        options = {"protocol": "ctap2", "transport": "internal", **able}
        made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto(f"{site}/signup")
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Password").press("Enter")
        page.get_by_text("Welcome, ada!").wait_for()
        page.goto(f"{site}/settings/passkeys")
        assert page.get_by_text("use JavaScript").is_hidden()
        page.get_by_label("Name of the new passkey").fill("Laptop")
        page.get_by_label("Current password").fill("wrong")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_text("Current password is incorrect.").wait_for()
        assert "422" in faults.pop()
        page.get_by_label("Current password").fill(PASSWORD)
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_text("Passkey added.").wait_for()
        assert page.get_by_role("button", name="Remove Laptop").count() == 1
        page.get_by_text("Rename").click()
        page.get_by_label("New name").fill("Desk")
        page.get_by_label("New name").press("Enter")
        page.get_by_text("Passkey renamed.").wait_for()
        page.get_by_label("Current password").fill("wrong")
        page.get_by_role("button", name="Remove Desk").click()
        page.get_by_text("Current password is incorrect.").first.wait_for()
        assert "422" in faults.pop()
        context.clear_cookies()
        page.goto(f"{site}/login?next=/tags")
        enter = page.get_by_role("button", name="Sign in with a passkey")
        verified = {"authenticatorId": made["authenticatorId"], "isUserVerified": False}
        devtools.send("WebAuthn.setUserVerified", verified)
        enter.click()
        page.get_by_text("No passkey was used. Try again.").wait_for()
        devtools.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
        enter.click()
        page.wait_for_url(f"{site}/tags")
        assert page.get_by_text("Signed in as").count() == 1
        assert faults == []
        # Without scripts, or at another address, there is no button.
        plain = browser.new_context(java_script_enabled=False)
        for context_page, address in (
            (plain.new_page(), site),
            (page, site.replace("localhost", "127.0.0.1")),
        ):
            context_page.goto(f"{address}/login")
            assert context_page.get_by_label("Password").is_visible()
            assert context_page.get_by_text("Sign in with a passkey").is_hidden()
        plain.close()
        context.close()


@contextmanager
def serve(app: Flask, config: Config, database: Database) -> Iterator[str]:
    """The site on this machine, by a name: passkeys need one."""
    app.extensions["shortlist"] = (config, database)
    cache = PageCache(open_log(database), config.cache_bytes)
    app.wsgi_app.cache = cache  # type: ignore[attr-defined]
    limiter.enabled = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
