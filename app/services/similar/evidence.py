"""How alike papers are: what they share, weighed by how rare it is.

The score of two papers is the sum of

- for each telling word of both, its rarity times the mean of its weights (2 in a title, else 1);
- for each tag of both, 1.5 times its rarity;
- for each summary that links to both, 3 / √(papers that it links to besides one of them);
- for each paper to which summaries of both link, twice its rarity;
- for their authors in common, 1, and 0.5 for each further one, at most 2.

The rarity of something that d papers have, of n with summaries, is ln((n + 1) / d), where n is at
least `MIN_PAPERS`, and counts no further than `MAX_WORD_PAPERS`; what more than `MAX_WORD_PAPERS`
papers have says nothing, and is not looked at further. So the work has a bound, whatever the size
of the library. Only public summaries count, and who wrote them does not.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import TextClause, exists, func, select, text
from sqlalchemy.orm import Session

from app.models import Author, Link, Paper, PaperAuthor, Summary, SummaryTag, Tag
from app.queries.visibility import public

MIN_PAPERS = 20
MAX_WORD_PAPERS = 200
MAX_SIMILAR_PAPERS = 12  # similar papers of one paper
MIN_SCORE = 4.0  # a score below which two papers are not called similar
MIN_EVIDENCE = 2  # of evidence: one word or one link in common is chance
MAX_AUTHORS = 20
MAX_TARGETS = 50
MAX_LINKING = 100  # summaries that link to a paper
MAX_LINKS = 3000
MAX_REASONS = 2
MAX_DETAIL_CHARS = 60
MAX_NAMED_WORDS = 3


@dataclass
class Evidence:
    """What a paper has in common with another.

    By kind, what it is and what that is worth.
    """

    parts: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def score(self) -> float:
        return sum(sum(each.values()) for each in self.parts.values())

    @property
    def pieces(self) -> int:
        return sum(map(len, self.parts.values()))


@dataclass(frozen=True)
class SimilarityResult:
    """A similar paper; `reasons` are the kind and the detail of each, the strongest first."""

    paper_id: int
    score: float
    reasons: list[list[str]]


def find_similar_papers(
    session: Session, paper_id: int, words: Mapping[str, int]
) -> list[SimilarityResult]:
    """The papers that are most like one, best first; at most `MAX_SIMILAR_PAPERS`.

    Args:
        words: its telling words, with their weights.
    """
    size = select(Summary.id).where(public()).limit(MAX_WORD_PAPERS).subquery()
    rarity = _Rarity(max(session.scalar(select(func.count()).select_from(size)) or 0, MIN_PAPERS))
    found: dict[int, Evidence] = defaultdict(Evidence)
    _by_words(session, rarity, words, found)
    _by_tags(session, paper_id, rarity, found)
    _by_linking_summaries(session, paper_id, found)
    _by_targets(session, paper_id, rarity, found)
    _by_authors(session, paper_id, found)
    found.pop(paper_id, None)
    scores = {
        number: round(shared.score, 6)
        for number, shared in found.items()
        if shared.pieces >= MIN_EVIDENCE
    }
    enough = [number for number, score in scores.items() if score >= MIN_SCORE]
    best = sorted(enough, key=lambda number: (-scores[number], number))[:MAX_SIMILAR_PAPERS]
    titles = _titles(session, (found[number] for number in best))
    return [
        SimilarityResult(number, scores[number], _reasons(found[number], titles)) for number in best
    ]


@dataclass(frozen=True)
class _Rarity:
    papers: int

    def of(self, count: int) -> float:
        if not 0 < count <= MAX_WORD_PAPERS:
            return 0.0
        return max(math.log((self.papers + 1) / count), 0.0)


def _by_words(
    session: Session, rarity: _Rarity, words: Mapping[str, int], found: dict[int, Evidence]
) -> None:
    if not words:
        return
    values = {f"word{number}": word for number, word in enumerate(words)}
    rows = session.execute(_having(len(words)), values | {"most": MAX_WORD_PAPERS + 1}).all()
    counts = Counter(word for word, _, _ in rows)
    for word, paper_id, theirs in rows:
        if worth := rarity.of(counts[word]):
            found[paper_id].parts["words"][word] = worth * (words[word] + theirs) / 2


@cache
def _having(count: int) -> TextClause:
    """Papers that have some words, with a bound for each: a common one must not be read to its end.

    As text, for SQLAlchemy would take longer to put it together than the database to answer.
    """
    part = (
        "SELECT * FROM (SELECT word, paper_id, weight FROM similar_words"
        " WHERE word = :word{0} LIMIT :most) AS part{0}"
    )
    return text(" UNION ALL ".join(map(part.format, range(count))))


def _by_tags(session: Session, paper_id: int, rarity: _Rarity, found: dict[int, Evidence]) -> None:
    tags = session.execute(
        select(Tag.id, Tag.name)
        .join(SummaryTag, SummaryTag.tag_id == Tag.id)
        .join(Summary, Summary.id == SummaryTag.summary_id)
        .where(Summary.paper_id == paper_id, public())
        .distinct()
        .order_by(Tag.name)
    ).all()
    for tag_id, name in tags:
        rows = session.scalars(
            select(Summary.paper_id)
            .join(SummaryTag, SummaryTag.summary_id == Summary.id)
            .where(SummaryTag.tag_id == tag_id, public())
            .distinct()
            .limit(MAX_WORD_PAPERS + 1)
        ).all()
        for other in rows if (worth := rarity.of(len(rows))) else ():
            found[other].parts["tags"][name] = 1.5 * worth


def _by_linking_summaries(session: Session, paper_id: int, found: dict[int, Evidence]) -> None:
    linking = session.scalars(
        select(Link.summary_id)
        .join(Link.summary)
        .where(Link.target_id == paper_id, Summary.paper_id != paper_id, public())
        .distinct()
        .order_by(Link.summary_id.desc())
        .limit(MAX_LINKING)
    ).all()
    targets: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(Link.summary_id, Link.target_id, Summary.paper_id)
        .join(Link.summary)
        .where(Link.summary_id.in_(linking), Link.target_id.is_not(None))
        .order_by(Link.summary_id, Link.position)
        .limit(MAX_LINKS)
    )
    for summary_id, target_id, about in rows:
        if target_id not in (None, about):
            targets[summary_id].add(target_id)
    for summary_id, each in targets.items():
        for target_id in each:
            worth = 3 / math.sqrt(max(len(each) - 1, 1))
            found[target_id].parts["linked"][str(summary_id)] = worth


def _by_targets(
    session: Session, paper_id: int, rarity: _Rarity, found: dict[int, Evidence]
) -> None:
    targets = session.scalars(
        select(Link.target_id)
        .join(Link.summary)
        .where(
            Summary.paper_id == paper_id,
            Link.target_id.is_not(None),
            Link.target_id != paper_id,
            public(),
        )
        .distinct()
        .order_by(Link.target_id)
        .limit(MAX_TARGETS)
    ).all()
    about: dict[int, set[int]] = defaultdict(set)
    for target_id, other in session.execute(
        select(Link.target_id, Summary.paper_id)
        .join(Link.summary)
        .where(Link.target_id.in_(targets), Summary.paper_id != Link.target_id, public())
        .distinct()
        .limit(MAX_LINKS)
    ):
        about[target_id or 0].add(other)
    for target_id, others in about.items():
        for other in others if (worth := rarity.of(len(others))) else ():
            found[other].parts["targets"][str(target_id)] = 2 * worth


def _by_authors(session: Session, paper_id: int, found: dict[int, Evidence]) -> None:
    mine = (
        select(PaperAuthor.author_id)
        .where(PaperAuthor.paper_id == paper_id)
        .order_by(PaperAuthor.position)
        .limit(MAX_AUTHORS)
    )
    rows = session.execute(
        select(PaperAuthor.paper_id, Author.name)
        .join(Author, Author.id == PaperAuthor.author_id)
        .where(
            PaperAuthor.author_id.in_(mine),
            exists().where(Summary.paper_id == PaperAuthor.paper_id, public()),
        )
        .order_by(PaperAuthor.paper_id.desc(), PaperAuthor.position)
        .limit(MAX_WORD_PAPERS)
    )
    for other, name in rows:
        part = found[other].parts["authors"]
        if len(part) < 3:
            part[name] = 0.5 if part else 1.0


def _titles(session: Session, shared: Iterable[Evidence]) -> dict[str, str]:
    """The titles of papers to which both link."""
    wanted = {int(number) for each in shared for number in each.parts.get("targets", {})}
    rows = session.execute(select(Paper.id, Paper.title).where(Paper.id.in_(wanted)))
    return {str(number): title for number, title in rows}


def _reasons(shared: Evidence, titles: Mapping[str, str]) -> list[list[str]]:
    by_worth = sorted(shared.parts.items(), key=lambda part: (-sum(part[1].values()), part[0]))
    found = []
    for kind, parts in by_worth[:MAX_REASONS]:
        names = sorted(parts, key=lambda name: (-parts[name], name))
        if kind == "linked":
            detail = str(len(names))
        elif kind == "targets":
            detail = titles.get(names[0], "")
        else:
            detail = ", ".join(names[:MAX_NAMED_WORDS])
        found.append([kind, _shortened(detail)])
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_DETAIL_CHARS else f"{text[: MAX_DETAIL_CHARS - 1].rstrip()}…"
