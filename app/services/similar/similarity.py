"""Work out similar papers after writes.

What has to be worked out anew is marked in the transaction of a write, and done after it, in
transactions of its own.

Nothing hidden may be behind what is shown. So when a text ceases to be public, everything that it
took part in goes in the same transaction (`remove_traces`), and what was worked out from an
earlier state is not written: the papers that a changed text touches are marked, and who has
worked out something looks for new marks once nobody else can write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing
from app.engines import READING
from app.models import Paper, SimilarMark, SimilarPaper, SimilarWord, Summary
from app.queries.visibility import public
from app.services import changed_pages
from app.services.similar.evidence import MAX_SIMILAR_PAPERS, SimilarityResult, find_similar_papers
from app.services.similar.telling_words import choose_telling_words, extract_text
from app.statements import connection_of, run

BATCH = 200
MAX_TEXTS = 20  # summaries of one paper whose words are read
MAX_HTML = 50_000  # characters of each
_ADD_MARK = insert(SimilarMark)  # built once, and run past the session's objects
_LOCK = 0x53696D69  # any number that nothing else in the database locks


def mark_papers(session: Session, paper_ids: Iterable[int]) -> None:
    """Note that the similar papers of some papers have to be worked out anew."""
    rows = [{"paper_id": paper_id} for paper_id in dict.fromkeys(paper_ids)]
    if rows:
        begin_writing(session)
        session.flush()
        run(connection_of(session), _ADD_MARK, rows)


def has_marked(session: Session) -> bool:
    """Whether any paper is marked."""
    return session.scalar(select(SimilarMark.id).limit(1)) is not None


def lock_similar_papers(session: Session) -> None:
    """Queue for the tables of similar papers; SQLite has one writer at a time anyway.

    Who removes a paper does so first: with it go rows that another one may be writing, who waits
    for the paper in turn.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def remove_traces(session: Session, texts: Sequence[tuple[int, Collection[int]]]) -> None:
    """Take away at once what texts took part in that are public no more.

    What is left is worked out anew later.

    Args:
        texts: the paper that each was about, and those to which it led.
    """
    if not texts:
        return
    begin_writing(session)
    lock_similar_papers(session)
    for paper_id, targets in texts:
        session.execute(delete(SimilarWord).where(SimilarWord.paper_id == paper_id))
        session.execute(
            delete(SimilarPaper).where(
                or_(
                    SimilarPaper.paper_id == paper_id,
                    SimilarPaper.similar_id == paper_id,
                    SimilarPaper.paper_id.in_(targets) & SimilarPaper.similar_id.in_(targets),
                )
            )
        )


def find_compared_papers(session: Session, paper_ids: Collection[int]) -> list[int]:
    """Those of some papers that have public texts or similar papers already."""
    has_similar = exists().where(SimilarPaper.paper_id == Paper.id)
    query = select(Paper.id).where(
        Paper.id.in_(paper_ids), (Paper.summaries_count > 0) | has_similar
    )
    return list(session.scalars(query.order_by(Paper.id)))


def has_known_words(session: Session) -> bool:
    """Whether the words of any paper are known.

    Not so in a library of an older version.
    """
    return session.scalar(select(SimilarWord.paper_id).limit(1)) is not None


def count_marked(session: Session) -> int:
    """How many papers are marked."""
    return session.scalar(select(func.count(SimilarMark.paper_id.distinct()))) or 0


def refresh_marked_papers(session: Session) -> Iterator[int]:
    """Work out the similar papers of marked ones, in the order of their marks.

    Each is committed by itself; it can be stopped at any moment and run again, also while others
    read and write.

    Yields:
        The number of each paper, after its commit.
    """
    next_marked = select(SimilarMark.paper_id).order_by(SimilarMark.id).limit(1)
    while (paper_id := session.scalar(next_marked)) is not None:
        if _work_out(session, paper_id):
            yield paper_id


def finish(session: Session) -> None:
    """Commit, and work out all that is marked.

    In a library that has just been filled.
    """
    session.commit()
    mark_all(session, every=False)
    for _ in refresh_marked_papers(session):
        pass


def mark_all(session: Session, *, every: bool) -> int:
    """Mark all papers that have public summaries, or every one.

    Learns the words of the former first, so that the first paper that is worked out is compared
    with all. Commits in between.

    Returns:
        How many papers are marked.
    """
    seen = 0
    written = select(Summary.id).where(Summary.paper_id == Paper.id, public()).exists()
    query = select(Paper.id, written).order_by(Paper.id).limit(BATCH)
    query = query if every else query.where(written)
    while rows := session.execute(query.where(Paper.id > seen)).all():
        seen = rows[-1][0]
        learnt = {number: _words(session, number) for number, has_text in rows if has_text}
        begin_writing(session)
        lock_similar_papers(session)
        numbers = sorted(_existing(session, [number for number, _ in rows]))
        for number in numbers:
            if number in learnt:
                _set_words(session, number, learnt[number])
        # These papers will be done once, however often they were marked before.
        session.execute(delete(SimilarMark).where(SimilarMark.paper_id.in_(numbers)))
        mark_papers(session, numbers)
        session.commit()
    return count_marked(session)


