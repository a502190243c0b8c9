"""The page "Add a paper" as a person uses it: paste, look up, press a button."""

from __future__ import annotations

from tests.helpers.client import Browser, Page

NEW = "/papers/new"


def look_up(writer: Browser, text: str) -> Page:
    """The result of looking up what is pasted."""
    answer = writer.submit(NEW, f"{NEW}/look-up", pasted=text)
    return writer.get(answer.location) if answer.status == 303 else answer


def offers(page: Page) -> list[str]:
    """The tokens of the papers that a page offers."""
    buttons = [each for each in page.tree.iter("button") if each.get("name") == "offer"]
    return [each.get("value") for each in buttons if not each.get("formaction")]


def press(writer: Browser, page: Page, number: int = 0, action: str = "add") -> Page:
    """Press the button of an offered paper."""
    fields = page.form(f"{NEW}/add")
    return writer.post(f"{NEW}/{action}", {**fields, "offer": offers(page)[number]})
