from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Author, Identifier, Link, Paper, Venue
from app.queries import papers
from app.queries.identifiers import find_paper
from app.services.papers.adding import add_paper
from app.services.papers.editing import PaperEdit, edit_paper
from app.services.refusals import PaperExists, Refusal
from app.sources.record import PaperRecord
from tests.helpers.factories import make_paper, make_summary, make_user


def test_a_text_names_the_same_venue_for_a_form_and_for_an_edit(session: Session) -> None:
    make_paper(session, "conf/nips/A", venue="NIPS", venue_key="conf/nips", venue_title="Neural")
    added = make_paper(session, "a/b/C", venue="Neural")
    edited = make_paper(session, "d/e/F")
    edit_paper(session, edited, PaperEdit({"venue": "Neural"}), make_user(session))
    session.commit()
    keys = select(Venue.key).join(Paper, Paper.venue_id == Venue.id)
    for paper in (added, edited):
        assert session.scalars(keys.where(Paper.id == paper.id)).all() == ["conf/nips"]


def test_a_paper_keeps_its_facts(session: Session) -> None:
    make_paper(
        session,
        "conf/nips/RenHGS15",
        "Faster R-CNN at $5$ fps",
        authors=("Shaoqing Ren", "Kaiming He", "Jian Sun 0001"),
        year=2015,
        venue="NIPS",
        doi="https://doi.org/10.1109/TPAMI.2016.2577031",
        arxiv_id="arXiv:1506.01497v3",
    )
    paper = papers.find_paper_by_key(session, "conf/nips/RenHGS15")
    assert paper is not None
    assert [author.name for author in paper.authors] == ["Shaoqing Ren", "Kaiming He", "Jian Sun"]
    assert [author.key for author in paper.authors][2] == "jian-sun-0001"
    assert paper.venue is not None
    assert (paper.venue.key, paper.venue.name) == ("conf/nips", "NIPS")
    assert (paper.doi, paper.arxiv_id) == ("10.1109/tpami.2016.2577031", "1506.01497")
    assert "<math" in paper.title_html
    assert paper.source == "test"


@pytest.mark.parametrize(
    ("facts", "section"),
    [
        ({"key": "conf/nips/RenHGS15"}, "cs"),
        ({"key": "journals/ploscb/Knill07"}, "bio"),
        ({"key": "conf/nips/RenHGS15", "section": "bio"}, "bio"),
        ({"key": "conf/nips/RenHGS15", "section": "none"}, None),
        ({"arxiv_id": "hep-th/9901001"}, "phys"),
        ({"arxiv_id": "alg-geom/9202004"}, None),
        ({"arxiv_id": "1506.01497"}, "cs"),
        ({"key": "someone2020paper", "venue": "A journal"}, None),
    ],
)
def test_a_paper_has_a_section(session: Session, facts: Any, section: str | None) -> None:
    assert add_paper(session, PaperRecord(title="T", **facts), "test").section_slug == section


def test_authors_and_venues_are_shared(session: Session) -> None:
    make_paper(session, "conf/x/A1", authors=("José García", "Li Wei"))
    make_paper(session, "conf/x/B2", authors=("Jose Garcia",))
    assert set(session.scalars(select(Author.key))) == {"jose-garcia", "li-wei"}
    assert list(session.scalars(select(Venue.key))) == ["conf/x"]


def test_any_identifier_finds_it(session: Session) -> None:
    paper = make_paper(
        session,
        "conf/nips/RenHGS15",
        arxiv_id="1506.01497",
        doi="10.1109/TPAMI.2016.2577031",
    )
    for name in (
        "conf/nips/RenHGS15",
        "CONF/NIPS/renhgs15",
        "1506.01497",
        "arXiv:1506.01497v2",
        "http://arxiv.org/abs/1506.01497",
        "journals/corr/1506.01497",
        "10.1109/TPAMI.2016.2577031",
        "https://doi.org/10.1109/tpami.2016.2577031",
        "http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15#mira",
    ):
        found = find_paper(session, name)
        assert found is not None, name
        assert found.id == paper.id, name


def test_a_second_paper_of_the_same_name_is_refused(session: Session) -> None:
    make_paper(session, "conf/nips/RenHGS15", arxiv_id="1506.01497")
    with pytest.raises(PaperExists) as there:
        add_paper(session, PaperRecord(title="Another", arxiv_id="1506.01497v1"), "form")
    assert there.value.key == "conf/nips/RenHGS15"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": "  "}, "title"),
    ({"title": "x" * 1001}, "title"),
    ({"year": 99}, "year"),
    ({"doi": "not a doi"}, "doi"),
    ({"arxiv_id": "15.1"}, "arxiv_id"),
    ({"url": "javascript:alert(1)"}, "url"),
    ({"url": "https://"}, "url"),
    ({"key": "has space"}, "key"),
    ({"key": 'quote"'}, "key"),
    ({"key": "../etc"}, "key"),
    ({"key": "conf/./x"}, "key"),
    ({"key": "a,b"}, "key"),
    ({"key": "x" * 301}, "key"),
    ({"key": f"conf/{'x' * 150}/A1"}, "venue"),
    ({"venue": f"conf/{'x' * 150}"}, "venue"),
    ({"section": "nowhere"}, "section"),
    ({"abstract": "x" * 20_001}, "abstract"),
]


