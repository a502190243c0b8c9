"""The paper that somebody has in mind: what we have of it, then what the outside knows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import Paper, User
from app.queries import papers
from app.queries.identifiers import find_paper, known_keys
from app.queries.search import results
from app.references.addresses import outside_url
from app.references.identifiers import implied
from app.references.labels import capitalised, field_label
from app.rendering import RenderError, render_inline
from app.services.lookup import asking, pasted_input
from app.services.lookup.asking import Answer, Find, Outside
from app.services.lookup.pasted_input import Pasted
from app.services.papers.deduplication import match
from app.services.papers.duplicates import learn_names
from app.services.papers.facts import FIELDS, checked
from app.services.papers.facts import identifiers as identifiers_of
from app.services.papers.fitting import Misfit, fit
from app.services.refusals import Refused
from app.sources.record import PaperRecord
from app.text.lines import one_line
from app.text.person_names import without_number

MAX_HERE = 5
MAX_PEOPLE = 8
MAX_ENTRIES = 10
MANY = "There are {} entries here; the first {} are shown. A whole file is for `shortlist import`."
NOTHING = "Nobody we asked knows this paper. Fill in what you know of it."
NO_ADDRESS = (
    "This address does not say which paper it shows. If its page names a DOI or an arXiv ID,"
    " paste that, or paste the title."
)


@dataclass(frozen=True)
class Offered:
    """A paper that can be added with one click.

    Attributes:
        names: identifiers by which it is looked up again; none for an entry that was pasted.
        entry: the number of the entry in what was pasted.
        title_html: its title, rendered.
        left_out: sentences about facts that cannot be kept.
    """

    record: PaperRecord
    title_html: str
    sources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    entry: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def people(self) -> str:
        """Its first authors, without dblp's numbers of namesakes, and how many more."""
        names = [without_number(name) for name in self.record.authors[:MAX_PEOPLE]]
        more = len(self.record.authors) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")

    @property
    def source(self) -> str:
        """A word for where it is from: the kind of its first identifier, or `pasted`."""
        return self.names[0].partition(":")[0] if self.names else "pasted"


@dataclass(frozen=True)
class Found:
    """What there is to what was pasted.

    Attributes:
        here: papers that we have, with authors and venue; first those that it names.
        offered: papers to be added.
        problems: sentences about what could not be read or looked up.
        known: what fills the form: the paper that was found, or what was pasted alone.
        exact: whether that is the paper of `offered` that comes first.
        unread: whether an entry was pasted in which nothing can be read.
    """

    here: list[Paper]
    offered: list[Offered]
    problems: list[str]
    known: PaperRecord
    exact: bool
    unread: bool


def find(session: Session, outside: Outside, text: str, viewer: User | None) -> Found:
    """Look for the paper of an identifier, address, entry or title, here and elsewhere.

    Takes a few seconds at most. The session's reading transaction ends before the outside is asked.
    When the outside knows a paper of ours by further identifiers, they lead to it from now on:
    that is committed here.
    """
    what = pasted_input.read(text)
    here = _here(session, what, text, viewer)
    session.commit()  # nobody's snapshot is held while others answer
    if what.records:
        shown = what.records[:MAX_ENTRIES]
        offered = _fitting(session, [_entry(record, n) for n, record in enumerate(shown)])
        problems = list(what.problems)
        if len(what.records) > MAX_ENTRIES:
            problems.append(MANY.format(len(what.records), MAX_ENTRIES))
    else:
        answer = _elsewhere(outside, what, bool(here))
        offered = _fitting(session, map(_offer, answer.finds))
        problems = [*what.problems, *answer.problems]
    fresh = []
    for one in offered:
        each, same = (one, None) if one.names else _told_apart(session, one)
        if not one.names:
            problems += each.left_out
            if same is not None:
                here.append(papers.by_key(session, same.key) or same)
                continue
        keys = known_keys(session, identifiers_of(each.record))
        ours = list(dict.fromkeys(keys.values()))
        here += filter(None, (papers.by_key(session, key) for key in ours))
        if not ours:
            fresh.append(each)
        elif each.names and len(ours) == 1:
            _learn(session, ours[0], each.record)
    unique = list({paper.id: paper for paper in here}.values())[:MAX_HERE]
    if not unique and not fresh and not problems:
        problems.append(NO_ADDRESS if what.url else NOTHING)
    exact = bool(fresh) and not what.title
    known = fresh[0].record if exact else what.known
    return Found(unique, fresh, problems, known, exact, bool(what.problems) and not what.records)


