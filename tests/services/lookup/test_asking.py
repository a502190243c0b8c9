from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.queries.identifiers import find_paper
from app.services.lookup import asking, cache, finding, pasted_input
from app.services.lookup.cache import CachedAnswer
from app.services.lookup.record_merge import is_same_work, merge_records
from app.services.papers.facts import MAX_ABSTRACT, MAX_NAME
from app.sources.record import PaperRecord
from tests.helpers.factories import make_paper
from tests.helpers.stand_ins.outside import Reply, StandIn

TITLE = "Deep Residual Learning for Image Recognition"


def test_what_one_source_knows_leads_to_the_others(stand_in: StandIn, tmp_path: Path) -> None:
    (found,) = asking.find_works(stand_in.outside(tmp_path), ["arxiv:1512.03385"]).finds
    record = found.record
    assert (record.key, record.arxiv_id) == ("conf/cvpr/HeZRS16", "1512.03385")
    assert record.doi.lower() == "10.1109/cvpr.2016.90"
    assert (record.venue, record.year) == ("CVPR", 2016)
    assert record.other_keys == ("journals/corr/HeZRS15",)
    assert "residual learning framework" in record.abstract
    assert found.sources == ("dblp", "arXiv")
    assert found.kind == "key"


def test_a_title_finds_works_and_not_records(stand_in: StandIn, tmp_path: Path) -> None:
    answer = asking.search_titles(stand_in.outside(tmp_path), TITLE.lower())
    first, *others = answer.finds
    assert first.record.title == TITLE
    assert first.sources == ("dblp", "Crossref", "arXiv")
    assert [each.record.key for each in others] == ["journals/x/Byron18"]  # not the texture
    assert answer.problems == ()


def test_nothing_is_asked_twice(stand_in: StandIn, tmp_path: Path) -> None:
    outside = stand_in.outside(tmp_path)
    first = asking.find_works(outside, ["arxiv:1512.03385"])
    asked = len(stand_in.asked)
    assert asking.find_works(outside, ["arxiv:1512.03385"]) == first
    asking.search_titles(outside, TITLE)
    asking.search_titles(outside, TITLE.upper() + " ?")
    assert len(stand_in.asked) == asked + 3  # the sources but dblp, which was asked before
    assert asking.find_works(outside, ["doi:10.1/none"]).finds == ()
    asked = len(stand_in.asked)
    assert asking.find_works(outside, ["doi:10.1/none"]).finds == ()
    assert len(stand_in.asked) == asked


def test_the_cache_can_be_damaged_or_full(tmp_path: Path) -> None:
    record = PaperRecord(title="T", authors=("A",), details={"volume": "1"})
    cache.write_answer(tmp_path, "q", CachedAnswer((record,)))
    assert cache.read_answer(tmp_path, "q") == CachedAnswer((record,))
    assert cache.read_answer(tmp_path, "other") is None
    (path,) = tmp_path.glob("*/*")
    for damage in (
        b"",
        b"[]",
        b'{"version": 1}',
        path.read_bytes().replace(b'"until": 1', b'"until": 0'),
    ):
        path.write_bytes(damage)
        assert cache.read_answer(tmp_path, "q") is None
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("in the way")
    cache.write_answer(tmp_path, "q", CachedAnswer())  # says nothing
    assert cache.read_answer(tmp_path, "q") is None


def test_old_answers_are_tidied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        cache.write_answer(tmp_path, f"q{number}", CachedAnswer())
    assert cache.remove_old_answers(tmp_path) == 0
    monkeypatch.setattr(cache, "MAX_FILES", 2)
    assert cache.remove_old_answers(tmp_path) == 1
    monkeypatch.setattr(cache, "SECONDS_FOUND", -1)
    assert cache.remove_old_answers(tmp_path) == 2
    assert cache.remove_old_answers(tmp_path / "none") == 0


