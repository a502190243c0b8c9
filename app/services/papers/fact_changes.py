"""The facts of a paper as texts, and writing them.

A form and the log of changes show these texts.

A fact that is changed takes along what hangs on it: HTML, the folded title, the identifiers that
lead to the paper, links and the section.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.models import Link, Paper, PaperAuthor, Venue
from app.queries import papers
from app.references.identifiers import PaperRef
from app.services import changes
from app.services.links.stale import mark_stale
from app.services.papers import spellings
from app.services.papers.insertion import find_or_add_authors, find_or_add_venues, prepare
from app.services.papers.paper_copies import orcids_of
from app.services.papers.paper_names import NAMING_FACTS, change_names
from app.sources.name_lists import NameList, parse_names, write_names
from app.sources.record import DETAILS, OTHERS, PaperRecord
from app.sources.sections import said_section, section_of_paper, section_of_venue
from app.text.folding import make_slug
from app.text.person_names import make_author_key, remove_number
from app.text.words import title_folded

DETAIL_FACTS = tuple(name for name in DETAILS if name != "authors")
FACTS = (
    *("title", "authors", "venue", "year", *NAMING_FACTS, "section", "keywords", "abstract"),
    *DETAIL_FACTS,
)
# Of these the label of a link to the paper is made.
_LABEL_FACTS = frozenset(("title", "authors", "year", "key"))


@dataclass(frozen=True)
class RenderedFacts:
    """Facts in normal form, with the HTML of those that have one."""

    texts: Mapping[str, str]
    title_html: str
    abstract_html: str


@dataclass(frozen=True)
class FactChange:
    """What a write of facts did, as `PaperRevision` keeps it."""

    before: dict[str, str]
    after: dict[str, str]
    data: dict[str, Any] = field(default_factory=dict)


def list_facts(paper: Paper) -> dict[str, str]:
    """The facts of a paper by name; its authors and venue must be loaded."""
    names = NameList(
        tuple(each.numbered for each in paper.authorships),
        has_more=bool(paper.authorships) and paper.details.get("authors") == OTHERS,
    )
    return {
        "title": paper.title,
        "authors": write_names(names),
        "venue": spellings.build_whole_venue_name(paper),
        "year": str(paper.year or ""),
        "key": paper.key,
        "doi": paper.doi or "",
        "arxiv_id": paper.arxiv_id or "",
        "url": paper.url or "",
        "section": said_section(paper.section_slug, paper.arxiv_id or "", _section_of(paper.venue)),
        "keywords": paper.keywords,
        "abstract": paper.abstract,
        **{name: paper.details.get(name, "") for name in DETAIL_FACTS},
    }


def render_facts(texts: Mapping[str, str]) -> RenderedFacts:
    """Render what is rendered of facts in normal form.

    It may take long: before the list of papers is locked.

    Raises:
        Refusal: for a title or abstract that cannot be rendered.
    """
    record = PaperRecord(texts.get("title", ""), abstract=texts.get("abstract", ""))
    rendered = prepare(record)
    return RenderedFacts(texts, rendered.title_html, rendered.abstract_html)


def write_facts(
    session: Session,
    paper: Paper,
    new: RenderedFacts,
    *,
    renames: bool,
    venue_key: str = "",
    lost_names: Collection[PaperRef] = (),
) -> FactChange:
    """Write facts that were checked, in the list of papers that is locked.

    What hangs on them follows.

    Args:
        paper: reloaded.
        new: what is not among them stays.
        renames: whether a new spelling may become that of an author or a venue.
        venue_key: of the venue that is meant, where it is known.
        lost_names: further names by which it is found no more.
    """
    facts = new.texts
    changes.note(session, "paper", paper.id)
    before = list_facts(paper)
    former_venue, orcids = paper.venue, orcids_of(paper)
    _write_texts(paper, new)
    if "venue" in facts:
        _write_venue(session, paper, facts["venue"], venue_key)
    _write_section(paper, facts, before, _section_of(former_venue))
    if "authors" in facts:
        _write_authors(session, paper, parse_names(facts["authors"]))
    session.flush()
    given, taken = change_names(session, paper, facts, before, lost_names)
    if renames and not {"authors", "venue"}.isdisjoint(facts):
        spellings.choose_names(session, paper)
        spellings.follow_papers(session, paper)
    if given or taken or not _LABEL_FACTS.isdisjoint(facts):
        leading = select(Link.summary_id).where(Link.target_id == paper.id).distinct()
        mark_stale(session, session.scalars(leading).all())
    present = papers.reload_paper(session, paper.id)
    assert present is not None
    after = list_facts(present)
    data = {
        "venues": ["" if each is None else each.key for each in (former_venue, present.venue)],
        "given": [[ref.kind, ref.value] for ref in given],
        "orcids": {key: orcids[key] for key in orcids.keys() - {a.key for a in present.authors}},
    }
    changed = [name for name in FACTS if before[name] != after[name]]
    return FactChange(
        {name: before[name] for name in changed}, {name: after[name] for name in changed}, data
    )


def _section_of(venue: Venue | None) -> str | None:
    return None if venue is None else section_of_venue(venue.section_slug, venue.key)


def _write_texts(paper: Paper, new: RenderedFacts) -> None:
    facts = new.texts
    if "title" in facts:
        paper.title, paper.title_html = facts["title"], new.title_html
        paper.title_folded = title_folded(facts["title"])
    if "abstract" in facts:
        paper.abstract, paper.abstract_html = facts["abstract"], new.abstract_html
    if "year" in facts:
        paper.year = int(facts["year"]) if facts["year"] else None
    if "keywords" in facts:
        paper.keywords = facts["keywords"]
    for name in NAMING_FACTS:
        if name in facts:
            setattr(paper, name, facts[name] or None)
    told = {name: facts[name] for name in DETAIL_FACTS if name in facts}
    if told:
        details = {**paper.details, **told}
        paper.details = {name: text for name, text in details.items() if text}


def _write_venue(session: Session, paper: Paper, text: str, key: str) -> None:
    venue = _find_venue(session, paper, text, key) if text else None
    paper.venue = venue
    paper.venue_id = None if venue is None else venue.id
    record = PaperRecord("", venue=text)
    paper.venue_name = None if venue is None else spellings.choose_printed_venue(record, venue)


def _find_venue(session: Session, paper: Paper, text: str, key: str) -> Venue | None:
    """The venue that a text names: the paper's own in another spelling, or another one."""
    own = paper.venue
    if (
        not key
        and own is not None
        and make_slug(text) in (make_slug(own.name), make_slug(own.title))
    ):
        return own
    return find_or_add_venues(session, [PaperRecord("", venue=text, venue_key=key)])[0]


