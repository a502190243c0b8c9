"""Two papers become one, and two again: all of it moves, nothing is lost, nobody learns more."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.db import Base, Database, begin_writing
from app.models import (
    Author,
    DeletedSummary,
    Draft,
    Identifier,
    Link,
    MergedDraft,
    Paper,
    PaperDifference,
    PaperMerge,
    PaperRevision,
    SearchEntry,
    SimilarPaper,
    Summary,
    User,
    Venue,
)
from app.models.papers.revision import MAX_REASON
from app.queries import papers, summaries
from app.queries.identifiers import find_paper
from app.queries.search import results
from app.services import votes
from app.services.accounts import merging
from app.services.exporting import vault
from app.services.operation.rerender import renew_marked, renew_stale
from app.services.papers import fact_changes
from app.services.papers.duplicates import suggest_duplicates
from app.services.papers.editing import PaperEdit, edit_paper
from app.services.papers.merge_undo import undo_merge
from app.services.papers.merging import mark_different, merge_papers
from app.services.papers.removal import undo_revision
from app.services.refusals import JUST_MERGED, Refusal
from app.services.similar import similarity
from app.services.summaries.content import BaseVersion, Content, Edit
from app.services.summaries.deletion import delete_summary, restore_summary
from app.services.summaries.publishing import change_summary
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary, make_user, publish, save_draft

# Not of papers, of merges themselves, or worked out later from all the rest.
APART = {
    *("changes", "users", "authors", "paper_merges", "paper_differences", "search_words"),
    *("similar_marks", "similar_papers", "similar_words"),
    "paper_revisions",  # that facts were filled in, and taken out again, stays written down
}
TITLE = "Deep Residual Learning for Image Recognition"


def pair(session: Session, **facts: Any) -> tuple[Paper, Paper]:
    kept = make_paper(session, "conf/cvpr/HeZRS16", TITLE, authors=("Kaiming He",), year=2016)
    removed = make_paper(
        session,
        "journals/corr/HeZRS15",
        TITLE,
        authors=("Kaiming He", "Xiangyu Zhang"),
        year=2015,
        arxiv_id="1512.03385",
        abstract="Deeper networks are harder to train.",
        **facts,
    )
    return kept, removed


def merge(session: Session, kept: Paper, removed: Paper, user: User | None = None) -> int:
    found = merge_papers(session, kept, removed, user or make_user(session))
    session.commit()
    deque(renew_marked(session), maxlen=0)
    session.expire_all()
    return found.id


def undo(session: Session, number: int) -> Paper:
    paper = undo_merge(session, number, make_user(session))
    session.commit()
    deque(renew_marked(session), maxlen=0)
    session.expire_all()
    found = papers.reload_paper(session, paper.id)
    assert found is not None
    return found


def library(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """All rows but those of users and of the merges themselves; papers, authors and venues by
    their keys, for their numbers are nobody's business."""
    keys = {
        table: dict(session.execute(select(table.id, table.key)).all())
        for table in (Paper, Author, Venue)
    }
    referring = {"paper_id": Paper, "target_id": Paper, "author_id": Author, "venue_id": Venue}
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in APART:
            continue
        rows = []
        for row in session.execute(select(table)).mappings():
            values = dict(row)
            for name in referring.keys() & values.keys():
                values[name] = keys[referring[name]].get(values[name])
            if table.name in ("papers", "search_entries", "links", "venues"):
                values.pop("id")
            rows.append(tuple(str(value) for value in values.values()))
        found[table.name] = sorted(rows)
    session.commit()
    return found


