"""What a browser that has never been here loads for a page, and with which fonts it shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

# How far a page has moved by itself (https://web.dev/articles/cls), noted from its beginning on.
SHIFTS = """window.shift = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.shift += each.value;
}).observe({ type: "layout-shift", buffered: true });"""


@dataclass
class Visit:
    """What a first visit took.

    Attributes:
        requests: their number, fonts and icon included.
        page_bytes, font_bytes: bytes of the answers on the wire, heads included; those of other
            sites' pictures are not counted.
        shift: how far the page moved.
        fonts: the characters that each font has drawn, by the selector that they were asked for.
    """

    requests: int = 0
    page_bytes: int = 0
    font_bytes: int = 0
    shift: float = 0
    fonts: dict[str, Counter[str]] = field(default_factory=dict)


def visit(browser: Browser, url: str, *, width: int = 1280, delay: int = 0, rate: int = 0) -> Visit:
    """Load a page with an empty cache.

    Args:
        url: of the page.
        width: of the window, in px.
        delay: of each answer, in ms.
        rate: bits a second in each direction; 0 is without a limit.
    """
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(SHIFTS)
    client = context.new_cdp_session(page)
    found, kinds = Visit(), {}

    def note_request(event: dict[str, Any]) -> None:
        found.requests += not event["request"]["url"].startswith("data:")
        kinds[event["requestId"]] = event.get("type")

    def note_end(event: dict[str, Any]) -> None:
        if kinds.get(event["requestId"]) == "Font":
            found.font_bytes += int(event["encodedDataLength"])
        else:
            found.page_bytes += int(event["encodedDataLength"])

    client.on("Network.requestWillBeSent", note_request)
    client.on("Network.loadingFinished", note_end)
    client.send("Network.enable")
    if delay or rate:
        client.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": delay,
                "downloadThroughput": rate / 8 or -1,
                "uploadThroughput": rate / 8 or -1,
            },
        )
    page.goto(url, wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    found.shift = page.evaluate("window.shift")
    for selector in ("h1, h2", ".prose p", ".prose em", "math mi", "math mo"):
        found.fonts[selector] = fonts_of(client, page, selector)
    context.close()
    return found


def fonts_of(client: CDPSession, page: Page, selector: str) -> Counter[str]:
    """How many characters of these elements each font has drawn; our own bear a hash."""
    client.send("DOM.enable")
    client.send("CSS.enable")
    root = client.send("DOM.getDocument")["root"]["nodeId"]
    nodes = client.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
    found: Counter[str] = Counter()
    for node in nodes[:200]:
        for font in client.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
            kind = "ours" if font["isCustomFont"] else "system"
            found[f"{kind}: {font['familyName']}"] += int(font["glyphCount"])
    return found
