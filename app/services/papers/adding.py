"""Adding papers to the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import Paper, User
from app.queries.identifiers import find_known_keys
from app.services.papers.duplicates import (
    UNTRUSTED_SOURCES,
    find_duplicate,
    is_trusted_source,
    learn_names,
    merge_if_duplicate,
)
from app.services.papers.facts import addresses, check_record, list_record_identifiers
from app.services.papers.insertion import PreparedPaper, insert_papers, prepare
from app.services.papers.paper_names import free_key
from app.services.refusals import PaperExists
from app.sources.record import PaperRecord
from app.text.folding import fold, make_slug
from app.text.person_names import surname_for_key


def add_paper(
    session: Session, record: PaperRecord, source: str, adder: User | None = None
) -> Paper:
    """Put a paper into the library.

    Links that waited for it lead to it from now on.

    Args:
        record: what is known of it; only the title is needed.
        source, adder: as `add_prepared` has them.

    Raises:
        AlreadyThere, Refused: as `add_prepared` and `prepare`.
    """
    return add_prepared(session, prepare(check_record(session, record)), source, adder)


def add_prepared(
    session: Session, prepared: PreparedPaper, source: str, adder: User | None = None
) -> Paper:
    """Put a paper into the library whose record was checked and prepared.

    The texts of links that waited for it are only marked: `rerender.renew_marked` renders them
    again after the commit, for it may take long.

    A preprint and what came of it are one paper (`sources.same_work`): then the two are
    merged at once, and the one that stays is returned. Only a record that somebody vouches for
    (`duplicates.is_trusted_source`) does that, or anything else to a paper that is here; for
    another one that paper is there already, and stays as it is.

    Args:
        source: where the record is from: a word such as `form` or `bibtex`, or the `KIND` of the
            source that was asked for it.
        adder: the member who adds it; `None` for who runs the program.

    Raises:
        PaperExists: when one of its identifiers belongs to a paper we have. If that has the same
            title, further identifiers lead to it from now on; the caller may commit that. Also
            for the same work as one we have, if nobody vouches for the record.
        Refusal: for a fact that cannot be kept, with the name of the field.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    record = prepared.record
    if not record.key:
        record = replace(record, key=make_key(session, record))
    names = list_record_identifiers(record)
    vouched = is_trusted_source(source, adder)
    taken = find_known_keys(session, names)
    if taken:
        key = next(iter(taken.values()))
        if vouched and len(set(taken.values())) == 1:
            learn_names(session, key, record.title, [*names, *addresses(record)])
        raise PaperExists(key)
    prepared = replace(prepared, record=record)
    if vouched:
        paper = _insert(session, prepared, source, renames=True)
        return merge_if_duplicate(session, paper, adder)
    with session.begin_nested():  # what is the same work as another one is not added at all
        word = source if source in UNTRUSTED_SOURCES else "pasted"  # a file that somebody sent
        paper = _insert(session, prepared, word, renames=False)
        if (same := find_duplicate(session, paper)) is not None:
            raise PaperExists(same.key)
    return paper


def add_new_papers(
    session: Session, papers: Sequence[PreparedPaper], source: str, adder: User | None = None
) -> None:
    """Put papers into the library that surely are not here.

    In the list of papers that is locked. No paper here, and no two of these, have a name or the
    words of a title in common.

    Args:
        papers: whose records have keys.
        source, adder: as `add_prepared` has them.
    """
    if papers:
        vouched = is_trusted_source(source, adder)
        word = source if vouched or source in UNTRUSTED_SOURCES else "pasted"
        insert_papers(session, papers, word, renames=vouched)


def _insert(session: Session, prepared: PreparedPaper, source: str, *, renames: bool) -> Paper:
    (number,) = insert_papers(session, [prepared], source, renames=renames)
    return session.get_one(Paper, number)


def make_key(session: Session, record: PaperRecord) -> str:
    """A free key for a paper whose record has none."""
    # As many reference managers do: surname, year, first word of the title, a number if taken.
    surname = surname_for_key(record.authors[0]) if record.authors else ""
    words = make_slug(fold(record.title)).split("-")
    word = next((word for word in words if len(word) > 3), "paper")
    base = f"{surname or 'unknown'}{record.year or ''}{word}"[:200]
    return free_key(session, base)