def test_every_table_of_papers_is_thought_of() -> None:
    """A table that refers to papers has to move with a merge, or to go with the paper."""
    referring = {
        f"{key.parent.table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "papers"
    }
    assert referring == {
        "deleted_summaries.paper_id",
        "drafts.paper_id",
        "entry_copies.paper_id",
        "identifiers.paper_id",
        "list_entries.paper_id",
        "links.target_id",
        "paper_authors.paper_id",
        "paper_differences.one_id",
        "paper_differences.other_id",
        "paper_merges.kept_id",
        "paper_merges.paper_id",
        "paper_revisions.paper_id",
        "readings.paper_id",
        "search_entries.paper_id",
        "shelf_entries.paper_id",
        "similar_marks.paper_id",
        "similar_papers.paper_id",
        "similar_papers.similar_id",
        "similar_words.paper_id",
        "summaries.paper_id",
    }


def test_all_of_it_moves(session: Session) -> None:
    kept, removed = pair(session)
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    public = make_summary(session, removed, ann, "Wonderful words.", tags=["vision"])
    hidden = make_summary(session, removed, ben, "Secret.", visibility="private")
    deleted = make_summary(session, removed, make_user(session, "cleo"), "Gone.")
    delete_summary(session, deleted)
    votes.cast_vote(session, ben, public.id, 1)
    other = make_summary(session, source="See https://arxiv.org/abs/1512.03385 for more.")
    save_draft(session, ann, removed, Content("More words."), base_revision=1, seen_version=0)
    session.commit()
    number = merge(session, kept, removed)
    assert session.scalars(select(Paper.key).where(Paper.title == TITLE)).all() == [kept.key]
    for table in (DeletedSummary, Draft):
        assert session.scalar(select(table.paper_id)) == kept.id
    assert session.get_one(Summary, hidden.id).paper_id == kept.id
    found = session.get_one(Summary, public.id)
    assert (found.paper_id, found.score, found.place) == (kept.id, 1, 0)
    assert session.scalar(select(Link.target_id).where(Link.summary_id == other.id)) == kept.id
    paper = papers.reload_paper(session, kept.id)
    assert paper is not None
    assert (paper.summaries_count, paper.top_score, paper.arxiv_id) == (1, 1, "1512.03385")
    assert paper.abstract.startswith("Deeper")
    assert [author.name for author in paper.authors] == ["Kaiming He"]
    assert paper.year == 2016
    for name in ("journals/corr/HeZRS15", "arxiv:1512.03385", "conf/cvpr/hezrs16"):
        there = find_paper(session, name)
        assert there is not None
        assert there.id == kept.id
    for query in ("wonderful", "1512.03385", "vision"):
        hits = results.load_search_page(session, results.Asked(query, limit=5), None).hits
        assert [hit.paper.id for hit in hits] == [kept.id]
    logged = session.get_one(PaperMerge, number)
    assert (logged.removed_key, logged.kept_key) == ("journals/corr/HeZRS15", kept.key)
    assert logged.summaries == 1


def test_undoing_puts_all_of_it_back(session: Session) -> None:
    kept, removed = pair(session)
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    for paper in (kept, removed):
        summary = make_summary(session, paper, ann, f"On {paper.key}.", tags=["vision"])
        votes.cast_vote(session, ben, summary.id, 1)
        make_summary(session, paper, ben, "Mine.", visibility="private")
    delete_summary(session, make_summary(session, removed, make_user(session), "Gone."))
    for paper in (kept, removed):
        content = Content(f"A draft on {paper.key}.", visibility="private")
        save_draft(session, ann, paper, content, base_revision=1, seen_version=0)
    save_draft(session, ben, removed, Content("Alone."), base_revision=1, seen_version=0)
    make_summary(session, source="See https://arxiv.org/abs/1512.03385 and \\cite{HeZRS16}.")
    mark_different(session, removed, make_paper(session, "conf/x/Other"), ann)
    session.commit()
    before = library(session)
    number = merge(session, kept, removed)
    assert library(session) != before
    undo(session, number)
    after = library(session)
    assert set(before) == set(after)
    for name in before:
        if name == "drafts":  # their versions are new: no window knows them
            continue
        assert after[name] == before[name], name
    texts = select(Draft.source, Draft.base_revision, Paper.key).join(Paper).order_by(Draft.source)
    assert [tuple(row) for row in session.execute(texts)] == [
        ("A draft on conf/cvpr/HeZRS16.", 1, "conf/cvpr/HeZRS16"),
        ("A draft on journals/corr/HeZRS15.", 1, "journals/corr/HeZRS15"),
        ("Alone.", 1, "journals/corr/HeZRS15"),
    ]
    assert session.scalar(select(func.count(MergedDraft.id))) == 0
    # nobody is asked again whether the two are one, and what was told apart is still
    assert session.scalar(select(func.count()).select_from(PaperDifference)) == 2


