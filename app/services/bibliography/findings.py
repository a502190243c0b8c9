"""What Crossref's answers say of one entry.

Nothing is told of an entry unless Crossref's work is surely the entry's: for a DOI its title and
authors must agree, as for the papers of the library; what is found by words must be the same work
by the rule in `sources.same_work`, so that another part of a series never counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.services.bibliography.matching import are_told_apart
from app.services.lookup.asking import LookupSettings
from app.services.lookup.known_works import find_known_work, search_works
from app.sources.identity import has_same_title, may_be_renamed, names_work, share_an_author
from app.sources.lookup.crossref import KnownWork
from app.sources.record import PaperRecord
from app.sources.retractions import ARXIV_DOI, Retraction
from app.sources.same_work import (
    find_same_work,
    is_distinctive,
    is_published,
    title_words,
    work_of,
)
from app.text.person_names import comparable_surnames

MAX_WORDS_CHARS = 300
MAX_PUBLICATIONS = 2  # of a preprint, of which each is a question
# What an answer is.
FOUND, UNKNOWN, WRONG_DOI, DOUBTFUL = "found", "unknown", "wrong_doi", "doubtful"
BY_DOI, BY_TITLE = "doi", "title"


@dataclass(frozen=True)
class CrossrefFinding:
    """What is known of an entry by what Crossref answered.

    Attributes:
        state: `FOUND` when its work is known; `WRONG_DOI` when its DOI is another work's,
            `DOUBTFUL` when that may be; else `UNKNOWN`.
        record: of its work, or of the work that its DOI is.
        is_publication: whether the record is that of the publication of the entry's preprint.
        is_notice: whether the DOI is that of a notice about another work.
        right_doi: of the entry's work, where its DOI is another work's and the right one is known.
    """

    state: str
    record: PaperRecord | None = None
    is_publication: bool = False
    retraction: Retraction | None = None
    is_notice: bool = False
    right_doi: str = ""


def choose_question(record: PaperRecord) -> str:
    """How Crossref can be asked about an entry: by DOI, title, or not."""
    if _doi_to_ask(record):
        return BY_DOI
    can_match = record.authors and record.year and is_distinctive(title_words(record.title))
    return BY_TITLE if can_match else ""


def ask_about(outside: LookupSettings, record: PaperRecord) -> CrossrefFinding:
    """Ask Crossref about the work of an entry; takes some seconds at most.

    Raises:
        SourceUnavailable: when Crossref does not say.
    """
    doi = _doi_to_ask(record)
    work = find_known_work(outside, doi) if doi else None
    if work is not None and (work.is_notice or not _agree(work.record, record)):
        finding = _judge_other(work, record)
        if finding.state != WRONG_DOI:
            return finding
        right = _find_by_facts(outside, replace(record, doi=""))
        return replace(finding, right_doi=right.record.doi if right is not None else "")
    if work_of(record).kind == "preprint":
        return _find_publication(outside, record, work)
    if work is None:
        work = _find_by_facts(outside, record)
    return CrossrefFinding(UNKNOWN) if work is None else _tell(work)


def _doi_to_ask(record: PaperRecord) -> str:
    # Those of arXiv are registered elsewhere.
    return "" if record.doi.lower().startswith(ARXIV_DOI) else record.doi


def _tell(work: KnownWork, *, is_publication: bool = False) -> CrossrefFinding:
    return CrossrefFinding(FOUND, work.record, is_publication, work.retraction)


def _agree(known: PaperRecord, record: PaperRecord) -> bool:
    title, names = known.title, known.authors
    return names_work(title, names, record) or may_be_renamed(title, names, record)


def _judge_other(work: KnownWork, record: PaperRecord) -> CrossrefFinding:
    """Whether an entry has surely the DOI of another work, or only perhaps."""
    known = work.record
    if work.is_notice:
        return CrossrefFinding(DOUBTFUL, known, is_notice=True)
    one, other = set(title_words(known.title)), set(title_words(record.title))
    is_like = 2 * len(one & other) >= len(one | other)
    is_unlike = not is_like and not has_same_title(known.title, record.title)
    has_authors = bool(known.authors and record.authors)
    if is_unlike and has_authors and not share_an_author(known.authors, record.authors):
        return CrossrefFinding(WRONG_DOI, known)
    # A formula has one spelling here and another there.
    if is_like and "$" in known.title + record.title:
        return CrossrefFinding(UNKNOWN)
    return CrossrefFinding(DOUBTFUL, known)


def _find_publication(
    outside: LookupSettings, record: PaperRecord, work: KnownWork | None
) -> CrossrefFinding:
    """Where a preprint has appeared: as its server says, or as the rule of the same work does."""
    if work is not None and is_published(work_of(work.record)):
        return _tell(work, is_publication=True)  # it has the DOI of its publication already
    for doi in () if work is None else work.published_dois[:MAX_PUBLICATIONS]:
        told = find_known_work(outside, doi)
        if told is not None and is_published(work_of(told.record)) and _agree(told.record, record):
            return _tell(told, is_publication=True)
    found = _choose_publication(record, search_works(outside, _words_of(record, "")))
    published = find_known_work(outside, found.doi) if found is not None else None
    if published is not None and not published.is_notice and _agree(published.record, record):
        return _tell(published, is_publication=True)
    return CrossrefFinding(UNKNOWN) if work is None else _tell(work)


def _choose_publication(record: PaperRecord, found: Sequence[PaperRecord]) -> PaperRecord | None:
    published = [each for each in found if is_published(work_of(each))]
    linked = [
        each
        for each in published
        if record.arxiv_id and each.arxiv_id == record.arxiv_id and _agree(each, record)
    ]
    if len(linked) == 1:
        return linked[0]
    return _choose_same(record, published)


def _find_by_facts(outside: LookupSettings, record: PaperRecord) -> KnownWork | None:
    """The work of an entry without a DOI that Crossref knows."""
    if record.doi or not choose_question(record):
        return None
    found = search_works(outside, _words_of(record, str(record.year or "")))
    possible = [
        each
        for each in found
        if work_of(each).kind != "preprint" and not are_told_apart(each, record)
    ]
    same = _choose_same(record, possible)
    work = find_known_work(outside, same.doi) if same is not None else None
    return work if work is not None and not work.is_notice else None


def _choose_same(record: PaperRecord, found: Sequence[PaperRecord]) -> PaperRecord | None:
    works = [replace(work_of(each), catalogue="Crossref") for each in found]
    same = find_same_work(work_of(record, "the file"), works)
    return next((each for each, work in zip(found, works, strict=True) if work is same), None)


def _words_of(record: PaperRecord, year: str) -> str:
    surnames = comparable_surnames(record.authors[:1])
    return " ".join(filter(None, (record.title, *surnames, year)))[:MAX_WORDS_CHARS]
