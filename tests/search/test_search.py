"""One list of texts and queries for both engines; then the page around them."""

from __future__ import annotations

from collections import deque

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import search
from app.db import begin_writing
from app.models import Paper, SearchEntry, Summary, User
from app.queries.search import results, suggestions
from app.services.accounts.account import change_profile
from app.services.search_index import indexing
from app.services.summaries.deletion import delete_summary
from app.sources.record import NO_SECTION
from app.text.plurals import stem
from app.text.words import indexable, words
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish
from tests.helpers.samples.search_texts import index_texts

R_CNN, RESNET, BIAS, NOETHER, CHINESE, VAE, SERIES, WATER, PLAIN = (
    "conf/nips/RenHGS15",
    "conf/cvpr/HeZRS16",
    "conf/x/Bias1",
    "conf/x/Noether18",
    "conf/x/Li20",
    "conf/iclr/Higgins17",
    "conf/x/Series1",
    "conf/x/Water1",
    "conf/x/Plain1",
)


@pytest.fixture
def library(session: Session) -> None:
    faster = make_paper(
        session,
        R_CNN,
        "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks",
        authors=("Shaoqing Ren", "Kaiming He"),
        year=2015,
        arxiv_id="1506.01497",
        keywords="region proposals",
        section="cs",
    )
    make_paper(
        session,
        RESNET,
        "Deep Residual Learning for Image Recognition",
        authors=("Kaiming He", "Xiangyu Zhang"),
        year=2016,
        venue_key="conf/cvpr",
        venue="CVPR",
        venue_title="Computer Vision and Pattern Recognition",
        section=NO_SECTION,
        abstract="Deeper networks are harder to train; we ease it for classes of layers.",
    )
    make_paper(session, BIAS, "Biases in the analysis of a database", year=1999, section=NO_SECTION)
    make_paper(
        session, NOETHER, "Invariante Variationsprobleme für Kräfte", year=1918, section=NO_SECTION
    )
    make_paper(session, CHINESE, "深度学习 survey", section=NO_SECTION)
    make_paper(session, VAE, "β-VAE with $x^2$ costs", year=2017, section=NO_SECTION)
    make_paper(
        session, SERIES, "Time series and movies", authors=("James Gauss",), section=NO_SECTION
    )
    make_paper(session, WATER, "H₂O and ħ² in ice", year=1950, section=NO_SECTION)
    make_paper(session, PLAIN, "Plain H2O", year=1940, section=NO_SECTION)
    make_summary(
        session,
        faster,
        make_user(session, "mira", "Mira Solheim"),
        "It shares the convolutions, since $\\alpha_t = x^2$ there.",
        tags=["Object Detection", "c++"],
    )
    make_summary(session, faster, source="A nameless opinion.", anonymous=True)