def test_undoing_keeps_what_came_since(session: Session) -> None:
    kept, removed = pair(session)
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    moved = make_summary(session, removed, ann, "First words.")
    number = merge(session, kept, removed)
    make_summary(session, kept, ann, "Better words.")
    new = make_summary(session, kept, ben, "Written on the one page.")
    votes.cast_vote(session, ben, moved.id, 1)
    session.commit()
    back = undo(session, number)
    found = session.get_one(Summary, moved.id)
    assert (found.paper_id, found.source, found.score) == (back.id, "Better words.", 1)
    assert session.get_one(Summary, new.id).paper_id == kept.id
    assert [paper.summaries_count for paper in (back, session.get_one(Paper, kept.id))] == [1, 1]
    assert papers.find_paper_by_key(session, "journals/corr/HeZRS15") is not None


DETAILS = {"volume": "1", "pages": "7-9"}


def test_authors_and_a_venue_that_nobody_has_any_more_go_and_come_back(
    session: Session,
) -> None:
    curator = make_user(session)
    kept = make_paper(session, "a/b/C", authors=("Ada Lovelace",), venue="Here")
    facts = {"authors": ("A. Lovelace", "Ada Lovelace"), "orcids": ("0000-0002-1825-0097", "")}
    removed = make_paper(session, "d/e/F", venue="Only There", **facts)
    merge = merge_papers(session, kept, removed, curator)
    session.commit()
    assert session.scalars(select(Author.name)).all() == ["Ada Lovelace"]
    assert session.scalars(select(Venue.name)).all() == ["Here"]
    back = undo_merge(session, merge.id, curator)
    session.commit()
    present = papers.reload_paper(session, back.id)
    assert present is not None
    assert [each.printed for each in present.authorships] == ["A. Lovelace", "Ada Lovelace"]
    assert present.authors[0].orcid == "0000-0002-1825-0097"
    assert present.venue is not None
    assert (present.venue.name, present.venue.papers_count) == ("Only There", 1)
    check_counts(session)


SAME_SQL = pytest.mark.sqlite_only("one that fits and one that does not run the same SQL")
APPEARED = {"venue": "A Journal", "year": 2015, "doi": "10.1000/a", "details": DETAILS}


@pytest.mark.parametrize(
    ("known", "fits"),
    [
        ({}, True),
        pytest.param({"year": 2015}, True, marks=SAME_SQL),
        ({"year": 2015, "doi": "10.1000/b"}, False),
        pytest.param({"year": 2016}, False, marks=SAME_SQL),
        pytest.param({"venue": "Another"}, False, marks=SAME_SQL),
        pytest.param({"details": {"volume": "9"}}, False, marks=SAME_SQL),
    ],
)
def test_where_it_appeared_is_one_fact(session: Session, known: dict[str, Any], fits: bool) -> None:
    kept = make_paper(session, "he2015deep", TITLE, **known)
    extra = {"abstract": "Words.", "keywords": "nets", "arxiv_id": "1512.03385"}
    removed = make_paper(session, "he2015", TITLE, **APPEARED, **extra)
    before, venue_id = library(session), removed.venue_id
    number = merge(session, kept, removed)
    paper = session.get_one(Paper, kept.id)
    assert (paper.abstract, paper.keywords, paper.arxiv_id) == tuple(extra.values())
    found = (paper.year, paper.doi, paper.details)
    if fits:
        assert (*found, paper.venue_id) == (2015, "10.1000/a", DETAILS, venue_id)
    else:
        assert found == (known.get("year"), known.get("doi"), known.get("details", {}))
    undo(session, number)
    assert library(session) == before


