"""What a writer has beside the editor, as they use it: versions, a secret link, deleted summaries,
files. Each of those pages is looked at by axe, light and dark, on a phone and at a desk."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.helpers.browser.pages import check
from tests.helpers.browser.reader import Reader
from tests.helpers.running import Site
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import drawing

PAPER = "conf/icml/IoffeS15"
NUMBERS = itertools.count(1)  # a name is taken after its first test
NO_SCRIPT = {"java_script_enabled": False}
FIRST = "It normalises each layer.\n\nThe second paragraph stays.\n\nIt helps."
SECOND = "It normalises every layer, by batches.\n\nThe second paragraph stays.\n\nIt helps."


def sign_up(page: Page, site: Site, name: str) -> str:
    page.goto(f"{site.url}/signup")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("a long password")
    page.locator("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url(f"{site.url}/")
    return name


def write(page: Page, site: Site, key: str, text: str) -> None:
    page.goto(f"{site.url}/write/{key}")
    page.get_by_label("Summary", exact=True).fill(text)
    page.get_by_role("button", name=re.compile("^(Publish|Save( changes)?)$")).click()
    page.wait_for_url(re.compile(r"/paper/.*#"))


def open_link(page: Page, writer: str, name: str) -> None:
    """Follow a link under "More" of somebody's summary."""
    article = page.locator(f"article#{writer}")
    article.locator("summary", has_text="More").click()
    article.get_by_role("link", name=name).click()


def context_of(browser: Browser, **options: object) -> BrowserContext:
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    return context


@pytest.fixture(scope="module")
def keeper(browser: Browser, site: Site) -> Iterator[tuple[dict[str, object], list[str]]]:
    """The cookies of somebody who has one of everything, and where it is shown."""
    context = context_of(browser, **NO_SCRIPT)
    page = context.new_page()
    sign_up(page, site, "keeper")
    page.goto(f"{site.url}/pictures")
    page.get_by_label("Image").set_input_files(
        {"name": "plot.png", "mimeType": "image/png", "buffer": saved(drawing())}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".picture-card")).to_have_count(1)
    picture = page.locator(".picture-card__code").inner_text().replace("[]", "[A plot]")
    write(page, site, PAPER, f"{FIRST}\n\n{picture}")
    write(page, site, PAPER, f"{SECOND}\n\n{picture}")
    open_link(page, "keeper", "History")
    history = page.url.removeprefix(site.url)
    page.get_by_role("link", name="Version 1", exact=True).click()
    revision = page.url.removeprefix(site.url)
    page.goto(site.url + history)
    page.get_by_role("link", name="Show changes").click()
    compare = page.url.removeprefix(site.url)
    write(page, site, "conf/cvpr/RedmonDGF16", "To be deleted.")
    page.locator("article#keeper").get_by_role("link", name="Edit").click()
    page.locator("[data-options] summary").click()
    page.get_by_role("link", name="Delete").click()
    page.locator("main").get_by_role("button", name="Delete").click()
    page.goto(f"{site.url}/write/conf/nips/RenHGS15")
    page.get_by_label("Summary", exact=True).fill("Half of a thought.")
    page.get_by_role("button", name="Save draft").last.click()
    write(page, site, "conf/iccv/Girshick15", "Shared with some.")
    open_link(page, "keeper", "Visibility")
    sharing = page.url.removeprefix(site.url)
    page.get_by_label("Unlisted").check()
    page.get_by_role("button", name="Save").click()
    page.goto(site.url + sharing)
    shared = page.locator("#page-secret").inner_text().removeprefix(site.url)
    summary = history.removesuffix("/history")
    paths = [
        *(history, revision, compare, sharing, shared, f"{summary}/delete"),
        *("/drafts", "/deleted", "/pictures", "/settings/import", "/user/keeper"),
    ]
    yield context.storage_state(), paths  # type: ignore[misc]
    context.close()


def test_pages(browser: Browser, site: Site, keeper: tuple[dict[str, object], list[str]]) -> None:
    state, paths = keeper
    context = context_of(browser, storage_state=state)
    reader = Reader(context.new_page(), site)
    check(reader, paths)
    context.close()


