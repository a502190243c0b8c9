"""What is wrong with links, and which papers are wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli import main
from app.db import Database, begin_writing
from app.models import Identifier, User
from app.queries.links import health, links, wanted
from app.services.accounts.administration import rename_account
from tests.helpers.client import Browser
from tests.helpers.engines import copy_database
from tests.helpers.factories import make_paper, make_summary, make_user


def problems(session: Session, user: User) -> list[tuple[str, str]]:
    return [
        (each.problem, each.link.target_value) for each in health.check_user_links(session, user)
    ]


def test_a_link_that_is_well_is_not_told(session: Session) -> None:
    mira = make_user(session)
    make_paper(session, "k/Fine", "Fine words")
    make_summary(session, None, mira, "See [Fine words](/paper/k/Fine), [it](/paper/K/FINE).")
    assert problems(session, mira) == []


def test_unknown_and_redirected(session: Session) -> None:
    mira = make_user(session)
    paper = make_paper(session, "k/New")
    begin_writing(session)
    session.add(Identifier(paper_id=paper.id, kind="key", value="k/Old", folded="k/old"))
    session.commit()
    make_summary(session, None, mira, "[a](/paper/k/Old) and [b](/paper/k/None)")
    assert sorted(problems(session, mira)) == [("redirected", "k/Old"), ("unknown", "k/None")]


def test_somebody_who_has_no_summary_of_it(session: Session) -> None:
    mira, lena = make_user(session), make_user(session, "lena")
    paper = make_paper(session, "k/Paper")
    make_summary(session, paper, lena)
    make_summary(session, paper, make_user(session, "hidden"), visibility="private")
    make_summary(session, paper, make_user(session, "masked"), anonymous=True)
    names = ("lena", "Lena", "nobody", "hidden", "masked", "anon")
    make_summary(session, None, mira, "\n\n".join(f"[{n}](/paper/k/Paper#{n})" for n in names))
    found = [each.link.target_user for each in health.check_user_links(session, mira)]
    # Whoever hides is told from a stranger in no way.
    assert sorted(str(name) for name in found) == ["hidden", "masked", "nobody"]


def test_a_name_that_somebody_had_before_leads_there(session: Session, guest: Browser) -> None:
    mira, tom = make_user(session), make_user(session, "tom")
    paper = make_paper(session, "k/Paper")
    make_summary(session, paper, tom)
    make_summary(session, None, mira, "[it](/paper/k/Paper#tom)")
    rename_account(session, tom, "tommy")
    session.commit()
    page = guest.get("/paper/k/Paper").text
    assert 'id="tommy"' in page
    assert 'id="tom"' in page
    assert problems(session, mira) == []


def test_an_anonymous_text_has_no_former_name(session: Session, guest: Browser) -> None:
    tom = make_user(session, "tom")
    make_summary(session, make_paper(session, "k/Paper"), tom, anonymous=True)
    rename_account(session, tom, "tommy")
    session.commit()
    page = guest.get("/paper/k/Paper").text
    assert 'id="tom' not in page
    assert "/user/tom" not in page


def test_one_of_several_anonymous_summaries(session: Session) -> None:
    mira = make_user(session)
    paper = make_paper(session, "k/Paper")
    for _ in range(2):
        make_summary(session, paper, anonymous=True)
    make_summary(session, None, mira, "[it](/paper/k/Paper#anon)")
    assert problems(session, mira) == [("ambiguous", "k/Paper")]


def test_two_papers_of_one_title(session: Session) -> None:
    mira = make_user(session)
    make_paper(session, "k/One", "The same title")
    make_paper(session, "k/Two", "The Same Title")
    make_summary(session, None, mira, "[it](/paper/k/Two)")
    [found] = health.check_user_links(session, mira)
    assert found.problem == "ambiguous"
    assert found.other is not None
    assert found.other.key == "k/One"


def test_a_label_that_names_another_paper(session: Session) -> None:
    """The original's front page linked "R-CNN" to Fast R-CNN."""
    mira = make_user(session)
    make_paper(session, "conf/cvpr/GirshickDDM14", "Rich Feature Hierarchies")
    make_paper(session, "conf/iccv/Girshick15", "Fast R-CNN")
    for _ in range(2):
        make_summary(session, source="[R-CNN](/paper/conf/cvpr/GirshickDDM14)")
    text = "[R-CNN](/paper/conf/iccv/Girshick15), [Fast R-CNN](/paper/conf/iccv/Girshick15)"
    make_summary(session, None, mira, text)
    [found] = health.check_user_links(session, mira)
    assert (found.problem, found.link.label) == ("label", "R-CNN")
    assert found.other is not None
    assert found.other.key == "conf/cvpr/GirshickDDM14"


def test_a_label_that_is_another_papers_title(session: Session) -> None:
    mira = make_user(session)
    make_paper(session, "k/Mask", "Mask R-CNN")
    make_paper(session, "k/Other", "Something else")
    make_summary(session, None, mira, "[Mask R-CNN](/paper/k/Other)")
    assert problems(session, mira) == [("label", "k/Other")]


def test_private_texts_do_not_say_what_a_label_means(session: Session) -> None:
    mira, lena = make_user(session), make_user(session)
    make_paper(session, "k/One", "First")
    make_paper(session, "k/Two", "Second")
    for _ in range(3):
        make_summary(session, None, lena, "[word](/paper/k/One)", visibility="private")
    make_summary(session, None, mira, "[word](/paper/k/Two)")
    assert problems(session, mira) == []


