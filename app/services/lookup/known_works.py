"""What Crossref knows of the work of a DOI, and which works are like one."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from app.services.lookup.asking import (
    MAX_SECONDS,
    LookupSettings,
    Question,
    answer_questions,
    make_search,
)
from app.services.lookup.cache import CachedAnswer
from app.sources import retractions
from app.sources.contract import Fetch, SourceUnavailable
from app.sources.lookup import crossref
from app.sources.lookup.crossref import KnownWork
from app.sources.record import PaperRecord

NAME = crossref.NAME


def find_known_work(outside: LookupSettings, doi: str) -> KnownWork | None:
    """The work of a DOI and its fate; `None` when Crossref has none.

    Takes some seconds at most, or nothing when it was asked before.

    Raises:
        SourceUnavailable: when Crossref does not say, or may not be asked.
    """

    def ask(fetch: Fetch) -> CachedAnswer:
        work = crossref.find_work(doi, fetch)
        return CachedAnswer() if work is None else _keep(work)

    answer = _answer(outside, Question(crossref, f"{NAME} work {doi.lower()}", ask))
    return _known(answer) if answer.records else None


def search_works(outside: LookupSettings, words: str) -> tuple[PaperRecord, ...]:
    """Works whose title, authors and year are like some words, the likest first.

    The words are of somebody's bibliography: they and what they find are kept nowhere here.

    Raises:
        SourceUnavailable: as `find_known_work`.
    """
    question = replace(make_search(crossref, words), is_private=True)
    return _answer(outside, question).records


def _answer(outside: LookupSettings, question: Question) -> CachedAnswer:
    until = time.monotonic() + MAX_SECONDS
    answers, problem = answer_questions(outside, [question], until)
    answer = answers[question.text]
    if answer is None or answer.problem:
        raise SourceUnavailable(problem if answer is None else answer.problem)
    return answer


def _keep(work: KnownWork) -> CachedAnswer:
    further: dict[str, Any] = {
        "retraction": work.retraction and retractions.to_json(work.retraction),
        "is_notice": work.is_notice,
        "published": list(work.published_dois),
    }
    return CachedAnswer((work.record,), further=further)


def _known(answer: CachedAnswer) -> KnownWork:
    told = answer.further
    state = told.get("retraction")
    return KnownWork(
        answer.records[0],
        state and retractions.from_json(state),
        bool(told.get("is_notice")),
        tuple(told.get("published", ())),
    )