QUERIES: list[tuple[str, list[str]]] = [
    # Words: all of them, in any case, with or without accents.
    ("faster r-cnn", [R_CNN]),
    ("FASTER detect", [R_CNN]),
    ("kaiming", [R_CNN, RESNET]),
    ("nips 2015 proposals", [R_CNN]),
    ("fur krafte", [NOETHER]),
    ("Für Kräfte", [NOETHER]),
    # A summary's words, alone and together with those of its paper; its writer's name.
    ("convolution", [R_CNN]),
    ("he convolution", [R_CNN]),
    ("faster 2015 opinion", [R_CNN]),
    ("solheim", [R_CNN]),
    # Singular and plural, either way.
    ("network", [R_CNN, RESNET]),
    ("networks", [R_CNN, RESNET]),
    ("bias", [BIAS]),
    ("analyses", [BIAS]),
    ("databases", [BIAS]),
    ("class", [RESNET]),
    ("movie", [SERIES]),
    ("serie", [SERIES]),
    ("james gauss", [SERIES]),
    # The last word may be a beginning, and so may one that is not known.
    ("recog", [RESNET]),
    ("residu learning", [RESNET]),
    ("convolu shares", [R_CNN]),
    ("recogn*", [RESNET]),
    ("conf/cvpr/hezr", [RESNET]),
    ("real-tim", [R_CNN]),
    ("real-tim object", []),
    # Rows of words.
    ('"object detection"', [R_CNN]),
    ('"detection object"', []),
    ("real-time", [R_CNN]),
    ("time-real", []),
    ('"deep residual', [RESNET]),
    ("“deep residual”", [RESNET]),
    # Signs without spaces, and formulas.
    ("学习", [CHINESE]),
    ("习学", []),
    ("深度学习", [CHINESE]),
    ("beta-vae", [VAE]),
    ("\\beta", [VAE]),
    ("x^2", [VAE, R_CNN]),
    ("x²", [VAE, R_CNN]),
    ("\\alpha_t", [R_CNN]),
    ("H2O", [WATER, PLAIN]),
    ("h₂o", [WATER, PLAIN]),
    ("title:h2o ice", [WATER]),
    ("ħ2", [WATER]),
    ("ħ^2", [WATER]),
    ('"h₂o and"', [WATER]),
    # Fields.
    ("author:he", [R_CNN, RESNET]),
    ('author:"kaiming he"', [R_CNN, RESNET]),
    ('author:"he kaiming"', []),
    ("author:he convolution", [R_CNN]),
    ("author:solheim", []),
    ("title:deep", [RESNET]),
    ("title:deeper", []),
    ("venue:nips", [R_CNN]),
    ("venue:conf/cvpr", [RESNET]),
    ('venue:"pattern recognition"', [RESNET]),
    ("venue:nips venue:cvpr", [R_CNN, RESNET]),
    ("VENUE:CVPR", [RESNET]),
    ("year:2015", [R_CNN]),
    ("year:2015..2017", [R_CNN, VAE, RESNET]),
    ("year:2017-2015", [R_CNN, VAE, RESNET]),
    ("year:2016..", [VAE, RESNET]),
    ("year:..1999", [BIAS, WATER, PLAIN, NOETHER]),
    ("year:1918 year:1999", [BIAS, NOETHER]),
    ("tag:object-detection", [R_CNN]),
    ('tag:"Object Detection" convolutions', [R_CNN]),
    ("tag:c++", [R_CNN]),
    ("tag:detection", []),
    ("section:cs", [R_CNN]),
    ("section:CompSci", [R_CNN]),
    ('section:"Computer Science"', [R_CNN]),
    ('section:"compsci" -has:summary', []),
    ("section:Physics", []),
    ("venue:NeurIPS", [R_CNN]),
    ("has:summary", [R_CNN]),
    # Without something.
    ("kaiming -residual", [R_CNN]),
    ("kaiming -venue:nips", [RESNET]),
    ('he -"object detection"', [RESNET]),
    ("-deep year:2016..", [VAE]),
    ("kaiming -has:summary", [RESNET]),
    ("-he -year:1000..1950 -survey", [VAE, BIAS, SERIES]),
    # What is not understood is words.
    ("year:soon", []),
    ("year:", []),
    ("venue:", []),
    ("has:wings", []),
    ("time:series", [SERIES]),
    # Anything at all.
    ("nothing like this", []),
    ("", []),
    ("-", []),
    ('"', []),
    ("*", []),
    ('"*()^:-~{} AND OR NOT NEAR', []),
    ("faster' OR 1=1 --", []),
    ("\\ & | ! <-> :*", []),
    ("a:b:c -:- \"-\" 'x':A & !", []),
    ("tag:--- section:''' author:\"\"", []),
    ("\x00", []),
    ("deep\x00residual", [RESNET]),
]