def again(
    session: Session, outside: Outside, names: Iterable[str], text: str, entry: int
) -> Offered | None:
    """An offered paper once more, from its identifiers or from the entry that was pasted.

    Returns:
        `None` when it cannot be had any more.
    """
    names = list(names)
    if names:
        finds = asking.find(outside, names).finds
        offered = _fitting(session, map(_offer, finds))
        return offered[0] if offered else None
    records = pasted_input.read(text).records
    chosen = records[entry : entry + 1] if entry >= 0 else ()
    offered = _fitting(session, (_entry(record, entry) for record in chosen))
    return _told_apart(session, offered[0])[0] if offered else None


def instead_of_key(session: Session, record: PaperRecord) -> str:
    """A free key for a paper whose own one is another paper's; empty when there is no need."""
    try:
        record = checked(session, record)
    except Refused:
        return ""
    found = match(session, record, None)
    is_numbered = found.record == replace(record, key=found.record.key) != record
    return found.record.key if found.paper is None and is_numbered else ""


def _here(session: Session, what: Pasted, text: str, viewer: User | None) -> list[Paper]:
    if what.records:
        same = papers.with_same_title(session, what.records[0].title, viewer)
        return [row.paper for row in same]
    name = what.ref.value if what.ref is not None else one_line(text)
    named = find_paper(session, name)
    found = [named] if named is not None else []
    if what.title:
        found += [row.paper for row in papers.with_same_title(session, what.title, viewer)]
        words = " ".join(re.findall(r"\w+", what.title))  # signs mean something to a search
        hits = results.papers(session, words, viewer, limit=MAX_HERE, offset=0)
        found += [row.paper for row in hits]
    return found


def _elsewhere(outside: Outside, what: Pasted, is_here: bool) -> Answer:
    if what.ref is not None:
        # What an identifier names is one paper: when it is here, nobody else need be asked.
        names = [f"{ref.kind}:{ref.value}" for ref in (what.ref, *implied(what.ref))]
        return Answer() if is_here else asking.find(outside, names)
    return asking.search(outside, what.title) if what.title else Answer()


def _learn(session: Session, key: str, record: PaperRecord) -> None:
    names = identifiers_of(record)
    if len(known_keys(session, names)) == len(names):
        return
    begin_writing(session)
    lock_papers(session, alone=True)
    learn_names(session, key, record.title, names)
    session.commit()


def _offer(found: Find) -> Offered:
    return Offered(found.record, "", found.sources, found.names)


def _entry(record: PaperRecord, number: int) -> Offered:
    # What somebody pastes gives its paper no further keys: they could be those of any other.
    return Offered(replace(record, other_keys=()), "", entry=number)


def _told_apart(session: Session, offered: Offered) -> tuple[Offered, Paper | None]:
    """An entry without what is another paper's, and with a key that is free; or the paper of ours
    that it is about."""
    found = match(session, offered.record, None)
    if found.paper is not None:
        return offered, found.paper
    said = (f"{note[0].upper()}{note[1:]}." for note in found.notes)
    left_out = (*offered.left_out, *said)
    return replace(offered, record=found.record, left_out=left_out), None


def _fitting(session: Session, offered: Iterable[Offered]) -> list[Offered]:
    """Those that could be added, as they would be."""
    found = []
    for each in offered:
        try:
            record, misfits = fit(session, each.record)
            title_html = render_inline(record.title)
        except Refused:
            continue
        except RenderError:
            title_html = html.escape(record.title)
        left_out = tuple(map(_said, misfits))
        found.append(replace(each, record=record, title_html=title_html, left_out=left_out))
    return found


def _said(misfit: Misfit) -> str:
    label = capitalised(field_label(misfit.field))
    if misfit.is_shortened:
        return f"{label} shortened."
    if misfit.kept:
        return f"{label} changed to {misfit.kept}. {misfit.why}"
    return f"{label} left out. {misfit.why}"


def form_fields(record: PaperRecord) -> dict[str, str]:
    """A record as the fields of the form for a paper, which has one for the address only."""
    url = record.url
    for kind, field in FIELDS.items():
        if not url and kind in ("openreview", "acl") and getattr(record, field):
            url = outside_url(kind, getattr(record, field)) or ""
    return {
        "title": record.title,
        "authors": "\n".join(record.authors),
        "year": str(record.year or ""),
        "venue": record.venue or record.venue_key,
        "doi": record.doi,
        "arxiv_id": record.arxiv_id,
        "url": url,
        "key": record.key,
        "section": record.section,
        "keywords": record.keywords,
        "abstract": record.abstract,
    }