def test_an_abstract_that_is_taken_over_keeps_the_version_of_its_renderer(session: Session) -> None:
    kept = make_paper(session, "a/b/Kept")
    removed = make_paper(session, "a/b/Removed", abstract="All of $x$.")
    begin_writing(session)
    old = update(Paper).where(Paper.id == removed.id)
    session.execute(old.values(abstract_html="old", renderer_version=1))
    session.commit()
    merge_papers(session, kept, removed, None)
    session.commit()
    list(renew_stale(session))
    assert "<math" in session.get_one(Paper, kept.id, populate_existing=True).abstract_html


def test_facts_changed_since_stay(session: Session) -> None:
    kept, removed = pair(session)
    number = merge(session, kept, removed)
    session.commit()
    session.connection(execution_options={"writing": True, "postgresql_readonly": False})
    session.get_one(Paper, kept.id).abstract = "Another abstract."
    session.commit()
    undo(session, number)
    paper = session.get_one(Paper, kept.id)
    assert (paper.abstract, paper.arxiv_id) == ("Another abstract.", None)


def list_revisions(session: Session) -> list[PaperRevision]:
    return list(session.scalars(select(PaperRevision).order_by(PaperRevision.id)))


def test_what_is_filled_in_is_written_down_as_an_edit(session: Session) -> None:
    kept, removed = pair(session)
    curator = make_user(session)
    before = fact_changes.list_facts(papers.reload_paper(session, kept.id) or kept)
    number = merge(session, kept, removed, curator)
    (filling,) = list_revisions(session)
    facts = {"abstract": removed.abstract, "arxiv_id": "1512.03385"}
    assert filling.after == facts
    assert filling.before == {"abstract": "", "arxiv_id": ""}
    assert (filling.kind, filling.user_id, filling.paper_id) == ("edit", curator.id, kept.id)
    assert filling.reason == "Filled in from journals/corr/HeZRS15, merged into this paper"
    undo(session, number)
    filling, undoing = list_revisions(session)
    assert filling.undone_at is not None
    assert (undoing.kind, undoing.after) == ("undo", filling.before)
    assert fact_changes.list_facts(papers.reload_paper(session, kept.id) or kept) == before
    assert len(list_revisions(session)) == 2


def test_what_was_filled_in_can_be_undone_before_the_merge_is(session: Session) -> None:
    kept = make_paper(session, "he2015deep", TITLE)
    authors = ("Kaiming He",)
    removed = make_paper(session, "he2015", TITLE, authors=authors, keywords="nets", **APPEARED)
    before = library(session)
    number = merge(session, kept, removed)
    (filling,) = list_revisions(session)
    assert {"authors", "venue", "year", "doi", "keywords", *DETAILS} == filling.after.keys()
    _, left = undo_revision(session, filling.id, make_user(session))
    session.commit()
    session.expire_all()
    assert left == []
    paper = papers.reload_paper(session, kept.id)
    assert paper is not None
    assert {name: fact_changes.list_facts(paper)[name] for name in filling.before} == filling.before
    assert find_paper(session, "10.1000/a") is None
    undo(session, number)
    assert find_paper(session, "10.1000/a") is not None
    after = library(session)
    del after["identifiers"], before["identifiers"]  # the DOI's row is another one
    assert after == before
    assert len(list_revisions(session)) == 2


def test_what_the_program_merges_is_nobodys_edit(session: Session) -> None:
    kept, removed = pair(session)
    merge_papers(session, kept, removed, make_user(session), by_rule=True)
    session.commit()
    assert [each.user_id for each in list_revisions(session)] == [None]


