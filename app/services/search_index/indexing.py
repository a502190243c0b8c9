"""Keep the rows that search sees in step with papers and public summaries.

Only public texts are in them, an anonymous one without its writer's name, so that nothing private
can influence a result, an order, an excerpt, a count or a suggestion.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing
from app.models import (
    Paper,
    PaperAuthor,
    SearchEntry,
    SearchWord,
    Summary,
    User,
)
from app.models.search_entry import entry_number, is_paper_entry
from app.search import entries
from app.search.entries import PaperFacts, SummaryFacts
from app.services import changed_pages
from app.services.bulk import among
from app.services.search_index import facts as search_facts
from app.services.search_index import hidden
from app.services.search_index.facts import BATCH
from app.statements import connection_of, run

MAX_PAPERS_IN_TRANSACTION = 4000  # papers in one transaction, where there are very many
WITHOUT_TRIGGER = 200  # rows that are worth changing the schema for
KNOWN_AT_ONCE = 500  # words that one statement looks up

_TO_INDEX = text(
    "INSERT INTO search_index (rowid, title, people, facts, body)"
    " VALUES (:id, :title, :people, :facts, :body)"
)

# Built once: each text that is published runs these.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TEXTS = select(SearchEntry.summary_id, SearchEntry.text).where(SearchEntry.summary_id.in_(_IDS))
_REMOVE_SUMMARIES = delete(SearchEntry).where(SearchEntry.summary_id.in_(_IDS))
_REMOVE = delete(SearchEntry).where(SearchEntry.id.in_(_IDS))
_ADD = insert(SearchEntry.__table__)  # type: ignore[arg-type]  # past the session's objects
_LOCK_PAPERS = (
    select(Paper.id).where(Paper.id.in_(_IDS)).order_by(Paper.id).with_for_update(key_share=True)
)
_NUMBERS = (
    select(Paper.id, Paper.year, search_facts.is_summarised(), SearchEntry.id)
    .outerjoin(SearchEntry, (SearchEntry.paper_id == Paper.id) & is_paper_entry())
    .where(Paper.id.in_(_IDS))
)


def index_papers(session: Session, paper_ids: Sequence[int]) -> None:
    """Write the entries of papers anew from the tables.

    After an edit, a merge, a change of authors' names. Numbers of papers that are gone are passed
    over.

    The caller has flushed, and commits. Any number will do; `index_missing` is for very many new
    ones.
    """
    for start in range(0, len(paper_ids), BATCH):
        vocabulary = _write(session, paper_ids[start : start + BATCH])
        _learn(session, {word: name for each in vocabulary for word, name in each.items()})


def index_missing(session: Session) -> Iterator[int]:
    """Index all papers that have no entry yet.

    For imports that write papers by the million.

    Such an import writes its tables and calls this afterwards (or from time to time); of papers
    that it changes it deletes the entries, or names them to `index_papers`. Commits after each
    batch, so that it can be stopped at any moment and run again; readers and writers go on.

    Yields:
        How many papers have been indexed since the last time.
    """
    there = exists().where(SearchEntry.paper_id == Paper.id, is_paper_entry())
    return _in_batches(session, ~there)


def renew(session: Session) -> Iterator[int]:
    """Write all entries and all words anew; commits as `index_missing`, yields as it does."""
    begin_writing(session)
    session.execute(delete(SearchWord))
    changed_pages.name_search(session)
    session.commit()
    hidden.renew_hidden(session)
    yield from _in_batches(session, true())


def _in_batches(session: Session, which: ColumnElement[bool]) -> Iterator[int]:
    seen = 0
    query = select(Paper.id).where(which).order_by(Paper.id).limit(MAX_PAPERS_IN_TRANSACTION)
    while ids := session.scalars(query.where(Paper.id > seen)).all():
        seen = ids[-1]
        begin_writing(session)
        _count(session, _write(session, ids))
        changed_pages.name_search(session)
        session.commit()
        yield len(ids)
    session.commit()


def index_authors(session: Session, author_ids: Collection[int]) -> None:
    """Write the entries of all papers of some authors anew, whose names have changed."""
    if not author_ids:
        return
    last = 0
    wrote = (
        select(PaperAuthor.paper_id)
        .where(among(session, PaperAuthor.author_id, author_ids))
        .distinct()
    )
    query = wrote.order_by(PaperAuthor.paper_id).limit(BATCH)
    while ids := session.scalars(query.where(PaperAuthor.paper_id > last)).all():
        last = ids[-1]
        index_papers(session, ids)


def index_summaries(
    session: Session, summary_ids: Sequence[int], texts: Mapping[int, str]
) -> dict[int, PaperFacts]:
    """Write the entries of summaries anew.

    A private one has one that its writer alone finds (`hidden`), an anonymous one no name.

    Args:
        texts: what those say that were rendered, without markup; others say what they said.

    Returns:
        What was read of the papers of those that are public, by number.
    """
    by_id: dict[int, PaperFacts] = {}
    for start in range(0, len(summary_ids), BATCH):
        these = summary_ids[start : start + BATCH]
        session.flush()
        connection, which = connection_of(session), {"ids": list(these)}
        said = dict(texts)
        if unknown := [number for number in these if number not in texts]:
            rows = run(connection, _TEXTS, {"ids": unknown})
            said.update((number, text) for number, text in rows if number)
            said.update(hidden.stored_texts(session, unknown))
        found = search_facts.load_summary_facts(session, these, said)
        hidden.write_hidden(session, these, said, public={each.id for _, each in found})
        run(connection, _REMOVE_SUMMARIES, which)
        if papers := sorted({paper_id for paper_id, _ in found}):
            by_id |= {each.id: each for each in search_facts.load_paper_facts(session, papers)}
        insert_entries(
            session, [entries.build_summary_entry(by_id[paper], each) for paper, each in found]
        )
    return by_id


def renumber_papers(
    session: Session, paper_ids: Collection[int], known: Mapping[int, PaperFacts] | None = None
) -> None:
    """Note in the entries of papers whether they have public summaries.

    After one has come or gone. Does nothing where that is as before.

    Args:
        known: what this transaction has read already of some papers.
    """
    if not paper_ids:
        return
    session.flush()
    # Two who write about one paper queue here, so that the second sees what the first did.
    connection, which = connection_of(session), {"ids": list(paper_ids)}
    run(connection, _LOCK_PAPERS, which)
    rows = run(connection, _NUMBERS, which).all()
    moved = [
        (number, bool(summarised), there)
        for number, year, summarised, there in rows
        if there != entry_number(bool(summarised), year, number)
    ]
    if moved:
        if old := [there for _, _, there in moved if there is not None]:
            run(connection, _REMOVE, {"ids": old})
        papers = dict(known or {})
        if unread := [number for number, _, _ in moved if number not in papers]:
            papers |= {each.id: each for each in search_facts.load_paper_facts(session, unread)}
        # Others may have published, or hidden, a text of it since it was read.
        present = [replace(papers[number], summarised=is_so) for number, is_so, _ in moved]
        insert_entries(session, [entries.build_paper_entry(each) for each in present])


def rename_writer(session: Session, user: User) -> None:
    """Carry a changed display name into the entries of the user's named summaries."""
    session.flush()
    named = select(Summary.id).where(Summary.user_id == user.id, Summary.anonymous.is_(False))
    for _, facts in search_facts.load_indexed_facts(session, SearchEntry.summary_id.in_(named)):
        session.execute(
            update(SearchEntry)
            .where(SearchEntry.summary_id == facts.id)
            .values(body=entries.build_summary_body(facts))
        )


