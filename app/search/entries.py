"""What an entry of the index says about a paper or a summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from app.models.search_entry import entry_number
from app.text.folding import fold, make_slug
from app.text.plurals import stem, stems
from app.text.words import search_words, words

MAX_PEOPLE_BYTES = 200_000  # bytes
MAX_BODY_BYTES = 400_000
EVERYTHING = "=all"
SUMMARISED = "=has=summary"
_NO_TAG_SIGN = re.compile(r"[^\w.+#-]+")


@dataclass(frozen=True)
class PaperFacts:
    """What is searched of a paper.

    Attributes:
        authors: names in order, and other names of theirs behind.
        namesakes: keys of authors with dblp's number of a namesake.
        venue: its key, name and title; empty without a venue.
        more: other texts: keywords, abstract, identifiers.
        summarised: whether a public summary of it exists.
    """

    id: int
    title: str
    authors: Sequence[str]
    venue: Sequence[str]
    year: int | None
    section: str
    more: Sequence[str]
    summarised: bool
    namesakes: Sequence[str] = ()


@dataclass(frozen=True)
class SummaryFacts:
    """What is searched of a public summary.

    Attributes:
        text: as it is read, without markup.
        tags: their names.
        writer: the writer's names; none for an anonymous one.
        stated: what its writer states of it, as `Provenance.terms` has it.
    """

    id: int
    takeaway: str
    text: str
    tags: Sequence[str]
    writer: Sequence[str] = ()
    stated: Sequence[str] = ()

    @property
    def marks(self) -> list[str]:
        """The marks of its tags and of what is stated."""
        return [*map(make_tag_mark, self.tags), *map(make_statement_mark, self.stated)]


class PaperTexts(NamedTuple):
    """What a row has of the paper alone, not of its venue or year.

    Attributes:
        initials: marks of its authors by their initials.
    """

    title: str
    people: str
    body: str
    initials: str


def build_paper_texts(paper: PaperFacts) -> PaperTexts:
    """The stems of a paper's title, of its authors' names, and of its other texts."""
    names = [_analyse_name(name) for name in paper.authors]
    people = " ".join([each.stems for each in names] + [each.short for each in names if each.short])
    return PaperTexts(
        _join_stems(paper.title),
        cut_to_bytes(people, MAX_PEOPLE_BYTES),
        cut_to_bytes(_join_stems(*paper.more), MAX_BODY_BYTES),
        " ".join(dict.fromkeys(mark for each in names for mark in each.initials)),
    )


def build_paper_entry(paper: PaperFacts) -> dict[str, Any]:
    """The row of a paper."""
    number = entry_number(paper.summarised, paper.year, paper.id)
    texts = build_paper_texts(paper)
    return _build_entry(paper, number, texts) | {"body": texts.body}


def build_summary_entry(paper: PaperFacts, summary: SummaryFacts) -> dict[str, Any]:
    """The row of a summary."""
    number = entry_number(True, paper.year, paper.id, summary.id)
    return _build_entry(paper, number, build_paper_texts(paper), summary.marks) | {
        "summary_id": summary.id,
        "body": build_summary_body(summary),
        "text": summary.text,
    }


def _build_entry(
    paper: PaperFacts, number: int, texts: PaperTexts, marks: Sequence[str] = ()
) -> dict[str, Any]:
    """What the rows of a paper and of its summaries have in common."""
    place = build_place_facts(paper, marks)
    return {
        "id": number,
        "paper_id": paper.id,
        "summary_id": None,
        "title": texts.title,
        "people": texts.people,
        "facts": build_paper_facts(place, texts, paper.namesakes),
        "body": "",
        "text": "",
    }


def build_summary_body(summary: SummaryFacts) -> str:
    """The words of a summary itself."""
    own = _join_stems(summary.takeaway, *summary.tags, *summary.writer)
    return f"{own} {cut_to_bytes(_join_stems(summary.text), MAX_BODY_BYTES)}".strip()


def list_vocabulary(paper: PaperFacts) -> dict[str, bool]:
    """The words of a paper that are worth suggesting.

    Each says also whether an author is called so.

    Those of summaries are not: a word would have to go when the last text that has it goes, or
    is no longer public.
    """
    return dict.fromkeys([*list_text_vocabulary(paper), *list_venue_vocabulary(paper)], False) | (
        dict.fromkeys(list_name_vocabulary(paper), True)
    )


def list_text_vocabulary(paper: PaperFacts) -> list[str]:
    """The words of a paper's title, keywords and abstract that are worth suggesting."""
    texts = filter(None, (paper.title, *paper.more[:2]))
    return _filter_words(word for text in texts for word in search_words(text))


def list_venue_vocabulary(paper: PaperFacts) -> list[str]:
    """The words of its venue's name and title that are worth suggesting."""
    return list(
        dict.fromkeys(word for name in paper.venue[1:] for word in _analyse_name(name).suggested)
    )