def test_a_merge_that_fills_nothing_in_is_no_edit(session: Session) -> None:
    kept = make_paper(session, "a/b/Kept")
    merge(session, kept, make_paper(session, "a/b/Removed"))
    assert list_revisions(session) == []


def test_the_reason_names_a_long_key_in_short(session: Session) -> None:
    kept = make_paper(session, "a/b/Kept")
    merge(session, kept, make_paper(session, f"a/b/{'k' * 200}", keywords="nets"))
    (filling,) = list_revisions(session)
    assert len(filling.reason) == MAX_REASON
    assert filling.reason.endswith("k…")


def test_who_wrote_about_both_keeps_both(session: Session) -> None:
    kept, removed = pair(session)
    ann = make_user(session, "ann")
    one = make_summary(session, kept, ann, "On the conference paper.")
    other = make_summary(session, removed, ann, "On the preprint.", anonymous=True)
    number = merge(session, kept, removed)
    entries = summaries.list_summaries_of_paper(session, kept, None)
    assert {entry.summary.source for entry in entries} == {one.source, other.source}
    assert {entry.anchor for entry in entries} == {"ann", "anon"}
    assert [entry.writer for entry in entries if entry.anchor == "anon"] == [None]
    # the editor of the paper opens the first, and each has one of its own
    mine = summaries.find_first_own_summary(session, kept, ann)
    assert mine is not None
    assert mine.id == one.id
    edit = Edit(source="On both.")
    change_summary(session, session.get_one(Summary, other.id), edit, base=BaseVersion(1))
    session.commit()
    session.expire_all()
    assert session.get_one(Summary, other.id).source == "On both."
    assert session.get_one(Summary, other.id).anonymous
    assert session.get_one(Summary, one.id).source == one.source
    back = undo(session, number)
    places = select(Summary.id, Summary.paper_id, Summary.place).order_by(Summary.id)
    assert [tuple(row) for row in session.execute(places)] == [
        (one.id, kept.id, 0),
        (other.id, back.id, 0),
    ]


def test_deleting_one_of_two_leaves_the_other_to_edit(session: Session) -> None:
    kept, removed = pair(session)
    ann = make_user(session, "ann")
    one, other = make_summary(session, kept, ann, "One."), make_summary(session, removed, ann, "2")
    number = merge(session, kept, removed)
    delete_summary(session, session.get_one(Summary, one.id))
    session.commit()
    session.expire_all()
    assert session.get_one(Summary, other.id).place == 0
    assert restore_summary(session, ann, one.id) is not None
    session.commit()
    places = select(Summary.id, Summary.place).order_by(Summary.id)
    assert [tuple(row) for row in session.execute(places)] == [(one.id, 1), (other.id, 0)]
    delete_summary(session, session.get_one(Summary, one.id))
    session.commit()
    undo(session, number)
    assert restore_summary(session, ann, one.id) is not None


def test_two_drafts_are_one_until_they_are_two(session: Session) -> None:
    kept, removed = pair(session)
    ann = make_user(session, "ann")
    for paper, visibility in ((kept, "public"), (removed, "private")):
        content = Content(f"About {paper.key}.", visibility=visibility)
        save_draft(session, ann, paper, content, base_revision=0, seen_version=0)
    session.commit()
    number = merge(session, kept, removed)
    draft = session.scalars(select(Draft)).one()
    assert draft.source == "About conf/cvpr/HeZRS16.\n\n---\n\nAbout journals/corr/HeZRS15."
    assert draft.visibility == "private"
    version = draft.version
    session.commit()
    save_draft(session, ann, kept, Content("Rewritten."), base_revision=0, seen_version=version)
    session.commit()
    undo(session, number)
    texts = set(session.scalars(select(Draft.source)))
    assert texts == {"Rewritten.", "About journals/corr/HeZRS15."}


