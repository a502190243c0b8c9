"""Formulas in a browser: copied they are LaTeX, and numbers stand at the edge."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser.reader import Reader

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
TEXT = r"""Energy is $E = mc^2$, and *so* it is.

$$
\frac{a}{b}
$$

- It ends with $x_1$.
"""
SELECT = """([from, to]) => {
    const all = document.querySelector("[data-preview] .prose");
    const range = document.createRange();
    range.setStart(all.querySelector(from).firstChild ?? all.querySelector(from), 0);
    const end = all.querySelector(to);
    range.setEnd(end, end.childNodes.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


@pytest.fixture
def page(writer: Reader) -> Page:
    reader = writer
    reader.go("/write/conf/cvpr/RedmonF17")
    formulas = reader.page.locator("[data-preview] math")
    source = reader.page.get_by_label("Summary", exact=True)
    source.fill("")
    expect(formulas).to_have_count(0)  # those of a draft: the preview is made anew
    source.fill(TEXT)
    expect(formulas).to_have_count(3)
    return reader.page


def copied(page: Page) -> str:
    page.keyboard.press("Control+c")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


@pytest.mark.parametrize("reader", [CLIPBOARD], indirect=True, ids=["clipboard"])
def test_copying_text_with_formulas(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.evaluate(SELECT, ["p", "li"])
    text = copied(page)
    assert text.split("\n")[0] == "Energy is $E = mc^2$, and so it is."
    assert "\n$$\\frac{a}{b}$$\n" in text
    assert text.endswith("It ends with $x_1$.")
    rich = page.evaluate(
        "navigator.clipboard.read().then(all => all[0].getType('text/html')).then(b => b.text())"
    )
    assert "<math" in rich
    assert "<em>so</em>" in rich
    # A part of a formula is the whole.
    page.evaluate(SELECT, ["math mi", "math mo"])
    assert copied(page) == "$E = mc^2$"
    # Elsewhere it is left to the browser, and so are fields.
    page.evaluate(SELECT, ["em", "em"])
    assert copied(page) == "so"
    source = page.get_by_label("Summary", exact=True)
    source.press("Control+a")
    assert copied(page) == TEXT


@pytest.mark.parametrize("reader", [CLIPBOARD], indirect=True, ids=["clipboard"])
def test_a_double_click_chooses_the_whole_formula(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.locator("[data-preview] math").first.dblclick()
    assert copied(page) == "$E = mc^2$"
    page.locator("[data-preview] math").nth(1).dblclick()
    assert copied(page) == r"$$\frac{a}{b}$$"


@pytest.mark.parametrize("reader", [CLIPBOARD], indirect=True, ids=["clipboard"])
def test_on_the_page_of_a_paper(reader: Reader) -> None:
    page = reader.page
    reader.go("/paper/conf/nips/RenHGS15")
    math = page.locator("article math").first
    math.dblclick()
    text = copied(page)
    assert text.startswith("$")
    assert text.endswith("$")
    assert page.locator("article math annotation").first.text_content() in text
    assert reader.complaints == []


def test_accents_keep_off_their_letters_and_vectors_stand_over_them(reader: Reader) -> None:
    accent = '<mover accent="true"><mi>{}</mi><mo stretchy="false"{}>{}</mo></mover>'
    math = accent.format("x", "", "ˆ") + accent.format("a", ' class="tex-vec"', "→")
    reader.go("/help")
    gap, letter, arrow = reader.page.evaluate(
        """math => {
          const box = document.createElement("p");
          box.innerHTML = `<math>${math}</math>`;
          document.querySelector("main").append(box);
          const place = (node) => node.getBoundingClientRect();
          const [hat, vector] = box.querySelectorAll("mover");
          const middle = (node) => place(node).left + place(node).width / 2;
          return [
            parseFloat(getComputedStyle(hat.lastChild).paddingBottom),
            middle(vector.firstChild), middle(vector.lastChild),
          ];
        }""",
        math,
    )
    assert gap > 1
    assert abs(letter - arrow) < 3


def test_a_wide_brace_is_painted_to_its_ends(reader: Reader) -> None:
    """Also where the page is painted in several pieces."""
    brace = "<munder><mrow><mi>{}</mi></mrow><mo>⏟</mo></munder>".format("m" * 30)
    reader.go("/help")
    shadow = reader.page.evaluate(
        """math => {
          const box = document.createElement("p");
          box.innerHTML = `<math>${math}</math>`;
          document.querySelector("main").append(box);
          return getComputedStyle(box.querySelector("mo")).boxShadow;
        }""",
        brace,
    )
    assert "rgba(0, 0, 0, 0)" in shadow


def test_a_number_stands_at_the_edge_of_the_column(reader: Reader) -> None:
    reader.go("/help")
    places = reader.page.evaluate(
        """() => {
          const box = document.createElement("div");
          box.className = "prose";
          box.innerHTML = `<span class="math-block"><math display="block"><semantics><mrow>
            <mtable class="tex-wide"><mtr><mtd class="tex-side"></mtd><mtd><mi>a</mi></mtd>
            <mtd class="tex-side tex-right"><mtext>(1)</mtext></mtd></mtr></mtable>
            </mrow></semantics></math></span>`;
          document.querySelector("main").append(box);
          const right = (name) => box.querySelector(name).getBoundingClientRect().right;
          return [right(".math-block"), right("mtext")];
        }"""
    )
    assert places[0] - places[1] < 12
