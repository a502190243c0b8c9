"""Find the paper that somebody has in mind.

What we have of it, then what the outside knows.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import Paper, User
from app.queries import papers
from app.queries.identifiers import find_known_keys, find_paper
from app.queries.search import results
from app.references.addresses import outside_url
from app.references.identifiers import implied_references
from app.references.labels import capitalised, field_label
from app.references.mentions import short_doi
from app.rendering import RenderError, render_inline
from app.services.lookup import asking, pasted_input
from app.services.lookup.asking import FoundWork, LookupAnswer, LookupSettings
from app.services.lookup.offers import PASTED, Offer, Result
from app.services.lookup.pasted_input import PastedInput
from app.services.papers.deduplication import match_record
from app.services.papers.duplicates import learn_names
from app.services.papers.facts import FIELDS
from app.services.papers.facts import list_record_identifiers as identifiers_of
from app.services.papers.fitting import Misfit, fit
from app.services.refusals import Refusal
from app.sources.name_lists import NameList, write_names
from app.sources.record import PaperRecord, has_more_authors
from app.text.lines import one_line

MAX_KNOWN_PAPERS = 5
MAX_ENTRIES = 10
TOO_MANY_ENTRIES = "You pasted {} entries; the first {} are shown. Use Import for a whole file."
NOTHING = "No source knows this paper. Enter the details below."
NO_ADDRESS = "We can’t tell which paper this URL is. Paste its DOI, arXiv ID or title instead."


def find_papers(
    session: Session, outside: LookupSettings, text: str, viewer: User | None
) -> Result:
    """Look for the paper of an identifier, address, entry or title, here and elsewhere.

    Takes a few seconds at most. The session's reading transaction ends before the outside is asked.
    When the outside knows a paper of ours by further identifiers, they lead to it from now on:
    that is committed here.

    Raises:
        Refusal: when the text is too long.
    """
    what = pasted_input.read_pasted(text)
    here = _here(session, what, text, viewer)
    session.commit()  # nobody's snapshot is held while others answer
    problems = list(what.problems)
    silent: tuple[str, ...] = ()
    if what.records:
        offered = _fitting(session, map(_entry, what.records[:MAX_ENTRIES]))
        if len(what.records) > MAX_ENTRIES:
            problems.append(TOO_MANY_ENTRIES.format(len(what.records), MAX_ENTRIES))
    else:
        answer = _elsewhere(outside, what, bool(here))
        offered = _fitting(session, map(_offer, answer.finds))
        problems += answer.problems
        silent = tuple(answer.silent)
    fresh = []
    for one in offered:
        is_pasted = one.source == PASTED
        each, same = _told_apart(session, one) if is_pasted else (one, None)
        if same is not None:
            problems += each.left_out
            here.append(papers.find_paper_by_key(session, same.key) or same)
            continue
        keys = find_known_keys(session, identifiers_of(each.record))
        ours = list(dict.fromkeys(keys.values()))
        here += filter(None, (papers.find_paper_by_key(session, key) for key in ours))
        if not ours:
            fresh.append(each)
        elif not is_pasted and len(ours) == 1:
            _learn(session, ours[0], each.record)
    unique = list({paper.id: paper for paper in here}.values())[:MAX_KNOWN_PAPERS]
    if not (unique or fresh or problems or silent):
        problems.append(NO_ADDRESS if what.url else NOTHING)
    exact = bool(fresh) and not what.title
    known = fresh[0].record if exact else what.known
    return Result(unique, fresh, list(dict.fromkeys(problems)), silent, known, exact)


def look_up_here(session: Session, text: str, viewer: User | None) -> Result:
    """What the library has of what was pasted; it offers nothing."""
    try:
        what = pasted_input.read_pasted(text)
    except Refusal as refused:
        return Result([], [], [refused.message], (), PaperRecord(title=""), False)
    here = {paper.id: paper for paper in _here(session, what, text, viewer)}
    return Result(list(here.values())[:MAX_KNOWN_PAPERS], [], [], (), what.known, False)


def make_replacement_key(session: Session, record: PaperRecord) -> str:
    """A free key for a paper whose key is taken.

    Empty when there is no need.

    Args:
        record: in normal form.
    """
    found = match_record(session, record, None)
    is_numbered = found.record == replace(record, key=found.record.key) != record
    return found.record.key if found.paper is None and is_numbered else ""


def _here(session: Session, what: PastedInput, text: str, viewer: User | None) -> list[Paper]:
    if what.records:
        titles = dict.fromkeys(record.title for record in what.records[:MAX_ENTRIES])
        same = (papers.list_rows_with_title(session, title, viewer) for title in titles)
        return [row.paper for rows in same for row in rows]
    name = what.ref.value if what.ref is not None else one_line(text)
    named = find_paper(session, name)
    found = [named] if named is not None else []
    if what.title:
        found += [row.paper for row in papers.list_rows_with_title(session, what.title, viewer)]
        words = " ".join(re.findall(r"\w+", what.title))  # signs mean something to a search
        hits = results.list_found_papers(session, words, viewer, limit=MAX_KNOWN_PAPERS, offset=0)
        found += [row.paper for row in hits]
    return found


def _elsewhere(outside: LookupSettings, what: PastedInput, is_here: bool) -> LookupAnswer:
    if what.ref is not None:
        # What an identifier names is one paper: when it is here, nobody else need be asked.
        names = [f"{ref.kind}:{ref.value}" for ref in (what.ref, *implied_references(what.ref))]
        return LookupAnswer() if is_here else asking.find_works(outside, names)
    if short := short_doi(what.url):  # which DOI it stands for, only its service knows
        return LookupAnswer() if is_here else asking.find_works(outside, [f"doi:{short}"])
    return asking.search_titles(outside, what.title) if what.title else LookupAnswer()


def _learn(session: Session, key: str, record: PaperRecord) -> None:
    names = identifiers_of(record)
    if len(find_known_keys(session, names)) == len(names):
        return
    begin_writing(session)
    lock_papers(session, alone=True)
    learn_names(session, key, record.title, names)
    session.commit()


def _offer(found: FoundWork) -> Offer:
    return Offer(found.record, "", found.kind, found.sources)


def _entry(record: PaperRecord) -> Offer:
    # What somebody pastes gives its paper no further keys: they could be those of any other.
    return Offer(replace(record, other_keys=()), "")


def _told_apart(session: Session, offer: Offer) -> tuple[Offer, Paper | None]:
    """An entry without what is another paper's, and with a key that is free; or the paper of ours
    that it is about."""
    found = match_record(session, offer.record, None)
    if found.paper is not None:
        return offer, found.paper
    said = (f"{note[0].upper()}{note[1:]}." for note in found.notes)
    left_out = (*offer.left_out, *said)
    own_key = offer.own_key if found.record.key else ""  # else it names that other paper
    return replace(offer, record=found.record, left_out=left_out, own_key=own_key), None


def _fitting(session: Session, offered: Iterable[Offer]) -> list[Offer]:
    """Those that could be added, as they would be."""
    found = []
    for each in offered:
        try:
            record, misfits = fit(session, each.record)
            title_html = render_inline(record.title)
        except Refusal:
            continue
        except RenderError:
            title_html = html.escape(record.title)
        left_out = tuple(map(_said, misfits))
        found.append(
            replace(
                each,
                record=record,
                title_html=title_html,
                left_out=left_out,
                own_key=record.key,
            )
        )
    return found


def _said(misfit: Misfit) -> str:
    label = capitalised(field_label(misfit.field))
    if misfit.is_shortened:
        return f"{label} shortened."
    if misfit.kept:
        return f"{label} changed to {misfit.kept}. {misfit.why}"
    return f"{label} left out. {misfit.why}"


def make_form_fields(record: PaperRecord) -> dict[str, str]:
    """A record as the fields of the form for a paper.

    The form has one for the address only.
    """
    url = record.url
    for kind, field in FIELDS.items():
        if not url and kind in ("openreview", "acl") and getattr(record, field):
            url = outside_url(kind, getattr(record, field)) or ""
    return {
        "title": record.title,
        "authors": write_names(NameList(record.authors, has_more_authors(record))),
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