@pytest.mark.usefixtures("library")
def test_queries_find_papers(session: Session) -> None:
    """All of them at once: the library takes longer to make than they do."""
    keys = dict(session.execute(select(Paper.id, Paper.key)).all())
    found = {
        query: [
            keys[each.paper_id]
            for each in search.search_papers(session, search.parse_query(query)).papers
        ]
        for query, _ in QUERIES
    }
    assert found == dict(QUERIES)


NAUGHTY = [
    "'" * 999,
    '"' * 999,
    "-" * 999,
    "(" * 500,
    "NEAR(a b, 2)",
    "title : x",
    "{title} : x",
    "^a",
    "a" * 5000,
    "a " * 3000,
    '"' + "a " * 500,
    "year:0000..9999",
    "year:9999..",
    "-year:2000",
    "\ud7ff\U0010ffff x\u0301",
    "ﷺ ﷺ",
    "tag:ﷺ",
    "हिन्दी 𞤀𞤣",
    "İstanbul ß ŉ",
    "author:-x -author:-x",
    "%_\\%",
    "*a* **",
    "section:\\'",
    "has:summary " * 40,
]


def test_any_string_is_a_query(session: Session, guest: Browser) -> None:
    make_paper(session, "conf/x/A1", "A paper x")
    for query in NAUGHTY:
        search.suggest_correction(session, search.search_papers(session, search.parse_query(query)))
        suggestions.suggest_completions(session, query)
    session.commit()
    for query in NAUGHTY[:4]:
        for path in ("/search", "/search/suggest"):
            assert guest.get(path, query_string={"q": query}).status == 200, (path, query)


def test_order_is_relevance_then_votes_then_year(session: Session) -> None:
    titles = {
        "exact": ("Graph attention", 2001),
        "begins": ("Graph attention at scale", 2001),
        "voted": ("Why graph attention works", 2001),
        "newer": ("On graph attention", 2012),
        "older": ("The graph attention trick", 2003),
        "begun": ("Graph attentional flows", 2020),
        "apart": ("Attention on a graph", 2020),
    }
    for key, (title, year) in titles.items():
        make_paper(session, f"conf/x/{key}", title, year=year)
    make_paper(session, "conf/x/both", "Attention", authors=("Ann Graph",), year=2020)
    elsewhere = make_paper(session, "conf/x/elsewhere", "Another", year=2021)
    make_summary(session, elsewhere, source="It has graph attention too.")
    begin_writing(session)
    session.execute(update(Paper).where(Paper.key == "conf/x/voted").values(top_score=3))
    session.commit()
    rows = results.list_found_papers(session, "graph attention", None, limit=20, offset=0)
    assert [row.paper.key.removeprefix("conf/x/") for row in rows] == [
        *("exact", "begins", "voted", "newer", "older", "begun", "apart", "both", "elsewhere")
    ]


def test_what_somebody_wrote_about_comes_first(session: Session) -> None:
    make_paper(session, "conf/x/New", "The alpha trick", year=2020)
    disliked = make_paper(session, "conf/x/Disliked", "An alpha test", year=1990)
    make_summary(session, disliked)
    make_paper(session, "conf/x/Begins", "Alpha networks", year=1980)
    begin_writing(session)
    session.execute(update(Paper).where(Paper.id == disliked.id).values(top_score=-2))
    session.commit()
    for typed in ("alpha", "alph"):
        rows = results.list_found_papers(session, typed, None, limit=9, offset=0)
        found = [row.paper.key.removeprefix("conf/x/") for row in rows]
        assert found == ["Begins", "Disliked", "New"], typed
    assert [each.title for each in suggestions.suggest_completions(session, "alph").papers] == [
        *("Alpha networks", "An alpha test", "The alpha trick")
    ]


