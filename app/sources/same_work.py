"""When two papers are one work, by what is known of them.

They are by themselves when they share an identifier (who calls asks first), or when

- their titles have the same words, signs aside, and the title tells works apart: "Preface" or
  "Editorial" never does; "Part I" and "Part II", or two different numbers, are different words;
- their authors are the same people in the same order: the same rows, or the same surnames with
  given names that may be the same, and not two of dblp's numbers of namesakes;
- their years differ by at most one;
- and one of them is a preprint (arXiv, bioRxiv, …) and the other is not. A journal's version counts
  only while no other paper of this title is here: it may be the extended one of a conference's.

A catalogue (our library, dblp, a file) has a publication once, so two of its papers that are no
preprints are two works. Papers of two catalogues are also one when they are of one year and, as
far as is known, of one kind.

What agrees in less is suggested to readers (`may_be_same`), and a trusted user decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.sources.record import PaperRecord
from app.sources.works import kind_of
from app.text.folding import fold
from app.text.person_names import comparable_name, comparable_surnames, remove_number

MIN_WORDS = 3
MIN_LETTERS = 15
MAX_YEARS_BETWEEN = 1
# What titles begin with that do not say what a text is about.
GENERIC = (
    *("preface", "foreword", "afterword", "editorial", "guest editorial", "editors", "editor s"),
    *("introduction", "introductory", "conclusion", "conclusions", "summary", "abstract"),
    *("abstracts", "discussion", "discussions", "erratum", "errata", "corrigendum", "corrigenda"),
    *("correction", "corrections", "retraction", "retracted", "addendum", "comment", "comments"),
    *("reply", "response", "rejoinder", "letter", "letters", "index", "author index"),
    *("subject index", "contents", "table of contents", "title page", "front matter"),
    *("back matter", "frontmatter", "backmatter", "cover", "masthead", "obituary", "in memoriam"),
    *("book review", "book reviews", "review of", "news", "call for papers", "calendar", "poster"),
    *("posters", "panel", "keynote", "keynotes", "invited talk", "tutorial", "tutorials"),
    *("workshop on", "proceedings", "message from", "welcome", "program committee", "reviewers"),
    *("list of reviewers", "acknowledgment", "acknowledgments", "acknowledgement", "appendix"),
    *("acknowledgements", "supplement", "supplementary", "special issue", "untitled", "notes"),
    *("about the authors", "guest editors", "chairs", "from the editor", "from the editors"),
)  # fmt: skip
_GENERIC = re.compile(rf"(?:{'|'.join(GENERIC)})\b")
_WORD = re.compile(r"[^\W_]+[+#]*")
_NUMBERED = ("part", "volume", "chapter")
_ROMAN = {
    word: str(number)
    for number, word in enumerate(
        (
            *("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
            *("xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx"),
        ),
        1,
    )
}
_PREPRINT_VENUE = re.compile(r"(?:arxiv|corr|biorxiv|medrxiv|psyarxiv|chemrxiv)\b", re.IGNORECASE)


@dataclass(frozen=True)
class WorkFacts:
    """What of a paper tells whether it is another one's work.

    Attributes:
        authors: names, with dblp's number of a namesake where it is known.
        kind: 'preprint', else what the venue or the entry is ('conference', 'journal', 'book',
            'thesis', 'misc', …), '' where nothing tells.
        author_ids: the authors' rows, where they are known: one row is one person, whatever name
            is printed.
        catalogue: where it is listed; two of one catalogue are two publications.
    """

    title: str
    authors: tuple[str, ...]
    year: int | None
    kind: str
    author_ids: tuple[int, ...] = ()
    catalogue: str = ""


def kind_of_work(record: PaperRecord, venue_kind: str = "") -> str:
    """The kind of a paper, as `WorkFacts` has it.

    Args:
        venue_kind: what the venue's row says.
    """
    if venue_kind == "preprint" or _PREPRINT_VENUE.match(record.venue):
        return "preprint"
    if venue_kind not in ("", "other"):
        return venue_kind
    if record.arxiv_id and not (record.venue or record.venue_title):
        # With a DOI it has appeared elsewhere too; its type is what somebody called the preprint.
        return "" if record.doi else "preprint"
    kind = kind_of(record)
    if kind == "other":
        return record.details.get("type", "").lower()
    return "journal" if kind == "article" else kind


def work_of(record: PaperRecord, catalogue: str = "") -> WorkFacts:
    """The facts of a record."""
    kind = kind_of_work(record)
    return WorkFacts(record.title, record.authors, record.year, kind, catalogue=catalogue)


def is_same(one: WorkFacts, other: WorkFacts) -> bool:
    """Whether two papers are one work.

    By title, authors and year, as far as the two can tell.
    """
    if not (is_version(one, other) or _is_listed_twice(one, other)):
        return False
    if one.year is None or other.year is None or abs(one.year - other.year) > MAX_YEARS_BETWEEN:
        return False
    words = title_words(one.title)
    return words == title_words(other.title) and is_distinctive(words) and _same_authors(one, other)


def is_version(one: WorkFacts, other: WorkFacts) -> bool:
    """Whether, if they are one work, one is the preprint of the other."""
    return (one.kind == "preprint") != (other.kind == "preprint")


def may_be_extended(one: WorkFacts, other: WorkFacts) -> bool:
    """Whether one, in a journal, may be the longer version of a conference's paper."""
    return {one.kind, other.kind} == {"conference", "journal"}


