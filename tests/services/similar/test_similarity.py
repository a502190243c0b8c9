"""Which papers are similar, and that nothing hidden has a part in it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import Paper, SimilarMark, SimilarPaper, SimilarWord, Summary, User
from app.queries import similar
from app.services.accounts.administration import delete_user
from app.services.operation.tidying import tidy
from app.services.papers.merging import merge_papers
from app.services.papers.removal import remove_paper
from app.services.similar import similarity
from app.services.similar.evidence import MAX_SIMILAR_PAPERS
from app.services.similar.telling_words import choose_telling_words, extract_text
from app.services.summaries.deletion import delete_summary, restore_summary
from app.services.summaries.sharing import change_visibility
from app.text.stop_words import COMMON_WORDS
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish
from tests.helpers.waiting import pids_that_wait, wait_until


def work(session: Session) -> int:
    session.commit()
    done = sum(1 for _ in similarity.refresh_marked_papers(session))
    session.commit()
    return done


def shown(session: Session, paper: Paper) -> dict[str, list[tuple[str, str]]]:
    found = similar.list_similar_papers(session, paper)
    session.commit()
    return {each.key: [(reason.kind, reason.detail) for reason in each.reasons] for each in found}


def make_three(session: Session) -> tuple[Paper, Paper, Paper]:
    one = make_paper(session, "a", "Region proposals for detectors", authors=("Ann A",))
    two = make_paper(session, "b", "A detector without region proposals", authors=("Bob B",))
    three = make_paper(session, "c", "Sleep of bees", authors=("Cleo C",))
    for paper in (one, two, three):
        make_summary(session, paper, source="A text.")
    return one, two, three


def test_words_of_titles_make_papers_similar(session: Session) -> None:
    one, two, three = make_three(session)
    assert work(session) == 3
    assert shown(session, one) == {"b": [("words", "detector, proposal, region")]}
    assert shown(session, two) == {"a": [("words", "detector, proposal, region")]}
    assert shown(session, three) == {}
    assert work(session) == 0


def test_words_of_texts_and_takeaways_count(session: Session) -> None:
    one = make_paper(session, "a", "One")
    two = make_paper(session, "b", "Two")
    make_summary(session, one, source="Hypernetworks. Hypernetworks!", takeaway="On curvature")
    make_summary(session, two, source="Curvature and curvature of a hypernetwork, hypernetworks.")
    work(session)
    assert shown(session, one) == {"b": [("words", "curvature, hypernetwork")]}


def test_tags_links_and_authors_count(session: Session) -> None:
    target = make_paper(session, "target", "The common target")
    one = make_paper(session, "a", "Alpha", authors=("Ann A", "Bob B"))
    two = make_paper(session, "b", "Beta", authors=("Bob B", "Cleo C"))
    for paper in (one, two):
        make_summary(session, paper, source="See \\cite{target}.", tags=["detection"])
    work(session)
    reasons = [("targets", "The common target"), ("tags", "detection")]
    assert shown(session, one) == {"b": reasons}
    # Who is linked from the same summaries: also a paper that nobody has written about.
    other = make_paper(session, "other", "Another one")
    for number in range(2):
        third = make_paper(session, f"third{number}", f"Gamma{number}")
        make_summary(session, third, source="\\cite{target} and \\cite{other}.")
    work(session)
    assert shown(session, other) == {"target": [("linked", "2")]}
    assert shown(session, target)["other"] == [("linked", "2")]


def test_one_thing_in_common_is_chance(session: Session) -> None:
    one = make_paper(session, "a", "Unusual alpha")
    make_summary(session, one, source="A text.")
    make_summary(session, make_paper(session, "b", "Unusual beta"), source="A text.")
    work(session)
    assert shown(session, one) == {}


def test_a_paper_without_summaries_is_compared_but_not_shown_to_others(session: Session) -> None:
    one, _two, _three = make_three(session)
    new = make_paper(session, "new", "New region proposals for a detector")
    work(session)
    assert list(shown(session, new)) == ["a", "b"]
    assert list(shown(session, one)) == ["b"]
    publish(session, make_user(session), one, source="Another text.")
    work(session)
    assert list(shown(session, new)) == ["a", "b"]


@pytest.mark.slow
def test_each_keeps_the_best(session: Session) -> None:
    title = "Alpha beta gamma delta epsilon zeta eta theta iota kappa"
    papers = [make_paper(session, f"p{number}", title) for number in range(MAX_SIMILAR_PAPERS + 3)]
    for paper in papers:
        make_summary(session, paper, source="A text.")
    work(session)
    for paper in papers:
        rows = select(SimilarPaper).where(SimilarPaper.paper_id == paper.id)
        assert 1 <= len(session.scalars(rows).all()) <= MAX_SIMILAR_PAPERS
    session.commit()


def test_a_private_text_has_no_part(session: Session) -> None:
    one = make_paper(session, "a", "One")
    two = make_paper(session, "b", "Two")
    text = "Hypernetworks, hypernetworks. Curvature, curvature. \\cite{c}"
    make_paper(session, "c", "Three")
    make_summary(session, one, source=text, tags=["secret"])
    work(session)
    for visibility in ("private", "unlisted"):
        make_summary(session, two, source=text, tags=["secret"], visibility=visibility)
        assert session.scalars(select(SimilarMark.id)).all() == []
        session.commit()
    work(session)
    assert shown(session, one) == {}
    assert shown(session, two) == {}


@pytest.mark.parametrize("way", ["private", "unlisted", "deleted", "with its account"])
def test_what_is_hidden_goes_at_once(session: Session, way: str) -> None:
    one, two, _three = make_three(session)
    target = make_paper(session, "target", "The target")
    writer = make_user(session, "ann")
    text = "\\cite{a} and \\cite{target}. Curvature, curvature."
    about = make_paper(session, "about", "Region proposals of another kind")
    summary = make_summary(session, about, writer, source=text)
    for paper in (one, two):  # so that two things tie them
        make_summary(session, paper, source="Of \\cite{target}.")
    work(session)
    assert "about" in shown(session, two)
    assert "words" in dict(shown(session, about)["b"])
    if way == "deleted":
        delete_summary(session, summary)
    elif way == "with its account":
        delete_user(session, writer, with_summaries=True)
    else:
        change_visibility(session, summary, visibility=way, anonymous=False)
    session.commit()
    # Before anything is worked out anew.
    assert "about" not in shown(session, two)
    assert shown(session, about) == {}
    pairs = session.execute(select(SimilarPaper.paper_id, SimilarPaper.similar_id)).all()
    assert (one.id, target.id) not in pairs
    words = select(SimilarWord).where(SimilarWord.paper_id == about.id)
    assert session.scalars(words).all() == []
    session.commit()
    work(session)
    assert "about" not in shown(session, two)


def test_a_restored_text_comes_back(session: Session) -> None:
    one, two, _three = make_three(session)
    summary = session.scalars(select(Summary).where(Summary.paper_id == two.id)).one()
    writer, number = make_user(session), summary.id
    begin_writing(session)
    summary.user_id = writer.id
    session.flush()
    delete_summary(session, summary)
    work(session)
    assert shown(session, one) == {}
    restore_summary(session, writer, number)
    work(session)
    assert list(shown(session, one)) == ["b"]


def test_what_was_worked_out_from_an_older_state_is_not_written(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, _three = make_three(session)
    work(session)
    similarity.mark_papers(session, [one.id])
    session.commit()
    replaced: list[int] = []
    monkeypatch.setattr(similarity, "_replace", lambda *_a, **_k: replaced.append(1))

    def after_somebody_else(opened: Session) -> None:
        similarity.mark_papers(opened, [two.id])  # as whoever hides a text of it does

    with monkeypatch.context() as patched:
        patched.setattr(similarity, "lock_similar_papers", after_somebody_else)
        assert not similarity._work_out(session, one.id)
    assert replaced == []
    assert similarity._work_out(session, one.id)
    assert replaced == [1]


@pytest.mark.parametrize("way", ["remove", "merge"])
def test_who_removes_a_paper_waits_before_it_is_locked(
    any_file_database: Database, way: str
) -> None:
    if any_file_database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with any_file_database.session() as session:
        gone, kept = make_paper(session, "a/b/Gone").id, make_paper(session, "a/b/Kept").id
        curator = make_user(session).id
        begin_writing(session)
        pair = {"paper_id": gone, "similar_id": kept, "score": 1.0, "reasons": []}
        session.execute(insert(SimilarPaper), [pair])
        session.commit()
        before = pids_that_wait(session)

        def remove() -> None:
            with any_file_database.session() as own:
                papers = own.get_one(Paper, kept), own.get_one(Paper, gone)
                if way == "merge":
                    merge_papers(own, *papers, None)
                else:
                    remove_paper(own, papers[1], own.get_one(User, curator), "Twice")
                own.commit()

        similarity.remove_traces(session, [(gone, ())])  # as whoever works it out anew
        with ThreadPoolExecutor(1) as pool:
            removed = pool.submit(remove)
            with any_file_database.session() as looking:
                wait_until(lambda: pids_that_wait(looking) - before, "the removal to wait")
            # Would be a deadlock if the paper were locked, and waited for its similar ones.
            session.execute(insert(SimilarPaper), [pair])
            session.commit()
            removed.result()
        assert session.get(Paper, gone, populate_existing=True) is None


@pytest.mark.parametrize("key", ["a", "b"])
def test_a_paper_that_is_removed_meanwhile_is_left_out(
    any_file_database: Database, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    with any_file_database.session() as session, any_file_database.session() as other:
        papers = {paper.key: paper for paper in make_three(session)}
        work(session)
        similarity.mark_papers(session, [papers["a"].id])
        session.commit()
        real = similarity.find_similar_papers

        def slow(opened: Session, paper_id: int, words: Any) -> Any:
            found = real(opened, paper_id, words)
            monkeypatch.setattr(similarity, "find_similar_papers", real)
            gone = other.get_one(Paper, papers[key].id)
            merge_papers(other, other.get_one(Paper, papers["c"].id), gone, None)
            other.commit()
            return found

        monkeypatch.setattr(similarity, "find_similar_papers", slow)
        work(session)
        assert not similarity.has_marked(session)
        left = next(papers[each] for each in "ab" if each != key)
        assert papers[key].key not in shown(session, left)


def test_a_library_of_an_older_version_is_marked_by_tidying(session: Session) -> None:
    one, _two, _three = make_three(session)
    begin_writing(session)
    session.execute(delete(SimilarMark))
    session.commit()
    assert not similarity.has_known_words(session)
    deque(tidy(session), maxlen=0)
    assert similarity.has_known_words(session)
    work(session)
    assert list(shown(session, one)) == ["b"]


def test_all_can_be_worked_out_anew(session: Session) -> None:
    one, _two, _three = make_three(session)
    new = make_paper(session, "new", "New region proposals for a detector")
    work(session)
    begin_writing(session)
    for row in session.scalars(select(SimilarPaper)):
        session.delete(row)
    session.commit()
    assert similarity.mark_all(session, every=False) == 3
    assert work(session) == 3
    assert list(shown(session, one)) == ["b"]
    assert shown(session, new) == {}
    assert similarity.mark_all(session, every=True) == 4
    work(session)
    assert list(shown(session, new)) == ["a", "b"]


def test_a_page_shows_them_with_the_reason(guest: Browser, session: Session) -> None:
    make_three(session)
    work(session)
    page = guest.get("/paper/a")
    assert "Similar papers" in page.text
    assert "similar terms: <bdi>detector, proposal, region</bdi>" in page.text
    assert "Similar papers" not in guest.get("/paper/c").text


def test_what_the_page_shows_as_a_link_is_not_repeated(guest: Browser, session: Session) -> None:
    one, two, _three = make_three(session)
    publish(session, make_user(session), one, source="## See also\n- \\cite{b}")
    work(session)
    assert list(shown(session, one)) == ["b"]
    assert list(shown(session, two)) == ["a"]
    for path in ("/paper/a", "/paper/b"):
        assert "Similar papers" not in guest.get(path).text


def test_saving_marks_them_for_the_job(guest: Browser, session: Session) -> None:
    make_three(session)
    work(session)
    guest.sign_up("mira")
    make_paper(session, "new", "New region proposals for a detector")
    session.commit()
    assert guest.submit("/write/new", source="Mine.").status == 303
    assert similarity.has_marked(session)
    work(session)
    assert not similarity.has_marked(session)
    session.commit()
    assert "New region proposals" in guest.get("/paper/a").text


def test_telling_words() -> None:
    assert choose_telling_words("The $\\alpha$-divergences of 12 networks: a Bias") == {
        "divergence": 2,
        "network": 2,
        "bias": 2,
    }
    assert choose_telling_words("", ["one phrase"], ["twice twice once once, rare"]) == {
        "phrase": 1,
        "twice": 1,
    }
    assert len(choose_telling_words(" ".join(f"word{chr(97 + n)}x" for n in range(26)) * 3)) <= 30
    assert {"the", "paper", "result"} <= COMMON_WORDS


def test_formulas_and_code_are_not_words() -> None:
    html = "<p>A <em>text</em> <math><mi>alpha</mi></math> &amp; <code>for x</code></p><pre>y</pre>"
    assert extract_text(html).split() == ["A", "text", "&"]