def test_private_texts_go_with_their_account(session: Session) -> None:
    kept, removed = pair(session)
    ann = make_user(session, "ann")
    for paper in (kept, removed):
        content = Content(f"Secret of {paper.key}.")
        save_draft(session, ann, paper, content, base_revision=0, seen_version=0)
    session.commit()
    merge(session, kept, removed)
    assert session.scalar(select(func.count(MergedDraft.id))) == 1
    session.commit()
    session.connection(execution_options={"writing": True, "postgresql_readonly": False})
    session.execute(text("DELETE FROM users WHERE name = 'ann'"))
    session.commit()
    assert session.scalar(select(func.count(MergedDraft.id))) == 0
    assert "Secret" not in str(session.scalars(select(PaperMerge.data)).all())


def test_merges_in_a_chain_are_undone_from_the_end(session: Session) -> None:
    one, two = pair(session)
    three = make_paper(session, "conf/x/Three", "Something else", year=2016)
    texts = {paper.key: make_summary(session, paper) for paper in (one, two, three)}
    before = library(session)
    first = merge(session, one, two)
    between = library(session)
    second = merge(session, three, session.get_one(Paper, one.id))
    assert {each.paper_id for each in session.scalars(select(Summary))} == {three.id}
    found = find_paper(session, "journals/corr/HeZRS15")
    assert found is not None
    assert found.id == three.id
    session.commit()
    with pytest.raises(Refusal, match="since been merged itself"):
        undo_merge(session, first, make_user(session))
    session.rollback()
    undo(session, second)
    assert library(session) == between
    undo(session, first)
    assert library(session) == before
    for key, summary in texts.items():
        paper = papers.find_paper_by_key(session, key)
        assert paper is not None
        assert session.get_one(Summary, summary.id).paper_id == paper.id


def test_merges_beside_each_other_are_undone_in_any_order(session: Session) -> None:
    one, two = pair(session)
    three = make_paper(session, "conf/x/Three", "Something else", url="https://a.org/3", year=2016)
    make_summary(session, two)
    make_summary(session, three)
    before = library(session)
    first = merge(session, one, two)
    merge(session, session.get_one(Paper, one.id), three)
    second = session.scalar(select(func.max(PaperMerge.id)))
    assert second is not None
    undo(session, first)
    assert session.get_one(Paper, one.id).url == "https://a.org/3"
    undo(session, second)
    assert library(session) == before


def test_the_title_that_is_gone_finds_the_paper(session: Session) -> None:
    one = make_paper(session, "a/b/One", "Visible words")
    two = make_paper(session, "a/b/Two", "Forgotten heading")
    three = make_paper(session, "a/b/Three", "Something else")

    def found() -> list[list[str]]:
        hits = results.list_found_papers(session, "forgotten heading", None, limit=5, offset=0)
        same = papers.list_rows_with_title(session, "Forgotten: heading", None)
        session.commit()
        return [[row.paper.key for row in rows] for rows in (hits, same)]

    first = merge(session, one, two)
    assert found() == [["a/b/One"]] * 2
    second = merge(session, three, session.get_one(Paper, one.id))
    assert found() == [["a/b/Three"]] * 2
    undo(session, second)
    assert found() == [["a/b/One"]] * 2
    undo(session, first)
    assert found() == [["a/b/Two"]] * 2


def test_nothing_is_undone_twice(session: Session) -> None:
    kept, removed = pair(session)
    number = merge(session, kept, removed)
    undo(session, number)
    with pytest.raises(Refusal, match="Already undone"):
        undo_merge(session, number, make_user(session))
    with pytest.raises(Refusal):
        undo_merge(session, 999, make_user(session))


def test_a_paper_is_not_merged_with_itself(session: Session) -> None:
    kept, removed = pair(session)
    with pytest.raises(Refusal, match="same paper"):
        merge_papers(session, kept, kept, None)
    merge(session, kept, removed)
    with pytest.raises(Refusal, match="just been merged"):
        merge_papers(session, kept, removed, None)