def test_of_many_the_important_are_looked_at(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_HITS", 3)
    for number in range(5):
        make_paper(session, f"conf/x/Word{number}", "The same word", year=2000 + number)
    written = make_paper(session, "conf/x/Written", "An old word", year=1990)
    make_summary(session, written)
    same = make_paper(session, "conf/x/Same", "Word", year=1970)
    hits = search.search_papers(session, search.parse_query("word"))
    assert not hits.is_all
    found = [session.get_one(Paper, each.paper_id).key for each in hits.papers]
    # The one of this title is found wherever it stands; the others by summaries, then years.
    assert found == [same.key, written.key, "conf/x/Word4"]
    assert {
        each.paper_id
        for each in search.search_papers(session, search.parse_query("old word")).papers
    } == {written.id}


@pytest.mark.usefixtures("library")
def test_private_texts_are_not_there(guest: Browser, session: Session) -> None:
    """What was public once and what never was: neither found, counted, suggested nor ranked."""
    paper = session.scalars(select(Paper).where(Paper.key == RESNET)).one()
    writer = make_user(session, "hidden", "Zebra Hidden")
    summary = make_summary(session, paper, writer, "Plain secretword.", tags=["secrettag"])
    assert len(search.search_papers(session, search.parse_query("secretword")).papers) == 1
    for visibility in ("private", "unlisted"):
        text = {"source": "Plain secretword.", "tags": ["secrettag"]}
        publish(session, writer, paper, **text, visibility=visibility)  # type: ignore[arg-type]
        session.commit()
        for query in ("secretword", "tag:secrettag", "zebra", "residual has:summary"):
            assert search.search_papers(session, search.parse_query(query)).papers == [], (
                visibility,
                query,
            )
        session.commit()
        page = guest.get("/search", query_string={"q": "kaiming"}).text
        assert "secret" not in page
        assert "With a summary" in page  # of the other paper only
        assert guest.get("/search/suggest?q=secretw").text.count("secretword") == 0
    publish(session, writer, paper, source="Plain secretword.", anonymous=True)
    session.commit()
    assert len(search.search_papers(session, search.parse_query("secretword")).papers) == 1
    assert search.search_papers(session, search.parse_query("zebra")).papers == []
    delete_summary(session, session.get_one(Summary, summary.id))
    session.commit()
    assert search.search_papers(session, search.parse_query("residual has:summary")).papers == []


@pytest.mark.usefixtures("library")
def test_a_new_name_is_found(session: Session) -> None:
    mira = session.scalars(select(Summary).where(Summary.anonymous.is_(False))).one().user_id
    change_profile(session, session.get_one(User, mira), display_name="Petra Newname", bio="")
    session.commit()
    assert (
        len(search.search_papers(session, search.parse_query("newname convolutions")).papers) == 1
    )
    assert search.search_papers(session, search.parse_query("solheim")).papers == []


MEANT: list[tuple[str, str | None]] = [
    ("residaul learning", "residual learning"),
    ("recogniton", "recognition"),
    ("author:kaimin", "author:kaiming"),
    ("author:kiaming deep", "author:kaiming deep"),
    ('"object detectoin"', '"object detection"'),
    ("rcnn", None),  # found as it is
    ("title:rcnn faster", None),
    ("realtime", None),
    ("timereal", None),
    ("residual", None),
    ("xyzxyzxyz", None),
    ("secrte", None),
]


@pytest.mark.usefixtures("library")
def test_did_you_mean(session: Session) -> None:
    for typed, meant in MEANT:
        hits = search.search_papers(session, search.parse_query(typed))
        assert search.suggest_correction(session, hits) == meant, typed


@pytest.mark.usefixtures("library")
def test_everything_can_be_indexed_anew(session: Session) -> None:
    def found() -> dict[str, list[int]]:
        return {
            query: [
                each.paper_id
                for each in search.search_papers(session, search.parse_query(query)).papers
            ]
            for query, _ in QUERIES
        }

    before = found()
    session.commit()
    deque(indexing.renew(session), maxlen=0)
    assert found() == before
    begin_writing(session)
    faster = session.scalars(select(Paper.id).where(Paper.key == R_CNN)).one()
    texts = {
        entry.summary_id: entry.text
        for entry in session.scalars(select(SearchEntry))
        if entry.summary_id is not None
    }
    session.execute(delete(SearchEntry))
    session.commit()
    assert list(indexing.index_missing(session)) == [9]
    assert list(indexing.index_missing(session)) == []
    assert search.search_papers(session, search.parse_query("convolution")).papers == []
    begin_writing(session)
    index_texts(session, texts)
    session.commit()
    assert found() == before
    begin_writing(session)
    session.execute(update(Paper).where(Paper.id == faster).values(title="Slower", year=2001))
    indexing.index_papers(session, [faster, 10**6])
    session.commit()
    for query in ("slower convolution", "slower year:2001"):
        (hit,) = search.search_papers(session, search.parse_query(query)).papers
        assert hit.paper_id == faster
    assert search.search_papers(session, search.parse_query("faster")).papers == []


def test_many_rows_leave_the_index_in_step(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "WITHOUT_TRIGGER", 1)
    paper = make_paper(session, "conf/x/Many", "Manyfold words")
    begin_writing(session)
    indexing.index_papers(session, [paper.id])
    session.commit()
    assert len(search.search_papers(session, search.parse_query("manyfold")).papers) == 1
    monkeypatch.undo()
    make_paper(session, "conf/x/More", "Manyfold more")
    assert len(search.search_papers(session, search.parse_query("manyfold")).papers) == 2
    begin_writing(session)
    session.execute(delete(SearchEntry))
    session.commit()
    assert search.search_papers(session, search.parse_query("manyfold")).papers == []


def test_folding() -> None:
    assert indexable("R-CNN: Größe", "L’été") == "r cnn grosse l ete"
    assert words("été 한국어 H₂") == ["ete", "한", "국", "어", "h", "2"]
    assert words("x" * 100) == ["x" * 64]


PLURALS = """
network networks/class classes/analysis analyses/bias biases/cache caches/box boxes/
study studies/movie movies/gpu gpus/matrix matrices/base bases/loss losses/size sizes/
process processes/corpus corpora/lens lenses/noise noises/axis axes/hero heroes
"""


def test_singular_and_plural_are_one() -> None:
    for pair in PLURALS.split("/"):
        one, many = pair.split()
        assert stem(one) == stem(many)


def test_other_words_stay_apart() -> None:
    for one, other in (("class", "clas"), ("news", "new"), ("analysis", "analysi"), ("bus", "bu")):
        assert stem(one) != stem(other)


@pytest.mark.usefixtures("library")
def test_an_identifier_goes_straight_to_its_paper(guest: Browser) -> None:
    for query in ("1506.01497", "conf/nips/RenHGS15", "https://arxiv.org/abs/1506.01497v2"):
        answer = guest.get("/search", query_string={"q": query})
        assert (answer.status, answer.location) == (302, "/paper/conf/nips/RenHGS15")


@pytest.mark.usefixtures("library")
def test_a_page_too_far_says_so(guest: Browser) -> None:
    page = guest.get("/search?q=kaiming&page=99")
    assert "No more results" in page.text
    assert "No results" not in page.text
    assert "/search?q=kaiming" in page.links()


@pytest.mark.usefixtures("library")
def test_nul_is_left_out(guest: Browser) -> None:
    for path in ("/search", "/search/suggest", "/papers/new", "/search/suggest?part=list"):
        sign = "&" if "?" in path else "?"
        assert guest.get(f"{path}{sign}q=%00").status in (200, 302), path
    assert RESNET in guest.get("/search?q=resi%00dual").text
    assert guest.get("/search?q=x&page=%00").status == 404


@pytest.mark.usefixtures("library")
def test_very_many_are_not_counted(guest: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_HITS", 4)
    page = guest.get("/search?q=year:..2030")
    assert "Many results for" in page.text
    assert "; showing the first 3" in page.text


@pytest.mark.usefixtures("library")
def test_nothing_found_leads_on(guest: Browser) -> None:
    page = guest.get("/search", query_string={"q": "10.1234/unknown"})
    assert page.status == 200
    assert any(link.startswith("/papers/new?q=10.1234") for link in page.links())
    assert "/papers/new?q=convolution" in guest.get("/search?q=convolution").links()


def test_the_query_is_shown_escaped(guest: Browser) -> None:
    for query in ('"><script>alert(1)</script>', 'author:"<script>alert(1)" x'):
        for path in ("/search", "/search/suggest"):
            page = guest.get(path, query_string={"q": query})
            assert "<script>alert" not in page.text


@pytest.mark.usefixtures("library")
def test_a_paper_is_one_result(session: Session) -> None:
    found = results.load_search_page(session, results.Asked("convolutions", limit=10), None)
    (hit,) = found.hits
    assert (found.total, hit.summary_is_found, hit.summaries_count) == (1, True, 2)
    assert hit.summary is not None
    assert "".join(f"[{each.text}]" if each.is_hit else each.text for each in hit.excerpt) == (
        "It shares the [convolutions], since $\\alpha_t = x^2$ there."
    )
    (hit,) = results.load_search_page(session, results.Asked("faster", limit=10), None).hits
    assert not hit.summary_is_found
    assert [each.text for each in hit.title if each.is_hit] == ["Faster"]
    (hit,) = results.load_search_page(session, results.Asked("harder", limit=10), None).hits
    assert [each.text for each in hit.excerpt if each.is_hit] == ["harder"]


@pytest.mark.usefixtures("library")
def test_facets_narrow(session: Session, guest: Browser) -> None:
    found = results.load_search_page(session, results.Asked("kaiming", limit=10), None)
    assert {
        facet.name: [(value.label, value.count, value.query) for value in facet.values]
        for facet in found.facets
    } == {
        "has": [("With a summary", 1, "kaiming has:summary")],
        "year": [("2016", 1, "kaiming year:2016"), ("2015", 1, "kaiming year:2015")],
        "venue": [("NIPS", 1, "kaiming venue:conf/nips"), ("CVPR", 1, "kaiming venue:conf/cvpr")],
        "section": [("Computer science", 1, "kaiming section:cs")],
        "tag": [(name, 1, f"kaiming tag:{name}") for name in ("c++", "object-detection")],
        "author": [
            ("Shaoqing Ren", 1, 'kaiming author:"Shaoqing Ren"'),
            ("Xiangyu Zhang", 1, 'kaiming author:"Xiangyu Zhang"'),
        ],
    }
    for facet in found.facets:
        for value in facet.values:
            narrowed = results.load_search_page(session, results.Asked(value.query, limit=10), None)
            assert len(narrowed.hits) == value.count, value.query
    session.commit()
    page = guest.get("/search", query_string={"q": "kaiming year:2016 venue:cvpr"})
    assert "/search?q=kaiming+venue:cvpr" in page.links()
    assert "/search?q=kaiming+year:2016" in page.links()


@pytest.mark.usefixtures("library")
def test_suggestions(session: Session, guest: Browser) -> None:
    def suggested(typed: str) -> list[str]:
        found = suggestions.suggest_completions(session, typed)
        papers = [paper.key for paper in found.papers]
        names = [each.name for each in found.authors] + [each.name for each in found.venues]
        return papers + names

    assert suggested("") == []
    assert suggested("deep r") == [RESNET]
    assert suggested("recogni") == [RESNET]
    assert suggested("kaim") == [R_CNN, RESNET, "Kaiming He"]
    assert suggested("cv") == ["CVPR"]
    session.commit()
    page = guest.get("/search/suggest", query_string={"q": "1506.01497"})
    assert f"/paper/{R_CNN}" in page.links()
    part = guest.get("/search/suggest", query_string={"q": "kaim", "part": "list"}).text
    assert part.count('role="option"') == 3
    assert f'data-address="/paper/{RESNET}"' in part
    assert "<html" not in part
