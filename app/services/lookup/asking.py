"""Asking the outside sources about a paper: all at once, within seconds, and never twice.

Whatever comes from there is checked as what people type is; see `papers.facts`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from app.models.papers.paper import MAX_IDENTIFIER
from app.references.identifiers import is_corr_key
from app.services.lookup import cache
from app.services.lookup.cache import CachedAnswer
from app.services.lookup.record_merge import is_same_work, merge_records
from app.services.papers.facts import FIELDS
from app.sources.contract import Fetch, PaperSource, RateLimited, SourceUnavailable
from app.sources.lookup.fetch import FetchSettings, make_fetch
from app.sources.lookup.registry import SOURCES
from app.sources.record import PaperRecord
from app.text.lines import one_line
from app.text.words import title_folded

FOLDER = "lookups"  # in the data directory
MAX_SECONDS = 4.5  # for all that one page asks
MAX_COMPLETION_SECONDS = 1.5  # of these, for what completes a paper that was found
# A look-up holds one of a worker's few threads while it waits; the others are for those who read.
LOOKUP_SLOTS = threading.BoundedSemaphore(2)
MAX_TITLE = 300
MAX_FINDS = 8
MIN_TITLE_LIKENESS = 0.7  # of the words of the title that was asked for
BUSY = "Others are looking up papers just now. Try again in a few seconds."
LOOKUPS_OFF = "Looking up papers elsewhere is switched off on this site."
_FIELDS = {**FIELDS, "key": "key"}


@dataclass(frozen=True)
class LookupSettings:
    """How this site asks the outside; `folder` is where answers are kept."""

    on: bool
    asking: FetchSettings
    folder: Path


def make_lookup_settings(
    data_dir: Path, *, on: bool, site_url: str, contact: str
) -> LookupSettings:
    """Make the settings by which a site asks the outside.

    It says who it is, and whom to write to when it asks too much.
    """
    about = "; ".join(filter(None, (site_url, f"mailto:{contact}" if "@" in contact else contact)))
    return LookupSettings(
        on, FetchSettings(f"Shortlist ({about})" if about else "Shortlist"), data_dir / FOLDER
    )


@dataclass(frozen=True)
class FoundWork:
    """A work that was found.

    Attributes:
        kind: the `KIND` of the source whose facts come first.
        sources: how the services that know it are called.
    """

    record: PaperRecord
    kind: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class LookupAnswer:
    """What the outside says, best first, and why it does not say all.

    Attributes:
        problems: sentences about why nobody was asked.
        silent: the sources that gave no answer, by name, and what each said or did instead.
    """

    finds: tuple[FoundWork, ...] = ()
    problems: tuple[str, ...] = ()
    silent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One thing to ask one source.

    `text` names it in the cache. With `is_private` neither it nor its answer is kept there: its
    words may be those of a text that nobody else knows of.
    """

    source: PaperSource
    text: str
    ask: Callable[[Fetch], CachedAnswer]
    is_private: bool = False


def find_works(outside: LookupSettings, names: Iterable[str]) -> LookupAnswer:
    """The work that goes by some identifiers, such as `arxiv:1706.03762`.

    What one source knows of it leads to the others: they are asked in the rest of the time. The
    source of keys is one of these, as what it says of the title tells more than the key of a
    preprint does; by a key that is not the first name it is only asked when nobody else knows.
    """
    until = time.monotonic() + MAX_SECONDS
    asked = list(_by_names(names))
    rest = [question for question in asked[1:] if question.source.KIND == "key"]
    first_asked = [question for question in asked if question not in rest]
    soon = until - MAX_COMPLETION_SECONDS if rest else until
    found, unheard = _ask(outside, first_asked, soon)
    if found or not rest:
        asked = first_asked
    else:
        found, more_unheard = _ask(outside, rest, until)
        silent = {**unheard.silent, **more_unheard.silent}
        unheard = replace(unheard, silent=silent)
    if not found:
        return unheard
    found = [each for each in found if each is found[0] or is_same_work(found[0][1], each[1])]
    first = merge_records([record for _, record in found])
    more = [question for question in _about(first) if question.text not in {q.text for q in asked}]
    soon = min(until, time.monotonic() + MAX_COMPLETION_SECONDS)
    later, _ = _ask(outside, more, soon, in_haste=True)
    found += [(source, record) for source, record in later if is_same_work(first, record)]
    return LookupAnswer((_joined(found),))


def search_titles(outside: LookupSettings, title: str) -> LookupAnswer:
    """Works whose title is like this one, the likest first."""
    title = one_line(title)[:MAX_TITLE]
    wanted = set(title_folded(title).split())
    if not wanted:
        return LookupAnswer()
    found, unheard = _ask(outside, _by_title(title), time.monotonic() + MAX_SECONDS)
    works: list[list[tuple[PaperSource, PaperRecord]]] = []
    for source, record in found:
        if _likeness(wanted, record)[0] < MIN_TITLE_LIKENESS:
            continue
        work = next((each for each in works if is_same_work(each[0][1], record)), None)
        if work is None:
            works.append([(source, record)])
        else:
            work.append((source, record))
    works.sort(key=lambda work: _likeness(wanted, work[0][1]), reverse=True)
    return replace(unheard, finds=tuple(map(_joined, works[:MAX_FINDS])))