@pytest.mark.parametrize("reader", [{}, NO_SCRIPT], indirect=True, ids=["script", "no script"])
def test_compare_restore_and_cite(reader: Reader) -> None:
    page, site = reader.page, reader.site
    name = sign_up(page, site, f"vera{next(NUMBERS)}")
    write(page, site, PAPER, FIRST)
    write(page, site, PAPER, SECOND)
    open_link(page, name, "History")
    expect(page.locator(".version")).to_have_count(2)
    page.get_by_role("link", name="Show changes").click()
    assert page.locator(".diff__text del").all_inner_texts() == ["each"]
    assert page.locator(".diff__text ins").all_inner_texts() == ["every", ", by batches"]
    page.get_by_role("link", name="version 1").click()
    expect(page.locator(".prose")).to_contain_text("each layer")
    bibtex = page.locator("#page-bibtex").inner_text()
    assert page.url.split("?")[0] in bibtex
    page.get_by_role("button", name="Restore this version").click()
    expect(page.locator(".version")).to_have_count(3)
    page.goto(f"{site.url}/paper/{PAPER}")
    expect(page.locator(f"article#{name}")).to_contain_text("each layer")
    assert reader.complaints == []


def test_a_secret_link(reader: Reader, browser: Browser) -> None:
    page, site = reader.page, reader.site
    guest = context_of(browser).new_page()
    sign_up(page, site, "uma")
    write(page, site, PAPER, "Not for everybody.")
    open_link(page, "uma", "Visibility")
    settings = page.url
    page.get_by_label("Unlisted").check()
    page.get_by_role("button", name="Save").click()
    page.goto(settings)
    first = page.locator("#page-secret").inner_text()
    guest.goto(f"{site.url}/paper/{PAPER}")
    expect(guest.locator("main")).not_to_contain_text("Not for everybody.")
    guest.goto(first)
    expect(guest.locator("main")).to_contain_text("Not for everybody.")
    page.get_by_role("button", name="Reset link").click()
    second = page.locator("#page-secret").inner_text()
    assert second != first
    answer = guest.goto(first)
    assert answer is not None
    assert answer.status == 404
    guest.goto(second)
    expect(guest.locator("main")).to_contain_text("Not for everybody.")
    page.get_by_label("Private").check()
    page.get_by_role("button", name="Save").click()
    answer = guest.goto(second)
    assert answer is not None
    assert answer.status == 404
    guest.context.close()


@pytest.mark.parametrize("reader", [NO_SCRIPT], indirect=True)
def test_delete_and_bring_back(reader: Reader) -> None:
    page, site = reader.page, reader.site
    sign_up(page, site, "dora")
    write(page, site, PAPER, "Deleted by mistake.")
    page.locator("article#dora").get_by_role("link", name="Edit").click()
    page.locator("[data-options] summary").click()
    page.get_by_role("link", name="Delete").click()
    page.locator("main").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trash")
    page.get_by_role("button", name="Restore").click()
    page.goto(f"{site.url}/paper/{PAPER}")
    expect(page.locator("article#dora")).to_contain_text("Deleted by mistake.")


@pytest.mark.parametrize("reader", [{}, NO_SCRIPT], indirect=True, ids=["script", "no script"])
def test_out_and_in_as_files(reader: Reader, tmp_path: Path) -> None:
    page, site = reader.page, reader.site
    name = sign_up(page, site, f"fred{next(NUMBERS)}")
    write(page, site, PAPER, "To take away: $x^2$.")
    page.goto(f"{site.url}/settings")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export my summaries").click()
    path = tmp_path / "mine.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        (file,) = archive.namelist()
        assert "To take away: $x^2$." in archive.read(file).decode()
        changed = archive.read(file).replace(b"take away", b"bring in")
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("changed.md", changed)
        archive.writestr("broken.md", "---\ntitle: No key\n---\nText.\n")
    page.goto(f"{site.url}/settings/import")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "notes.zip", "mimeType": "application/zip", "buffer": data.getvalue()}
    )
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    rows = page.locator(".report__row")
    expect(rows.filter(has_text="broken.md")).to_contain_text("Which paper is it about?")
    expect(rows.filter(has_text="changed.md")).to_contain_text("updated")
    page.goto(f"{site.url}/paper/{PAPER}")
    expect(page.locator(f"article#{name}")).to_contain_text("To bring in")
    assert reader.complaints == []
