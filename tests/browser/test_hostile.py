"""R1: hostile texts in a real Chromium without our content security policy. Nothing runs.

With the policy on, a mistake of the sanitiser would stay unseen; so it is left out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route
from sqlalchemy.orm import Session

from app.rendering import RenderError, render, render_inline, render_plain, render_takeaway
from tests.helpers.client import Browser as Client
from tests.helpers.factories import make_paper, make_summary, make_user
from tests.helpers.samples.attacks import ADDRESSES, ATTACKS, PAYLOADS
from tests.helpers.samples.hostile import HOSTILE

HOST = "http://localhost"
BATCH = 100  # outputs a page
LONGEST = 1000  # characters of an output
# Of a hostile text and its output: what is repeated a thousand times does not differ. Longer texts
# would be refused.
SIZE, SIZE_OF_OUTPUT = 1500, 300

# Whatever the payloads call says so; then everything that listens is given what it listens for.
WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "msgbox"]) {
  window[name] = (...words) => { window.ran.push(`${name} ${words}`); };
}
"""
TOUCH = """async () => {
  const kinds = ["mouseover", "mouseenter", "focus", "blur", "toggle", "input", "change", "load",
    "error", "animationstart", "transitionend", "pointerdown", "click"];
  addEventListener("click", (event) => event.preventDefault());
  addEventListener("submit", (event) => event.preventDefault());
  for (const element of document.querySelectorAll("body *")) {
    for (const kind of kinds) {
      const [bubbles, cancelable] = [true, true];
      element.dispatchEvent(new MouseEvent(kind, { bubbles, cancelable }));
    }
    for (const name of ["href", "xlink:href", "src", "action", "formaction", "data", "srcdoc"]) {
      const address = element.getAttribute(name);
      if (address && URL.canParse(address, location.href)) {
        const { protocol } = new URL(address, location.href);
        if (!/^(https?|mailto):/.test(protocol)) window.ran.push(`${name} ${address}`);
      }
    }
  }
  await new Promise((done) => setTimeout(done, 30));
  return window.ran;
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.add_init_script(WATCH)
    found = context.new_page()
    found.set_default_timeout(15_000)
    yield found
    context.close()


def show(page: Page, outputs: list[str]) -> list[str]:
    """What runs when some pieces of HTML stand on a page, each in a box of its own."""
    boxes = "\n".join(f"<div>{output}</div>" for output in outputs)
    page.goto(HOST)
    page.set_content(f"<!doctype html><title>x</title><body>{boxes}</body>")
    ran: list[str] = page.evaluate(TOUCH)
    return ran


def answer_nothing(route: Route) -> None:
    if route.request.is_navigation_request():
        route.fulfill(body="<!doctype html>", content_type="text/html")
    else:
        route.abort()


def outputs(texts: list[str], longest: int) -> list[str]:
    """The different outputs with markup; one that is a part of another is shown with that."""
    found: dict[str, None] = {}
    for text in texts:
        made = {output[:longest] for output in outputs_of(text) if "<" in output}
        found |= dict.fromkeys(
            each for each in sorted(made) if not any(each in other for other in made - {each})
        )
    return list(found)


def outputs_of(text: str) -> Iterator[str]:
    try:
        rendered = render(text, id_prefix="s-", site_url=HOST)
        yield rendered.html
        yield rendered.opening
        yield rendered.lead
        yield from (link.sentence_html for link in rendered.links[:3])
    except RenderError:
        pass
    for function in (render_inline, render_plain, render_takeaway):
        try:
            yield function(text)
        except RenderError:
            continue


def test_a_page_would_show_what_runs(page: Page) -> None:
    page.route("**/*", answer_nothing)
    for bad in (
        "<img src=x onerror=alert(1)>",
        "<b onmouseover=alert(1)>x</b>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    ):
        assert show(page, [bad]), bad
    assert show(page, ["<b>x</b>"]) == []


@pytest.mark.parametrize(
    ("texts", "longest", "least"),
    [
        (list(ATTACKS), LONGEST, 3000),
        ([text[:SIZE] for text in HOSTILE.values()], SIZE_OF_OUTPUT, 300),
    ],
    ids=["attacks", "sizes"],
)
def test_nothing_that_was_rendered_runs(
    page: Page, texts: list[str], longest: int, least: int
) -> None:
    page.route("**/*", answer_nothing)
    made = outputs(texts, longest)
    assert len(made) > least
    for start in range(0, len(made), BATCH):
        assert show(page, made[start : start + BATCH]) == []


Fill = Callable[[Session, Client, str], list[str]]


def in_a_summary(session: Session, writer: Client, payload: str) -> list[str]:
    paper = make_paper(session)
    fields = {"source": payload or "x", "takeaway": payload[:190], "tags": payload[:30]}
    writer.submit(f"/write/{paper.key}", **fields)
    return [f"/paper/{paper.key}", f"/write/{paper.key}", "/", "/?tab=recent"]


def in_a_paper(session: Session, writer: Client, payload: str) -> list[str]:
    fields = {"title": payload, "abstract": payload, "authors": payload, "venue": payload}
    added = writer.submit("/papers/new", **fields, keywords=payload, year="2015", url=payload)
    known = make_paper(
        session, title=f"Title {payload}", abstract=payload, keywords=payload, authors=(payload,)
    )
    make_summary(session, known, source=f"See \\cite{{{known.key}}}. {payload}")
    return [added.location or "/papers/new", f"/paper/{known.key}", "/venues"]


def in_a_profile(session: Session, writer: Client, payload: str) -> list[str]:
    writer.submit("/settings", "/settings/profile", display_name=payload[:80], bio=payload)
    return ["/settings", "/user/mallory", "/users"]


def in_an_address(session: Session, writer: Client, payload: str) -> list[str]:
    from urllib.parse import quote

    echoed = quote(payload, safe="")
    return [f"/search?q={echoed}", f"/paper?bibtexKey={echoed}", f"/papers/new?q={echoed}"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fill", "payloads"),
    [
        (in_a_summary, ["\n\n".join(PAYLOADS), "\n\n".join(ADDRESSES)]),
        # A page for each takes long; what differs between them is the renderer's, see above.
        (in_a_paper, PAYLOADS[::6]),
        (in_a_profile, PAYLOADS[1::6]),
        (in_an_address, PAYLOADS[2::6]),
    ],
)
def test_no_page_runs_what_was_typed(
    page: Page, app: Flask, session: Session, fill: Fill, payloads: Sequence[str]
) -> None:
    writer = Client(app.test_client()).sign_up("mallory")
    reader = make_user(session, "reader")
    make_summary(session, user=reader)

    def answer(route: Route) -> None:
        address = route.request.url
        # What a page looks like runs nothing, and takes most of the time of loading it.
        if not address.startswith(HOST) or route.request.resource_type in ("font", "stylesheet"):
            route.abort()
            return
        found: Any = writer.client.get(address.removeprefix(HOST) or "/", buffered=True)
        kind = found.headers.get("Content-Type", "")
        route.fulfill(status=found.status_code, body=found.get_data(), content_type=kind)

    page.route("**/*", answer)
    for payload in payloads:
        for path in fill(session, writer, payload):
            page.goto(HOST + path)
            assert page.evaluate(TOUCH) == [], (payload, path)
