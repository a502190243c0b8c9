"""The menu of exports on a phone, without scripts."""

from __future__ import annotations

import pytest

from tests.helpers.browser.reader import Reader

PHONE = {"java_script_enabled": False, "viewport": {"width": 390, "height": 800}}


@pytest.mark.parametrize("reader", [PHONE], indirect=True)
def test_a_tag_is_taken_away_and_printed(reader: Reader) -> None:
    page = reader.page
    reader.go("/tag/detection")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as found:
        page.get_by_role("link", name="Summaries (EPUB)").click()
    assert found.value.suggested_filename == "tag-detection.epub"
    page.get_by_role("link", name="Summaries to print").click()
    assert page.url.endswith("/tag/detection/print")
    assert page.locator("article .prose math").count() > 3
