"""Photograph every kind of page: `python -m tests.contact_sheet FOLDER`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from playwright.sync_api import Browser, sync_playwright

from tests.contact_sheet.camera import HEIGHT, Looks, open_looks, take_picture
from tests.contact_sheet.figures import measure
from tests.contact_sheet.libraries import LIBRARIES, ROLES, Places, make_library
from tests.contact_sheet.pages import PAGES
from tests.contact_sheet.sheet import Shot, write_sheet
from tests.helpers.browser.reader import ARGUMENTS, CHROMIUM
from tests.helpers.running import free_port, serving

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
# With which pages show most.
SETTINGS = {
    "SHORTLIST_RATE_LIMITS": "off",
    "SHORTLIST_LICENCE": "CC-BY-4.0",
    "SHORTLIST_SSO": "lab orcid",
    "SHORTLIST_SSO_LAB_ISSUER": "https://login.example.org",
    "SHORTLIST_SSO_LAB_LABEL": "your lab account",
    **{f"SHORTLIST_SSO_{name}_CLIENT_ID": "shortlist" for name in ("LAB", "ORCID")},
    **{f"SHORTLIST_SSO_{name}_CLIENT_SECRET": "for pictures" for name in ("LAB", "ORCID")},
}
# What is measured, at a first visit.
MEASURED = [
    page for page in PAGES if page.address in ("/", "/paper/{paper}", "/search?q={words}", "/help")
]


@dataclass
class Sheet:
    """What is photographed into a folder, and what came of it.

    Attributes:
        looks: widths in px, themes and roles.
        wanted: what the paths of pages contain.
        is_measured: whether figures are taken as well.
    """

    folder: Path
    looks: Looks
    wanted: re.Pattern[str]
    is_measured: bool
    shots: list[Shot] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    def paths(self, places: Places, role: str) -> Iterator[str]:
        """The paths of a library's pages that a role is shown."""
        for page in PAGES:
            path = page.path(places)
            if path is not None and role in page.roles and self.wanted.search(path):
                yield path


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--library", "libraries", multiple=True, type=click.Choice(list(LIBRARIES)))
@click.option("--width", "widths", multiple=True, type=int, help="390 and 1280 px if not given.")
@click.option("--theme", "themes", multiple=True, type=click.Choice(THEMES))
@click.option("--as", "roles", multiple=True, type=click.Choice(list(ROLES)))
@click.option("--only", default="", help="A regular expression for the paths of pages.")
@click.option("--figures/--no-figures", default=True, help="Measure some pages as well.")
def main(
    folder: Path,
    libraries: tuple[str, ...],
    widths: tuple[int, ...],
    themes: tuple[str, ...],
    roles: tuple[str, ...],
    only: str,
    figures: bool,
) -> None:
    """Photograph every kind of page of three libraries into FOLDER/index.html.

    Each page is shown in each width and theme, to guests, members and administrators where it
    looks different to them. Options that are not given mean all of it. Row heights, requests,
    bytes and layout shift of a first visit are printed. Needs Debian's chromium.

    \b
    Examples:
      python -m tests.contact_sheet /tmp/sheet
      python -m tests.contact_sheet /tmp/sheet --library extremes --width 390 --only '^/paper'
    """
    if CHROMIUM is None:
        sys.exit("chromium is not installed (Debian: apt install chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    looks = (widths or WIDTHS, themes or THEMES, roles or tuple(ROLES))
    sheet = Sheet(folder, looks, re.compile(only), figures)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for library in libraries or LIBRARIES:
            _photograph(sheet, browser, library)
        browser.close()
    click.echo(f"{len(sheet.shots)} pictures: {write_sheet(folder, sheet.shots, sheet.figures)}")


def _photograph(sheet: Sheet, browser: Browser, library: str) -> None:
    with TemporaryDirectory() as made:
        places = make_library(library, Path(made))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        settings = {**SETTINGS, "SHORTLIST_SITE_URL": url}
        with serving(Path(made), settings=settings, port=port) as serve:
            serve.until_line("Shortlist:")
            for look, context in open_looks(browser, url, sheet.looks):
                tab = context.new_page()
                for path in sheet.paths(places, look.role):
                    name = f"{library}{re.sub('[^A-Za-z0-9]+', '-', path)}-{look}.jpg"
                    height = take_picture(tab, url + path, sheet.folder / name)
                    sheet.shots.append(Shot(library, path, str(look), name, height))
            for width in sheet.looks[0] if sheet.is_measured else ():
                _measure(sheet, browser, (library, url, width), places)


def _measure(sheet: Sheet, browser: Browser, where: tuple[str, str, int], places: Places) -> None:
    library, url, width = where
    for path in filter(None, (page.path(places) for page in MEASURED)):
        context = browser.new_context(viewport={"width": width, "height": HEIGHT})
        sheet.figures.append(f"{library} {path} at {width} px: {measure(context, url + path)}")
        click.echo(sheet.figures[-1])
        context.close()


if __name__ == "__main__":
    main()
