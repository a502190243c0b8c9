"""The help page: what it says is true, also of the papers of this library."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.rendering.markdown import render
from app.views.site.help_examples import LINKS, USUAL_KEYS, examples
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary


def test_examples_name_papers_that_are_here(guest: Browser, session: Session) -> None:
    make_summary(session, make_paper(session, "10.1103/PhysRev.47.777", authors=("A. Einstein",)))
    paper = make_paper(session, "conf/x/B", authors=("Ada B. Lovelace",), year=1843)
    make_summary(session, paper)
    page = guest.get("/help")
    assert "\\cite[Sec. 3]{conf/x/B}" in page.text
    assert ">Lovelace 1843</a>, Sec. 3]" in page.text
    assert all(key not in page.text for key in USUAL_KEYS)
    for link in page.links():
        if link.startswith("/paper/"):
            assert guest.get(link).status == 200, link


def test_examples_of_an_empty_library(guest: Browser, session: Session) -> None:
    assert f'[<a href="/paper/{USUAL_KEYS[0]}"' in guest.get("/help").text
    make_summary(session, make_paper(session, "a)b", authors=("Ann",)))  # no key to type
    assert f"\\cite[Sec. 3]{{{USUAL_KEYS[0]}}}" in guest.get("/help").text


def test_a_private_summary_is_no_example(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "conf/x/Secret", authors=("Ann",))
    make_summary(session, paper, visibility="private")
    make_summary(session, paper, visibility="unlisted")
    assert "conf/x/Secret" not in guest.get("/help").text


def test_what_is_shown_as_source_gives_what_is_shown_as_result(session: Session) -> None:
    for number, example in enumerate(examples(session)):
        if example.title != LINKS[0]:
            assert render(example.source, id_prefix=f"help{number}-").html == example.html


def test_what_the_notes_say() -> None:
    for source, html in (
        ("> [!question]+ Open?\n> Yes.", " open="),
        ("[@conf/x/A, p. 3]", 'href="/paper/conf/x/A"'),
        ("[[@conf/x/A]]", 'href="/paper/conf/x/A"'),
        ("It costs $5 and $6, or \\$7.", "$5 and $6, or $7."),
        ("|a|\n|-|\n|`x\\|y`|", "<code>x|y</code>"),
        ("a[^1]\n\n[^1]: one\n\n    two", "<p>two "),
        ("https://example.org/a.png", '<figure class="picture">'),
        ("https://example.org/a.mp3", "<audio"),
        ("%%hidden%%shown", ">shown<"),
        ("\\newcommand{\\R}{x}\n\n$\\R$", "<mi>x</mi>"),
        ("$$\n\\let\\a\\alpha\n$$\n\n$\\a$", "<mi>α</mi>"),
        ("\\def\\b{y}\n\n$\\b$", "<mi>y</mi>"),
    ):
        assert html in render(source).html, source