def test_wrong_facts_name_their_field(session: Session) -> None:
    for facts, field in WRONG:
        with pytest.raises(Refusal) as refused:
            add_paper(session, PaperRecord(**{"title": "A title", **facts}), "form")
        assert refused.value.field == field, facts
        session.rollback()


def test_a_key_is_made_when_none_is_known(session: Session) -> None:
    assert make_paper(session, " ", doi="10.1038/171737a0").key == "10.1038/171737a0"
    assert make_paper(session, " ", arxiv_id="1312.6114").key == "journals/corr/1312.6114"
    first = make_paper(session, " ", "On the growth of things", authors=("Ada Byron",), year=1843)
    second = make_paper(session, " ", "On the growth of it", authors=("Ada Byron",), year=1843)
    assert (first.key, second.key) == ("byron1843growth", "byron1843growth-2")


def test_identifiers_are_rows(session: Session) -> None:
    paper = make_paper(
        session,
        "conf/iclr/X17",
        arxiv_id="1611.03530",
        url="https://openreview.net/forum?id=Sy8gdB9xx",
    )
    rows = session.execute(
        select(Identifier.kind, Identifier.value).where(Identifier.paper_id == paper.id)
    )
    assert set(rows) == {
        ("key", "conf/iclr/X17"),
        ("arxiv", "1611.03530"),
        ("openreview", "Sy8gdB9xx"),
    }


def test_a_key_that_is_an_identifier_is_known_by_both(session: Session) -> None:
    make_paper(session, "10.1109/CVPR.2016.90")
    make_paper(session, "journals/corr/1707.09405")
    summary = make_summary(
        session, source="\\cite{10.1109/CVPR.2016.90} and https://arxiv.org/abs/1707.09405"
    )
    targets = select(Link.target_id).where(Link.summary_id == summary.id)
    assert None not in set(session.scalars(targets))
    assert 'href="/paper/journals/corr/1707.09405"' in summary.html
    with pytest.raises(PaperExists):
        add_paper(session, PaperRecord(title="Again", doi="10.1109/cvpr.2016.90"), "form")


def test_letters_that_grow_fit_their_columns(session: Session) -> None:
    paper = make_paper(
        session, "İ" * 299, "Title", authors=("\ufdfa" * 60,), venue="İ" * 150, section="\x00"
    )
    assert find_paper(session, "İ" * 299) is not None
    make_summary(session, paper, source=f"\\cite{{{'İ' * 290}}} https://doi.org/10.1/{'x' * 400}")


def test_the_same_paper_at_once_is_added_once(any_file_database: Database) -> None:
    record = PaperRecord(title="One", authors=("B A", "A B"), key="conf/x/Same")

    def add(number: int) -> str:
        with any_file_database.session() as session:
            try:
                if number % 2:
                    add_paper(session, record, "test")
                else:
                    add_paper(session, replace(record, key="", authors=("A B", "B A")), "test")
                session.commit()
            except PaperExists:
                return "there"
        return "added"

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(add, range(24)))
    assert (done.count("added"), done.count("there")) == (13, 11)


def test_what_only_sources_tell_is_kept(session: Session) -> None:
    paper = make_paper(
        session,
        "conf/acl/A19",
        authors=("Ada Byron", "", "Li Wei"),
        orcids=("0000-0002-1825-0097", "", "0000-0002-1694-233x"),
        details={"volume": "3", "pages": " 1--9\n", "school": "x" * 401, "doi": "not a detail"},
        openreview_id="https://openreview.net/forum?id=Sy8gdB9xx",
        acl_id="P19-1001",
        other_keys=("journals/corr/abs-1", "conf/acl/A19", "has space"),
        other_urls=("https://arxiv.org/abs/1611.03530v2", "javascript:alert(1)"),
    )
    rows = session.execute(
        select(Identifier.kind, Identifier.value).where(Identifier.paper_id == paper.id)
    )
    assert set(rows) == {
        ("key", "conf/acl/A19"),
        ("key", "journals/corr/abs-1"),
        ("arxiv", "1611.03530"),
        ("openreview", "Sy8gdB9xx"),
        ("acl", "P19-1001"),
    }
    assert paper.details == {"volume": "3", "pages": "1--9"}
    assert dict(session.execute(select(Author.key, Author.orcid)).all()) == {
        "ada-byron": "0000-0002-1825-0097",
        "li-wei": "0000-0002-1694-233X",
    }


def test_an_orcid_with_a_wrong_digit_or_of_another_is_not_kept(session: Session) -> None:
    make_paper(session, authors=("Ada Byron",), orcids=("0000-0002-1825-0098",))
    assert session.scalars(select(Author.orcid)).all() == [None]
    make_paper(session, authors=("Ada Byron",), orcids=("0000-0002-1825-0097",))
    make_paper(session, authors=("Ada Byron",), orcids=("0000-0002-1694-233X",))
    session.expire_all()
    assert session.scalars(select(Author.orcid)).all() == ["0000-0002-1825-0097"]


def test_a_further_name_of_a_paper_is_taken_too(session: Session) -> None:
    make_paper(session, "conf/acl/A19", acl_id="P19-1001", other_keys=("other/key",))
    for facts in ({"acl_id": "p19-1001"}, {"other_keys": ("Other/Key",)}, {"key": "other/key"}):
        with pytest.raises(PaperExists):
            add_paper(session, PaperRecord(title="Again", **facts), "form")  # type: ignore[arg-type]
