"""Every outside source, with answers of the shape that it documents."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import pytest

from app.sources.contract import MAX_FOUND_PAPERS, PaperSource, SourceUnavailable
from app.sources.lookup import arxiv, crossref, dblp, openreview
from app.sources.lookup.registry import SOURCES
from app.sources.record import DETAILS, PaperRecord
from tests.helpers.stand_ins.outside import ANSWERS, Reply, StandIn


@dataclass(frozen=True)
class Sample:
    """An identifier that a source knows, and facts that it tells."""

    value: str
    facts: PaperRecord
    address: str


RESNET = ("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun")
SAMPLES = {
    "arXiv": Sample(
        "1512.03385",
        PaperRecord(
            title="Deep Residual Learning for Image Recognition",
            authors=RESNET,
            year=2015,
            arxiv_id="1512.03385",
            published_on=date(2015, 12, 10),
        ),
        "export.arxiv.org/api/query",
    ),
    "Crossref": Sample(
        "10.1109/cvpr.2016.90",
        PaperRecord(
            title="Deep Residual Learning for Image Recognition",
            authors=RESNET,
            orcids=("0000-0002-1825-0097", "", "", ""),
            year=2016,
            venue="CVPR",
            venue_title="IEEE Conference on Computer Vision and Pattern Recognition",
            doi="10.1109/cvpr.2016.90",
            url="http://ieeexplore.ieee.org/document/7780459/",
            details={
                "type": "inproceedings",
                "pages": "770-778",
                "month": "jun",
                "publisher": "IEEE",
            },
        ),
        "api.crossref.org/works/10.1109/cvpr.2016.90",
    ),
    "dblp": Sample(
        "conf/cvpr/HeZRS16",
        PaperRecord(
            title="Deep Residual Learning for Image Recognition",
            authors=("Kaiming He", "Xiangyu Zhang 0005", "Shaoqing Ren", "Jian Sun 0001"),
            orcids=("", "", "0000-0002-1825-0097", ""),
            key="conf/cvpr/HeZRS16",
            year=2016,
            venue="CVPR",
            doi="10.1109/cvpr.2016.90",
            url="https://doi.ieeecomputersociety.org/10.1109/CVPR.2016.90",
            details={"type": "inproceedings", "pages": "770-778"},
        ),
        "dblp.org/rec/conf/cvpr/HeZRS16.xml",
    ),
    "OpenReview": Sample(
        "aBcDeF123",
        PaperRecord(
            title="Learning to add papers",
            authors=("Ada Byron", "Charles Babbage"),
            year=2024,
            venue="ICLR",
            openreview_id="aBcDeF123",
            url="https://openreview.net/forum?id=aBcDeF123",
            abstract="We add papers.\n\nThey are found.",
            keywords="notes, engines",
            published_on=date(2024, 1, 16),
        ),
        "api2.openreview.net/notes",
    ),
    "the ACL Anthology": Sample(
        "N19-1423",
        PaperRecord(
            title=(
                "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding"
            ),
            authors=("Jacob Devlin", "Ming-Wei Chang", "Kenton Lee", "Kristina Toutanova"),
            key="devlin-etal-2019-bert",
            year=2019,
            doi="10.18653/v1/N19-1423",
            acl_id="N19-1423",
        ),
        "aclanthology.org/N19-1423.bib",
    ),
}
EVERY = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.NAME)


@EVERY
def test_it_finds_a_paper(source: PaperSource, stand_in: StandIn) -> None:
    sample = SAMPLES[source.NAME]
    found = source.find(sample.value, stand_in.fetch())
    assert found is not None
    for name, fact in vars(sample.facts).items():
        if fact and name != "details":
            assert getattr(found, name) == fact, name
    assert set(found.details) <= set(DETAILS)
    assert {**found.details, **sample.facts.details} == found.details
    assert stand_in.agents == {"Shortlist (tests)"}


@EVERY
def test_it_says_when_there_is_none(source: PaperSource, stand_in: StandIn) -> None:
    stand_in.replies.clear()
    assert source.find(SAMPLES[source.NAME].value, stand_in.fetch()) is None


@EVERY
@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Please sign in</body></html>", b"{" * 5000, b"[" * 200_000, b"\xff\x00"],
    ids=["empty", "page", "braces", "deep", "binary"],
)
def test_nonsense_is_no_answer(source: PaperSource, body: bytes, stand_in: StandIn) -> None:
    for reply in stand_in.replies.values():
        reply.body = body
    found: object = "cannot be read"
    with suppress(SourceUnavailable):
        found = source.find(SAMPLES[source.NAME].value, stand_in.fetch())
    assert found in ("cannot be read", None)


@EVERY
def test_it_searches_titles_within_bounds(source: PaperSource, stand_in: StandIn) -> None:
    if source.search_title is None:
        return
    found = source.search_title("Deep residual learning, for: image recognition?", stand_in.fetch())
    assert 0 < len(found) <= MAX_FOUND_PAPERS
    assert all(record.title for record in found)
    stand_in.asked.clear()
    assert source.search_title("\u200b ?!", stand_in.fetch()) == [] or stand_in.asked


@EVERY
@pytest.mark.parametrize(
    "value",
    [
        "../../etc/passwd",
        "x\r\nHost: evil.example",
        "http://169.254.169.254/",
        "//evil.example/x",
        "@evil.example/",
        "x?y=z#w",
        "bücher.example",
        "x" * 5000,
        "\x00",
        "",
    ],
)
def test_no_identifier_leads_astray(source: PaperSource, value: str, stand_in: StandIn) -> None:
    hosts = set(source.HOSTS)
    with suppress(SourceUnavailable):
        source.find(value, stand_in.fetch())
    assert {asked.partition("/")[0] for asked in stand_in.asked} <= hosts
    assert all("evil" not in asked.partition("/")[0] for asked in stand_in.asked)


def test_an_error_of_arxiv_is_no_paper(stand_in: StandIn) -> None:
    body = (ANSWERS / "arxiv_error.xml").read_bytes()
    stand_in.replies["export.arxiv.org/api/query"] = Reply(body=body)
    assert arxiv.find("1234.12345", stand_in.fetch()) is None


def test_another_paper_is_no_answer(stand_in: StandIn) -> None:
    assert arxiv.find("1512.03386", stand_in.fetch()) is None
    assert openreview.find("aBcDeF124", stand_in.fetch()) is None


def test_arxivs_paragraphs_and_accents(stand_in: StandIn) -> None:
    found = arxiv.find("1512.03385", stand_in.fetch())
    assert found is not None
    first, second = found.abstract.split("\n\n")
    assert first.endswith(
        "We present a residual learning framework to ease the training of networks."
    )
    assert second.endswith("for $<$ 5% of tasks, as Gödel said.")


def test_crossrefs_marks_and_types(stand_in: StandIn) -> None:
    work = {
        "DOI": "10.1000/X",
        "type": "journal-article",
        "title": ["On <i>H</i><sub>2</sub>O &amp;amp; <mml:math><mml:mi>x</mml:mi></mml:math>"],
        "subtitle": ["A study"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p>",
        "author": [{"name": "The Team"}, {"given": "A", "family": "B", "suffix": "Jr."}, {}, 3],
        "container-title": ["Nature"],
        "issued": {"date-parts": [[1953, 4, 25]]},
        "volume": "171",
        "issue": "4356",
        "ISSN": ["0028-0836", "1476-4687"],
        "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.1512.03385v2"}]},
    }
    body = json.dumps({"message": work}).encode()
    stand_in.replies["api.crossref.org/works/10.1000/x"] = Reply(body=body)
    found = crossref.find("10.1000/x", stand_in.fetch())
    assert found is not None
    assert found.title == "On H₂O & $x$: A study"
    assert found.abstract == "One.\n\nTwo."
    assert found.authors == ("The Team", "A B Jr.")
    assert (found.arxiv_id, found.published_on) == ("1512.03385", date(1953, 4, 25))
    assert (found.details["issn"], found.details["number"]) == ("0028-0836", "4356")
    work["type"] = "component"
    stand_in.replies["api.crossref.org/works/10.1000/x"].body = json.dumps(
        {"message": work}
    ).encode()
    assert crossref.find("10.1000/x", stand_in.fetch()) is None


def test_a_short_doi_is_an_alias(stand_in: StandIn) -> None:
    alias = {"type": "HS_ALIAS", "data": {"format": "string", "value": "10.1109/CVPR.2016.90"}}
    handle = stand_in.replies["doi.org/api/handles/10/ggd754"] = Reply(
        body=json.dumps({"responseCode": 1, "values": [{"type": "HS_ADMIN"}, alias]}).encode()
    )
    found = crossref.find("10/ggd754", stand_in.fetch())
    assert found is not None
    assert found.doi == "10.1109/cvpr.2016.90"
    assert found.other_urls == ("https://doi.org/10/ggd754",)
    handle.body = json.dumps({"responseCode": 100, "values": []}).encode()
    assert crossref.find("10/ggd754", stand_in.fetch()) is None
    alias["data"] = {"value": "10/ggd754"}  # an alias of itself
    handle.body = json.dumps({"values": [alias]}).encode()
    assert crossref.find("10/ggd754", stand_in.fetch()) is None
    assert crossref.find("10/none9", stand_in.fetch()) is None
    handle.body = b"<html>"
    with pytest.raises(SourceUnavailable):
        crossref.find("10/ggd754", stand_in.fetch())


def test_dblps_search(stand_in: StandIn) -> None:
    corr, cvpr, other = dblp.search_title("deep residual", stand_in.fetch())
    assert (corr.key, corr.arxiv_id) == ("journals/corr/HeZRS15", "1512.03385")
    assert (cvpr.doi, cvpr.details["pages"]) == ("10.1109/cvpr.2016.90", "770-778")
    assert other.title.startswith("Notes & sketches: deep")
    assert (other.authors, other.venue) == (("Ada Byron",), "X")


def test_dblp_is_asked_for_its_own_keys_only(stand_in: StandIn) -> None:
    assert dblp.find("someone2016deep", stand_in.fetch()) is None
    assert stand_in.asked == []


def test_old_papers_of_openreview(stand_in: StandIn) -> None:
    stand_in.replies["api2.openreview.net/notes"] = Reply(body=b'{"notes": [], "count": 0}')
    body = (ANSWERS / "openreview_old.json").read_bytes()
    stand_in.replies["api.openreview.net/notes"] = Reply(body=body)
    found = openreview.find("Sy8gdB9xx", stand_in.fetch())
    assert found is not None
    assert found.authors[:2] == ("Chiyuan Zhang", "Samy Bengio")
    assert (found.year, found.venue) == (2016, "")
    # That of the new ones may refuse while the other one answers.
    stand_in.replies["api2.openreview.net/notes"] = Reply(403, b"{}")
    assert openreview.find("Sy8gdB9xx", stand_in.fetch()) == found


@pytest.mark.parametrize(
    ("venue", "group", "is_in"),
    [
        ("ICLR 2024 oral", "ICLR.cc/2024/Conference", "ICLR"),
        ("Submitted to ICLR 2024", "ICLR.cc/2024/Conference/Rejected_Submission", ""),
        ("ICLR 2024 Conference Withdrawn Submission", "ICLR.cc/2024/Conference", ""),
        ("Accepted by TMLR", "TMLR", "TMLR"),
        ("CVPR 2016", "dblp.org/conf/CVPR/2016", "conf/cvpr"),
        ("", "", ""),
    ],
)
def test_only_what_was_taken_is_in_a_venue(
    venue: str, group: str, is_in: str, stand_in: StandIn
) -> None:
    note = json.loads((ANSWERS / "openreview.json").read_bytes())
    note["notes"][0]["content"] |= {"venue": {"value": venue}, "venueid": {"value": group}}
    stand_in.replies["api2.openreview.net/notes"] = Reply(body=json.dumps(note).encode())
    found = openreview.find("aBcDeF123", stand_in.fetch())
    assert found is not None
    assert (found.venue or found.venue_key) == is_in


def test_a_review_is_no_paper(stand_in: StandIn) -> None:
    note = json.loads((ANSWERS / "openreview.json").read_bytes())
    note["notes"][0]["forum"] = "another"
    stand_in.replies["api2.openreview.net/notes"] = Reply(body=json.dumps(note).encode())
    assert openreview.find("aBcDeF123", stand_in.fetch()) is None


def test_xml_cannot_grow_or_lead_away(stand_in: StandIn) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "http://evil.example/">]><dblp>&a;</dblp>'
    stand_in.replies["dblp.org/rec/conf/cvpr/HeZRS16.xml"] = Reply(body=bomb)
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        dblp.find("conf/cvpr/HeZRS16", stand_in.fetch())
