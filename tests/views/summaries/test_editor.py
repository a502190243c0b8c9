"""What the editor asks the server for while somebody types, and its page without scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Summary
from app.rendering import as_label, render, render_inline
from app.services.renderer import render_text
from app.services.summaries import editor
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.queries import count_queries

TEXT = """\
One $x$ and
\\cite{conf/x/A1} and \\cite{conf/none/B2}.

$$
\\frac{
$$

- [a link](nowhere)
"""


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1", "A paper on [brackets] and $x_1$", arxiv_id="1506.01497")
    return guest.sign_up("ann", "Ann Example")


def preview(writer: Browser, source: str) -> dict[str, Any]:
    token = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")["csrf_token"]
    answer = writer.post("/preview", {"csrf_token": token, "source": source})
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.text)
    return found


def suggest(writer: Browser, query: str, **options: str) -> list[dict[str, str]]:
    answer = writer.get("/suggest", query_string={"q": query, **options})
    assert answer.status == 200
    papers: list[dict[str, str]] = json.loads(answer.text)["papers"]
    return papers


def test_the_preview_says_what_it_found_and_where(writer: Browser) -> None:
    found = preview(writer, TEXT)
    assert found["words"] == 9
    links = [(each["line"], each["key"], each["known"]) for each in found["links"]]
    assert links == [(2, "conf/x/A1", True), (2, None, False)]
    assert found["links"][0]["title"] == "A paper on [brackets] and $x_1$"
    assert found["links"][1]["label"] == "conf/none/B2"
    problems = [(each["line"], each["about"]) for each in found["problems"]]
    assert problems == [(4, "formula"), (8, "link")]
    assert '<p dir="auto" data-line="1">' in found["html"]
    assert '<li data-line="8">' in found["html"]


def test_a_text_that_is_refused_says_where(writer: Browser) -> None:
    found = preview(writer, "fine\n\n" + "> " * 40 + "deep")
    assert found["html"] is None
    assert found["line"] == 3
    assert "nested too deeply" in found["error"]


def test_stored_texts_have_no_lines(writer: Browser, session: Session) -> None:
    writer.submit("/write/conf/x/A1", source=TEXT)
    html = session.scalars(select(Summary.html)).one()
    assert "<li>" in html
    assert "data-line" not in html
    assert "data-line" not in writer.get("/paper/conf/x/A1").text


def test_suggestions_by_title_key_and_identifier(writer: Browser, session: Session) -> None:
    make_paper(session, "conf/x/Other", "Something else", authors=("Ada Byron", "Kurt Gödel"))
    for query in ("brackets", "BRACK", "conf/x/A1", "1506.01497", "arxiv.org/abs/1506.01497v2"):
        assert suggest(writer, query)[0]["key"] == "conf/x/A1", query
    found = suggest(writer, "godel")
    assert [(each["key"], each["where"]) for each in found] == [
        ("conf/x/Other", "Ada Byron, Kurt Gödel · X")
    ]
    assert found[0]["url"] == "/paper/conf/x/Other"
    assert suggest(writer, "b") == suggest(writer, "") == suggest(writer, "no such thing") == []
    assert suggest(writer, "!?\\{$") == []


def test_an_address_is_named_exactly(writer: Browser) -> None:
    for address in (
        "https://arxiv.org/abs/1506.01497",
        "http://localhost/paper/conf/x/A1",
        "http://www.shortscience.org/paper?bibtexKey=conf/x/A1#mira",
    ):
        assert [each["key"] for each in suggest(writer, address, exact="1")] == ["conf/x/A1"]
    assert suggest(writer, "brackets", exact="1") == []
    assert suggest(writer, "https://example.org/1506.01497", exact="1") == []
    link = suggest(writer, "http://www.shortscience.org/paper?bibtexKey=conf/x/A1#mira")[0]["link"]
    assert link.endswith("(/paper/conf/x/A1#mira)")


def test_many_suggestions_are_cut(writer: Browser, session: Session) -> None:
    for number in range(12):
        make_paper(session, title=f"Common words {number}")
    assert len(suggest(writer, "common words")) == editor.MAX_SUGGESTIONS


@pytest.mark.parametrize(
    "title",
    [
        "A paper on [brackets] and $[0, 1]^*$",
        "x](http://e.org) [y",
        "Of *stars*, under_scores_, `ticks`, <b>, &amp; and ~~more~~",
        "\\alpha, \\cite{a} and \\( n \\)",
        "It costs $5 or $6; me@example.org",
    ],
)
def test_a_link_reads_like_the_title(title: str) -> None:
    rendered = render(f"[{as_label(title)}](/paper/conf/x/A1)")
    assert f">{render_inline(title)}</a>" in rendered.html
    assert [link.ref.value for link in rendered.links] == ["conf/x/A1"]


def test_a_link_survives_any_key(session: Session) -> None:
    paper = make_paper(session, "10.1016/0022-2836(76)90311-6", "Title")
    links = render_text(session, editor.link_to(paper)).links
    assert [link.ref.value for link in links] == [paper.key]


def test_guests_get_neither(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    answer = guest.get("/suggest?q=conf", headers={"Accept": "application/json"})
    assert answer.status == 401
    assert "error" in json.loads(answer.text)
    assert guest.post("/preview", {"source": "x"}).status == 401


def test_the_page_without_scripts(writer: Browser, session: Session) -> None:
    page = writer.submit("/write/conf/x/A1", source=TEXT, preview="1")
    assert page.status == 200
    for part in (
        "9 words · 2 papers cited · 1 not in library · 1 formula error",
        "Line 4: missing } in formula",
        "Line 2: “<bdi>conf/none/B2</bdi>” is not in the library",
        r"<code>$\frac{a}{b}$</code>",
    ):
        assert part in page.text
    assert session.scalars(select(Summary)).all() == []


def test_an_outline_to_start_from(writer: Browser) -> None:
    address = "/write/conf/x/A1"
    page = writer.get(address)
    assert f"{address}?outline=1" in page.links()
    assert page.form(address)["source"] == ""
    outlined = writer.get(f"{address}?outline=1").form(address)["source"]
    assert outlined == editor.OUTLINE
    for heading in ("What", "Why", "How", "Results", "Doubts", "See also"):
        assert f"## {heading}\n" in outlined


def test_every_formula_of_the_palette_can_be_typeset() -> None:
    assert len(editor.list_palette()) == 20
    for formula, html in editor.list_palette():
        assert formula.hole in formula.tex
        assert html.startswith("<math>"), formula.name
        fence = "$$" if formula.display else "$"
        assert render(f"{fence}{formula.tex}{fence}").problems == ()


def test_the_editor_takes_few_queries_however_many_links(
    writer: Browser, session: Session, app: Flask
) -> None:
    database = app.extensions["shortlist"][1]
    keys = [make_paper(session).key for _ in range(6)]
    session.commit()
    token = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")["csrf_token"]

    def queries(count: int) -> int:
        text = " ".join(f"\\cite{{{key}}}" for key in keys[:count])
        with count_queries(database) as seen:
            answer = writer.post("/preview", {"csrf_token": token, "source": text})
            assert len(json.loads(answer.text)["links"]) == count
        return len(seen)

    assert queries(1) == queries(6)


def test_private_texts_bring_no_suggestions(writer: Browser, session: Session) -> None:
    paper = make_paper(session, title="Plain title")
    make_summary(session, paper, source="Xylophone", visibility="private")
    assert suggest(writer, "xylophone") == []


def suggest_tags(writer: Browser, typed: str) -> list[str]:
    answer = writer.get("/suggest/tags", query_string={"q": typed})
    assert answer.status == 200
    found: list[str] = json.loads(answer.text)["tags"]
    return found


def test_tags_are_suggested_by_the_beginning_of_a_word(writer: Browser, session: Session) -> None:
    make_summary(session, tags=["object-detection", "détente"])
    make_summary(session, tags=["object-detection", "pruning"])
    session.commit()
    assert suggest_tags(writer, "det") == ["object-detection", "détente"]
    assert suggest_tags(writer, "Object De") == ["object-detection"]
    assert suggest_tags(writer, "etection") == suggest_tags(writer, "%") == []
    assert suggest_tags(writer, " , ") == []


def test_suggested_tags_are_few_and_take_one_query(
    writer: Browser, session: Session, database: Database
) -> None:
    for count in (3, 12):
        for number in range(count):
            make_summary(session, tags=[f"tag{count}-{number}"])
        session.commit()
        with count_queries(database) as statements:
            assert len(suggest_tags(writer, f"tag{count}")) == min(count, 8)
        assert sum("FROM tags" in each for each in statements) == 1, statements


def test_tags_of_private_texts_are_for_their_writers_alone(
    writer: Browser, app: Flask, session: Session
) -> None:
    for visibility in ("private", "unlisted"):
        writer.submit("/write/conf/x/A1", source="Mine.", tags="secret-plan", visibility=visibility)
        assert suggest_tags(writer, "secret") == ["secret-plan"]
        other = Browser(app.test_client()).sign_up(f"bob-{visibility}")
        assert suggest_tags(other, "secret") == []
    guest = Browser(app.test_client())
    answer = guest.get("/suggest/tags?q=secret", headers={"Accept": "application/json"})
    assert answer.status == 401


def test_the_preview_shows_the_takeaway(writer: Browser) -> None:
    fields = {"source": "Fine.", "takeaway": "*So* it `is`: $x$"}
    token = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")["csrf_token"]
    found = json.loads(writer.post("/preview", {"csrf_token": token, **fields}).text)
    assert found["takeaway"].startswith("<em>So</em> it <code>is</code>: <math>")
    page = writer.submit("/write/conf/x/A1", **fields, preview="1")
    assert '<p class="summary__takeaway" dir="auto"><em>So</em> it' in page.text
    writer.submit("/write/conf/x/A1", **fields)
    for path in ("/write/conf/x/A1", "/paper/conf/x/A1", "/?tab=recent"):
        assert "<em>So</em> it <code>is</code>: <math>" in writer.get(path).text


CHOOSE = ". Choose the paper from the list to link to it."


def test_brackets_that_are_no_link_are_named(writer: Browser) -> None:
    text = "See [[No such paper]].\n\n`[[code]]`, $[[x]]$ and [[a link]](http://e.org)\n\n"
    text += "- [[ A paper on [x] ]] and a[[i]], [[1, 2]]\n- once\n  more [[No such paper]]\n\n"
    text += "[[a paper on BRACKETS and x_1]]\n"
    found = preview(writer, text)["problems"]
    assert [(each["line"], each["message"].split(":")[0]) for each in found] == [
        (1, "“[[No such paper]]” was not found"),
        (7, "“[[No such paper]]” was not found"),
        (9, "“[[a paper on BRACKETS and x_1]]” isn’t a link" + CHOOSE),
    ]
    page = writer.submit("/write/conf/x/A1", source="One.\n\n[[No such paper]]", preview="1")
    assert "Line 3: “[[No such paper]]” was not found" in page.text
    assert "1 link problem" in page.text


def test_brackets_with_a_title_that_is_here(writer: Browser, session: Session) -> None:
    make_paper(session, title="Plain title")
    session.commit()
    (found,) = preview(writer, "[[Plain Title]]")["problems"]
    assert found["message"].startswith("“[[Plain Title]]” isn’t a link. Choose the paper")


def test_formulas_of_the_takeaway_are_looked_at(writer: Browser) -> None:
    token = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")["csrf_token"]
    data = {"csrf_token": token, "source": "Fine.\n\n$\\frac{$", "takeaway": "It is $\\frac{$."}
    found = json.loads(writer.post("/preview", data).text)["problems"]
    assert [(each["line"], each["about"]) for each in found] == [(None, "formula"), (3, "formula")]
    assert found[0]["message"].startswith("Takeaway: ")
    page = writer.submit(
        "/write/conf/x/A1", source="Fine.", takeaway="It is $\\frac{$.", preview="1"
    )
    assert "Takeaway: " in page.text
    assert "1 formula error" in page.text
