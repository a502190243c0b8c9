"""Where a retracted paper is marked: on kept pages too, as soon as the notice is read in."""

from __future__ import annotations

import json
import re
from collections import deque
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import SimilarPaper, User
from app.services.retractions.importing import import_retractions
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, put_on_list
from tests.helpers.imports.retractions import write_notices


def test_every_place_shows_it(guest: Browser, session: Session, tmp_path: Path) -> None:
    paper = make_paper(session, "conf/x/Y20", "On solid ground", doi="10.1000/abc")
    make_summary(session, paper)
    writer = Browser(guest.client.application.test_client()).sign_up("ann")
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    put_on_list(session, ann, paper)
    pages = [guest.get("/"), guest.get(f"/paper/{paper.key}")]  # kept from now on
    assert "Retracted" not in "".join(page.text for page in pages)
    notice = {"OriginalPaperDOI": "10.1000/abc", "RetractionDOI": "10.1000/n_1"}
    path = write_notices(tmp_path / "r.csv", notice)
    deque(import_retractions(session, path), maxlen=0)
    page = guest.get(f"/paper/{paper.key}")
    for part in ("Retracted", "4 March 2021", "concerns about data", "https://doi.org/10.1000/n_1"):
        assert part in page.text
    (script,) = (
        each for each in page.tree.iter("script") if each.get("type") == "application/ld+json"
    )
    data = json.loads(script.text or "")
    assert data["creativeWorkStatus"] == "Retracted"
    assert data["correction"]["url"] == "https://doi.org/10.1000/n_1"
    for path in ("/", "/search?q=solid", "/rss.xml", "/feed.atom", "/venues"):
        assert ("Retracted" in guest.get(path).text) == (path != "/venues"), path
    assert "Retracted" in writer.get("/list").text
    note = "Retracted, 4 March 2021: concerns about data. Notice: https://doi.org/10.1000/n_1"
    assert f"N1  - {note}" in guest.get(f"/paper/{paper.key}.ris").text
    assert json.loads(guest.get(f"/paper/{paper.key}.json").text)["note"] == note
    for address in (f"/paper/{paper.key}.bib", "/list.bib"):
        assert note.replace("_", "\\_") in writer.get(address).text


def test_papers_linked_in_both_directions_show_it(
    guest: Browser, session: Session, tmp_path: Path
) -> None:
    retracted = make_paper(session, "conf/x/B20", "Of solid ground", doi="10.1000/abc")
    one, other = make_paper(session, "conf/x/A20"), make_paper(session, "conf/x/C20")
    make_summary(session, one, source="See also: [b](/paper/conf/x/B20), the opposite.")
    make_summary(session, retracted, source=f"As [it](/paper/{other.key}) says.")
    pages = f"/paper/{one.key}", f"/paper/{other.key}", f"/mentions/{other.key}"

    def read(viewer: Browser) -> list[str]:
        found = []
        for each, kind in zip(pages, ("see-also", "mentions", "mentions"), strict=True):
            lists = [at for at in viewer.get(each).tree.iter("ul") if at.get("class") == kind]
            found += ["".join(at.itertext()).count("Retracted") for at in lists]
        return found

    member = Browser(guest.client.application.test_client()).sign_up("ann")
    assert read(guest) == read(member) == [0, 0, 0]  # kept from now on
    path = write_notices(tmp_path / "r.csv", {"OriginalPaperDOI": "10.1000/abc"})
    deque(import_retractions(session, path), maxlen=0)
    assert read(guest) == read(member) == [1, 1, 1]


def test_maps_and_similar_papers_show_it(guest: Browser, session: Session, tmp_path: Path) -> None:
    one = make_paper(session, "conf/x/A20", "On a crossed dot")
    other = make_paper(session, "conf/x/B20", "Of solid ground", doi="10.1000/abc")
    doubted = make_paper(session, "conf/x/C20", "Of soft ground", doi="10.1000/def")
    similar = make_paper(session, "conf/x/D20", "Of similar ground", doi="10.1000/ghi")
    make_summary(session, one, source="Compare [b](/paper/conf/x/B20) and [c](/paper/conf/x/C20).")
    reasons = [["tags", "ground"]]
    begin_writing(session)
    session.add(SimilarPaper(paper_id=one.id, similar_id=similar.id, score=1.0, reasons=reasons))
    session.commit()
    before = guest.get(f"/paper/{one.key}").text
    assert "Similar papers" in before
    assert "map__cross" not in before + guest.get(f"/map/paper/{one.key}").text
    path = write_notices(
        tmp_path / "r.csv",
        {"OriginalPaperDOI": "10.1000/abc"},
        {"OriginalPaperDOI": "10.1000/def", "RetractionNature": "Expression of concern"},
        {"OriginalPaperDOI": "10.1000/ghi"},
    )
    deque(import_retractions(session, path), maxlen=0)
    page = guest.get(f"/paper/{one.key}")
    (side,) = (each for each in page.tree.iter("ul") if each.get("class") == "see-also similar")
    assert "Retracted" in "".join(side.itertext())
    for text, pictures in ((page.text, 1), (guest.get(f"/map/paper/{one.key}").text, 2)):
        assert text.count(', retracted">') == text.count(", expression of concern") == pictures
        assert len(set(re.findall(r'class="map__cross" d="([^"]+)', text))) >= 2 * pictures
    exported = json.loads(guest.get(f"/map/paper/{one.key}?as=json").text)
    assert {each["key"]: each["retraction"] for each in exported["papers"]} == {
        one.key: None,
        other.key: "retraction",
        doubted.key: "concern",
    }
