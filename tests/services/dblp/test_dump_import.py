"""dblp's file in the library: added, brought up to date, joined, taken up again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import search
from app.cli import catalogue
from app.db import Database, begin_writing
from app.models import (
    Author,
    AuthorName,
    DumpImport,
    Identifier,
    Link,
    Paper,
    PaperAuthor,
    SearchEntry,
    Summary,
    Venue,
    VenueYear,
)
from app.references.parsing import reference_from_url, reference_of_link
from app.rendering import render_inline
from app.services.dblp import dump_import, reader
from app.services.dblp.dump_import import import_dump
from app.services.dblp.works import prepare_work, render_title
from app.services.links.stale import STALE
from app.services.search_index import indexing
from app.sources.dblp_dump.reader import DumpReader, DumpRecord
from app.sources.dblp_dump.terms import BadDump, Wanted
from app.text.words import title_folded
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.running import environment, make_installation
from tests.helpers.samples.dblp import (
    AUTHORS,
    LSTM,
    TITLE,
    conference,
    dump,
    journal,
    person,
    preprint,
)


def load(session: Session, path: Path, wanted: Wanted | None = None) -> dict[str, int]:
    """Import a file; returns what became of it, without what is nothing."""
    counts: Counter[str] = Counter()
    for progress in import_dump(session, path, wanted or Wanted()):
        counts = progress.counts
    return {name: number for name, number in counts.items() if number}


def paper(session: Session, key: str) -> Paper:
    return session.scalars(
        select(Paper).where(Paper.key == key).execution_options(populate_existing=True)
    ).one()


def names_of(session: Session, number: int) -> set[tuple[str, str]]:
    found = select(Identifier.kind, Identifier.value).where(Identifier.paper_id == number)
    return {(kind, value) for kind, value in session.execute(found)}


def authors_of(session: Session, number: int) -> list[str]:
    found = (
        select(Author.key)
        .join(PaperAuthor, PaperAuthor.author_id == Author.id)
        .where(PaperAuthor.paper_id == number)
        .order_by(PaperAuthor.position)
    )
    return list(session.scalars(found))


def test_a_work_becomes_a_paper(session: Session, tmp_path: Path) -> None:
    assert load(session, dump(tmp_path, LSTM)) == {"added": 1}
    found = paper(session, "journals/neco/HochreiterS97")
    assert (found.title, found.title_html) == ("Long Short-Term Memory", "Long Short-Term Memory")
    assert (found.year, found.doi, found.source) == (1997, "10.1162/neco.1997.9.8.1735", "dblp")
    assert found.details == {
        "type": "article",
        "pages": "1735-1780",
        "volume": "9",
        "number": "8",
    }
    assert (found.rank, found.title_folded) == (1997_500_000, "long short term memory")
    assert names_of(session, found.id) == {
        ("key", "journals/neco/HochreiterS97"),
        ("doi", "10.1162/neco.1997.9.8.1735"),
    }
    assert authors_of(session, found.id) == ["sepp-hochreiter", "jurgen-schmidhuber"]
    venue = session.scalars(select(Venue)).one()
    assert (venue.key, venue.name, venue.kind) == ("journals/neco", "Neural Comput.", "journal")
    assert venue.folded == "neural comput.\n\njournals/neco"
    assert (venue.papers_count, venue.id) == (1, found.venue_id)
    assert (venue.section_slug, found.section_slug) == ("cs", "cs")
    year = session.scalars(select(VenueYear)).one()
    assert (year.year, year.papers, year.summarised) == (1997, 1, 0)


def test_it_is_found_by_search(session: Session, tmp_path: Path) -> None:
    load(session, dump(tmp_path, LSTM))
    written = session.execute(select(SearchEntry.__table__)).mappings().one()
    begin_writing(session)
    indexing.index_papers(session, [written["paper_id"]])
    again = session.execute(select(SearchEntry.__table__)).mappings().one()
    assert dict(written) == dict(again)


@pytest.mark.parametrize(
    "title",
    ["Plain", "Q&A: <b>'\"", "É – “x”", "Costs $5", "A $k$-d tree", "a\\b", "zqM0x1Mqz", "\ue000x"],
)
def test_the_short_way_to_a_title_is_the_renderers(title: str) -> None:
    assert render_title(title) == render_inline(title)
    record = DumpRecord("conf/x/Y1", title, (), None, "X", (), {})
    work = prepare_work(record)
    assert work is not None
    assert work.title_folded == title_folded(work.title)


@pytest.mark.parametrize(
    "link",
    [
        "https://doi.org/10.1162/neco.1997.9.8.1735",
        "http://dx.doi.org/10.1016/S0004-3702(02)00181-9",
        "https://doi.org/10.48550/arXiv.1506.01497",
        "https://doi.org/10.48550/arXiv.CS/9901001",
        "https://doi.org/10.1000/a..b",
        "https://doi.org/10.1000/../b",
        "https://doi.org/10.1000/ends.",
        "http://arxiv.org/abs/1506.01497",
        "https://openreview.net/forum?id=HJWLfGWRb",
        "https://example.org/",
    ],
)
def test_the_short_way_to_an_identifier_is_the_long_one(link: str) -> None:
    ref = reference_from_url(link)
    assert reference_of_link(link) == (("", "") if ref is None else (ref.kind, ref.value))


def test_again_nothing_changes(session: Session, tmp_path: Path) -> None:
    path = dump(tmp_path, LSTM, conference(), preprint(), person("c/J", AUTHORS[0]))
    load(session, path)
    assert load(session, path) == {"unchanged": 3}
    assert session.scalar(select(func.count()).select_from(Paper)) == 2


def test_only_what_is_wanted(session: Session, tmp_path: Path) -> None:
    path = dump(tmp_path, LSTM, conference(), journal())
    wanted = Wanted(frozenset({"conf/nips", "journals/neco"}), since=2012)
    assert load(session, path, wanted) == {"added": 1, "left out": 2}


def test_bad_records_are_left_out(session: Session, tmp_path: Path) -> None:
    path = dump(
        tmp_path,
        conference(key="conf/nips/../../x"),
        conference(key="<".replace("<", "&lt;script&gt;")),
        conference(title=" "),
        conference(key="conf/nips/" + "x" * 300),
        conference(key="conf/x/Strange", year=3000, title="&lt;script&gt; &#x202e;" + "y" * 2000),
    )
    assert load(session, path) == {"added": 1, "left out": 4}
    found = paper(session, "conf/x/Strange")
    assert found.year is None
    assert found.title.startswith("<script> yyy")
    assert len(found.title) == 1000
    assert found.title_html.startswith("&lt;script&gt; ")


def test_what_is_left_out_is_named(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dump(
        tmp_path,
        conference(title=" "),
        conference(key="&lt;script&gt;"),
        conference(key="conf/x/A1", title="Caf&nosuchsign; of &eacute;."),
        *(conference(key=f"no key {n}") for n in range(20)),
    )
    for large in (dump_import.LARGE, 0):
        monkeypatch.setattr(dump_import, "LARGE", large)
        (*_, last) = import_dump(session, path)
        assert len(last.problems) == 10
        assert set(last.problems) >= {
            "Left out: conf/nips/RenHGS15 in line 4 has no title.",
            "Left out: '<script>' has no key as dblp's are.",
            "&nosuchsign; is unknown and stays as it is.",
        }
    assert paper(session, "conf/x/A1").title == "Caf&nosuchsign; of é"


def test_a_venue_without_papers_is_told(session: Session, tmp_path: Path) -> None:
    wanted = Wanted(frozenset({"conf/nips", "conf/nipz", "books/daglib"}))
    load(session, dump(tmp_path, conference()), wanted)
    assert dump_import.find_venues_without_papers(session, wanted) == ["conf/nipz"]


def test_interrupted_it_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalogue, "_read", interrupted)
    path = dump(tmp_path, LSTM)
    result = CliRunner().invoke(catalogue.import_dblp, [str(path)])
    assert result.exit_code == 1
    assert "run the same command to continue" in result.output


def test_a_changed_record_changes_the_paper(session: Session, tmp_path: Path) -> None:
    load(session, dump(tmp_path, conference(authors=("Wei Wang", "Jian Sun"), year=2014)))
    make_summary(session, paper(session, "conf/nips/RenHGS15"))
    later = conference(
        title="Faster R-CNN.", authors=("Wei Wang 0012", "Jian Sun"), more="<pages>1-9</pages>"
    )
    assert load(session, dump(tmp_path, later)) == {"updated": 1}
    found = paper(session, "conf/nips/RenHGS15")
    assert (found.title, found.title_folded, found.year) == ("Faster R-CNN", "faster r cnn", 2015)
    assert found.details["pages"] == "1-9"
    assert authors_of(session, found.id) == ["wei-wang-0012", "jian-sun"]
    years = session.execute(select(VenueYear.year, VenueYear.papers).where(VenueYear.papers > 0))
    assert list(years) == [(2015, 1)]
    assert session.scalar(select(func.count()).select_from(Summary)) == 1


def test_an_author_whom_an_update_leaves_without_papers_is_removed(
    session: Session, tmp_path: Path
) -> None:
    load(session, dump(tmp_path, conference(authors=("Wei Wang", "Jian Sun"))))
    later = conference(authors=("Wei Wang 0012", "Jian Sun"))
    assert load(session, dump(tmp_path, later)) == {"updated": 1}
    assert set(session.scalars(select(Author.key))) == {"wei-wang-0012", "jian-sun"}


def test_what_a_person_wrote_stays(session: Session, tmp_path: Path) -> None:
    load(session, dump(tmp_path, conference()))
    begin_writing(session)
    found = paper(session, "conf/nips/RenHGS15")
    found.title, found.abstract = "Faster R-CNN (corrected)", "State-of-the-art …"
    found.year = 2016
    session.commit()
    later = conference(title="Something else.", year=2017, more="<pages>1-2</pages>")
    assert load(session, dump(tmp_path, later)) == {"updated": 1}
    found = paper(session, "conf/nips/RenHGS15")
    assert (found.title, found.year) == ("Faster R-CNN (corrected)", 2016)
    assert found.abstract == "State-of-the-art …"
    assert found.details["pages"] == "1-2"


def test_a_paper_that_a_person_added_is_filled_in(session: Session, tmp_path: Path) -> None:
    make_paper(session, key="ren2015", title="Faster RCNN", doi="10.1109/TPAMI.2016.2577031")
    assert load(session, dump(tmp_path, journal())) == {"updated": 1}
    found = paper(session, "ren2015")
    assert (found.title, found.year) == ("Faster RCNN", 2017)
    assert authors_of(session, found.id)[:2] == ["shaoqing-ren", "kaiming-he"]
    assert ("key", "journals/pami/RenHG017") in names_of(session, found.id)
    venue = session.scalars(select(Venue).where(Venue.key == "journals/pami")).one()
    assert venue.papers_count == 1
    assert load(session, dump(tmp_path, journal())) == {"unchanged": 1}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", [1, -1])
def test_preprint_and_conference_are_one(
    session: Session, tmp_path: Path, together: bool, order: int
) -> None:
    records = [conference(), preprint()][::order]
    if together:
        assert load(session, dump(tmp_path, *records)) == {"added": 1, "joined": 1}
    else:
        load(session, dump(tmp_path, records[0]))
        load(session, dump(tmp_path, records[1], name="b.xml"))
    found = session.scalars(select(Paper)).one()
    assert (found.key, found.arxiv_id) == ("conf/nips/RenHGS15", "1506.01497")
    venue = session.get_one(Venue, found.venue_id)
    assert (venue.key, venue.papers_count) == ("conf/nips", 1)
    assert names_of(session, found.id) == {
        ("key", "conf/nips/RenHGS15"),
        ("key", "journals/corr/RenHG015"),
        ("arxiv", "1506.01497"),
    }
    assert load(session, dump(tmp_path, *records, name="c.xml")) == {"unchanged": 2}


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "Faster R-CNN."},  # short, but no title of many texts
        {"authors": ("S. Ren", *AUTHORS[1:])},
    ],
)
def test_it_is_the_rule_of_papers_added_one_by_one(
    session: Session, tmp_path: Path, facts: dict[str, Any]
) -> None:
    title = {"title": facts.get("title", TITLE)}
    path = dump(tmp_path, preprint(**facts), conference(**title))
    assert load(session, path) == {"added": 1, "joined": 1}
    made = make_paper(
        session, "a", title["title"], authors=AUTHORS, year=2015, venue="arXiv e-prints"
    )
    assert made.key == "conf/nips/RenHGS15"


def test_two_namesakes_have_not_one_work(session: Session, tmp_path: Path) -> None:
    one = preprint(authors=("Wei Wang 0001", "Ann Other"))
    two = conference(authors=("Wei Wang 0002", "Ann Other"))
    assert load(session, dump(tmp_path, one, two)) == {"added": 2}


def test_a_preprint_that_a_person_added_waits_for_the_conference(
    session: Session, tmp_path: Path
) -> None:
    make_paper(session, "a/b", TITLE, authors=AUTHORS, year=2015, arxiv_id="1506.01497")
    assert load(session, dump(tmp_path, journal(year=2015), conference())) == {
        "added": 1,
        "updated": 1,
    }


def test_an_identifier_joins_other_titles(session: Session, tmp_path: Path) -> None:
    link = "<ee>https://arxiv.org/abs/1506.01497</ee>"
    path = dump(tmp_path, preprint(title="A Working Title."), conference(more=link))
    assert load(session, path) == {"added": 1, "joined": 1}
    assert session.scalars(select(Paper.title)).one() == TITLE[:-1]


@pytest.mark.parametrize(
    "other",
    [
        journal(),  # an extended version
        preprint(year=2013),
        preprint(authors=AUTHORS[:3]),
        preprint(title=TITLE[:-1] + " II."),
        conference(key="conf/iccv/RenHGS15"),
    ],
)
def test_what_may_be_another_work_is_not_joined(
    session: Session, tmp_path: Path, other: str
) -> None:
    assert load(session, dump(tmp_path, conference(), other)) == {"added": 2}


@pytest.mark.parametrize("title", ["Preface.", "Editorial: The Best Papers of This Conference."])
def test_prefaces_are_not_joined(session: Session, tmp_path: Path, title: str) -> None:
    path = dump(tmp_path, conference(title=title), preprint(title=title))
    assert load(session, path) == {"added": 2}


def test_a_volumes_doi_does_not_join_its_chapters(session: Session, tmp_path: Path) -> None:
    link = "<ee>https://doi.org/10.1007/3-540-63223-9</ee>"
    one = conference(key="conf/x/A1", title="The First Chapter.", more=link)
    two = conference(key="conf/x/B1", title="The Second Chapter.", more=link)
    assert load(session, dump(tmp_path, one, two)) == {"added": 2}
    assert load(session, dump(tmp_path, two, name="b.xml")) == {"unchanged": 1}


def test_signs_that_tell_titles_apart(session: Session, tmp_path: Path) -> None:
    one = conference(title="A Compiler for Programs in C++.")
    path = dump(tmp_path, one, preprint(title="A Compiler for Programs in C."))
    assert load(session, path) == {"added": 2}


def test_links_that_waited_lead_to_the_paper(session: Session, tmp_path: Path) -> None:
    summary = make_summary(session, source="See [it](/paper/conf/nips/RenHGS15).")
    load(session, dump(tmp_path, conference()))
    link = session.scalars(select(Link)).one()
    assert link.target_id == paper(session, "conf/nips/RenHGS15").id
    marked = select(Summary.renderer_version).where(Summary.id == summary.id)
    assert session.scalar(marked) == STALE


def test_persons_join_names(session: Session, tmp_path: Path) -> None:
    orcid = "<url>https://orcid.org/0000-0002-1825-0097</url>"
    load(
        session,
        dump(
            tmp_path,
            conference(key="conf/x/A1", title="One.", authors=("J. S. Carberry", "Wei Wang 0001")),
            conference(key="conf/x/B1", title="Two.", authors=("Josiah Carberry", "Wei Wang")),
            person("c/JCarberry", "Josiah Carberry", "J. S. Carberry", "J. Carberry", more=orcid),
            person("x/Nobody", "Nobody Here"),
        ),
    )
    found = session.scalars(select(Author).where(Author.dblp_id == "c/JCarberry")).one()
    assert (found.key, found.name) == ("josiah-carberry", "Josiah Carberry")
    assert found.orcid == "0000-0002-1825-0097"
    one, two = paper(session, "conf/x/A1"), paper(session, "conf/x/B1")
    # Namesakes are never joined by a guess.
    assert authors_of(session, one.id) == ["josiah-carberry", "wei-wang-0001"]
    assert authors_of(session, two.id) == ["josiah-carberry", "wei-wang"]
    printed = select(PaperAuthor.name).where(PaperAuthor.author_id == found.id)
    assert set(session.scalars(printed)) == {"J. S. Carberry", None}
    others = select(AuthorName.key).where(AuthorName.author_id == found.id)
    assert set(session.scalars(others)) == {"j-s-carberry", "j-carberry"}
    assert session.scalar(select(func.count()).select_from(Author)) == 3


def test_other_names_are_searched(session: Session, tmp_path: Path) -> None:
    def found(typed: str) -> set[str]:
        numbers = [
            each.paper_id
            for each in search.search_papers(session, search.parse_query(typed)).papers
        ]
        return set(session.scalars(select(Paper.key).where(Paper.id.in_(numbers))))

    one = conference(key="conf/x/A1", title="One.", authors=("J&uuml;rgen M&uuml;ller 0002",))
    two = conference(key="conf/x/B1", title="Two.", authors=("J&uuml;rgen M. M&uuml;ller",))
    names = ("J&uuml;rgen M&uuml;ller 0002", "J&uuml;rgen M. M&uuml;ller", "Juergen Mueller")
    load(session, dump(tmp_path, one, two, person("m/J", *names)))
    assert found('author:"Juergen Mueller"') == {"conf/x/A1", "conf/x/B1"}
    assert found("Juergen Mueller") == {"conf/x/A1", "conf/x/B1"}
    assert found('author:"jurgen m muller"') == {"conf/x/A1", "conf/x/B1"}
    # A later file adds a name, and a paper under the one that was there.
    three = conference(key="conf/x/C1", title="Three.", authors=(names[0],))
    more = person("m/J", *names, "Jyrgen Myller")
    load(session, dump(tmp_path, one, two, three, more, name="b.xml"))
    assert found("jyrgen") == {"conf/x/A1", "conf/x/B1", "conf/x/C1"}
    four = conference(key="conf/x/D1", title="Four.", authors=(names[0],))
    load(session, dump(tmp_path, one, two, three, four, more, name="c.xml"))
    assert "conf/x/D1" in found('author:"Juergen Mueller"')


def test_namesakes_are_told_apart(session: Session, guest: Browser, tmp_path: Path) -> None:
    authors = [("Wei Wang",), ("Wei Wang 0001",), ("Wei Wang 0002", "Jian Sun")]
    works = [
        conference(key=f"conf/x/A{n}", title=f"Number {n}.", authors=names)
        for n, names in enumerate(authors)
    ]
    load(session, dump(tmp_path, *works))
    whole = select(SearchEntry.facts).order_by(SearchEntry.id)
    written = session.scalars(whole).all()
    begin_writing(session)
    indexing.index_papers(session, session.scalars(select(Paper.id)).all())
    assert session.scalars(whole).all() == written
    session.commit()
    for typed in ("author:wei-wang-0002", 'author:"Wei Wang 0002"'):
        assert [
            each.year for each in search.search_papers(session, search.parse_query(typed)).papers
        ] == [2015]
    assert len(search.search_papers(session, search.parse_query('author:"wei wang"')).papers) == 3
    session.commit()
    page = guest.get("/search?q=wei+wang").text
    assert "Wei Wang 0001</bdi>" in page
    assert "author:wei-wang-0002" in page.replace("%3A", ":")
    page = guest.get("/author/wei-wang-0002").text
    assert '<h1 dir="auto">Wei Wang <span class="namesake">0002</span></h1>' in page
    others = guest.get("/author/wei-wang").text
    assert 'href="/author/wei-wang-0001"' in others
    assert 'href="/author/wei-wang"' in page
    assert "Other people with this name" not in guest.get("/author/jian-sun").text


def test_the_first_of_a_name_stands_for_it(
    session: Session, guest: Browser, tmp_path: Path
) -> None:
    work = conference(key="conf/x/A1", title="One.", authors=("Wei Wang 0007",))
    load(session, dump(tmp_path, work))
    assert guest.get("/author/wei-wang").location == "/author/wei-wang-0007"
    assert guest.get("/author/wei").status == 404


def test_persons_of_one_key_stay_apart(session: Session, tmp_path: Path) -> None:
    load(
        session,
        dump(
            tmp_path,
            conference(key="conf/x/A1", title="One.", authors=("Jose Garcia",)),
            person("g/A", "Jos&eacute; Garc&iacute;a"),
            person("g/B", "Jose Garcia", "Jose M. Garcia"),
            person("g/C", "Jose M. Garcia"),
        ),
    )
    found = session.scalars(select(Author)).one()
    assert (found.key, found.dblp_id) == ("jose-garcia", "g/B")


def test_a_new_usual_name(session: Session, tmp_path: Path) -> None:
    load(
        session,
        dump(
            tmp_path,
            conference(key="conf/x/A1", title="One.", authors=("Ann Old",)),
            person("o/Ann", "Ann New", "Ann Old"),
        ),
    )
    found = session.scalars(select(Author)).one()
    assert (found.key, found.name) == ("ann-new", "Ann New")
    assert session.scalars(select(AuthorName.key)).all() == ["ann-old"]
    assert session.scalars(select(PaperAuthor.name)).all() == ["Ann Old"]
    # A paper by the old name goes to the same author from now on.
    later = conference(key="conf/x/B1", title="Two.", authors=("Ann Old",))
    load(session, dump(tmp_path, later, name="b.xml"))
    assert authors_of(session, paper(session, "conf/x/B1").id) == ["ann-new"]
    by_hand = make_paper(session, authors=("Ann Old",))
    assert authors_of(session, by_hand.id) == ["ann-new"]


def test_it_goes_on_where_it_was_broken_off(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BATCH", 2)
    works = [conference(key=f"conf/x/P{n}", title=f"Number {n}.") for n in range(7)]
    path = dump(tmp_path, *works, person("c/J", AUTHORS[0]))
    running: Iterator[object] = import_dump(session, path)
    next(running)
    next(running)
    running.close()  # type: ignore[attr-defined]
    row = session.scalars(select(DumpImport)).one()
    assert (row.records, row.finished_at) == (4, None)
    read: list[int] = []
    original = DumpReader.read

    def spied(self: DumpReader, skip: int = 0) -> Iterator[object]:
        read.append(skip)
        return original(self, skip)

    monkeypatch.setattr(DumpReader, "read", spied)
    assert load(session, path) == {"added": 7, "persons": 1}
    assert read == [4]
    assert load(session, path) == {"unchanged": 7}


def test_an_author_who_is_removed_meanwhile(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BATCH", 1)
    works = [conference(key=f"conf/x/P{n}", title=f"Number {n}.") for n in range(3)]
    running = import_dump(session, dump(tmp_path, *works))
    next(running)
    begin_writing(session)
    session.execute(delete(PaperAuthor))
    session.execute(delete(Author))
    session.commit()
    last = list(running)[-1]
    assert last.counts["added"] == 3
    assert len(authors_of(session, paper(session, "conf/x/P2").id)) == len(AUTHORS)


def test_a_damaged_file_keeps_what_stood_before(session: Session, tmp_path: Path) -> None:
    path = dump(tmp_path, LSTM)
    path.write_text(path.read_text().replace("</dblp>", "<article key='a/b/c'><oops"))
    with pytest.raises(BadDump, match="cut off"):
        load(session, path)
    assert paper(session, "journals/neco/HochreiterS97").year == 1997


@pytest.mark.slow
def test_a_large_file_is_read_by_another_process(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump_import, "LARGE", 0)
    path = dump(tmp_path, LSTM, conference(title="A $k$-d tree."))
    path.write_text(path.read_text().replace("</dblp>", ""))
    with pytest.raises(BadDump, match="cut off"):
        load(session, path)
    assert "<math" in paper(session, "conf/nips/RenHGS15").title_html
    assert session.scalar(select(func.count()).select_from(Paper)) == 2


IN_SMALL_BATCHES = """
import app.services.dblp.reader as reader
reader.BATCH = 5
"""
KILLED = """
import os, signal
import app.services.dblp.dump_import as dump_import
real, count = dump_import._Run._put, 0
def put(*arguments):
    global count
    if count == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
    real(*arguments)
