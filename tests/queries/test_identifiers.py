"""Every name of a paper leads to its page: at `/paper/<name>`, in the search box, in texts."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Link, Paper, Summary, User
from app.queries.identifiers import find_paper, find_paper_exactly
from app.queries.links import links
from app.services.summaries import editor
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary

KEY = "conf/nips/RenHGS15"
IEEE = "https://ieeexplore.ieee.org/document/7780459"


@pytest.fixture
def paper(session: Session) -> Paper:
    return make_paper(
        session,
        KEY,
        "Faster R-CNN",
        doi="10.1109/TPAMI.2016.2577031",
        arxiv_id="1506.01497",
        openreview_id="rJXMpikCZ",
        acl_id="P19-1001",
        other_keys=("ren2015faster", "journals/corr/RenHG015"),
        url=IEEE,
        other_urls=("https://www.example.org/papers/Faster.pdf?utm_source=x",),
    )


NAMES = (
    *("conf/nips/renhgs15", "DBLP:conf/nips/RenHGS15", "dblp:CONF/NIPS/RENHGS15"),
    *(" conf/nips/RenHGS15 ", "conf/nips/RenHGS15/", "https://dblp.org/rec/conf/nips/RenHGS15.bib"),
    *("ren2015faster", "journals/corr/RenHG015", "journals/corr/abs-1506-01497"),
    *("10.1109/tpami.2016.2577031", "DOI: 10.1109/TPAMI.2016.2577031."),
    *("https://doi.org/10.1109/TPAMI.2016.2577031", "dx.doi.org/10.1109/tpami.2016.2577031"),
    *("1506.01497v3", "arXiv:1506.01497", "arXiv: 1506.01497v1 [cs.CV]"),
    *("https://arxiv.org/pdf/1506.01497v2.pdf", "https://huggingface.co/papers/1506.01497"),
    *("https://www.alphaxiv.org/abs/1506.01497v3", "journals/corr/1506.01497"),
    *("rJXMpikCZ", "https://openreview.net/forum?id=rJXMpikCZ", "openreview.net/pdf?id=rJXMpikCZ"),
    *("p19-1001", "https://aclanthology.org/P19-1001.pdf", "10.18653/v1/P19-1001"),
    *("https://www.aclweb.org/anthology/P19-1001/", "aclweb.org/anthology/P/P19/P19-1001.pdf"),
    *(IEEE, "http://ieeexplore.ieee.org/abstract/document/7780459/", IEEE.removeprefix("https://")),
    *("https://ieeexplore.ieee.org/stamp/stamp.jsp?tp=&arnumber=7780459",),
    *("http://example.org/papers/Faster.pdf", "https://example.org/papers/faster.pdf#page=2"),
    *("http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15#mira",),
    *("http://localhost/paper/conf/nips/RenHGS15",),
    *("openreview:rJXMpikCZ", "OpenReview: rJXMpikCZ", "urn:doi:10.1109/TPAMI.2016.2577031"),
    *("info:doi/10.1109/tpami.2016.2577031", "arXiv.1506.01497", "abs/1506.01497v2"),
    *("(10.18653/v1/P19-1001)", "[1506.01497]", "<https://doi.org/10.1109/tpami.2016.2577031>"),
    *("1506.01497\u200b", "\ufeffconf/nips/RenHGS15\u200b ", "(arXiv:1506.01497v3)"),
    *("arXiv:1506.01497v3 [cs.CV] 6 Jan 2016", "https://www.semanticscholar.org/arxiv/1506.01497"),
    *("10.1109/tpami.2016.2577031/full", "https://doi.org/10.1109/TPAMI.2016.2577031/abstract"),
)  # fmt: skip


def test_each_name_leads_there(guest: Browser, paper: Paper) -> None:
    for name in NAMES:
        found = guest.get("/search", query_string={"q": name})
        assert (found.status, found.location) == (302, f"/paper/{KEY}"), name
        # As a browser asks for what somebody types behind /paper/: first slashes are made single.
        path, _, query = name.partition("?")
        asked = guest.get(f"/paper/{quote(path)}" + (f"?{query}" if query else ""))
        while asked.status == 308:
            asked = guest.get(asked.location.removeprefix("http://localhost"))
        assert (asked.status, asked.location) == (301, f"/paper/{KEY}"), name


def test_names_with_escapes(guest: Browser, paper: Paper) -> None:
    for path in ("conf%2Fnips%2FRenHGS15", "conf%252Fnips%252FRenHGS15", "%20conf/nips/RenHGS15"):
        answer = guest.get(f"/paper/{path}")
        assert answer.location == f"/paper/{KEY}" or "Faster R-CNN" in answer.text, path


def test_words_are_searched_and_not_looked_up(session: Session, guest: Browser) -> None:
    make_paper(session, "attention", "Attention is all you need")
    assert find_paper_exactly(session, "attention") is None
    assert find_paper_exactly(session, "deep learning 2015") is None
    session.commit()
    assert guest.get("/search?q=attention").status == 200
    assert guest.get("/paper/ATTENTION").location == "/paper/attention"


def test_an_old_key_that_is_an_address(session: Session, guest: Browser) -> None:
    make_paper(session, "http://arxiv.org/abs/1707.09405", "Odd key")
    for name in ("1707.09405", "http:/arxiv.org/abs/1707.09405"):
        address = f"/paper/{name}"
        for _ in range(4):  # it must come to an end
            answer = guest.get(address)
            if answer.status not in (301, 302, 308):
                break
            address = answer.location.removeprefix("http://localhost")
        assert "Odd key" in answer.text


def test_nobody_is_found_by_nothing(session: Session, paper: Paper) -> None:
    for name in ("", " ", "/", "%", "%00", "\x00", "x" * 5000, "https://", "https://example.org/",
                 "../..", "https://example.org/papers/other.pdf", "P19-1002", "1506.01498",
                 KEY + "x" * 400):  # fmt: skip
        assert find_paper(session, name) is None, name


@pytest.mark.parametrize(
    ("name", "asked", "outside"),
    [
        ("P19-1003", "P19-1003", True),
        ("10.1000/x.y", "10.1000/x.y", True),
        ("https:/ieeexplore.ieee.org/document/1", IEEE[:-7] + "1", True),
        ("https:/evil.example/paper.pdf", "https://evil.example/paper.pdf", False),
        ("conf/x/New", "conf/x/New", False),
    ],
)
def test_what_is_not_here_can_be_added(
    guest: Browser, session: Session, name: str, asked: str, outside: bool
) -> None:
    page = guest.get(f"/paper/{name}")
    assert page.status == 404
    address = next(link for link in page.links() if link.startswith("/papers/new?"))
    assert address == f"/papers/new?q={asked}"
    assert any(link.startswith("https://") for link in page.links()) == outside


def test_a_link_to_a_publisher_is_one_to_the_paper(session: Session, paper: Paper) -> None:
    summary = make_summary(
        session,
        source=f"[One]({IEEE}), {IEEE} and [DOI](https://dl.acm.org/doi/10.1109/TPAMI.2016.2577031)."
        "\n\nAlso https://ieeexplore.ieee.org/document/999 and [b](https://example.org/blog).",
    )
    assert summary.html.count(f'href="/paper/{KEY}" class="paper-link"') == 3
    other = 'href="https://ieeexplore.ieee.org/document/999" rel="nofollow noopener noreferrer"'
    assert other.split(" rel")[0] in summary.html
    assert summary.html.count("paper-link") == 3
    targets = session.execute(select(Link.target_kind, Link.target_id).order_by(Link.position))
    assert [tuple(row) for row in targets] == [
        ("url", paper.id),
        ("url", paper.id),
        ("doi", paper.id),
        ("url", None),
    ]


def test_a_publishers_page_that_is_not_known_is_no_unknown_paper(session: Session) -> None:
    text = f"## See also\n\n- [that]({IEEE})\n- [this](https://arxiv.org/abs/1506.01497)"
    summary = make_summary(session, source=text)
    origin = session.get_one(Paper, summary.paper_id)
    assert [each.value for each in links.list_see_also(session, origin, None)] == ["1506.01497"]
    analysis = editor.analyse(session, session.get_one(User, summary.user_id), text)
    assert [link.label for link in analysis.links] == ["this"]
    assert analysis.unknown == 1
    # until the paper is added
    paper = make_paper(session, "conf/x/That", url=IEEE)
    session.expire_all()
    assert f'href="/paper/{paper.key}"' in session.get_one(Summary, summary.id).html
    found = links.list_see_also(session, origin, None)
    assert [each.target.key for each in found if each.target] == ["conf/x/That"]


def test_dblps_name_of_a_preprint_is_resolved_in_texts(session: Session, paper: Paper) -> None:
    summary = make_summary(session, source="\\cite{journals/corr/abs-1506-01497}")
    assert f'href="/paper/{KEY}"' in summary.html
    late = make_summary(session, source="See https://arxiv.org/abs/1707.09405.")
    make_paper(session, "journals/corr/abs-1707-09405")
    session.expire_all()
    assert 'href="/paper/journals/corr/abs-1707-09405"' in session.get_one(Summary, late.id).html


def test_writing_begins_with_any_name(app: Flask, paper: Paper) -> None:
    ann = Browser(app.test_client()).sign_up("ann")
    for name in ("1506.01497", IEEE, "ren2015faster", KEY.lower()):
        assert f"/write/{KEY}" in ann.get("/write", query_string={"q": name}).links()
        found = ann.get("/suggest", query_string={"q": name, "exact": "1"}).response.get_json()
        assert [each["key"] for each in found["papers"]] == [KEY]