def _by_names(names: Iterable[str]) -> Iterable[Question]:
    for name in list(names)[: len(SOURCES)]:
        kind, _, value = name.partition(":")
        for source in SOURCES:
            if kind == source.KIND and 0 < len(value) <= MAX_IDENTIFIER:
                yield _find_question(source, value)


def _find_question(source: PaperSource, value: str) -> Question:
    def ask(fetch: Fetch) -> CachedAnswer:
        record = source.find(value, fetch)
        return CachedAnswer(() if record is None else (record,))

    return Question(source, f"{source.NAME} find {value}", ask)


def _by_title(title: str) -> list[Question]:
    return [make_search(source, title) for source in SOURCES if source.search_title]


def make_search(source: PaperSource, title: str) -> Question:
    """Ask a source for papers whose title is like this one."""

    def ask(fetch: Fetch) -> CachedAnswer:
        return CachedAnswer(tuple(source.search_title(title, fetch) if source.search_title else ()))

    return Question(source, f"{source.NAME} search {title_folded(title)}", ask)


def _about(record: PaperRecord) -> Iterable[Question]:
    """What completes a record: its other identifiers, and from the source that has keys its key
    and its preprint."""
    for source in SOURCES:
        value = getattr(record, _FIELDS[source.KIND])
        if value:
            yield _find_question(source, value)
        if source.KIND == "key" and not (record.key and record.arxiv_id):
            yield make_search(source, record.title[:MAX_TITLE])


def _ask(
    outside: LookupSettings, questions: Sequence[Question], until: float, *, in_haste: bool = False
) -> tuple[list[tuple[PaperSource, PaperRecord]], LookupAnswer]:
    """The answers in the order of the questions, and who gave none.

    Args:
        in_haste: whether there is so little time that a refusal says nothing about next time.
    """
    answers, problem = answer_questions(outside, questions, until, in_haste=in_haste)
    found = []
    silent = {}
    for question in questions:
        answer = answers[question.text]
        if answer is not None and answer.problem:
            silent[question.source.NAME] = answer.problem
        elif answer is not None:
            found += [(question.source, record) for record in answer.records]
    return found, LookupAnswer((), (problem,) if problem else (), silent)


def answer_questions(
    outside: LookupSettings, questions: Sequence[Question], until: float, *, in_haste: bool = False
) -> tuple[dict[str, CachedAnswer | None], str]:
    """The answers by the texts of the questions, from the cache or from the sources.

    Returns:
        With them, why nobody was asked for those that are `None`; empty when there are none.
    """
    answers = {
        each.text: None if each.is_private else cache.read_answer(outside.folder, each.text)
        for each in questions
    }
    missing = [each for each in questions if answers[each.text] is None]
    if missing and not outside.on:
        return answers, LOOKUPS_OFF
    if missing and not LOOKUP_SLOTS.acquire(blocking=False):
        return answers, BUSY
    if missing:
        try:
            answers |= _answers(outside, missing, until, in_haste)
        finally:
            LOOKUP_SLOTS.release()
    return answers, ""


def _answers(
    outside: LookupSettings, questions: Sequence[Question], until: float, in_haste: bool
) -> dict[str, CachedAnswer | None]:
    """Ask in threads of their own: a name server that is slow cannot be told to hurry."""
    fetch = make_fetch(outside.asking, until)
    came: SimpleQueue[tuple[str, CachedAnswer]] = SimpleQueue()

    def ask(question: Question) -> None:
        lasting = not in_haste
        try:
            answer = question.ask(fetch)
        except SourceUnavailable as unavailable:
            answer = CachedAnswer(problem=str(unavailable))
            lasting = lasting and not isinstance(unavailable, RateLimited)
        except Exception:  # a fault of ours in reading it must not leave the page waiting
            logging.getLogger(__name__).exception("%s", question.source.NAME)
            answer = CachedAnswer(problem="sent something that cannot be read.")
        if (lasting or not answer.problem) and not question.is_private:
            cache.write_answer(outside.folder, question.text, answer)
        came.put((question.text, answer))

    for question in questions:
        threading.Thread(target=ask, args=(question,), daemon=True).start()
    late = CachedAnswer(problem="did not answer in time.")
    answers: dict[str, CachedAnswer | None] = {question.text: late for question in questions}
    for _ in questions:
        try:
            text, answer = came.get(timeout=max(until - time.monotonic(), 0.01) + 0.2)
        except Empty:
            break
        answers[text] = answer
    return answers


def _joined(found: Sequence[tuple[PaperSource, PaperRecord]]) -> FoundWork:
    order = {source.NAME: place for place, source in enumerate(SOURCES)}

    def place(each: tuple[PaperSource, PaperRecord]) -> tuple[int, bool]:
        source, record = each
        return order[source.NAME], is_corr_key(record.key)

    ranked = sorted(found, key=place)
    return FoundWork(
        merge_records([record for _, record in ranked]),
        ranked[0][0].KIND,
        tuple(dict.fromkeys(source.NAME for source, _ in ranked)),
    )


def _likeness(wanted: set[str], record: PaperRecord) -> tuple[float, float]:
    """How much of the wanted words a title has, and how little else."""
    words = set(title_folded(record.title).split())
    common = len(wanted & words)
    return common / len(wanted), common / max(len(words), 1)
