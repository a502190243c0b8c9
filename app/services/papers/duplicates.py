"""Papers that are, or may be, duplicates of another one here.

What becomes of one that is added, and what is suggested.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.models import Paper, User
from app.queries import papers
from app.queries.catalogue import merges
from app.queries.identifiers import find_known_keys
from app.references.identifiers import PaperRef
from app.services import changes
from app.services.papers.merging import merge_papers
from app.services.papers.paper_names import give_names, name_of
from app.sources.lookup.registry import SOURCES
from app.sources.same_work import (
    find_same_work,
    is_generic,
    is_published,
    may_be_same,
    title_words,
)

# `Paper.source` of what somebody typed, pasted or sent.
UNTRUSTED_SOURCES = ("form", "pasted")
_ASKED = frozenset(source.KIND for source in SOURCES)


def learn_names(session: Session, key: str, title: str, names: Sequence[PaperRef]) -> None:
    """Let further identifiers lead to a paper.

    It goes by one of them, and has this title.

    With another title a mistyped identifier is likelier than a second name.
    """
    paper = papers.find_paper_by_key(session, key)
    if paper is None or title_words(paper.title) != title_words(title):
        return
    known = find_known_keys(session, names)
    new = {name_of(ref): ref for ref in names if ref not in known}
    if not new:
        return
    changes.note(session, "paper", paper.id)
    give_names(session, paper.id, new.values())


def is_trusted_source(source: str, adder: User | None) -> bool:
    """Whether a record that is added may change a paper that is here.

    It may when it is from a source that we asked ourselves, or when who adds it might merge papers
    anyway. What another member typed, pasted or sent as a file may be invented.

    Args:
        source, adder: as `services.papers.adding.add_paper` has them.
    """
    return adder is None or adder.is_trusted or source in _ASKED


def merge_if_duplicate(session: Session, added: Paper, adder: User | None) -> Paper:
    """Merge a paper just added with the one it duplicates.

    Returns the paper that stands for the work: itself, or what it was merged with.

    What a member invented when it was added does not become a fact of the one that stays.
    """
    other = find_duplicate(session, added)
    present = papers.reload_paper(session, added.id)
    if other is None or present is None:
        return added
    kept, removed = (present, other) if is_published(present.work) else (other, present)
    fill = removed is present or removed.source not in UNTRUSTED_SOURCES
    merge_papers(session, kept, removed, adder, by_rule=True, fill=fill)
    return kept


def find_duplicate(session: Session, added: Paper) -> Paper | None:
    """The other paper here that is surely the same work as one just added."""
    others = papers.list_papers_with_same_title(session, added)
    if not others:
        return None
    present = papers.reload_paper(session, added.id)
    assert present is not None
    works = [other.work for other in others]
    same = find_same_work(present.work, works)
    return next((each for each, its in zip(others, works, strict=True) if its is same), None)


def suggest_duplicates(session: Session, paper: Paper) -> list[Paper]:
    """Papers that may be the same work.

    Nobody has said of them that they are not.

    One query by the folded title, and one more where there is any; needs authors and venue of the
    paper to be loaded.
    """
    work = paper.work
    if not work.title or is_generic(title_words(work.title)):
        return []
    alike = [
        other
        for other in papers.list_papers_with_same_title(session, paper)
        if may_be_same(work, other.work)
    ]
    if not alike:
        return []
    different = merges.find_distinct_paper_ids(session, paper)
    return [other for other in alike if other.id not in different]


def choose_kept_paper(one: Paper, other: Paper) -> Paper:
    """Choose which of two papers of one work keeps its address.

    Somebody may choose otherwise.

    What is published before a preprint, then the one with more public summaries, then the older.
    """

    def rank(paper: Paper) -> tuple[bool, int, int]:
        return is_published(paper.work), paper.summaries_count, -paper.id

    return max(one, other, key=rank)
