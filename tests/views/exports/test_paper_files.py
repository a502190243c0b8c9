"""A paper as a file for reference managers, in the head of its page, and by unAPI."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Paper, PaperAuthor
from app.views.exports.answers import make_file_name
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper, make_summary, make_user

HOSTILE = "</title></script><script>alert(1)</script>\"'{}\u2028 & $x<y$"


def make_tsne(session: Session) -> Paper:
    return make_paper(
        session,
        "journals/jmlr/MaatenH08",
        "Visualizing Data using t-SNE",
        authors=("Laurens van der Maaten", "Geoffrey Hinton"),
        year=2008,
        venue="JMLR",
        venue_title="Journal of Machine Learning Research",
        details={"volume": "9", "number": "86", "pages": "2579-2605"},
    )


def metas(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in page.tree.iter("meta"):
        found.setdefault(each.get("name") or each.get("property") or "", []).append(
            each.get("content", "")
        )
    return found


def linked_data(page: Page) -> Any:
    (script,) = (
        each for each in page.tree.iter("script") if each.get("type") == "application/ld+json"
    )
    return json.loads(script.text)


@pytest.mark.parametrize(
    ("suffix", "media_type", "how", "begins"),
    [
        ("bib", "application/x-bibtex", "attachment", "@article{journals/jmlr/MaatenH08,"),
        ("ris", "application/x-research-info-systems", "attachment", "TY  - JOUR\r\n"),
        ("json", "application/json", "inline", "{"),
    ],
)
def test_each_format_is_a_file(
    guest: Browser, session: Session, suffix: str, media_type: str, how: str, begins: str
) -> None:
    make_tsne(session)
    page = guest.get(f"/paper/journals/jmlr/MaatenH08.{suffix}")
    assert page.status == 200
    assert page.text.startswith(begins)
    assert page.response.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    name = f"journals-jmlr-MaatenH08.{suffix}"
    assert page.response.headers["Content-Disposition"] == f'{how}; filename="{name}"'
    again = guest.get(
        f"/paper/journals/jmlr/MaatenH08.{suffix}",
        headers={"If-None-Match": page.response.headers["ETag"]},
    )
    assert (again.status, again.text) == (304, "")
    assert again.response.headers["Cache-Control"] == "private, no-cache"


def test_the_printed_name_is_cited(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "conf/x/A1", "One", authors=("Josiah Carberry",))
    begin_writing(session)
    session.execute(update(PaperAuthor).values(name="J. S. Carberry"))
    session.commit()
    for suffix in ("bib", "ris", "json"):
        text = guest.get(f"/paper/{paper.key}.{suffix}").text
        assert "Josiah" not in text, suffix
        assert "J. S." in text, suffix
    page = guest.get(f"/paper/{paper.key}").text
    assert 'title="Josiah Carberry"><bdi>J. S. Carberry</bdi></a>' in page


def test_json_is_csl_with_our_facts_beside(guest: Browser, session: Session) -> None:
    paper = make_tsne(session)
    there = make_paper(session, "k/There")
    make_summary(session, paper, source="See [it](/paper/k/There).")
    make_summary(session, paper, source="See [it](/paper/k/Other).", visibility="private")
    make_summary(session, paper, anonymous=True)
    make_summary(session, there, source="\\cite{journals/jmlr/MaatenH08}")
    make_summary(session, source="\\cite{journals/jmlr/MaatenH08}", visibility="private")
    found = json.loads(guest.get("/paper/journals/jmlr/MaatenH08.json").text)
    assert found["title"] == "Visualizing Data using t-SNE"
    assert found["author"][0] == {"family": "van der Maaten", "given": "Laurens"}
    assert found["custom"] == {
        "address": "http://localhost/paper/journals/jmlr/MaatenH08",
        "arxiv": None,
        "identifiers": [{"kind": "key", "value": "journals/jmlr/MaatenH08", "url": None}],
        "linked_from": ["k/There"],
        "links_to": ["k/There"],
        "published": None,
        "section": "cs",
        "summaries": 2,
        "venue": "journals/jmlr",
    }


def test_the_exact_key_comes_first(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/Tools.bib", "About a file")
    assert "About a file" in guest.get("/paper/conf/x/Tools.bib").text
    assert guest.get("/paper/conf/x/Tools.bib.bib").text.startswith("@")
    make_paper(session, "conf/x/Tools", "About tools")
    assert "<h1" in guest.get("/paper/conf/x/Tools.bib").text  # still the page of the first


def test_other_names_lead_to_the_file_of_the_key(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/nips/RenHGS15", arxiv_id="1506.01497")
    for name in ("1506.01497", "CONF/nips/renhgs15"):
        page = guest.get(f"/paper/{name}.ris")
        assert (page.status, page.location) == (301, "/paper/conf/nips/RenHGS15.ris")


@pytest.mark.parametrize("suffix", ["bib", "ris", "json"])
def test_an_unknown_paper_has_no_file(guest: Browser, suffix: str) -> None:
    page = guest.get(f"/paper/conf/x/None99.{suffix}")
    assert page.status == 404
    assert "<code>conf/x/None99</code>" in page.text
    assert guest.get(f"/paper/.{suffix}").status == 404


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("conf/nips/RenHGS15", "conf-nips-RenHGS15"),
        ("10.1109/CVPR.2016.90", "10.1109-CVPR.2016.90"),
        ("..;filename=x", "filename-x"),
        ("名前", "paper"),
        ("x" * 300, "x" * 100),
    ],
)
def test_names_of_files_are_plain(key: str, name: str) -> None:
    assert make_file_name(key) == name


def test_the_page_tells_programs_what_it_is_about(guest: Browser, session: Session) -> None:
    paper = make_tsne(session)
    make_summary(session, paper, make_user(session, "mira", "Mira"), "A good *read*.")
    page = guest.get("/paper/journals/jmlr/MaatenH08")
    found = metas(page)
    assert found["citation_author"] == ["Laurens van der Maaten", "Geoffrey Hinton"]
    assert found["citation_journal_title"] == ["Journal of Machine Learning Research"]
    assert found["citation_firstpage"] == ["2579"]
    assert found["og:url"] == ["http://localhost/paper/journals/jmlr/MaatenH08"]
    alternate = [each for each in page.tree.iter("link") if each.get("rel") == "alternate"]
    links = {each.get("type"): each.get("href") for each in alternate}
    assert links["application/x-bibtex"] == "/paper/journals/jmlr/MaatenH08.bib"
    data = linked_data(page)
    assert data["@id"] == "http://localhost/paper/journals/jmlr/MaatenH08"
    (review,) = data["review"]
    assert review["author"] == {"@type": "Person", "name": "Mira"}
    assert review["reviewBody"] == "A good read."


def test_hostile_facts_stay_facts(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "x1", HOSTILE, authors=('Eve "><script>alert(1)</script>',))
    user = make_user(session, "eve", "</script><script>alert(2)</script>")
    make_summary(session, paper, user, "`</script><script>alert(3)</script>`")
    page = guest.get("/paper/x1")
    assert "<script>alert" not in page.text
    assert metas(page)["citation_title"] == [" ".join(HOSTILE.split())]
    data = linked_data(page)
    assert data["name"] == paper.title
    assert data["review"][0]["author"]["name"] == user.display_name
    assert len(list(page.tree.iter("title"))) == 1


def test_nobody_elses_page_shows_a_hidden_name(app: Flask, session: Session) -> None:
    writer = Browser(app.test_client()).sign_up("ann", "Ann Secret")
    for key, how in (("conf/x/A1", {"anonymous": "y"}), ("conf/x/B2", {"visibility": "private"})):
        make_paper(session, key)
        form = writer.get(f"/write/{key}").form(f"/write/{key}")
        writer.post(f"/write/{key}", {**form, "source": "Hers alone.", **how})
    # Not even on the page that the writer sees: what is there for programs is the same for all.
    (review,) = linked_data(writer.get("/paper/conf/x/A1"))["review"]
    assert "author" not in review
    assert "review" not in linked_data(writer.get("/paper/conf/x/B2"))


def test_public_files_are_open_to_other_sites(guest: Browser, session: Session) -> None:
    make_tsne(session)
    address = "/paper/journals/jmlr/MaatenH08"
    opened = [f"{address}.bib", f"{address}.ris", f"{address}.json", "/feed.atom", "/rss.xml"]
    for path in opened:
        headers = guest.get(path).response.headers
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin", path
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers
    page = guest.get(address).response.headers
    assert page["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in page
    assert "manifest-src 'self'" in page["Content-Security-Policy"]


def test_signposts_lead_both_ways(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A1", "A title", doi="10.1000/a1", year=2001)
    page = guest.get("/paper/conf/x/A1")
    links = [(each.get("rel"), each.get("href", "")) for each in page.tree.iter("link")]
    assert ("cite-as", "https://doi.org/10.1000/a1") in links
    assert ("type", "https://schema.org/AboutPage") in links
    described = [href for rel, href in links if rel == "describedby"]
    assert [href.rsplit(".", 1)[1] for href in described] == ["bib", "ris", "json"]
    for href in described:
        answer = guest.get(href[href.index("/paper/") :])
        link = answer.response.headers["Link"]
        assert link == f'<{href.rsplit(".", 1)[0]}>; rel="describes"; type="text/html"'


def test_a_preview_shows_our_own_pictures_only(session: Session, guest: Browser) -> None:
    paper = make_paper(session, "conf/x/A1", "A title")
    name = "A" * 22 + ".png"
    make_summary(session, paper, source="First. ![x](https://e.org/remote.png)")
    assert "og:image" not in metas(guest.get("/paper/conf/x/A1"))
    private = f"Mine. ![x](/pictures/{'B' * 22}.png)"
    make_summary(session, paper, source=private, visibility="private")
    make_summary(session, paper, source=f'Text. <img src="/pictures/{name}" width="3">')
    found = metas(guest.get("/paper/conf/x/A1"))
    (image,) = found["og:image"]
    assert image.endswith(f"/pictures/{name}")
    assert image.startswith("http")
    assert found["og:description"] == found["description"]


def test_every_row_tells_zotero_its_paper(guest: Browser, session: Session) -> None:
    papers = [make_paper(session, f"conf/x/A{number}", "Alike") for number in (1, 2)]
    for paper in papers:
        make_summary(session, paper)
    for path in ("/", "/search?q=alike"):
        rows = guest.get(path).tree.iter("abbr")
        found = {each.get("title") for each in rows if each.get("class") == "unapi-id"}
        assert found == {f"paper:{paper.id}" for paper in papers}, path


def test_zotero_gets_a_paper_by_unapi(guest: Browser, session: Session) -> None:
    make_tsne(session)
    page = guest.get("/paper/journals/jmlr/MaatenH08")
    (server,) = (
        each.get("href") for each in page.tree.iter("link") if each.get("rel") == "unapi-server"
    )
    (wanted,) = (
        each.get("title") for each in page.tree.iter("abbr") if each.get("class") == "unapi-id"
    )
    every = guest.get(server)
    names = [each.get("name") for each in ElementTree.fromstring(every.text)]
    assert (every.status, names) == (200, ["bibtex", "ris"])
    of_this = guest.get(f"{server}?id={wanted}")
    assert of_this.status == 300
    assert ElementTree.fromstring(of_this.text).get("id") == wanted
    ris = guest.get(f"{server}?id={wanted}&format=ris")
    assert ris.text == guest.get("/paper/journals/jmlr/MaatenH08.ris").text
    assert guest.get(f"{server}?id={wanted}&format=mods").status == 406
    for unknown in ("paper:999", "paper:99999999999999999999", "x", "paper:²"):
        assert guest.get(f"{server}?id={unknown}&format=ris").status == 404