def _write_section(
    paper: Paper, facts: Mapping[str, str], before: Mapping[str, str], former_venue: str | None
) -> None:
    derived = section_of_paper("", before["arxiv_id"], former_venue)
    if "section" in facts:
        said = facts["section"]
    elif paper.section_slug != derived:
        return  # somebody chose it
    else:
        said = ""
    venue_section = _section_of(paper.venue)
    paper.section_slug = section_of_paper(said, paper.arxiv_id or "", venue_section)


def _write_authors(session: Session, paper: Paper, typed: NameList) -> None:
    """Write who wrote a paper; who is named as before stays the same author."""
    known = {
        each.numbered: (each.author_id, each.name, each.author.name) for each in paper.authorships
    }
    new = {make_author_key(name): remove_number(name) for name in typed.names if name not in known}
    found = find_or_add_authors(session, new)
    rows = []
    for position, name in enumerate(typed.names):
        if name in known:
            number, printed, _ = known[name]
        else:
            number, usual = found[make_author_key(name)]
            printed = None if remove_number(name) == usual else remove_number(name)
        row = {"paper_id": paper.id, "position": position, "author_id": number, "name": printed}
        rows.append(row)
    session.execute(delete(PaperAuthor).where(PaperAuthor.paper_id == paper.id))
    if rows:
        session.execute(insert(PaperAuthor), rows)
    details = {name: text for name, text in paper.details.items() if name != "authors"}
    paper.details = {**details, "authors": OTHERS} if typed.has_more and rows else details
    session.expire(paper, ["authorships"])
