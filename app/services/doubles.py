"""Papers that are, or may be, the work of another one here: what becomes of one that is added, and
what is suggested."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.models import Identifier, Paper, folded
from app.queries import merges, papers
from app.rendering import PaperRef
from app.services import links
from app.services.paper_merging import merge_papers
from app.services.rerender import mark_stale
from app.services.same_work import (
    is_generic,
    is_published,
    may_be_same,
    same_among,
    title_words,
    work_of,
)
from app.services.texts import known_keys


def learn_names(session: Session, key: str, title: str, names: Sequence[PaperRef]) -> None:
    """Let further identifiers lead to a paper that goes by one of them, if it has this title.

    With another title a mistyped identifier is likelier than a second name.
    """
    paper = papers.by_key(session, key)
    if paper is None or title_words(paper.title) != title_words(title):
        return
    known = known_keys(session, names)
    new = {(ref.kind, folded(ref.value)): ref for ref in names if ref not in known}
    session.add_all(
        Identifier(paper_id=paper.id, kind=kind, value=ref.value, folded=name)
        for (kind, name), ref in new.items()
    )
    session.flush()
    mark_stale(session, links.resolve(session, paper))


def joined(session: Session, added: Paper) -> Paper:
    """The paper that stands for the work of one just added: itself, or what it was merged with."""
    others = papers.of_same_title(session, added)
    if not others:
        return added
    present = papers.fresh(session, added.id)
    assert present is not None
    work = work_of(present)
    works = [work_of(other) for other in others]
    same = same_among(work, works)
    if same is None:
        return added
    other = next(each for each, its in zip(others, works, strict=True) if its is same)
    kept, removed = (present, other) if is_published(work) else (other, present)
    merge_papers(session, kept, removed, None, by_rule=True)
    return kept


def suggested(session: Session, paper: Paper) -> list[Paper]:
    """Papers that may be the same work, and of which nobody has said that they are not.

    One query by the folded title, and one more where there is any; needs authors and venue of the
    paper to be loaded.
    """
    work = work_of(paper)
    if not work.title or is_generic(title_words(work.title)):
        return []
    alike = [
        other for other in papers.of_same_title(session, paper) if may_be_same(work, work_of(other))
    ]
    if not alike:
        return []
    different = merges.told_apart(session, paper)
    return [other for other in alike if other.id not in different]


def stays(one: Paper, other: Paper) -> Paper:
    """Which of two papers of one work is to keep its address, unless somebody chooses otherwise.

    What is published before a preprint, then the one with more public summaries, then the older.
    """

    def rank(paper: Paper) -> tuple[bool, int, int]:
        return is_published(work_of(paper)), paper.summaries_count, -paper.id

    return max(one, other, key=rank)