def test_who_does_not_answer_is_named(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MAX_SECONDS", 2.0)
    stand_in.replies["api.crossref.org/works"] = Reply(500)
    stand_in.replies["export.arxiv.org/api/query"] = Reply(held=True)
    stand_in.replies["api2.openreview.net/notes/search"] = Reply(body=b"<html>")
    answer = asking.search_titles(stand_in.outside(tmp_path), TITLE)
    assert not stand_in.let_go.is_set()  # nobody waited for arXiv
    assert answer.finds[0].sources == ("dblp",)
    assert answer.problems == ()
    assert answer.silent == {
        "Crossref": "has a problem (it answered 500).",
        "OpenReview": "sent something that cannot be read.",
        "arXiv": "did not answer in time.",
    }


def test_a_fault_of_ours_is_no_failure_of_the_page(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("app.sources.lookup.arxiv.find", fault)
    answer = asking.find_works(stand_in.outside(tmp_path), ["arxiv:1512.03385"])
    assert answer.silent == {"arXiv": "sent something that cannot be read."}


def test_only_some_look_up_at_once(stand_in: StandIn, tmp_path: Path) -> None:
    taken = 0
    while asking.LOOKUP_SLOTS.acquire(blocking=False):
        taken += 1
    try:
        answer = asking.find_works(stand_in.outside(tmp_path), ["arxiv:1512.03385"])
    finally:
        for _ in range(taken):
            asking.LOOKUP_SLOTS.release()
    assert (answer.problems, stand_in.asked) == ((asking.BUSY,), [])
    assert asking.find_works(stand_in.outside(tmp_path), ["arxiv:1512.03385"]).finds


def test_our_own_slowness_is_not_remembered(stand_in: StandIn, tmp_path: Path) -> None:
    outside = stand_in.outside(tmp_path)
    outside.asking.turns.pause("export.arxiv.org", 60)
    said = {"arXiv": "is asked a lot at the moment. Try again in a little while."}
    assert asking.find_works(outside, ["arxiv:1512.03385"]).silent == said
    assert asking.find_works(stand_in.outside(tmp_path), ["arxiv:1512.03385"]).finds


def test_a_site_says_who_it_is() -> None:
    def agent(site_url: str, contact: str) -> str:
        site = asking.make_lookup_settings(Path(), on=True, site_url=site_url, contact=contact)
        return site.asking.agent

    assert agent("", "") == "Shortlist"
    assert agent("https://p.example", "a@p.example") == (
        "Shortlist (https://p.example; mailto:a@p.example)"
    )
    assert agent("", "https://p.example/us") == "Shortlist (https://p.example/us)"


def test_look_ups_can_be_off(stand_in: StandIn, tmp_path: Path) -> None:
    off = stand_in.outside(tmp_path, on=False)
    assert asking.search_titles(off, TITLE).problems == (asking.LOOKUPS_OFF,)
    assert asking.find_works(off, ["arxiv:1512.03385"]).problems == (asking.LOOKUPS_OFF,)
    assert stand_in.asked == []


ONE = PaperRecord(title="On the growth of things", authors=("Ada Byron",), year=2015)


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({}, True),
        ({"title": "On the Growth of Things."}, True),
        ({"authors": ("A. Byron",), "year": 2016}, True),
        ({"year": 2018}, False),
        ({"authors": ("Ada Byron", "Li Wei")}, False),
        ({"authors": ()}, False),
        ({"title": "On the growth of things, Part II"}, False),
        ({"doi": "10.1/b"}, False),  # an extended version has a DOI of its own
        ({"doi": "10.1/A", "title": "Another"}, True),
        ({"arxiv_id": "1512.03385", "title": "Another"}, False),
    ],
)
def test_what_one_work_is(facts: dict[str, object], same: bool) -> None:
    one = replace(ONE, doi="10.1/a") if "doi" in facts else ONE
    assert is_same_work(one, replace(ONE, **facts)) is same  # type: ignore[arg-type]
    talk = replace(ONE, venue="X", venue_key="conf/x")
    assert is_same_work(talk, replace(ONE, venue="arXiv"))
    assert not is_same_work(talk, replace(ONE, venue="J", details={"type": "article"}))
    preface = PaperRecord(title="Preface", authors=("Ada Byron",), year=2015)
    assert not is_same_work(preface, preface)


def test_facts_are_joined() -> None:
    found = merge_records(
        [
            replace(ONE, key="conf/x/B15", venue="X", url="https://a.example/"),
            replace(
                ONE,
                key="journals/corr/B15",
                arxiv_id="1512.03385",
                venue="CoRR",
                venue_key="journals/corr",
                orcids=("0000-0002-1825-0097",),
                url="https://arxiv.org/abs/1512.03385",
                year=2014,
            ),
        ]
    )
    assert (found.key, found.other_keys) == ("conf/x/B15", ("journals/corr/B15",))
    assert (found.venue, found.venue_key, found.year) == ("X", "", 2015)
    assert found.orcids == ("0000-0002-1825-0097",)
    assert found.other_urls == ("https://arxiv.org/abs/1512.03385",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("arXiv:1512.03385v2", "arxiv"),
        (" https://doi.org/10.1109/CVPR.2016.90\n", "doi"),
        ("Watson & Crick (1953), doi:10.1038/171737a0.", "doi"),
        ("https://openreview.net/forum?id=Sy8gdB9xx", "openreview"),
        ("DBLP:conf/cvpr/HeZRS16", "key"),
        ("https://dblp.org/rec/conf/cvpr/HeZRS16.html", "key"),
        ("Word2vec", "title"),
        ("Deep residual learning", "title"),
        ("@article{x, title={T}}", "records"),
        ("% from dblp\n@inproceedings{DBLP:conf/x/Y, title = {T}, year = 2015}", "records"),
        ("TY  - JOUR\nTI  - T\nER  - ", "records"),
        ('[{"title": "T"}]', "records"),
        ("", "title"),
    ],
)
def test_what_was_pasted_is_recognised(text: str, kind: str) -> None:
    what = pasted_input.read_pasted(text)
    if kind in ("records", "title"):
        assert bool(what.records) is (kind == "records")
        assert what.ref is None
    else:
        assert what.ref is not None
        assert what.ref.kind == kind


