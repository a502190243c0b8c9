"""Each way to write an identifier means the same paper wherever it is read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Link, Paper
from app.queries.identifiers import find_paper, find_paper_exactly, find_papers
from app.references.identifiers import PaperRef
from app.references.parsing import parse_any_address
from app.services.importing.storing import import_files
from app.services.importing.terms import ImportOptions, IncomingFile
from app.services.lookup import pasted_input
from app.services.lookup.asking import LookupSettings
from app.services.lookup.finding import find_papers as find_here
from app.services.papers.facts import list_record_identifiers
from app.services.papers.fitting import fit
from app.services.summaries.files.reading import read
from app.sources.bibtex.reading import read_bibtex
from app.sources.formats.csl import read_csl
from app.sources.formats.ris import read_ris
from app.sources.lookup import arxiv, crossref, dblp, openreview
from app.sources.lookup.fetch import FetchSettings
from app.sources.record import PaperRecord
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary

KEY = "conf/x/Paper24"
NEW, OLD = "2403.12345", "math/0309136"
TITLE = "A paper with many names"
ADDRESSES_OF_NEW = (
    *(f"https://arxiv.org/{kind}/{NEW}" for kind in ("abs", "pdf", "html", "format", "src")),
    *(f"https://arxiv.org/pdf/{NEW}v2.pdf", f"http://export.arxiv.org/abs/{NEW}v3"),
    *(f"https://ar5iv.org/abs/{NEW}", f"https://ar5iv.labs.arxiv.org/html/{NEW}"),
    *(f"https://www.alphaxiv.org/abs/{NEW}v1", f"https://huggingface.co/papers/{NEW}"),
    *(f"https://arxiv.org/abs/{NEW}?context=cs", f"https://doi.org/10.48550/arXiv.{NEW}"),
    "https://ui.adsabs.harvard.edu/abs/2024arXiv240312345B/abstract",
)
ADDRESSES_OF_OLD = (
    "https://arxiv.org/abs/math/0309136",
    "https://arxiv.org/pdf/math.GT/0309136v2",
    "https://ar5iv.org/abs/math.GT/0309136",
)
ADDRESSES_OF_DOI = (
    "https://doi.org/10.1109/TPAMI.2016.2577031",
    "http://dx.doi.org/10.1109%2Ftpami.2016.2577031",
    "https://dl.acm.org/doi/pdf/10.1109/TPAMI.2016.2577031",
    "https://dl-acm-org.ezproxy.example.edu/doi/10.1109/TPAMI.2016.2577031",
    "https://dl.acm.org.libproxy.example.edu/doi/10.1109/TPAMI.2016.2577031",
)
OTHER_ADDRESSES = (
    "https://openreview.net/forum?id=rJXMpikCZ",
    "https://openreview.net/pdf?id=rJXMpikCZ",
    "https://aclanthology.org/P19-1001.pdf",
    f"https://dblp.org/rec/{KEY}.html",
    "https://www.ncbi.nlm.nih.gov/pubmed/26017442",
    f"http://www.shortscience.org/paper?bibtexKey={KEY}",
)
ADDRESSES = (*ADDRESSES_OF_NEW, *ADDRESSES_OF_OLD, *ADDRESSES_OF_DOI, *OTHER_ADDRESSES)
NAMES_OF_NEW = (
    *(NEW, f"{NEW}v2", f"arXiv:{NEW}", f"arxiv:{NEW}V1", f"arXiv.{NEW}", f"abs/{NEW}"),
    *(f"journals/corr/{NEW}", "journals/corr/abs-2403-12345", f"10.48550/arXiv.{NEW}"),
)
NAMES_OF_OLD = ("math/0309136", "math.GT/0309136", "arXiv:math.GT/0309136v1", "MATH/0309136")
NAMES_OF_DOI = ("10.1109/TPAMI.2016.2577031", "doi:10.1109/tpami.2016.2577031")
OTHER_NAMES = (
    *(KEY, f"DBLP:{KEY}", KEY.upper(), "rJXMpikCZ", "openreview:rJXMpikCZ"),
    *("P19-1001", "acl:p19-1001v2", "10.18653/v1/P19-1001", "pmid:26017442"),
)
NAMES = (*NAMES_OF_NEW, *NAMES_OF_OLD, *NAMES_OF_DOI, *OTHER_NAMES)
SPACED = (
    *(f"arXiv: {NEW}", f"arXiv:{NEW}v3 [cs.CV]", f"{NEW} [cs.CV]", f"(arXiv {NEW})"),
    *("DOI: 10.1109/TPAMI.2016.2577031.", "PMID: 26017442", f"https://arxiv.org/abs/{NEW}."),
)
WITHOUT_SCHEME = tuple(address.partition("://")[2] for address in ADDRESSES)
ALL = (*ADDRESSES, *WITHOUT_SCHEME, *NAMES, *SPACED)


@pytest.fixture
def paper(session: Session) -> Paper:
    kept = make_paper(
        session,
        KEY,
        TITLE,
        doi="10.1109/tpami.2016.2577031",
        arxiv_id=NEW,
        openreview_id="rJXMpikCZ",
        acl_id="P19-1001",
        url="https://pubmed.ncbi.nlm.nih.gov/26017442",
        other_keys=(OLD,),
    )
    session.expire_all()
    return session.get_one(Paper, kept.id)


def leads_to(session: Session, record: PaperRecord, left_out_is_fine: bool = False) -> set[str]:
    """The papers here that a record names by its identifiers and address."""
    record, left_out = fit(session, record)
    assert left_out_is_fine or not left_out, [each.why for each in left_out]
    refs = list_record_identifiers(record)
    if record.url:
        ref = parse_any_address(record.url)
        refs += [ref] if ref is not None else []
    return {known.key for known in find_papers(session, refs).values()}


def test_what_is_typed(session: Session, guest: Browser, paper: Paper) -> None:
    """The search box, `/paper/<name>`, and the fields that take the name of a paper."""
    for name in ALL:
        assert find_paper(session, name) is paper, name
        found = find_paper_exactly(session, name)
        assert found is paper, name
    session.commit()
    for name in ALL[::5]:
        answer = guest.get("/search", query_string={"q": name})
        assert (answer.status, answer.location) == (302, f"/paper/{KEY}"), name
        path, _, query = name.partition("?")
        answer = guest.get(f"/paper/{quote(path)}" + (f"?{query}" if query else ""))
        while answer.status == 308:
            answer = guest.get(answer.location.removeprefix("http://localhost"))
        assert answer.location == f"/paper/{KEY}" or answer.status in (200, 404), name
        assert TITLE in answer.text or answer.location == f"/paper/{KEY}", name


def test_add_a_paper(session: Session, paper: Paper, tmp_path: Path) -> None:
    for name in ALL:
        outside = LookupSettings(False, FetchSettings("Shortlist"), tmp_path)
        assert [each.key for each in find_here(session, outside, name, None).here] == [KEY], name


def test_links_in_a_text(session: Session, paper: Paper) -> None:
    links = [f"[x]({address})" for address in ADDRESSES]
    links += [f"<{address}>" for address in ADDRESSES]
    links += [f"[x](/paper/{quote(name)})" for name in (*NAMES, *ADDRESSES_OF_DOI)]
    links += [f"[x](/paper/{quote(name)})" for name in WITHOUT_SCHEME if "?" not in name]
    links += [f"[x]({scheme})" for scheme in (f"arxiv:{NEW}", "doi:10.1109/TPAMI.2016.2577031")]
    for start in range(0, len(links), 40):
        some = links[start : start + 40]
        summary = make_summary(session, source="\n\n".join(some))
        rows = session.scalars(
            select(Link).where(Link.summary_id == summary.id).order_by(Link.position)
        ).all()
        assert len(rows) == len(some)
        wrong = [text for text, row in zip(some, rows, strict=True) if row.target_id != paper.id]
        assert wrong == []


def test_cite_in_a_text(session: Session, paper: Paper) -> None:
    names = [name for name in (*NAMES, *ADDRESSES, *WITHOUT_SCHEME) if "%" not in name]
    names += [f"arXiv: {NEW}", "DOI: 10.1109/TPAMI.2016.2577031"]
    for start in range(0, len(names), 40):
        some = names[start : start + 40]
        summary = make_summary(session, source="\n\n".join(f"\\cite{{{n}}}" for n in some))
        rows = session.scalars(
            select(Link).where(Link.summary_id == summary.id).order_by(Link.position)
        ).all()
        assert [n for n in some if f"\\cite{{{n}}}" in summary.html] == []
        wrong = [name for name, row in zip(some, rows, strict=True) if row.target_id != paper.id]
        assert wrong == []
        assert summary.html.count(f'href="/paper/{KEY}"') == len(some)


def test_a_link_that_waits_for_a_paper(session: Session) -> None:
    """Written before the paper is here, by any name that it surely has."""
    names = (NEW, f"journals/corr/{NEW}", "rJXMpikCZ", "openreview:rJXMpikCZ", KEY)
    summary = make_summary(session, source=" ".join(f"\\cite{{{name}}}" for name in names))
    paper = make_paper(session, KEY, TITLE, arxiv_id=NEW, openreview_id="rJXMpikCZ")
    session.expire_all()
    targets = session.scalars(select(Link.target_id).where(Link.summary_id == summary.id))
    assert set(targets) == {paper.id}


@pytest.mark.parametrize("field", ["eprint", "url", "doi", "ee", "note", "howpublished", "arxivid"])
def test_bibtex(session: Session, paper: Paper, field: str) -> None:
    forms: tuple[str, ...] = (*ADDRESSES_OF_NEW, *ADDRESSES_OF_OLD)
    if field in ("eprint", "arxivid"):
        forms = (*forms, *NAMES_OF_NEW[:5], *NAMES_OF_OLD, *SPACED[:2])
    elif field == "url":
        forms = ADDRESSES
    elif field == "doi":
        forms = (*NAMES_OF_DOI, *ADDRESSES_OF_DOI[:3], f"10.48550/arXiv.{NEW}")
    elif field in ("note", "howpublished"):
        forms = (f"arXiv:{NEW}", f"arXiv preprint arXiv:{NEW}v2", "arXiv:math.GT/0309136")
        forms = (*forms, ADDRESSES_OF_NEW[0], ADDRESSES_OF_OLD[2])
    for form in forms:
        (record,), _ = read_bibtex(f"@misc{{k, title={{T}}, {field}={{{form}}}}}")
        assert leads_to(session, record) == {KEY}, form


def test_a_key_of_bibtex(session: Session, paper: Paper) -> None:
    for name in NAMES:
        (record,), _ = read_bibtex(f"@misc{{{name}, title={{T}}}}")
        names = leads_to(session, record)
        assert names <= {KEY}
        assert names or find_paper(session, record.key) is paper, name


def test_ris(session: Session, paper: Paper) -> None:
    for form in ADDRESSES:
        (record,), _ = read_ris(f"TY  - JOUR\nTI  - T\nUR  - {form}\nER  - \n")
        assert leads_to(session, record) == {KEY}, form
    for form in (*NAMES_OF_DOI, *ADDRESSES_OF_DOI[:3], f"10.48550/arXiv.{NEW}"):
        (record,), _ = read_ris(f"TY  - JOUR\nTI  - T\nDO  - {form}\nER  - \n")
        assert leads_to(session, record) == {KEY}, form
    for form in (f"arXiv:{NEW}v2", "arXiv:math.GT/0309136", f"arXiv: {NEW}"):
        for tag in ("AN", "M1", "N1"):
            (record,), _ = read_ris(f"TY  - JOUR\nTI  - T\n{tag}  - {form}\nER  - \n")
            assert leads_to(session, record) == {KEY}, form


def test_csl(session: Session, paper: Paper) -> None:
    asked = [("URL", form) for form in ADDRESSES]
    asked += [("DOI", f) for f in (*NAMES_OF_DOI, *ADDRESSES_OF_DOI[:3], f"10.48550/arXiv.{NEW}")]
    for name in ("number", "note", "archive_location"):
        asked += [(name, f) for f in (f"arXiv:{NEW}", "arXiv:math.GT/0309136v1", f"arXiv: {NEW}")]
    for name, form in asked:
        (record,), _ = read_csl(json.dumps({"title": "T", name: form}))
        assert leads_to(session, record) == {KEY}, (name, form)


def test_answers_of_services(session: Session, paper: Paper) -> None:
    for form in (*ADDRESSES_OF_NEW[:3], *ADDRESSES_OF_OLD):
        entry = f"<entry><id>{form}</id><title>T</title></entry>"
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode()
        number = OLD if "0309136" in form else NEW
        record = arxiv.find(number, lambda *_, feed=feed: feed)
        assert record is not None, form
        assert leads_to(session, record) == {KEY}, form
    for form in (f"10.48550/ARXIV.{NEW}v2", f"arXiv:{NEW}", ADDRESSES_OF_NEW[0], "math.GT/0309136"):
        relation = {"has-preprint": [{"id": form, "id-type": "other"}]}
        work = {"DOI": "10.1000/x", "title": ["T"], "type": "journal-article", "relation": relation}
        body = json.dumps({"message": work}).encode()
        record = crossref.find("10.1000/x", lambda *_, body=body: body)
        assert record is not None
        assert leads_to(session, record) == {KEY}, form
    for form in (*ADDRESSES_OF_NEW, *ADDRESSES_OF_OLD, *ADDRESSES_OF_DOI[:3]):
        inside = f"<title>T.</title><ee>{form}</ee>"
        body = f'<dblp><article key="journals/x/Y">{inside}</article></dblp>'.encode()
        record = dblp.find("journals/x/Y", lambda *_, body=body: body)
        assert record is not None
        assert leads_to(session, record) == {KEY}, form
    note = {"notes": [{"id": "rJXMpikCZ", "content": {"title": {"value": "T"}}}]}
    record = openreview.find("rJXMpikCZ", lambda *_: json.dumps(note).encode())
    assert record is not None
    assert leads_to(session, record) == {KEY}


@pytest.mark.parametrize("field", ["key", "arxiv", "doi"])
def test_front_matter(session: Session, paper: Paper, field: str) -> None:
    forms: tuple[str, ...] = (*NAMES, *ADDRESSES)
    if field == "arxiv":
        forms = (*NAMES_OF_NEW, *NAMES_OF_OLD, *ADDRESSES_OF_NEW, *ADDRESSES_OF_OLD)
    elif field == "doi":
        forms = (*NAMES_OF_DOI, *ADDRESSES_OF_DOI, f"10.48550/arXiv.{NEW}")
    for form in forms:
        text = f"---\n{field}: {json.dumps(form)}\nuser: ann\n---\nA text.\n"
        incoming = IncomingFile("a.md", lambda text=text: read(text.encode()))
        (outcome,) = import_files(session, [incoming], ImportOptions())
        assert (outcome.key, outcome.message) == (KEY, ""), form


def test_one_reference_for_one_paper() -> None:
    for form in (*ADDRESSES_OF_NEW, *NAMES_OF_NEW):
        ref = pasted_input.read_pasted(form).ref
        assert ref in (PaperRef("arxiv", NEW), PaperRef("key", "journals/corr/abs-2403-12345"))
    assert re.fullmatch(r"\d{4}\.\d{5}", NEW)
