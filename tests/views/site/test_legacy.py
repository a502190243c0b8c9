"""ShortScience's addresses: one permanent redirect each, to where the thing lives here."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

ADDRESSES = [
    ("/paper?bibtexKey=conf/nips/RenHGS15", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=conf%2Fnips%2FRenHGS15", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=1506.01497", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=http://arxiv.org/abs/1506.01497", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=https://arxiv.org/pdf/1506.01497v3.pdf", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=journals/corr/1506.01497", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=10.1109/tpami.2016.2577031", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=conf/nips/RenHGS15&a=mira", "/paper/conf/nips/RenHGS15?by=mira"),
    ("/paper?bibtexKey=conf/nips/RenHGS15&a=nobody", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=conf/nips/RenHGS15&a=hidden", "/paper/conf/nips/RenHGS15"),
    ("/paper?bibtexKey=conf/none/None99", "/paper/conf/none/None99"),
    ("/paper?bibtexKey=http://arxiv.org/abs/1707.09405", "/paper/1707.09405"),
    ("/venue?key=conf/nips&year=2016", "/venue/conf/nips?year=2016"),
    ("/venue?key=conf/nips", "/venue/conf/nips"),
    ("/venue", "/venues"),
    ("/user?name=Mira", "/user/mira"),
    ("/user?name=joecohen", "/user/joecohen"),
    ("/user", "/users"),
]


def test_old_addresses(guest: Browser, session: Session) -> None:
    paper = make_paper(
        session, "conf/nips/RenHGS15", arxiv_id="1506.01497", doi="10.1109/tpami.2016.2577031"
    )
    make_summary(session, paper, make_user(session, "mira"))
    make_summary(session, paper, make_user(session, "hidden"), anonymous=True)
    for old, new in ADDRESSES:
        answer = guest.get(old)
        assert (answer.status, answer.location) == (301, new), old


def test_the_old_front_page(guest: Browser, session: Session) -> None:
    make_summary(session, source="There it is.")
    assert "There it is." in guest.get("/?tab=recent&s=&page=1").text


def test_no_key_is_no_paper(guest: Browser) -> None:
    assert guest.get("/paper").status == 404
    assert guest.get("/paper?bibtexKey=").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/paper/1506.01497",
        "/paper/CONF/NIPS/RenHGS15",
        "/paper/http://arxiv.org/abs/1506.01497",
        "/paper/https://www.arxiv.org/abs/1506.01497v2",
    ],
)
def test_other_names_of_a_paper_lead_to_it(guest: Browser, session: Session, path: str) -> None:
    make_paper(session, "conf/nips/RenHGS15", arxiv_id="1506.01497")
    answer = guest.get(path)
    assert (answer.status, answer.location) == (301, "/paper/conf/nips/RenHGS15")


def test_hostile_keys_are_only_unknown(guest: Browser) -> None:
    for key in (
        "%00",
        "a%0d%0aX: y",
        "%f0%9f%92%a9",
        "x" * 5000,
        "..%2f..%2fetc",
        "%2f%2f",
        "' or 1",
    ):
        assert guest.get(f"/paper/{key}").status in (301, 404), key
        assert guest.get(f"/paper?bibtexKey={key}").status in (301, 404), key


def test_one_users_summary_alone(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "conf/nips/RenHGS15")
    make_summary(session, paper, make_user(session, "mira"), "By Mira.")
    make_summary(session, paper, make_user(session, "hidden"), "By nobody.", anonymous=True)
    alone = guest.get("/paper?bibtexKey=conf/nips/RenHGS15&a=Mira", follow_redirects=True)
    assert "By Mira." in alone.text
    assert "By nobody." not in alone.text
    everything = guest.get("/paper/conf/nips/RenHGS15").text
    for name in ("hidden", "none"):
        answer = guest.get(f"/paper/conf/nips/RenHGS15?by={name}")
        assert (answer.status, answer.location) == (302, "/paper/conf/nips/RenHGS15")
    assert "By nobody." in everything