def list_name_vocabulary(paper: PaperFacts) -> list[str]:
    """The words of its authors' names that are worth suggesting."""
    return list(
        dict.fromkeys(word for name in paper.authors for word in _analyse_name(name).suggested)
    )


def make_tag_mark(tag: str) -> str:
    """The mark of a tag among the facts."""
    return "=tag=" + _NO_TAG_SIGN.sub("-", fold(tag)).strip("-")


def make_statement_mark(term: str) -> str:
    """The mark of what a writer states of a summary: `=read=parts` of `read:parts`."""
    return "=" + term.lower().replace(":", "=")


def make_year_marks(first: int, last: int) -> list[str]:
    """The marks of all years from `first` to `last`.

    A whole decade has one of its own.
    """
    marks = []
    year = first
    while year <= last:
        if year % 10 == 0 and year + 9 <= last:
            marks.append(f"=decade={year // 10}")
            year += 10
        else:
            marks.append(f"=year={year}")
            year += 1
    return marks


def make_name_mark(word: str) -> str:
    """The mark of a word of an author's name.

    Looking for a frequent word among the names alone would mean to pass over all titles that
    have it.
    """
    return f"@{word}"


def initials_mark(initials: str, family: str) -> str:
    """The mark of everybody whose given names have these initials: `@ge=hinton`."""
    return f"@{initials}={family}"


def abbreviated_mark(initial: str, family: str) -> str:
    """The mark of who has only initials: `@g.=hinton` of `G. E. Hinton`."""
    return f"@{initial}.={family}"


def make_author_mark(key: str) -> str:
    """The mark of one author whom dblp tells from namesakes.

    They are looked for by a key with dblp's number.
    """
    return "=author=" + make_slug(key)


def make_author_marks(key: str) -> list[str]:
    """The marks of an author.

    As their key is written, and as it may be typed.
    """
    return list(dict.fromkeys((make_author_mark(key), make_author_mark(fold(key)))))


def make_section_mark(slug: str) -> str:
    """The mark of a section among the facts."""
    return "=section=" + _NO_TAG_SIGN.sub("-", fold(slug))


def build_place_facts(paper: PaperFacts, marks: Sequence[str] = ()) -> str:
    """The facts of a paper but for its authors, and marks of a summary."""
    facts = [_analyse_name(name).stems for name in paper.venue]
    if paper.year is not None:
        facts += [str(paper.year), f"=year={paper.year}", f"=decade={paper.year // 10}"]
    if paper.section:
        facts.append(make_section_mark(paper.section))
    facts += marks
    if paper.summarised:
        facts.append(SUMMARISED)
    facts.append(EVERYTHING)
    return " ".join(facts)


def build_paper_facts(place: str, texts: PaperTexts, namesakes: Sequence[str]) -> str:
    """All facts of a paper: those of its place, and marks of its authors."""
    marks = [mark for key in namesakes for mark in make_author_marks(key)]
    marks += map(make_name_mark, texts.people.split())
    return cut_to_bytes(" ".join(filter(None, [place, *marks, texts.initials])), MAX_PEOPLE_BYTES)


def cut_to_bytes(text: str, size: int) -> str:
    """As many whole words as go into so many bytes.

    PostgreSQL takes a megabyte of an entry.
    """
    if len(text) * 4 <= size:
        return text
    cut = text.encode()[:size]
    return text if len(cut) < size else cut.decode(errors="ignore").rpartition(" ")[0]


class _Name(NamedTuple):
    """A name as it is searched.

    Attributes:
        stems: its words, joined.
        short: the same without initials between the first word and the last, if there are such.
        suggested: the words worth suggesting.
        initials: marks by the initials of the given names.
    """

    stems: str
    short: str
    suggested: list[str]
    initials: tuple[str, ...] = ()


@lru_cache(maxsize=50_000)
def _analyse_name(name: str) -> _Name:
    """A name as it is searched; remembered, for names come again and again in an import."""
    found = words(name)
    short = [word for at, word in enumerate(found) if at in (0, len(found) - 1) or len(word) > 1]
    shorter = " ".join(map(stem, short)) if len(short) < len(found) else ""
    return _Name(" ".join(map(stem, found)), shorter, _filter_words(found), tuple(_initials(found)))


def _initials(name: Sequence[str]) -> Iterator[str]:
    """Marks of the initials of a name: of the first given name, and of all of them."""
    if len(name) < 2:
        return
    *given, family = name
    letters = "".join(word[0] for word in given)
    yield initials_mark(letters[0], stem(family))
    if len(letters) > 1:
        yield initials_mark(letters, stem(family))
    if len(given[0]) == 1:
        yield abbreviated_mark(letters[0], stem(family))


def _join_stems(*texts: str) -> str:
    return " ".join([word for text in texts if text for word in stems(text)])


def _filter_words(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if len(word) > 2 and not word.isdecimal()]