def test_a_short_doi_is_resolved(stand_in: StandIn, tmp_path: Path, session: Session) -> None:
    alias = {"type": "HS_ALIAS", "data": {"value": "10.1109/CVPR.2016.90"}}
    stand_in.replies["doi.org/api/handles/10/ggd754"] = Reply(
        body=json.dumps({"values": [alias]}).encode()
    )
    for number, text in enumerate(("10/ggd754", "https://doi.org/ggd754", "doi: 10/GGD754.")):
        result = finding.find_papers(session, stand_in.outside(tmp_path / str(number)), text, None)
        (offer,) = result.offers
        assert offer.record.doi == "10.1109/cvpr.2016.90", text
    paper = make_paper(session, "conf/cvpr/HeZRS16", TITLE, doi="10.1109/cvpr.2016.90")
    session.commit()
    found = finding.find_papers(session, stand_in.outside(tmp_path), "10/ggd754", None)
    assert [each.id for each in found.here] == [paper.id]
    off = stand_in.outside(tmp_path / "off", on=False)
    assert (
        finding.find_papers(session, off, "10/none9", None).known.url == "https://doi.org/10/none9"
    )


def test_what_is_here_comes_first(stand_in: StandIn, tmp_path: Path, session: Session) -> None:
    ours = make_paper(session, "conf/cvpr/HeZRS16", TITLE)
    make_paper(session, "conf/x/Other", "On deep residual learning")
    outside = stand_in.outside(tmp_path)
    found = finding.find_papers(session, outside, TITLE, None)
    assert found.here[0].id == ours.id
    assert [each.record.key for each in found.offers] == ["journals/x/Byron18"]
    stand_in.asked.clear()
    found = finding.find_papers(session, outside, "https://dblp.org/rec/conf/cvpr/HeZRS16", None)
    assert ([paper.id for paper in found.here], found.offers) == ([ours.id], [])
    assert stand_in.asked == []
    # By an identifier of which only the outside says that it is ours.
    found = finding.find_papers(session, outside, "1512.03385", None)
    assert ([paper.id for paper in found.here], found.offers) == ([ours.id], [])


def test_further_names_of_our_papers_are_learnt(
    stand_in: StandIn, tmp_path: Path, session: Session
) -> None:
    ours = make_paper(session, "someone2015deep", TITLE, arxiv_id="1512.03385")
    outside = stand_in.outside(tmp_path)
    assert find_paper(session, "10.1109/CVPR.2016.90") is None
    found = finding.find_papers(session, outside, "1512.03385", None)
    assert ([paper.id for paper in found.here], stand_in.asked) == ([ours.id], [])
    found = finding.find_papers(session, outside, "conf/cvpr/HeZRS16", None)
    assert ([paper.id for paper in found.here], found.offers) == ([ours.id], [])
    named = find_paper(session, "10.1109/CVPR.2016.90")
    assert named is not None
    assert named.id == ours.id
    # Not from what somebody pasted, who may be wrong.
    entry = f"@article{{x, title={{{TITLE}}}, doi={{10.1109/CVPR.2016.90}}, eprint={{1512.99999}}}}"
    finding.find_papers(
        session, outside, entry.replace("eprint", "archiveprefix={arXiv}, eprint"), None
    )
    assert find_paper(session, "1512.99999") is None


def test_hostile_facts_from_outside_are_cut_to_what_fits(
    stand_in: StandIn, tmp_path: Path, session: Session
) -> None:
    work = {
        "DOI": "10.1234/x",
        "type": "journal-article",
        "title": ["<b>T\u0000</b> $x$"],
        "abstract": "a" * 30_000,
        "container-title": ["v" * 500],
        "issued": {"date-parts": [[9999]]},
        "resource": {"primary": {"URL": "http://x y"}},
        "volume": "1" * 500,
    }
    body = json.dumps({"message": work}).encode()
    stand_in.replies["api.crossref.org/works/10.1234/x"] = Reply(body=body)
    found = finding.find_papers(session, stand_in.outside(tmp_path), "10.1234/x", None)
    (offered,) = found.offers
    record = offered.record
    assert record.title == "T $x$"
    assert "<math" in offered.title_html
    assert (len(record.abstract), len(record.venue)) == (MAX_ABSTRACT, MAX_NAME)
    assert (record.year, record.url) == (None, "")
    assert record.details == {"type": "article"}
