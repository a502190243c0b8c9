"""The editor, as somebody writes in it: by keyboard, offline, in two windows, after a crash."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from tests.helpers.browser.editor import (
    PIXEL,
    UNREACHABLE,
    check,
    clear_editor,
    open_editor,
    settle,
    type_until_saved,
    wait_until_kept,
    wait_until_saved,
)
from tests.helpers.browser.reader import ARGUMENTS, CHROMIUM, Reader
from tests.helpers.running import (
    Site,
    environment,
    free_port,
    provide_sample,
    shortlist,
    until_it_answers,
)
from tests.helpers.waiting import wait_until

PASSWORD = "a long password"
# The next attempt comes at once, and not after half a minute.
ONLINE = "window.dispatchEvent(new Event('online'))"
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


@pytest.fixture(scope="module")
def desk(browser: Browser, site: Site, cookies: list[Any]) -> Iterator[Reader]:
    """An editor that stays open for many short tests, each of which empties it first."""
    context = browser.new_context()
    context.add_cookies(cookies)
    found = Reader(context.new_page(), site)
    found.go("/write/conf/cvpr/RedmonF17")
    yield found
    context.close()


def test_thirty_formulas_with_the_keyboard_alone(writer: Reader) -> None:
    page, keys = writer.page, writer.page.keyboard
    source = open_editor(writer, "conf/cvpr/HeZRS16")
    keys.type("## What\n\n")
    for number in range(20):  # each of the palette
        keys.insert_text(f"Number {number}: ")
        keys.press("Control+/")
        expect(page.locator("[data-tex]").first).to_be_focused()
        # The shorter way, from the left or from the right.
        if number > 9:
            keys.press("End")
        for _ in range(min(number, 19 - number)):
            keys.press("ArrowLeft" if number > 9 else "ArrowRight")
        keys.press("Enter")
        expect(source).to_be_focused()
        keys.press("Control+End")
        keys.type(".\n")
    for number in range(9):
        keys.insert_text("And ")
        keys.press("Control+m")
        keys.type(f"x_{number}")
        keys.press("Control+End")
        keys.insert_text(" is ")
        keys.press("Control+b")
        keys.type("fine")
        keys.press("Control+End")
        keys.type(".\n")
    keys.press("Control+Shift+m")
    keys.type("a^2 + b^2 = c^2")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("math")).to_have_count(30)
    expect(preview.locator("strong")).to_have_count(9)
    expect(page.locator("[data-summary]")).not_to_contain_text("look")
    written = source.input_value()
    while page.evaluate("document.activeElement.name") != "save":
        keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url("**/paper/conf/cvpr/HeZRS16#demo")
    expect(page.locator("article#demo math")).to_have_count(30)
    writer.go("/write/conf/cvpr/HeZRS16")
    assert page.get_by_label("Summary", exact=True).input_value().strip() == written.strip()
    assert writer.complaints == []


@pytest.mark.parametrize(
    ("typed", "keys", "becomes"),
    [
        ("a word", ["Shift+Control+ArrowLeft", "Control+b"], "a **word**"),
        ("a word", ["Shift+Control+ArrowLeft", "Control+b", "Control+b"], "a word"),
        ("a word", ["Shift+Control+ArrowLeft", "Control+i"], "a *word*"),
        ("a word", ["Shift+Control+ArrowLeft", "Control+e"], "a `word`"),
        ("a word", ["Shift+Control+ArrowLeft", "Control+k"], "a [word](https://)"),
        ("x", ["Shift+Home", "Control+m"], "$x$"),
        ("x", ["Shift+Home", "Control+Shift+m"], "$$\nx\n$$\n"),
        ("a\nb", ["Control+a", "Control+Shift+Digit8"], "- a\n- b"),
        ("a\nb", ["Control+a", "Control+Shift+Digit8", "Control+Shift+Digit8"], "a\nb"),
        ("a\nb", ["Control+a", "Control+Shift+Period"], "> a\n> b"),
        ("a\nb", ["Control+a", "Control+e"], "```\na\nb\n```\n"),
        ("a", ["Control+Shift+k"], "a\\cite{}"),
        ("a", ["Control+Shift+k", "Control+Shift+k"], "a\\cite{}"),
        ("x", ["Shift+Home", "Control+Shift+m", "Control+Shift+m"], "x\n"),
        ("x", ["Shift+Home", "Control+Shift+m", "a", "Control+Shift+m"], "$$\na\n$$\n"),
        ("x", ["Shift+Home", "Control+m", "Control+m"], "x"),
        ("", ["Control+k", "w", "Tab", "u"], "[w](u)"),
        ("", ["Control+k", "w", "Control+k", "u"], "[w](u)"),
        ("", ["Control+k", "Control+k", "Control+k", "w"], "[w](https://)"),
        ("a w", ["Shift+Control+ArrowLeft", "Control+k", "Control+k", "v"], "a [v](https://)"),
        ("- a", ["Enter", "b"], "- a\n- b"),
        ("2. a", ["Enter", "b", "Enter", "Enter", "c"], "2. a\n3. b\n\nc"),
        ("a **b**", ["Control+b", "Control+z"], "a **b**"),
        ("so $a + b$", ["ArrowLeft", "Control+/", "Enter"], r"so $a + b\frac{a}{b}$"),
        ("", ["Control+/", "Escape", "a"], "a"),
    ],
)
def test_shortcuts(desk: Reader, typed: str, keys: list[str], becomes: str) -> None:
    source = clear_editor(desk.page)
    desk.page.keyboard.insert_text(typed)
    for key in keys:
        desk.page.keyboard.press(key)
    assert source.input_value() == becomes
    assert desk.complaints == []


def test_the_toolbar_is_one_stop(writer: Reader) -> None:
    page, keys = writer.page, writer.page.keyboard
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    bar = page.get_by_role("toolbar", name="Formatting")
    keys.press("Shift+Tab")
    expect(page.locator("[data-palette] summary")).to_be_focused()
    keys.press("Shift+Tab")
    expect(bar.get_by_role("button", name="Bold")).to_be_focused()
    keys.press("ArrowRight")
    expect(bar.get_by_role("button", name="Italic")).to_be_focused()
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(bar.get_by_role("button", name="Image")).to_be_focused()
    keys.press("Home")
    keys.press("Enter")
    expect(source).to_be_focused()
    assert source.input_value() == "**bold**"


def test_papers_are_offered_by_title_and_key(writer: Reader) -> None:
    page, keys = writer.page, writer.page.keyboard
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    keys.type("See \\cite{resid")
    options = page.get_by_role("listbox", name="Papers").get_by_role("option")
    expect(options.first).to_contain_text("Deep Residual Learning")
    keys.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert source.get_attribute("aria-activedescendant") == "page-suggestion-1"
    keys.press("ArrowUp")
    keys.press("Enter")
    keys.type(", [[faster")
    expect(options.first).to_contain_text("Faster R-CNN")
    keys.press("Tab")
    keys.type(" and \\cite{conf/iccv/gir")
    expect(options.first).to_contain_text("conf/iccv/Girshick15")
    keys.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    title = "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks"
    assert source.input_value() == (
        "See \\cite{conf/cvpr/HeZRS16}, "
        f"[{title}](/paper/conf/nips/RenHGS15) and \\cite{{conf/iccv/gir"
    )
    expect(page.locator("[data-summary]")).to_contain_text("2 papers cited")
    assert writer.complaints == []


@pytest.mark.parametrize("reader", [CLIPBOARD], indirect=True, ids=["clipboard"])
def test_a_pasted_address_becomes_a_link(writer: Reader) -> None:
    page, keys = writer.page, writer.page.keyboard
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    address = "https://huggingface.co/papers/1506.01497"  # only the server knows such
    page.evaluate("text => navigator.clipboard.writeText(text)", address)
    keys.type("As in ")
    keys.press("Control+v")
    expect(source).to_have_value(re.compile(r"^As in \[Faster R-CNN.*\]\(/paper/.*\)$"))
    keys.press("Control+z")
    assert source.input_value() == f"As in {address}"
    keys.press("End")
    keys.type(" and [this](")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    keys.press("Control+v")
    expect(source).to_have_value(f"As in {address} and [this]({address}")
    settle(page)
    assert not [url for url in asked if "exact" in url]
    page.evaluate("navigator.clipboard.writeText('https://arxiv.org/abs/9999.99999')")
    source.fill("")
    with page.expect_response(lambda answer: "exact" in answer.url) as answer:
        keys.press("Control+v")
    answer.value.finished()
    settle(page)
    assert source.input_value() == "https://arxiv.org/abs/9999.99999"
    assert writer.complaints == []


def test_pictures_ask_what_they_show(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append((route.request.post_data_buffer or b"").decode("latin-1"))
        if len(sent) == 2:
            route.fulfill(status=422, json={"error": "This is no picture."})
        else:
            route.fulfill(
                json={"markdown": "![A dot](/pictures/x.webp)", "url": "/pictures/x.webp"}
            )

    page.route("**/pictures", answer)
    page.route("**/pictures/x.webp", lambda route: route.fulfill(body=PIXEL))
    source.fill("Above.")
    files = [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": PIXEL} for name in ("one", "two")
    ]
    page.locator("[data-choose-picture]").set_input_files(files)  # type: ignore[arg-type]
    dialog = page.get_by_role("dialog", name="Describe this image")
    expect(dialog).to_contain_text("one.png")
    dialog.get_by_label("Alt text").fill("A dot")
    dialog.get_by_label("Alt text").press("Enter")
    expect(dialog).to_contain_text("two.png")
    dialog.get_by_label("Alt text").fill("Another")
    dialog.get_by_role("button", name="Add image").click()
    refused = page.get_by_role("alert").filter(has_text="two.png wasn’t added: This is no picture.")
    expect(refused.get_by_role("button", name="Choose another")).to_be_in_viewport()
    refused.get_by_role("button", name="Dismiss").click()
    expect(refused).to_have_count(0)
    assert "A dot" in sent[0]
    assert "csrf_token" in sent[0]
    assert "![A dot](/pictures/x.webp)" in source.input_value()
    paste(page)
    expect(dialog).to_contain_text("pasted.png")
    page.keyboard.press("Escape")
    expect(source).to_be_focused()
    assert len(sent) == 2
    assert [each for each in writer.complaints if "422" not in each] == []


def paste(page: Page) -> None:
    page.evaluate(
        """bytes => {
            const transfer = new DataTransfer();
            const file = new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"});
            transfer.items.add(file);
            const options = {clipboardData: transfer, bubbles: true, cancelable: true};
            document.querySelector("#page-source").dispatchEvent(
                new ClipboardEvent("paste", options));
        }""",
        list(PIXEL),
    )


def test_both_panes_scroll_together(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    long = "word " * 120
    parts = [
        f"## Part {n}\n\n{long}\n\n$$\n\\frac{{1}}{{{n}}}\n$$\n\n- a\n- b\n" for n in range(30)
    ]
    source.fill("\n".join(parts))
    preview = page.locator("[data-preview]")
    expect(preview.locator("h3")).to_have_count(30)
    for number in (12, 25, 3):
        page.evaluate(SCROLL_SOURCE_TO, f"## Part {number}\n")
        wait_until(lambda part=number: visible_part(page) in (part - 1, part), "the same part")
    page.evaluate("document.querySelector('[data-preview]').scrollTop = 1e6")
    below = "(s => s.scrollHeight - s.clientHeight - s.scrollTop)(document.querySelector('{}'))"
    wait_until(lambda: page.evaluate(below.format("#page-source")) < 2, "the end of the source")
    page.evaluate("document.querySelector('[data-preview]').scrollTop = 0")
    top = "document.querySelector('{}').scrollTop"
    wait_until(lambda: page.evaluate(top.format("#page-source")) < 2, "the top of the source")
    # Neither moves the other on and on.
    page.evaluate("document.querySelector('#page-source').scrollTop = 2000")
    wait_until(lambda: page.evaluate(top.format("[data-preview]")) > 2, "the preview to follow")
    settle(page, frames=20)
    assert page.evaluate(top.format("#page-source")) == 2000
    assert writer.complaints == []


# Puts a line at the top, as the editor's list of findings does, but to a third of the pane.
SCROLL_SOURCE_TO = """line => {
    const source = document.querySelector("#page-source");
    const at = source.value.indexOf(line);
    source.setSelectionRange(at, at);
    const share = at / source.value.length;
    source.scrollTop = share * (source.scrollHeight - source.clientHeight);
}"""


def visible_part(page: Page) -> int:
    """The number of the last heading above the same share of the preview."""
    found: int = page.evaluate(
        """() => {
            const box = document.querySelector("[data-preview]");
            const share = box.scrollTop / (box.scrollHeight - box.clientHeight);
            const top = box.getBoundingClientRect().top + share * box.clientHeight + 2;
            const above = (each) => each.getBoundingClientRect().top <= top;
            return [...box.querySelectorAll("h3")].filter(above).length - 1;
        }"""
    )
    return found


def test_findings_lead_to_their_lines(writer: Reader) -> None:
    page, keys = writer.page, writer.page.keyboard
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    source.fill("First \\cite{conf/none/None1}.\n\nThen $\\frac{$.\n")
    line = page.locator("[data-summary]")
    expect(line).to_have_text("4 words · 1 paper cited · 1 not in library · 1 formula error")
    line.locator("xpath=..").focus()
    keys.press("Enter")
    page.get_by_role("button", name="Line 3").focus()
    keys.press("Enter")
    expect(source).to_be_focused()
    assert page.evaluate("document.querySelector('#page-source').selectionStart") == 31
    expect(page.locator("[data-findings]")).to_contain_text(
        "“conf/none/None1” is not in the library"
    )


def test_enter_in_a_line_keeps_the_draft_and_publishes_nothing(writer: Reader) -> None:
    page = writer.page
    open_editor(writer, "conf/cvpr/RedmonDGF16")
    page.get_by_label("Takeaway").fill("Look once")
    page.get_by_label("Takeaway").press("Enter")
    wait_until_saved(page)
    assert page.url.endswith("/write/conf/cvpr/RedmonDGF16")
    # Without scripts Enter presses the first button.
    first = page.locator("[data-editor] button:not([type=button])").first
    assert first.get_attribute("name") == "save_draft"


def test_an_outline_to_start_from(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    offer = page.get_by_text("Insert template")
    offer.press("Enter")
    expect(offer).to_be_hidden()
    page.keyboard.type("It does this.")
    assert source.input_value().startswith("## What\n\nIt does this.\n\n## Why\n\n")


def test_a_closed_page_and_a_connection_lost(writer: Reader) -> None:
    page, address = writer.page, "/write/conf/cvpr/SandlerHZZC18"
    open_editor(writer, "conf/cvpr/SandlerHZZC18")
    page.keyboard.type("Typed and closed at once.")
    page.close()
    page = writer.page = page.context.new_page()
    writer.go(address)
    source = page.get_by_label("Summary", exact=True)
    expect(source).to_have_value("Typed and closed at once.")
    page.context.set_offline(True)
    source.press("Control+End")
    page.keyboard.type(" Offline.")
    notices = page.locator("[data-notices=near]")
    expect(notices).to_contain_text("Offline: saved in this browser only.")
    page.context.set_offline(False)
    wait_until_saved(page)
    expect(notices).not_to_contain_text("Offline")
    writer.go(address)  # which knows of the draft, however late the closed page sent it
    page.get_by_text("Discard…").click()
    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_role("status").filter(has_text="Draft deleted.")).to_be_visible()
    expect(source).to_have_value("")


def test_two_windows_show_both_texts(writer: Reader) -> None:
    first = writer.page
    open_editor(writer, "10.1038/s41586-021-03819-2")
    second = first.context.new_page()
    second.goto(first.url)
    first.keyboard.type("From the first.")
    wait_until_saved(first)
    clear_editor(second)
    second.keyboard.type("From the second.")
    expect(second.locator("[data-notices=near]")).to_contain_text("edited elsewhere")
    second.get_by_role("button", name="Compare versions").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Conflicting edits")
    for text in ("From the first.", "From the second."):
        expect(second.locator("textarea")).to_have_value(re.compile(re.escape(text)))


def test_signed_out_and_in_again(reader: Reader) -> None:
    reader.sign_in()
    writer = reader
    page, address = writer.page, "/write/conf/icml/ArpitJBKBKMFCBL17"
    source = open_editor(writer, "conf/icml/ArpitJBKBKMFCBL17")
    page.keyboard.type("Before.")
    wait_until_saved(page)
    other = Reader(page.context.new_page(), writer.site)
    other.go("/")
    other.page.get_by_role("button", name="Your account").click()
    other.page.get_by_role("button", name="Sign out").click()
    page.bring_to_front()
    source.press("Control+End")
    page.keyboard.type(" After.")
    notices = page.locator("[data-notices=near]")
    expect(notices).to_contain_text("You are signed out. Your text is kept in this browser.")
    other.sign_in()
    page.evaluate(ONLINE)
    wait_until_saved(page)
    expect(notices).to_be_empty()
    type_until_saved(page, " And on.")
    writer.go(address)
    expect(source).to_have_value("Before. After. And on.")


def test_saving_right_after_typing_is_no_conflict(writer: Reader) -> None:
    page = writer.page
    page.clock.install()
    for number in range(3):
        source = open_editor(writer, "conf/iccv/Girshick15")
        page.keyboard.type(f"Text {number}.")
        page.clock.fast_forward(950 + 50 * number)  # the autosave is about to be on its way
        page.keyboard.type(" More.")
        page.get_by_role("button", name=re.compile("^(Publish|Save( changes)?)$")).click()
        page.wait_for_url("**/paper/conf/iccv/Girshick15#demo")
        writer.go("/write/conf/iccv/Girshick15")
        expect(source).to_have_value(f"Text {number}. More.")
        expect(page.locator("[data-notices] .notice")).to_have_count(0)


def test_an_answer_that_got_lost_is_no_conflict(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "10.1103/PhysRev.47.777")

    def lose(route: Route) -> None:
        route.fetch()  # the server takes it
        route.abort()

    page.route("**/draft", lose, times=1)
    page.keyboard.type("Taken.")
    notices = page.locator("[data-notices=near]")
    expect(notices).to_contain_text("saved in this browser only")
    page.keyboard.type(" More.")
    wait_until_saved(page)
    expect(notices).to_be_empty()
    # The same, and the window is gone before the next attempt.
    page.route("**/draft", lose, times=1)
    page.keyboard.type(" Again.")
    expect(notices).to_contain_text("saved in this browser only")
    page.evaluate(UNREACHABLE)
    page.keyboard.type(" And closed.")
    wait_until_kept(page, "Taken. More. Again. And closed.")
    page.close()
    page = writer.page = page.context.new_page()
    writer.go("/write/10.1103/PhysRev.47.777")
    source = page.get_by_label("Summary", exact=True)
    expect(source).to_have_value("Taken. More. Again. And closed.")
    page.get_by_role("button", name="Use the server’s version").click()
    expect(source).to_have_value("Taken. More. Again.")


def test_a_text_that_another_window_overtook_is_offered(writer: Reader) -> None:
    page, address = writer.page, "/write/conf/iclr/ZhangBHRV17"
    open_editor(writer, "conf/iclr/ZhangBHRV17")
    page.evaluate(UNREACHABLE)
    page.keyboard.type("Only in this browser.")
    wait_until_kept(page, "Only in this browser.")
    page.close()
    page = writer.page = page.context.new_page()
    page.route("**/js/editor.js", lambda route: route.abort())  # as another device would
    writer.go(address)
    page.get_by_label("Summary", exact=True).fill("Saved elsewhere.")
    page.evaluate("document.documentElement.removeAttribute('data-js')")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Unpublished draft, saved")).to_be_visible()
    page.unroute_all()
    writer.go(address)
    expect(page.get_by_label("Summary", exact=True)).to_have_value("Saved elsewhere.")
    notices = page.locator("[data-notices=top]")
    expect(notices).to_contain_text("found in this browser")
    page.get_by_role("button", name="Show unsaved text").click()
    expect(page.get_by_label("Your unsaved text")).to_have_value("Only in this browser.")
    page.get_by_role("button", name="Discard").click()
    writer.go(address)
    expect(page.locator("[data-findings] button, [data-findings] li").first).to_be_attached()
    expect(notices).to_be_empty()


WIDTHS = [{"viewport": {"width": width, "height": 900}} for width in (360, 1280)]


@pytest.mark.parametrize("reader", WIDTHS, indirect=True, ids=["360", "1280"])
def test_what_opens_is_accessible_and_fits(writer: Reader) -> None:
    page, keys = writer.page, writer.page.keyboard
    open_editor(writer, "conf/cvpr/RedmonF17")
    keys.insert_text("Broken $\\frac{$ and \\cite{conf/none/None1}.\n\n")
    expect(page.locator("[data-summary]")).to_contain_text("1 formula error")
    page.locator("[data-summary]").click()
    for name in ("Keyboard shortcuts", "What makes a good summary"):
        page.get_by_text(name, exact=True).click()
    check(page)
    page.get_by_label("Summary", exact=True).focus()
    keys.press("Control+/")
    check(page)
    keys.press("Escape")
    keys.type("[[network")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    check(page)
    keys.press("Escape")
    paste(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page)


class Server:
    """A site that can be killed and started again. Its own user: the demo's password changes."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        provide_sample(data_dir)
        self.start()

    def start(self) -> None:
        log = self.data_dir / "demo.log"
        with log.open("w") as out:
            self.process = subprocess.Popen(
                shortlist("demo", "--port", str(self.port)),
                env=environment(self.data_dir, SHORTLIST_RATE_LIMITS="off"),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until_it_answers(self.process, self.url, log)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    yield found
    found.kill()


def launch(browser: Browser, profile: Path) -> BrowserContext:
    return browser.browser_type.launch_persistent_context(
        str(profile), executable_path=CHROMIUM, args=ARGUMENTS
    )


def kill_browser(profile: Path) -> None:
    """End the processes of the browser with this profile, as a crash does."""
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if process.name.isdecimal() and f"--user-data-dir={profile}" in command:
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)