def test_what_was_told_apart_is_not_suggested(session: Session) -> None:
    kept, removed = pair(session)
    assert [
        each.id
        for each in suggest_duplicates(session, papers.reload_paper(session, kept.id) or kept)
    ] == [removed.id]
    for _ in range(2):
        mark_different(session, removed, kept, make_user(session))
        session.commit()
    assert suggest_duplicates(session, papers.reload_paper(session, kept.id) or kept) == []
    with pytest.raises(Refusal):
        mark_different(session, kept, kept, make_user(session))


def test_a_private_twin_leaves_no_trace(session: Session) -> None:
    """R8: what others see of a merge is the same with and without private texts."""

    def seen() -> list[Any]:
        kept, removed = pair(session)
        ann = make_user(session, "ann")
        make_summary(session, kept, ann, "For all.")
        if twin:
            make_summary(session, removed, ann, "For me.", visibility="private")
            make_summary(session, removed, make_user(session), "Shared.", visibility="unlisted")
            save_draft(session, ann, removed, Content("Draft."), base_revision=1, seen_version=0)
            session.commit()
        number = merge(session, kept, removed)
        logged = session.get_one(PaperMerge, number)
        paper = papers.reload_paper(session, kept.id)
        assert paper is not None
        entries = summaries.list_summaries_of_paper(session, paper, None)
        indexed = select(SearchEntry.body).where(SearchEntry.paper_id == kept.id)
        found = [
            logged.summaries,
            [(entry.summary.source, entry.summaries_count) for entry in entries],
            (paper.summaries_count, paper.top_score, paper.rank),
            sorted(session.scalars(indexed)),
        ]
        undo(session, number)
        return found

    twin = False
    without = seen()
    session.commit()
    session.connection(execution_options={"writing": True, "postgresql_readonly": False})
    for table in reversed(Base.metadata.sorted_tables):
        if table.name != "sections":
            session.execute(table.delete())
    session.commit()
    session.expunge_all()
    twin = True
    assert seen() == without


def test_similar_papers_are_worked_out_anew(session: Session) -> None:
    kept, removed = pair(session)
    third = make_paper(session, "conf/x/Third", "Image Recognition by Residual Learning")
    for paper in (kept, removed, third):
        make_summary(session, paper)
    deque(similarity.refresh_marked_papers(session), maxlen=0)
    number = merge(session, kept, removed)
    assert similarity.count_marked(session) == 1
    deque(similarity.refresh_marked_papers(session), maxlen=0)
    ids = set(session.scalars(select(SimilarPaper.similar_id)))
    assert ids == {kept.id, third.id}
    back = undo(session, number)
    deque(similarity.refresh_marked_papers(session), maxlen=0)
    ids = set(session.scalars(select(SimilarPaper.similar_id)))
    assert ids == {kept.id, third.id, back.id}


def test_two_merges_at_once_are_one(any_file_database: Database) -> None:
    with any_file_database.session() as session:
        ids = [paper.id for paper in pair(session)]
        make_user(session, "ann")
    loaded = Barrier(4)  # who comes after the merge would not even find both papers

    def attempt(number: int) -> str:
        with any_file_database.session() as session:
            one, other = (session.get_one(Paper, each) for each in ids[:: 1 if number % 2 else -1])
            loaded.wait()
            try:
                merge_papers(session, one, other, None)
            except Refusal:
                return "refused"
            session.commit()
            return "merged"

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(attempt, range(4)))
    assert done == ["merged", "refused", "refused", "refused"]