def mark_known(session: Session) -> None:
    """Mark all papers that have words or similar ones.

    After the words are made by other rules.

    Commits in between.
    """
    mark_all(session, every=False)
    marked = exists().where(SimilarMark.paper_id == SimilarPaper.paper_id)
    compared = select(SimilarPaper.paper_id).where(~marked).distinct()
    begin_writing(session)
    lock_similar_papers(session)
    session.execute(insert(SimilarMark).from_select(["paper_id"], compared))
    session.commit()


def _work_out(session: Session, paper_id: int) -> bool:
    """Work out one paper.

    Returns:
        Whether it could be done: nobody changed a text meanwhile, or removed a paper.
    """
    _begin_snapshot(session)
    words = _words(session, paper_id)
    written = select(Summary.id).where(Summary.paper_id == paper_id, public()).limit(1)
    has_text = session.scalar(written) is not None
    alike = find_similar_papers(session, paper_id, words)
    touched = [paper_id, *(each.paper_id for each in alike)]
    seen = _marks(session, touched)
    begin_writing(session)
    lock_similar_papers(session)
    is_changed = _marks(session, touched).keys() - seen.keys()
    if is_changed or len(_existing(session, touched)) < len(touched):
        session.commit()
        return False
    _set_words(session, paper_id, words if has_text else {})
    _replace(session, paper_id, alike, has_text=has_text)
    done = [number for number, marked in seen.items() if marked == paper_id]
    session.execute(delete(SimilarMark).where(SimilarMark.id.in_(done)))
    session.commit()
    return True


def _words(session: Session, paper_id: int) -> dict[str, int]:
    """The telling words of a paper and of its public summaries."""
    facts = select(Paper.title, Paper.keywords, Paper.abstract).where(Paper.id == paper_id)
    paper = session.execute(facts).one_or_none()
    if paper is None:  # just removed
        return {}
    texts = session.execute(
        select(Summary.takeaway, Summary.html)
        .where(Summary.paper_id == paper_id, public())
        .order_by(Summary.score.desc(), Summary.id)
        .limit(MAX_TEXTS)
    ).all()
    phrases = [paper.keywords, *(takeaway for takeaway, _ in texts)]
    return choose_telling_words(
        paper.title,
        phrases,
        [paper.abstract, *(extract_text(html[:MAX_HTML]) for _, html in texts)],
    )


def _set_words(session: Session, paper_id: int, words: dict[str, int]) -> None:
    session.execute(delete(SimilarWord).where(SimilarWord.paper_id == paper_id))
    rows = [
        {"paper_id": paper_id, "word": word, "weight": weight} for word, weight in words.items()
    ]
    if rows:
        session.execute(insert(SimilarWord), rows)


def _replace(
    session: Session, paper_id: int, alike: Sequence[SimilarityResult], *, has_text: bool
) -> None:
    """Write a paper's similar ones, and it among theirs; each keeps the best `MAX_SIMILAR_PAPERS`.

    A paper that nobody has written about is compared with the others, but they not with it, or the
    titles of a large catalogue would crowd out what can be read here.
    """
    were = session.scalars(select(SimilarPaper.paper_id).where(SimilarPaper.similar_id == paper_id))
    changed_pages.name_papers(session, {paper_id, *were, *(each.paper_id for each in alike)})
    session.execute(delete(SimilarPaper).where(SimilarPaper.paper_id == paper_id))
    facts = {each.paper_id: {"score": each.score, "reasons": each.reasons} for each in alike}
    if facts:
        own = [{"paper_id": paper_id, "similar_id": each, **facts[each]} for each in facts]
        session.execute(insert(SimilarPaper), own)
    if not has_text:
        return
    written = exists().where(Summary.paper_id == SimilarPaper.paper_id, public())
    session.execute(delete(SimilarPaper).where(SimilarPaper.similar_id == paper_id, written))
    theirs = [{"paper_id": each, "similar_id": paper_id, **facts[each]} for each in facts]
    insert_missing(session, SimilarPaper, theirs, ["paper_id", "similar_id"])
    _keep_best(session, list(facts))


def _keep_best(session: Session, paper_ids: Sequence[int]) -> None:
    rows = session.execute(
        select(SimilarPaper.paper_id, SimilarPaper.similar_id)
        .where(SimilarPaper.paper_id.in_(paper_ids))
        .order_by(SimilarPaper.paper_id, SimilarPaper.score.desc(), SimilarPaper.similar_id)
    ).all()
    kept: Counter[int] = Counter()
    for paper_id, similar_id in rows:
        kept[paper_id] += 1
        if kept[paper_id] > MAX_SIMILAR_PAPERS:
            pair = (SimilarPaper.paper_id == paper_id, SimilarPaper.similar_id == similar_id)
            session.execute(delete(SimilarPaper).where(*pair))


def _marks(session: Session, paper_ids: Sequence[int]) -> dict[int, int]:
    query = select(SimilarMark.id, SimilarMark.paper_id)
    return dict(session.execute(query.where(SimilarMark.paper_id.in_(paper_ids))).all())


def _existing(session: Session, paper_ids: Sequence[int]) -> set[int]:
    return set(session.scalars(select(Paper.id).where(Paper.id.in_(paper_ids))))


def _begin_snapshot(session: Session) -> None:
    """Begin to read one state of the database, whatever others commit."""
    session.commit()
    options: dict[str, Any] = dict(READING)
    if session.get_bind().dialect.name == "postgresql":  # SQLite reads so anyway
        options["isolation_level"] = "REPEATABLE READ"
    session.connection(execution_options=options)
