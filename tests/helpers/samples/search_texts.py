"""Search entries of very many summaries at once, for libraries of tests and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models import SearchEntry
from app.search import entries
from app.services.search_index import facts
from app.services.search_index.indexing import insert_entries, renumber_papers


def index_texts(session: Session, texts: Mapping[int, str]) -> None:
    """Write the entries of many public summaries; their papers have entries already.

    Args:
        texts: what each says, without markup, by its number. Those that are not public or not
            there are passed over.
    """
    numbers = sorted(texts)
    for start in range(0, len(numbers), facts.BATCH):
        part = numbers[start : start + facts.BATCH]
        session.execute(delete(SearchEntry).where(SearchEntry.summary_id.in_(part)))
        found = facts.load_summary_facts(session, part, texts)
        papers = {
            each.id: each
            for each in facts.load_paper_facts(session, [number for number, _ in found])
        }
        insert_entries(
            session, [entries.build_summary_entry(papers[number], own) for number, own in found]
        )
        renumber_papers(session, list(papers))