def test_server_and_browser_killed_while_typing(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    profile, address = tmp_path / "profile", f"{server.url}/write/conf/cvpr/HeZRS16"
    context = launch(browser, profile)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server.url}/signup")
    page.get_by_label("Username").fill("zoe")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url(f"{server.url}/")
    page.goto(address)
    source = page.get_by_label("Summary", exact=True)
    source.focus()
    page.keyboard.type("One. ")
    wait_until_saved(page)
    server.kill()
    page.keyboard.type("Two. ")
    expect(page.locator("[data-notices=near]")).to_contain_text("saved in this browser only")
    server.start()
    page.evaluate(ONLINE)
    page.keyboard.type("Three. ")
    wait_until_saved(page)
    server.kill()
    page.keyboard.type("Four.")
    wait_until_kept(page, "One. Two. Three. Four.")
    kill_browser(profile)
    with suppress(Error):
        context.close()
    server.start()
    context = launch(browser, profile)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    source = page.get_by_label("Summary", exact=True)
    if "/login" in page.url:  # the browser had not written its cookie yet either
        page.get_by_label("Username").fill("zoe")
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(address)
    expect(source).to_have_value("One. Two. Three. Four.")
    expect(page.locator("[data-notices=top]")).to_contain_text(
        "Restored unsaved changes from this browser"
    )
    wait_until_saved(page)
    page.reload()
    expect(source).to_have_value("One. Two. Three. Four.")
    expect(page.locator("[data-notices] .notice")).to_have_count(0)
    assert errors == []
    context.close()
