"""Whether a work of dblp's and a paper that is here are one work.

dblp lists a preprint (CoRR) and the conference paper that came of it under two keys. They are one
work when an identifier says so, or when title, authors and year do. A journal's version is another
work, and so are texts whose title says too little ("Preface"). It is stricter than
`same_work`, which looks at one paper at a time: the names of the authors must be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from app.services.dblp.works import DumpWork
from app.services.papers.same_work import is_generic, title_words

MIN_WORDS = 3
MIN_LETTERS = 20
YEARS_APART = 1


class Comparable(Protocol):
    """What two texts are compared by.

    `kind` is that of the venue, `authors` are their numbers.
    """

    @property
    def title(self) -> str: ...

    @property
    def title_folded(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def year(self) -> int | None: ...

    @property
    def authors(self) -> list[int]: ...

    @property
    def by_dblp(self) -> bool: ...


@dataclass
class Candidate:
    """A paper in the library; `by_dblp` says whether its facts are from there."""

    id: int
    title: str
    title_folded: str
    kind: str
    year: int | None
    by_dblp: bool
    authors: list[int] = field(default_factory=list)


def is_distinctive(title_folded: str) -> bool:
    """Whether a title is long enough to tell one work from another."""
    words = title_folded.split()
    return len(title_folded) >= MIN_LETTERS and len(words) >= MIN_WORDS and not is_generic(words)


def agrees(work: DumpWork, other: Comparable) -> bool:
    """Whether an identifier that both have makes them one.

    A volume's DOI stands on its chapters, so two records of dblp's must have one title too, or be a
    preprint and something else.
    """
    if not other.by_dblp or work.title_folded == other.title_folded:
        return True
    return (work.kind == "preprint") != (other.kind == "preprint")


def is_twin(work: DumpWork, other: Comparable) -> bool:
    """Whether title, authors and year make them one, without any identifier in common."""
    if work.title_folded != other.title_folded or not is_distinctive(work.title_folded):
        return False
    if title_words(work.title) != title_words(other.title):  # C++ is not C
        return False
    if not work.authors or work.authors != other.authors:
        return False
    if work.year is None or other.year is None or abs(work.year - other.year) > YEARS_APART:
        return False
    if {work.kind, other.kind} == {"preprint", "conference"}:
        return True
    return not other.by_dblp and other.kind in ("", work.kind)
