"""Editing the facts of a paper, and undoing an edit.

Members fill in what is empty, trusted users change anything. Each change is a `PaperRevision`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import Paper, PaperRevision, User
from app.models.papers.revision import MAX_REASON
from app.queries import papers
from app.references.identifiers import PaperRef
from app.references.labels import field_label
from app.services.papers.fact_changes import (
    DETAIL_FACTS,
    FACTS,
    FactChange,
    RenderedFacts,
    list_facts,
    render_facts,
    write_facts,
)
from app.services.papers.facts import (
    MAX_DETAIL,
    MAX_EDITORS,
    check_record,
    doubtful_authors,
    list_record_identifiers,
)
from app.services.papers.insertion import set_orcids
from app.services.papers.paper_names import NAMING_FACTS, check_free, name_of
from app.services.refusals import JUST_MERGED, Refusal, Refusals
from app.sources.months import MACROS, month_number
from app.sources.name_lists import NameList, parse_names, write_names
from app.sources.record import OTHERS, PaperRecord, has_more_authors
from app.text.lines import plain_ends, visible_line

ONLY_TRUSTED = "Only trusted users can change what is filled in."
MAX_STAMP = 12  # letters of the digest of a fact
_NOTHING = RenderedFacts({}, "", "")


@dataclass(frozen=True)
class PaperEdit:
    """What a form says of a paper.

    Attributes:
        texts: facts as typed, by the names of `fact_changes.FACTS`; what is missing stays.
        stamp: what the form showed, as `stamp_facts` had it; nothing is known of it when empty.
        reason: why, in a line.
    """

    texts: Mapping[str, str]
    stamp: str = ""
    reason: str = ""


def edit_paper(session: Session, paper: Paper, edit: PaperEdit, user: User) -> PaperRevision | None:
    """Change the facts of a paper; the caller commits.

    Returns:
        The revision, or `None` when nothing is changed.

    Raises:
        Refusal: for all that cannot be done, with the names of the fields.
    """
    typed = {name: text for name, text in edit.texts.items() if name in FACTS}
    seen = _digests(edit.stamp)
    touched = _touched(typed, seen, list_facts(_reloaded(session, paper)))
    refused = Refusals()
    new = refused.check(_checked, _NOTHING, session, touched)  # nobody waits for it
    begin_writing(session)
    lock_papers(session, alone=True)
    present = _reloaded(session, paper)
    current = list_facts(present)
    touched = _touched(touched, seen, current)
    for name in touched:
        if name in seen and seen[name] != _digest(current[name]):
            did = f"changed this to “{current[name]:.200}”" if current[name] else "emptied this"
            refused.add([Refusal(name, f"Someone {did}. Save again to overwrite it.")])
        elif not user.is_trusted and current[name]:
            refused.add([Refusal(name, ONLY_TRUSTED)])
    facts = {name: text for name, text in new.texts.items() if text != current[name]}
    if not user.is_trusted:  # an arXiv ID, say, that was typed as a DOI
        facts = {name: facts[name] for name in facts if not current[name]}
    for name in sorted(facts.keys() & set(NAMING_FACTS)):
        refused.check(check_free, None, session, present, name, facts[name])
    overwrites = any(current[name] for name in facts or touched)
    reason = refused.check(check_reason, "", edit.reason, overwrites)
    refused.raise_first()
    if not facts:
        return None
    new = replace(new, texts=facts)
    change = write_facts(session, present, new, renames=user.is_trusted)
    return add_revision(session, present, change, user, reason=reason)


def undo_edit(
    session: Session, revision: PaperRevision, former: RenderedFacts, user: User
) -> tuple[PaperRevision, list[str]]:
    """Set back what an edit changed, where nobody has changed it since.

    Args:
        revision: of a kind that changed facts, not undone, in the list of papers that is locked.
        former: what stood before it.

    Returns:
        The revision that does so, and what people call the facts that stay as they are.

    Raises:
        Refusal: when there is nothing left to set back, or an identifier is another paper's now.
    """
    paper = papers.reload_paper(session, revision.paper_id)
    if paper is None:
        raise Refusal(
            "revision",
            f"{revision.paper_key} was merged into another paper or removed since."
            " Undo that first.",
        )
    current = list_facts(paper)
    facts = {
        name: former.texts[name] for name, text in revision.after.items() if current[name] == text
    }
    if not facts:
        raise Refusal("revision", "Nothing to undo: all of it was changed again since.")
    for name in sorted(facts.keys() & set(NAMING_FACTS)):
        check_free(session, paper, name, facts[name])
    former_venue, _ = revision.data.get("venues", ["", ""])
    change = write_facts(
        session,
        paper,
        replace(former, texts=facts),
        renames=True,
        venue_key=former_venue if "venue" in facts else "",
        lost_names=_names_of_key(revision) if "key" in facts else (),
    )
    set_orcids(session, revision.data.get("orcids", {}))
    undoing = add_revision(session, paper, change, user, kind="undo")
    mark_undone(revision, user)
    return undoing, [field_label(name) for name in revision.after if name not in facts]


def _names_of_key(revision: PaperRevision) -> list[PaperRef]:
    """The names that a change of the key gave the paper."""
    given = [PaperRef(kind, value) for kind, value in revision.data.get("given", [])]
    names = {
        name_of(ref) for ref in list_record_identifiers(PaperRecord("", key=revision.after["key"]))
    }
    return [ref for ref in given if name_of(ref) in names]


def mark_undone(revision: PaperRevision, user: User) -> None:
    """Note that a change is undone, and by whom."""
    revision.undone_at = now()
    revision.undone_by_id = user.id


def add_revision(
    session: Session,
    paper: Paper,
    change: FactChange,
    user: User | None,
    *,
    kind: str = "edit",
    reason: str = "",
) -> PaperRevision:
    """Write down what was changed of a paper, which stands as it is now.

    Without a user the program did it, for who runs it.
    """
    revision = PaperRevision(
        paper_id=paper.id,
        paper_key=paper.key,
        paper_title=paper.title,
        kind=kind,
        user_id=None if user is None else user.id,
        changed_at=now(),
        reason=reason,
        before=change.before,
        after=change.after,
        data=change.data,
    )
    session.add(revision)
    session.flush()
    return revision


def check_reason(text: str, is_needed: bool) -> str:
    """The reason of a change in one line.

    Raises:
        Refusal: for one that is missing or too long.
    """
    reason = visible_line(text)
    if is_needed and not reason:
        raise Refusal("reason", "Enter a reason.")
    if len(reason) > MAX_REASON:
        raise Refusal("reason", f"Up to {MAX_REASON} characters (you have {len(reason):,}).")
    return reason


def stamp_facts(facts: Mapping[str, str]) -> str:
    """What a form shows, in a form that it can carry along."""
    return " ".join(f"{name}:{_digest(facts[name])}" for name in FACTS)


def current_texts(
    typed: Mapping[str, str], stamp: str, current: Mapping[str, str]
) -> dict[str, str]:
    """The facts of a form, as they are today where nobody touched them."""
    seen = _digests(stamp)
    return {
        name: current[name] if seen.get(name) == _digest(text) else text
        for name, text in typed.items()
        if name in current
    }


def _touched(
    typed: Mapping[str, str], seen: Mapping[str, str], current: Mapping[str, str]
) -> dict[str, str]:
    """What of a form is neither what it showed nor what is there."""
    return {
        name: text
        for name, text in typed.items()
        if _digest(text) not in (seen.get(name), _digest(current[name]))
    }


def _reloaded(session: Session, paper: Paper) -> Paper:
    present = papers.reload_paper(session, paper.id)
    if present is None:
        raise Refusal("paper", JUST_MERGED)
    return present


def _digest(text: str) -> str:
    plain = plain_ends(text).strip()
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:MAX_STAMP]


def _digests(stamp: str) -> dict[str, str]:
    pairs = (each.partition(":") for each in stamp.split())
    return {name: digest for name, _, digest in pairs}


def _checked(session: Session, typed: Mapping[str, str]) -> RenderedFacts:
    """Facts in normal form."""
    refused = Refusals()
    people = parse_names(typed.get("authors", ""))
    if people.doubts:
        refused.add([doubtful_authors(people.doubts)])
    year = refused.check(_year, None, typed.get("year", ""))
    simple: dict[str, Any] = {name: typed.get(name, "") for name in _SIMPLE}
    record = PaperRecord(
        title=typed.get("title", "…"),
        authors=people.names,
        year=year,
        details={"authors": OTHERS} if people.has_more else {},
        **simple,
    )
    record = refused.check(check_record, record, session, record)
    texts = {"title": record.title, "abstract": record.abstract}
    rendered = refused.check(render_facts, _NOTHING, texts)
    if "key" in typed and not typed["key"].strip():
        refused.add([Refusal("key", "A paper needs a key.")])
    details = {
        name: refused.check(_detail, "", name, typed[name])
        for name in DETAIL_FACTS
        if name in typed
    }
    refused.raise_first()
    found = {
        "title": record.title,
        "authors": write_names(NameList(record.authors, has_more_authors(record))),
        "year": str(record.year or ""),
        **{name: getattr(record, name) for name in _SIMPLE},
        **details,
    }
    # arXiv gives its papers DOIs too, each of which means the paper that its number means.
    moved = {"arxiv_id"} if typed.get("doi", "").strip() and not record.doi else set()
    texts = {name: text for name, text in found.items() if name in {*typed, *moved}}
    return replace(rendered, texts=texts)


_SIMPLE = tuple(name for name in FACTS if name not in ("title", "authors", "year", *DETAIL_FACTS))


def _year(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Refusal("year", "A year has four digits.")
    return int(text)


def _detail(name: str, text: str) -> str:
    line = visible_line(text)
    most = MAX_EDITORS if name == "editor" else MAX_DETAIL
    if len(line) > most:
        raise Refusal(name, f"Up to {most:,} characters (you have {len(line):,}).")
    if name == "month" and (number := month_number(line)):
        return MACROS[number - 1]
    return line
