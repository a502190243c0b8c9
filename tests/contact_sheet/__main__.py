"""Photograph every kind of page: `python -m tests.contact_sheet FOLDER`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from playwright.sync_api import Browser, sync_playwright

from tests.contact_sheet.camera import open_looks, take_picture
from tests.contact_sheet.figures import measure
from tests.contact_sheet.libraries import LIBRARIES, ROLES, make_library
from tests.contact_sheet.pages import PAGES
from tests.contact_sheet.sheet import Shot, write_sheet
from tests.helpers.browser.reader import ARGUMENTS, CHROMIUM
from tests.helpers.running import serving

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
MEASURED = ("/", "/paper/{paper}", "/search?q={words}", "/help")


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
    shots: list[Shot] = []
    told: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for library in libraries or LIBRARIES:
            _photograph(browser, library, folder, looks, (only, figures), (shots, told))
        browser.close()
    click.echo(f"{len(shots)} pictures: {write_sheet(folder, shots, told)}")


def _photograph(
    browser: Browser,
    library: str,
    folder: Path,
    looks: tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]],
    wanted: tuple[str, bool],
    found: tuple[list[Shot], list[str]],
) -> None:
    only, figures = wanted
    shots, told = found
    with TemporaryDirectory() as made:
        places = make_library(library, Path(made))
        settings = {"SHORTLIST_RATE_LIMITS": "off", "SHORTLIST_SITE_NAME": "Shortlist"}
        with serving(Path(made), settings=settings) as serve:
            serve.until_line("Shortlist:")
            url = f"http://127.0.0.1:{serve.port}"
            for look, context in open_looks(browser, url, *map(list, looks)):
                tab = context.new_page()
                for page in PAGES:
                    path = page.path(places)
                    if path is None or look.role not in page.roles or not re.search(only, path):
                        continue
                    name = f"{library}{re.sub('[^A-Za-z0-9]+', '-', path)}-{look}.jpg"
                    height = take_picture(tab, url + path, folder / name)
                    shots.append(Shot(library, path, str(look), name, height))
                tab.close()
            for width in looks[0] if figures else ():
                for address in MEASURED:
                    if any(page.path(places) and page.address == address for page in PAGES):
                        path = address.format(**vars(places))
                        context = browser.new_context(viewport={"width": width, "height": 900})
                        told.append(f"{library} {path} at {width}: {measure(context, url + path)}")
                        click.echo(told[-1])
                        context.close()


if __name__ == "__main__":
    main()