dump_import._Run._put = put
"""
RUN = """
from app.cli import main
main()
"""


@pytest.mark.slow
def test_killed_and_started_again(tmp_path: Path, sqlite_template: Database) -> None:
    """`kill -9` in the middle: what was committed is whole, and the next run does the rest."""
    path = dump(
        tmp_path,
        *(conference(key=f"conf/x/P{n}", title=f"Number {n}.") for n in range(60)),
    )
    env = environment(tmp_path / "data")
    arguments = ["import-dblp", str(path)]
    first = [sys.executable, "-c", IN_SMALL_BATCHES + KILLED + RUN, *arguments]
    database = make_installation(tmp_path / "data", sqlite_template)
    killed = subprocess.run(first, env=env, stdout=subprocess.DEVNULL, check=False)
    assert killed.returncode == -signal.SIGKILL
    with database.session() as session:
        row = session.scalars(select(DumpImport)).one()
        assert row.finished_at is None
        assert row.counts["added"] == 15
        assert session.scalar(select(func.count()).select_from(Paper)) == 15
    command = [sys.executable, "-c", IN_SMALL_BATCHES + RUN, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(
        "60 papers added, 0 updated, 0 joined to another version, 0 unchanged, 0 left out,"
        " 0 persons new or changed."
    )
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == 60
    database.close()