def test_what_is_saved_meanwhile_is_not_lost(any_file_database: Database) -> None:
    with any_file_database.session() as session:
        kept, removed = pair(session)
        writers = [make_user(session) for _ in range(6)]

    def save(user: User) -> str:
        with any_file_database.session() as session:
            paper = session.get(Paper, removed.id)
            if paper is None:
                return "gone"
            try:
                publish(session, user, paper, source=f"By {user.name}.")
            except Refusal as refused:
                assert refused.message == JUST_MERGED  # noqa: PT017
                return "told"
            session.commit()
            return "saved"

    def join() -> str:
        with any_file_database.session() as session:
            merge_papers(session, kept, removed, None)
            session.commit()
            return "merged"

    with ThreadPoolExecutor(7) as pool:
        saving = [pool.submit(save, user) for user in writers[:3]]
        joining = pool.submit(join)
        saving += [pool.submit(save, user) for user in writers[3:]]
        assert joining.result() == "merged"
        done = [each.result() for each in saving]
    with any_file_database.session() as session:
        count = select(func.count(Summary.id)).where(Summary.paper_id == kept.id)
        assert session.scalar(count) == done.count("saved")
        found = session.get_one(Paper, kept.id)
        assert found.summaries_count == done.count("saved")
        assert session.scalar(select(func.count(Identifier.id))) == 3


def test_a_window_that_is_older_than_the_merge_is_told(session: Session) -> None:
    kept, removed = pair(session)
    ann = make_user(session, "ann")
    merge(session, kept, removed)
    with pytest.raises(Refusal, match="just merged"):
        publish(session, ann, removed, source="Late words.")
    session.rollback()
    with pytest.raises(Refusal, match="just merged"):
        save_draft(session, ann, removed, Content("Late."), base_revision=0, seen_version=0)


def test_both_texts_of_one_writer_are_exported(session: Session) -> None:
    kept, removed = pair(session)
    ann = make_user(session, "ann")
    for paper in (kept, removed):
        make_summary(session, paper, ann, f"On {paper.key}.")
    merge(session, kept, removed)
    files: dict[str, bytes] = {}
    names = list(vault.export_vault(session, [ann], files.__setitem__))
    assert names == ["ann/conf-cvpr-HeZRS16.md", "ann/conf-cvpr-HeZRS16-2.md"]
    assert b"On conf/cvpr/HeZRS16." in files[names[0]]
    assert b"On journals/corr/HeZRS15." in files[names[1]]


def test_two_accounts_with_several_texts_become_one(session: Session) -> None:
    kept, removed = pair(session)
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    for user in (ann, ben):
        for paper in (kept, removed):
            make_summary(session, paper, user, f"{user.name} on {paper.key}.")
    merge(session, kept, removed, ben)
    merging.merge(session, ben, ann)
    session.commit()
    session.expire_all()
    rows = session.execute(select(Summary.user_id, Summary.place).order_by(Summary.place))
    assert [tuple(row) for row in rows] == [(ann.id, 0), (ann.id, 1), (ann.id, 2)]
    assert session.scalar(select(PaperMerge.user_id)) == ann.id


def test_a_title_comes_back_folded_by_the_present_rules(session: Session) -> None:
    """Another version of the program may have merged the two."""
    kept = make_paper(session, "conf/x/Kept", title="One")
    removed = make_paper(session, "conf/x/Removed", title="Łukasiewicz Logic")
    number = merge(session, kept, removed)
    begin_writing(session)
    found = session.get_one(PaperMerge, number)
    old = {**found.data["paper"], "title_folded": "łukasiewicz logic"}
    found.data = {**found.data, "paper": old}
    session.commit()
    assert undo(session, number).title_folded == "lukasiewicz logic"


def test_what_was_typed_again_is_not_taken_out_without_a_trace(session: Session) -> None:
    """The filling is undone, and a reader then says the same of the paper that was kept."""
    kept, removed = pair(session)
    number = merge(session, kept, removed)
    (filling,) = list_revisions(session)
    reader = make_user(session)
    undo_revision(session, filling.id, reader)
    session.commit()
    abstract = {"abstract": filling.after["abstract"]}
    assert edit_paper(session, kept, PaperEdit(abstract), reader) is not None
    session.commit()
    undo(session, number)
    last = list_revisions(session)[-1]
    assert (last.kind, last.paper_id, last.before) == ("undo", kept.id, abstract)
    assert last.after == {"abstract": ""}