def _write(session: Session, paper_ids: Sequence[int]) -> list[dict[str, bool]]:
    """Replace the entries of papers and of their summaries; returns the words of each paper."""
    written: dict[int, list[SummaryFacts]] = defaultdict(list)
    for paper_id, facts in search_facts.load_indexed_facts(
        session, SearchEntry.paper_id.in_(paper_ids)
    ):
        written[paper_id].append(facts)
    session.execute(delete(SearchEntry).where(SearchEntry.paper_id.in_(paper_ids)))
    rows: list[dict[str, Any]] = []
    vocabulary = []
    for paper in search_facts.load_paper_facts(session, paper_ids):
        rows.append(entries.build_paper_entry(paper))
        rows += (entries.build_summary_entry(paper, each) for each in written[paper.id])
        vocabulary.append(entries.list_vocabulary(paper))
    insert_entries(session, rows)
    return vocabulary


def insert_entries(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert rows of entries, very many in less time than one by one."""
    if not rows:
        return
    # In the order of the index, which takes it so in the least time.
    rows.sort(key=lambda row: int(row["id"]))
    connection = connection_of(session)
    if connection.dialect.name != "sqlite" or len(rows) < WITHOUT_TRIGGER:
        run(connection, _ADD, rows)
        return
    # A trigger makes FTS5 write a piece of its index for each row, which takes eight times as
    # long. The trigger is back before anybody sees that it was gone.
    name = "search_entries_insert"
    trigger = "SELECT sql FROM sqlite_master WHERE name = :name"
    definition: str = connection.execute(text(trigger), {"name": name}).scalar_one()
    connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.execute(_ADD, rows)
    connection.execute(_TO_INDEX, rows)
    connection.exec_driver_sql(definition)


def _learn(session: Session, vocabulary: Mapping[str, bool]) -> None:
    """Add words that are not known yet.

    Known ones stay as they are: all writers would queue for the row of "the".
    """
    wanted = sorted(vocabulary)
    for start in range(0, len(wanted), KNOWN_AT_ONCE):
        part = wanted[start : start + KNOWN_AT_ONCE]
        found = select(SearchWord.word, SearchWord.is_name).where(SearchWord.word.in_(part))
        known = dict(session.execute(found).all())
        rows = [
            {"word": word, "reversed": word[::-1], "is_name": vocabulary[word]}
            for word in part
            if word not in known
        ]
        insert_missing(session, SearchWord, rows, ["word"])
        names = [word for word in part if vocabulary[word] and not known.get(word, True)]
        if names:
            session.execute(
                update(SearchWord).where(SearchWord.word.in_(names)).values(is_name=True)
            )


def _count(session: Session, vocabulary: Sequence[Mapping[str, bool]]) -> None:
    """Add words, and to the counts of those that are known."""
    counts = Counter(word for each in vocabulary for word in each)
    if not counts:
        return
    names = {word for each in vocabulary for word, is_name in each.items() if is_name}
    sqlite = session.get_bind().dialect.name == "sqlite"
    statement = (sqlite_insert if sqlite else postgresql_insert)(SearchWord.__table__)  # type: ignore[arg-type]
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["word"],
            set_={
                "entries": SearchWord.entries + statement.excluded.entries,
                "is_name": or_(SearchWord.is_name, statement.excluded.is_name),
            },
        ),
        [
            {"word": word, "reversed": word[::-1], "entries": number, "is_name": word in names}
            for word, number in sorted(counts.items())
        ],
    )
