"""Two machines on one PostgreSQL behind nginx, set up as `.github/deploy/nginx.conf` shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from app.db import Database
from tests.helpers.client import PASSWORD
from tests.helpers.engines import POSTGRESQL, drop_rate_counts
from tests.helpers.mail.server import CERTIFICATE, KEY
from tests.helpers.running import free_port, serving
from tests.helpers.waiting import wait_until

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
EXAMPLE = Path(__file__).parents[2] / ".github" / "deploy" / "nginx.conf"
IN_CI = os.environ.get("CI") == "true"


def nginx_configuration(folder: Path, port: int, nodes: list[int]) -> str:
    """The example with this test's ports and files, inside what Debian's package puts around it."""
    example = EXAMPLE.read_text()
    servers = "".join(f"server 127.0.0.1:{each};" for each in nodes)
    for old, new in (
        (r"server 127\.0\.0\.1:5000;", servers),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (r"server_name \S+;", "server_name localhost;"),
        (r"(ssl_certificate) \S+;", rf"\1 {CERTIFICATE};"),
        (r"(ssl_certificate_key) \S+;", rf"\1 {KEY};"),
    ):
        example, count = re.subn(old, new, example)
        assert count == 1, old
    paths = "".join(
        f"{name}_temp_path {folder};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;"
        f"events {{}} http {{ access_log off; {paths} {example} }}"
    )


@contextmanager
def proxying(folder: Path, nodes: list[int]) -> Iterator[str]:
    """Nginx before these ports, until the block ends; its URL."""
    assert NGINX is not None
    port = free_port()
    path = folder / "nginx.conf"
    path.write_text(nginx_configuration(folder, port, nodes))
    command = [NGINX, "-p", str(folder), "-c", str(path), "-e", str(folder / "errors")]
    with subprocess.Popen(command) as process:
        try:
            wait_until(lambda: (folder / "pid").exists() or process.poll() is not None, "nginx")
            assert process.poll() is None, (folder / "errors").read_text()
            yield f"https://localhost:{port}"
        finally:
            process.terminate()


@pytest.mark.slow
@pytest.mark.skipif(not POSTGRESQL, reason="SHORTLIST_TEST_POSTGRESQL_URL is not set")
@pytest.mark.skipif(
    NGINX is None and not IN_CI, reason="nginx is not installed (Debian: apt install nginx-light)"
)
def test_two_nodes_are_one_site(
    browser: Browser, postgresql_tables: Database, tmp_path: Path
) -> None:
    url = postgresql_tables.engine.url.render_as_string(hide_password=False)
    proxy = tmp_path / "nginx"
    proxy.mkdir()
    ports = [free_port(), free_port()]
    with proxying(proxy, ports) as site:
        settings = {
            "SHORTLIST_DATABASE_URL": url,
            "SHORTLIST_SITE_URL": site,
            "SHORTLIST_PROXIES": "1",
            "SHORTLIST_PASSWORD_COST": "1",
        }
        with (
            serving(tmp_path, settings=settings, port=ports[0]) as one,
            serving(tmp_path, options=["--no-jobs"], settings=settings, port=ports[1]) as other,
        ):
            one.until_line("Shortlist:")
            other.until_line("Shortlist:")
            context = browser.new_context(ignore_https_errors=True)
            page = context.new_page()
            page.goto(f"{site}/signup")
            page.get_by_label("Username").fill("ada")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign up").click()
            page.wait_for_url(f"{site}/")
            for _ in range(4):  # requests take turns between the nodes
                page.goto(f"{site}/settings")
                assert urlsplit(page.url).path == "/settings", "one sign-in holds on both"

            guest = browser.new_context(ignore_https_errors=True).request
            for _ in range(6):  # both keep the page
                assert "Ada the First" not in guest.get(f"{site}/user/ada").text()
            page.get_by_label("Display name").fill("Ada the First")
            page.get_by_role("button", name="Save profile").click()
            page.get_by_text("Profile saved").wait_for()
            wait_until(
                lambda: all(
                    "Ada the First" in guest.get(f"{site}/user/ada").text() for _ in range(4)
                ),
                "the new name on both",
            )

            one.process.kill()
            for _ in range(4):
                page.goto(f"{site}/settings")
                assert page.get_by_label("Display name").input_value() == "Ada the First"
            context.close()
    drop_rate_counts(postgresql_tables)
