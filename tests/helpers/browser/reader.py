"""A real browser, and somebody who reads with it."""

from __future__ import annotations

import shutil
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.helpers.running import Site

# The headless shell has the same engine and opens a page in a fifth of the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# Those of axe's rules that look at the colours of each text, which takes nearly all of its time.
COLOURS = ["color-contrast", "link-in-text-block"]
# Marks the texts in view of which axe has not seen the like since the page was opened: of the same
# elements one within another, in the same colours, sizes and states. In a list of fifty papers each
# kind of text is looked at once; at another width or in the dark what looks otherwise there.
MARK_TEXTS = """() => {
  const seen = (window.seenLooks ??= new Set());
  const looks = new Map([[document.documentElement.parentNode, ""]]);
  const lookOf = (each) => {
    if (!looks.has(each)) {
      const style = getComputedStyle(each);
      const names = ["color", "backgroundColor", "backgroundImage", "opacity", "fontSize",
        "fontWeight", "textDecoration", "textShadow", "position", "clip", "clipPath"];
      const own = [each.tagName, each.className, each.matches(":disabled, [aria-disabled]"),
        ...names.map((name) => style[name])];
      looks.set(each, `${lookOf(each.parentNode)}\n${own.join(" ")}`);
    }
    return looks.get(each);
  };
  // Of a text of one letter axe says nothing.
  const textOf = (each) => ("value" in each ? each.value || each.placeholder || "" : "") +
    [...each.childNodes].map((node) => (node.nodeType === 3 ? node.data : "")).join("");
  const isNew = (each) => {
    const length = Math.min(textOf(each).trim().length, 2);
    if (!length || !each.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
      return false;
    }
    const look = `${lookOf(each)} ${length}`;
    return !seen.has(look) && Boolean(seen.add(look));
  };
  return (window.newTexts = [...document.body.querySelectorAll("*")].filter(isNew)).length;
}"""
# Fonts are there, and scripts have seen how wide things are with them.
SETTLED = """() => document.fonts.ready.then(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
}))"""
ALL_BUT_COLOURS = """(rules) => axe.run(document, {
  resultTypes: ["violations"], preload: { assets: ["media"] },
  rules: Object.fromEntries(rules.map((name) => [name, { enabled: false }])),
})"""
ONLY_COLOURS = """(rules) => axe.run({ include: window.newTexts }, {
  resultTypes: ["violations"], preload: false, runOnly: rules,
})"""


def accessibility_violations(page: Page) -> list[str]:
    """What axe finds on a page as it is now, in the light and in the dark."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)  # half a megabyte, which a page needs once
    page.evaluate(SETTLED)
    found = []
    for scheme in ("light", "dark"):
        # Without motion no colour is on its way to another.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        answers = [page.evaluate(ALL_BUT_COLOURS, COLOURS)] if scheme == "light" else []
        if page.evaluate(MARK_TEXTS):
            answers.append(page.evaluate(ONLY_COLOURS, COLOURS))
        for result in map(AxeResults, answers):
            if result.violations_count:
                found.append(f"{scheme}: {result.generate_report()}")
    return found


class Reader:
    """A page that notes what should not happen: console errors and requests to others."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note_request(request.url))

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def sign_in(self) -> None:
        self.go("/login")
        self.page.get_by_label("Username").fill(self.site.user)
        self.page.get_by_label("Password").fill(self.site.password)
        self.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(self.site.url + "/")

    def _note_console(self, message: Any) -> None:
        # A paper without a summary is a 404 by design, and the browser reports every 404. Of a font
        # that it still has in memory from the page before, it says that nothing uses it.
        usual = ("404", "preloaded using link preload but not used")
        if message.type in ("error", "warning") and not any(each in message.text for each in usual):
            self.complaints.append(message.text)

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:")):
            self.complaints.append(f"request to {url}")