def find_same_work(
    work: WorkFacts, others: Sequence[WorkFacts], *, is_complete: bool = True
) -> WorkFacts | None:
    """Find the same work among papers of the same title.

    `None` also in doubt.

    Args:
        is_complete: whether these are all. While a file is read, a conference's paper may be yet to
            come, so a journal's is not joined with the preprint of both.
    """
    same = [other for other in others if is_same(work, other)]
    if not is_complete:
        same = [other for other in same if not _is_of_journal(work, other)]
    if len(same) > 1 and work.kind == "preprint":
        same = [other for other in same if other.kind == "conference"]
    if len(same) != 1:
        return None
    alone = all(title_words(other.title) != title_words(work.title) or other is same[0]
                for other in others)  # fmt: skip
    return same[0] if alone or not _is_of_journal(work, same[0]) else None


def is_named_by(work: WorkFacts, told: WorkFacts) -> bool:
    """Whether somebody who tells title, authors and year means this work.

    The title has the same words and tells works apart, the first author the same surname; of the
    others some may be left out.
    """
    words = title_words(told.title)
    if words != title_words(work.title) or not words or is_generic(words):
        return False
    if work.year is None or told.year is None or abs(work.year - told.year) > MAX_YEARS_BETWEEN:
        return False
    surnames, others = comparable_surnames(told.authors), comparable_surnames(work.authors)
    return bool(surnames and others) and surnames[0] == others[0]


def may_be_same(one: WorkFacts, other: WorkFacts) -> bool:
    """Whether to ask somebody: the same title, and nothing in the authors that speaks against."""
    words = title_words(one.title)
    if words != title_words(other.title) or is_generic(words) or not words:
        return False
    if not one.authors or not other.authors:
        return True
    return not set(comparable_surnames(one.authors)).isdisjoint(comparable_surnames(other.authors))


def differences_between(one: WorkFacts, other: WorkFacts) -> list[str]:
    """What speaks against one work, in sentences for the person who decides."""
    found = []
    words = title_words(one.title)
    if words != title_words(other.title):
        found.append("The titles differ.")
    elif is_generic(words):
        found.append("Many texts have such a title.")
    if not one.authors or not other.authors:
        found.append("The authors of one are not known.")
    elif not _same_authors(one, other):
        found.append("The authors differ.")
    if one.year is None or other.year is None:
        found.append("The year of one is not known.")
    elif abs(one.year - other.year) > MAX_YEARS_BETWEEN:
        found.append(f"They are {abs(one.year - other.year)} years apart.")
    if may_be_extended(one, other):
        found.append("The journal’s version may be an extended one, which is a work of its own.")
    elif one.kind == other.kind and one.kind in ("conference", "journal"):
        found.append(f"Both appeared in a {one.kind}.")
    return found


def is_published(work: WorkFacts) -> bool:
    """Whether it has a venue that is more than a server of preprints."""
    return work.kind in ("conference", "journal", "book")


def title_words(title: str) -> tuple[str, ...]:
    """The words and numbers of a title, folded, with what tells `C++` from `C`.

    The number of a part is in figures: "Part II" and "Part 2" have the same words.
    """
    words = _WORD.findall(fold(title))
    for place, word in enumerate(words[1:], 1):
        if words[place - 1] in _NUMBERED:
            words[place] = _ROMAN.get(word, word)
    return tuple(words)


def is_distinctive(words: Sequence[str]) -> bool:
    """Whether a title is long enough, and not of those that many texts have."""
    long_enough = len(words) >= MIN_WORDS or sum(map(len, words)) >= MIN_LETTERS
    return long_enough and not is_generic(words)


def is_generic(words: Sequence[str]) -> bool:
    """Whether a title says only what sort of text it is."""
    return bool(_GENERIC.match(" ".join(words)))


def _is_of_journal(one: WorkFacts, other: WorkFacts) -> bool:
    return is_version(one, other) and "journal" in (one.kind, other.kind)


def _is_listed_twice(one: WorkFacts, other: WorkFacts) -> bool:
    """Whether, if they are one work, two catalogues have the same publication.

    An overview of one title and the same authors may come every year, so the year must be the same.
    """
    kinds = {one.kind, other.kind} - {""}
    return one.catalogue != other.catalogue and one.year == other.year and len(kinds) < 2


def _same_authors(one: WorkFacts, other: WorkFacts) -> bool:
    if not one.authors or len(one.authors) != len(other.authors):
        return False
    if one.author_ids and one.author_ids == other.author_ids:
        return True
    return all(map(_same_name, one.authors, other.authors))


def _same_name(one: str, other: str) -> bool:
    numbers = {name.removeprefix(remove_number(name)) for name in (one, other)} - {""}
    given, surname = comparable_name(one)
    others, other_surname = comparable_name(other)
    if surname != other_surname or len(numbers) > 1:
        return False
    # "Kaiming", "K." and "Kaiming M." may be one person; "Kaiming" and "Karl" are two.
    return all(
        mine == theirs or (1 in (len(mine), len(theirs)) and mine[0] == theirs[0])
        for mine, theirs in zip(given, others, strict=False)
    )
