from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database
from app.models import Author, Identifier, Paper
from app.services.lookup import asking
from app.sources.lookup.registry import HOSTS
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper
from tests.helpers.samples.offers import look_up, offers, press
from tests.helpers.stand_ins.outside import Reply, StandIn

TITLE = "Deep Residual Learning for Image Recognition"


@pytest.fixture
def writer(guest: Browser) -> Browser:
    return guest.sign_up("ann", "Ann")


@pytest.fixture
def outside(
    app: Flask, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StandIn:
    monkeypatch.setitem(app.extensions, "outside", stand_in.outside(tmp_path / "lookups"))
    return stand_in


@pytest.mark.usefixtures("outside")
def test_one_click_adds_a_paper_by_its_number(writer: Browser, session: Session) -> None:
    page = look_up(writer, "https://arxiv.org/abs/1512.03385v1")
    assert page.status == 200
    assert "source: dblp, arXiv" in page.text
    assert page.form("/papers/new")["title"] == TITLE
    answer = press(writer, page)
    assert (answer.status, answer.location) == (303, "/write/conf/cvpr/HeZRS16")
    paper = session.scalars(select(Paper)).one()
    assert (paper.title, paper.arxiv_id, paper.year) == (TITLE, "1512.03385", 2016)
    assert paper.details["pages"] == "770-778"
    kinds = set(session.execute(select(Identifier.kind, Identifier.value)))
    assert ("doi", "10.1109/cvpr.2016.90") in kinds
    assert ("key", "conf/cvpr/HeZRS16") in kinds
    assert "xiangyu-zhang-0005" in session.scalars(select(Author.key)).all()


@pytest.mark.usefixtures("outside")
def test_facts_without_a_field_survive_the_form(writer: Browser, session: Session) -> None:
    page = look_up(writer, TITLE)
    assert len(offers(page)) == 2
    page = look_up(writer, "https://dblp.org/rec/conf/cvpr/HeZRS16")
    answer = press(writer, page, action="fill")
    assert answer.status == 303
    page = writer.get(answer.location)
    filled = page.form("/papers/new")
    assert filled["key"] == "conf/cvpr/HeZRS16"
    assert filled["authors"].splitlines()[1] == "Xiangyu Zhang 0005"
    assert writer.post("/papers/new", {**filled, "title": "A better title"}).status == 303
    paper = session.scalars(select(Paper)).one()
    assert paper.title == "A better title"
    assert (paper.details["pages"], paper.source) == ("770-778", "form")
    assert "0000-0002-1825-0097" in session.scalars(select(Author.orcid)).all()


def test_an_entry_is_added_with_one_click(writer: Browser, session: Session) -> None:
    entry = (
        '@article{DBLP:journals/x/G31, title={{\\"U}ber $x_1$}, author={G{\\"o}del, Kurt},\n'
        " year=1931, volume=38}\n@article{b, title={Second}}"
    )
    page = look_up(writer, entry)
    assert page.status == 200
    assert len(offers(page)) == 2
    filled = page.form("/papers/new")
    assert (filled["title"], filled["authors"].strip()) == ("Über $x_1$", "Kurt Gödel")
    assert filled["key"] == "journals/x/G31"
    answer = press(writer, page)
    assert answer.location == "/write/journals/x/G31"
    assert press(writer, page, 1).location == "/write/b"
    assert {paper.source for paper in session.scalars(select(Paper))} == {"pasted"}


OTHER = "@article{he2016deep, title={Deep learning of penguin songs}, author={He, X}, ids={a/b}}"


def test_an_entry_with_a_key_of_another_paper(writer: Browser, session: Session) -> None:
    make_paper(session, "he2016deep", TITLE, authors=("Kaiming He",))
    page = look_up(writer, f"{OTHER}\n@misc{{he2016deep, title={{A third one}}}}")
    assert page.status == 200
    assert len(offers(page)) == 2
    said = "The key he2016deep is that of another paper here; this one is he2016deep-2."
    assert said in page.text
    assert page.form("/papers/new")["key"] == "he2016deep-2"
    assert press(writer, page).location == "/write/he2016deep-2"
    assert press(writer, page, 1).location == "/write/he2016deep-3"
    keys = session.scalars(select(Identifier.value).where(Identifier.kind == "key")).all()
    assert sorted(keys) == ["he2016deep", "he2016deep-2", "he2016deep-3"]  # and not a/b
    session.commit()
    page = look_up(writer, OTHER)
    assert "/write/he2016deep-2" in page.links()
    assert offers(page) == []


def test_an_entry_with_a_doi_of_another_paper(writer: Browser, session: Session) -> None:
    make_paper(session, "a/b/C", TITLE, doi="10.1000/x")
    page = look_up(writer, OTHER.replace("ids={a/b}", "doi={10.1000/X}"))
    assert "The DOI 10.1000/x is that of a/b/C here" in page.text
    assert page.form("/papers/new")["doi"] == ""
    answer = press(writer, page)
    assert answer.location == "/write/he2016deep"


def test_a_form_with_a_key_of_another_paper(writer: Browser, session: Session) -> None:
    make_paper(session, "he2016deep", TITLE)
    answer = writer.submit("/papers/new", title="Penguins", key="He2016deep")
    assert answer.status == 422
    assert "He2016deep is the key of another paper here. He2016deep-2 is free" in answer.text
    assert "/paper/he2016deep" in answer.links()
    filled = answer.form("/papers/new")
    assert (filled["key"], filled["title"]) == ("He2016deep-2", "Penguins")
    assert writer.post("/papers/new", filled).location == "/write/He2016deep-2"


def test_a_bad_entry_says_where_and_is_kept(writer: Browser) -> None:
    entry = "\n@article{k, title={}, year={2000}}"
    page = look_up(writer, entry)
    assert page.status == 200
    assert "Line " in page.text
    assert "year={2000}" in page.form("/papers/new/look-up")["pasted"]


def test_other_formats(writer: Browser) -> None:
    page = look_up(writer, "TY  - JOUR\nTI  - On things\nAU  - Byron, Ada\nER  - ")
    assert page.form("/papers/new")["authors"].strip() == "Ada Byron"
    page = look_up(writer, '{"title": "On things",\n "DOI": "10.1234/x"}')
    assert page.form("/papers/new")["doi"] == "10.1234/x"
    page = look_up(writer, '{"title": "On things",\n "DOI": "ten"}')
    assert "DOI left out. Not valid." in page.text
    long = json.dumps({"title": "On things", "abstract": "word " * 5000})
    assert "Abstract shortened." in look_up(writer, long).text  # and not lost


def test_what_is_here_is_shown_first(writer: Browser, session: Session, outside: StandIn) -> None:
    make_paper(session, "conf/cvpr/HeZRS16", TITLE)
    page = look_up(writer, TITLE)
    assert "/write/conf/cvpr/HeZRS16" in page.links()
    assert page.text.index("Already in Shortlist") < page.text.index("Found elsewhere")
    page = look_up(writer, "conf/cvpr/HeZRS16")
    assert "/write/conf/cvpr/HeZRS16" in page.links()
    assert offers(page) == []


@pytest.mark.usefixtures("outside")
def test_the_same_title_is_asked_about(writer: Browser, session: Session) -> None:
    make_paper(session, "someone2016deep", TITLE)
    page = look_up(writer, "1512.03385")
    answer = press(writer, page)
    assert answer.status == 422
    assert "/paper/someone2016deep" in answer.links()
    assert "Add as new paper" in answer.text
    assert press(writer, answer).location == "/write/conf/cvpr/HeZRS16"


@pytest.mark.usefixtures("outside")
def test_added_by_another_meanwhile(writer: Browser, session: Session) -> None:
    page = look_up(writer, "1512.03385")
    make_paper(session, "conf/cvpr/HeZRS16", "Another title")
    answer = press(writer, page)
    assert answer.status == 422
    assert "We have this paper already" in answer.text
    assert "/write/conf/cvpr/HeZRS16" in answer.links()


def test_nothing_typed_is_lost_when_nobody_answers(writer: Browser, outside: StandIn) -> None:
    for address in list(outside.replies):
        outside.replies[address] = Reply(500)
    page = look_up(writer, "10.1109/CVPR.2016.90")
    assert page.status == 200
    assert "Couldn’t reach Crossref. Try again" in unescape(page.text)
    assert page.form("/papers/new")["doi"] == "10.1109/cvpr.2016.90"
    assert page.form("/papers/new/look-up")["pasted"] == "10.1109/CVPR.2016.90"
    page = look_up(writer, "Something half remembered")
    assert page.form("/papers/new")["title"] == "Something half remembered"
    said = "Couldn’t reach dblp, Crossref, OpenReview and arXiv. Try again in a minute."
    assert said in unescape(page.text)


def test_look_ups_that_are_off(writer: Browser) -> None:
    page = look_up(writer, "https://openreview.net/forum?id=Sy8gdB9xx")
    assert page.text.count(asking.LOOKUPS_OFF) == 1
    assert page.form("/papers/new")["url"] == "https://openreview.net/forum?id=Sy8gdB9xx"
    page = look_up(writer, "Half a title")
    assert page.text.count(asking.LOOKUPS_OFF) == 1


def test_an_unknown_paper_is_looked_up_from_its_page(writer: Browser, outside: StandIn) -> None:
    page = writer.get("/paper/conf/cvpr/HeZRS16")
    assert page.status == 404
    assert outside.asked == []  # who only looks around asks nobody
    link = next(each for each in page.links() if each.startswith("/papers/new"))
    assert writer.get(link).form("/papers/new")["title"] == TITLE


def test_visitors_ask_nobody(guest: Browser, outside: StandIn) -> None:
    assert guest.get("/papers/new?q=1512.03385").location.startswith("/login?next=")
    assert outside.asked == []


NAMES = [
    "doi:http://169.254.169.254/",
    "arxiv:../../x",
    "openreview:x&id=y",
    "acl:N19-1423.bib?x",
    "key:conf/../../x",
    "evil:x",
    "",
    "arxiv:" + "9" * 400,
    "doi:10.1/\r\nHost: evil.example",
]


def test_what_a_form_names_is_not_trusted(
    writer: Browser, outside: StandIn, session: Session
) -> None:
    outside.replies.clear()
    token = writer.get("/papers/new").form("/papers/new/look-up")["csrf_token"]
    for name in NAMES:
        for action in ("add", "fill"):
            answer = writer.post(f"/papers/new/{action}", {"csrf_token": token, "offer": name})
            assert answer.status == 422, name
            assert "has expired" in answer.text
    assert outside.asked == []
    assert session.scalars(select(Paper.id)).all() == []


TEXTS = [
    "http://169.254.169.254/latest/meta-data/",
    "https://arxiv.org@evil.example/abs/1512.03385",
    "https://arxiv.org.evil.example/abs/1512.03385",
    "https://arxiv.org:8080/abs/1512.03385",
    "http://[::1]/abs/1512.03385",
    "https://arxiv.org/abs/1512.03385\r\nHost: evil.example",
    "https://ａrxiv.org/abs/1512.03385",
    "file:///etc/passwd",
    "10.1109/" + "x" * 10_000,
    "\x00\x01\u202e",
    "@" * 5000,
    "{" * 5000,
    '{"' * 5000,
    "TY  - " * 5000,
]


def test_hostile_pastes_ask_nobody_else(writer: Browser, outside: StandIn) -> None:
    token = writer.get("/papers/new").form("/papers/new/look-up")["csrf_token"]
    for text in TEXTS:
        form = {"csrf_token": token, "pasted": text}
        answer = writer.post("/papers/new/look-up", form)
        if answer.status == 303:
            answer = writer.get(answer.location)
        assert answer.status in (200, 404, 422), text
    assert {asked.partition("/")[0] for asked in outside.asked} <= set(HOSTS)


def test_an_empty_box(writer: Browser) -> None:
    page = writer.submit("/papers/new", "/papers/new/look-up", pasted="  ")
    assert page.status == 422
    assert "Paste an identifier" in page.text


def test_look_ups_are_limited(config: Config, database: Database) -> None:
    guest = Browser(create_app(replace(config, rate_limits=True), database).test_client())
    statuses = [guest.get("/papers/new?q=Word").status for _ in range(41)]
    assert statuses == [302] * 40 + [429]
    assert guest.get("/papers/new").status == 302  # the page alone looks nothing up


def test_the_number_of_pubmed_becomes_its_address(writer: Browser) -> None:
    page = look_up(writer, "PMID: 12345678")
    assert page.form("/papers/new")["url"] == "https://pubmed.ncbi.nlm.nih.gov/12345678"
    page = look_up(writer, "https://doi.org/10/ggd754.")
    assert page.form("/papers/new")["url"] == "https://doi.org/10/ggd754"


def test_all_errors_of_the_form_are_told_at_once(writer: Browser) -> None:
    typed = {
        "title": "",
        "authors": "Ann Lee, Bo Chen",
        "year": "20x5",
        "doi": "not a doi",
        "arxiv_id": "abc",
        "url": "example.org/x",
        "key": "two words",
        "section": "nope",
        "keywords": "k" * 1001,
        "abstract": "a" * 20_001,
    }
    answer = writer.submit("/papers/new", **typed)
    assert answer.status == 422
    assert set(re.findall(r'id="page-(\w+)-error"', answer.text)) == set(typed)
    fields = answer.form("/papers/new")
    assert {name: fields[name] for name in typed if name != "section"} == {
        name: text for name, text in typed.items() if name != "section"
    }


def test_authors_typed_family_first(writer: Browser, session: Session) -> None:
    authors = "Lovelace, Ada\nCharles Babbage and {ATLAS Collaboration}\net al."
    answer = writer.submit("/papers/new", title="On engines", authors=authors, year="2015")
    assert answer.status == 303
    assert session.scalars(select(Paper.key)).all() == ["lovelace2015engines"]
    session.commit()
    bibtex = writer.get("/paper/lovelace2015engines.bib").text
    assert "{Ada Lovelace and Charles Babbage and {ATLAS Collaboration} and others}" in bibtex
    assert writer.get("/author/ada-lovelace").status == 200