def test_administrators_see_public_texts_only(session: Session, guest: Browser) -> None:
    make_summary(session, source="[Seen label](/paper/k/Public)")
    make_summary(session, source="[Hidden label](/paper/k/Private)", visibility="private")
    guest.sign_up("boss")
    assert guest.get("/links/all").status == 403
    begin_writing(session)
    session.scalars(select(User).where(User.name == "boss")).one().role = "administrator"
    session.commit()
    page = guest.get("/links/all").text
    assert "Seen label" in page
    assert "Hidden label" not in page


def test_ones_own_page(session: Session, guest: Browser) -> None:
    assert guest.get("/links").status == 302
    guest.sign_up("mira")
    assert "No problems found" in guest.get("/links").text
    mira = session.scalars(select(User).where(User.name == "mira")).one()
    make_summary(session, None, mira, "[Own label](/paper/k/None)", visibility="private")
    assert "Own label" in guest.get("/links").text


def test_wanted_papers_come_by_how_many_ask(session: Session, guest: Browser) -> None:
    make_summary(session, source="[rare](/paper/k/Rare) [rare](/paper/k/Rare)")
    for text in ("[often](/paper/k/Often)", "[often](/paper/k/Often), [it](/paper/k/Often)"):
        make_summary(session, source=text)
    make_summary(session, source="[hidden](/paper/k/Hidden)", visibility="private")
    found, more = wanted.list_wanted_papers(session, number=1, size=50)
    assert [(each.value, each.summaries) for each in found] == [("k/Often", 2), ("k/Rare", 1)]
    assert [each.label for each in found] == ["often", "rare"]
    assert not more
    session.commit()
    assert "k/Often" in guest.get("/wanted").text
    make_paper(session, "k/Often")
    assert "k/Often" not in guest.get("/wanted").text


def test_a_card_shows_what_everybody_may_see(session: Session, guest: Browser) -> None:
    paper = make_paper(session, "k/Paper", "A title", authors=("Ann Smith",), year=2020)
    make_summary(session, paper, takeaway="Hidden thought", visibility="private")
    card = guest.get("/card/k/Paper").text
    assert "Ann Smith" in card
    assert "No summary yet" in card
    make_summary(session, paper, takeaway="It $a = b$ works.")
    card = guest.get("/card/k/Paper").text
    assert "<math>" in card
    assert "Hidden" not in card
    assert guest.get("/card/k/Other").status == 404


def test_the_card_of_one_persons_summary(session: Session, guest: Browser) -> None:
    paper = make_paper(session, "k/Paper")
    make_summary(session, paper, make_user(session, "ann"), takeaway="Of Ann.")
    make_summary(session, paper, make_user(session, "ben"), takeaway="Of Ben.")
    make_summary(session, paper, make_user(session, "cleo"), takeaway="Hers.", anonymous=True)
    assert "Of Ann." in guest.get("/card/k/Paper").text
    assert "Of Ben." in guest.get("/card/k/Paper?by=ben").text
    assert "Hers." in guest.get("/card/k/Paper?by=anon").text
    assert "Of Ann." in guest.get("/card/k/Paper?by=cleo").text  # nobody learns whose it is


def test_all_mentions(session: Session, guest: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    make_paper(session, "k/Paper")
    for number in range(3):
        make_summary(session, source=f"As \\cite{{k/Paper}} in text {number}.")
    make_summary(session, source="As \\cite{k/Paper} in secret.", visibility="private")
    session.commit()
    assert "/mentions/k/Paper" not in guest.get("/paper/k/Paper").text
    monkeypatch.setattr(links, "BACKLINKS_SHOWN", 2)
    monkeypatch.setattr(links, "MAX_SENTENCES_SHOWN", 2)
    assert "/mentions/k/Paper" in guest.get("/paper/k/Paper").links()
    page = guest.get("/mentions/k/Paper").text
    assert "3 summaries cite this paper" in page
    assert "in text 1" in page
    assert "in text 2" not in page
    assert "in text 2" in guest.get("/mentions/k/Paper?page=2").text
    assert "secret" not in page


@pytest.fixture
def library(
    tmp_path: Path, sqlite_template: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """The installation of `tmp_path`, for commands."""
    monkeypatch.setenv("SHORTLIST_DATA_DIR", str(tmp_path))
    found = Database(f"sqlite:///{tmp_path / 'shortlist.sqlite3'}", data_dir=tmp_path)
    copy_database(sqlite_template, found)
    with found.session() as session:
        yield session
    found.close()


def test_the_command_lists_and_exports(library: Session, tmp_path: Path) -> None:
    origin, target = make_paper(library, "k/Origin"), make_paper(library, "k/Target")
    make_summary(library, origin, source=f"[a](/paper/{target.key}) [b](/paper/k/None)")
    library.commit()
    runner = CliRunner()
    listed = runner.invoke(main, ["links"])
    assert "unknown     summary 1 of k/Origin: “b” → k/None" in listed.output
    file = tmp_path / "graph.json"
    assert runner.invoke(main, ["links", "--export", str(file)]).exit_code == 0
    assert json.loads(file.read_text("utf-8"))["links"] == [
        {"source": "k/Origin", "target": "k/Target", "links": 1, "see_also": False}
    ]
    refused = runner.invoke(main, ["links", "--export", str(tmp_path / "graph.txt")])
    assert refused.exit_code == 1
    assert "must end in" in refused.output
