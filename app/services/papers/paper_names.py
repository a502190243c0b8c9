"""The names of papers: identifiers and keys that lead to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from app.models import Identifier, Paper, folded
from app.models.papers.paper import MAX_IDENTIFIER
from app.queries.identifiers import find_known_keys, find_papers, list_waiting_names
from app.references.identifiers import PaperRef
from app.references.parsing import parse_identifier
from app.services.bulk import among
from app.services.links.resolving import list_link_names, release_links
from app.services.links.stale import mark_stale
from app.services.papers.facts import addresses, list_record_identifiers
from app.services.refusals import Refusal
from app.sources.record import PaperRecord

Name = tuple[str, str]  # kind and folded value of an identifier
NAMING_FACTS = ("key", "doi", "arxiv_id", "url")  # by which a paper is found
FIRST = 32  # numbers that are asked for at once; few keys have more


class IdentifierTaken(Refusal):
    """An identifier that another paper goes by, whose key is `key`."""

    def __init__(self, field: str, key: str) -> None:
        super().__init__(field, f"This belongs to another paper here, {key}.")
        self.key = key


def name_of(ref: PaperRef) -> Name:
    """The name of a reference as identifiers have it."""
    return ref.kind, folded(ref.value)


def known_names(session: Session, names: Iterable[Name]) -> dict[Name, int]:
    """The numbers of the papers to which these names belong; one query for each kind."""
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for kind, value in names:
        by_kind[kind].add(value)
    found: dict[Name, int] = {}
    for kind, values in sorted(by_kind.items()):
        query = select(Identifier.folded, Identifier.paper_id).where(
            Identifier.kind == kind, among(session, Identifier.folded, values)
        )
        found |= {(kind, value): number for value, number in session.execute(query)}
    return found


def name_rows(paper_id: int, refs: Iterable[PaperRef]) -> list[dict[str, str | int]]:
    """The rows by which names lead to a paper."""
    return [
        {"paper_id": paper_id, "kind": ref.kind, "value": ref.value, "folded": folded(ref.value)}
        for ref in refs
    ]


def give_names(session: Session, paper_id: int, refs: Iterable[PaperRef]) -> None:
    """Let names that belong to nobody lead to a paper, which is noted as changed."""
    session.add_all(Identifier(**row) for row in name_rows(paper_id, refs))
    session.flush()


def number_key(key: str, number: int) -> str:
    """The key itself for 1, else with the number: `smith2010-2`."""
    return key if number == 1 else f"{key[: MAX_IDENTIFIER - 10]}-{number}"


def free_key(session: Session, key: str) -> str:
    """The key, with a number when papers go by it.

    Asks a few times, however many there are.
    """
    if not _taken(session, key, [1]):
        return key
    taken = _taken(session, key, range(2, FIRST + 1))
    for number in range(2, FIRST + 1):
        if number not in taken:
            return number_key(key, number)
    numbers = [FIRST << each for each in range(16)]
    while len(numbers) > 1:  # the first is taken; between it and one that is free lies the answer
        taken = _taken(session, key, numbers[1:])
        free = (each for each, number in enumerate(numbers) if each and number not in taken)
        last = next(free, len(numbers) - 1)
        low, high = numbers[last - 1], numbers[last]
        step = max(1, (high - low) // 16)
        numbers = [*range(low, high, step), high] if high - low > 1 else []
    return number_key(key, high)


def _taken(session: Session, key: str, numbers: Iterable[int]) -> set[int]:
    refs = {number: PaperRef("key", number_key(key, number)) for number in numbers}
    known = find_known_keys(session, refs.values())
    return {number for number, ref in refs.items() if ref in known}


def check_free(session: Session, paper: Paper, name: str, text: str) -> None:
    """Refuse an identifier that another paper goes by.

    Raises:
        IdentifierTaken: for such a one.
    """
    certain = [ref for ref in _names_in(name, text) if ref.kind != "url"]
    for owner in find_papers(session, certain).values():
        if owner.id != paper.id:
            raise IdentifierTaken(name, owner.key)


def change_names(
    session: Session,
    paper: Paper,
    facts: Mapping[str, str],
    before: Mapping[str, str],
    lost_names: Collection[PaperRef],
) -> tuple[list[PaperRef], list[PaperRef]]:
    """Let identifiers lead to a paper, and others no more.

    Those of a former key lead on.

    Returns:
        Those that it was given, and those that it lost.
    """
    changed = [name for name in NAMING_FACTS if name in facts]
    after = {**{name: before[name] for name in NAMING_FACTS}, **facts}
    leading_on = _names_of(_names_in("key", before["key"])).keys() - _names_of(lost_names).keys()
    present = _names_of(ref for name in NAMING_FACTS for ref in _names_in(name, after[name]))
    kept = {*leading_on, *present}
    former = [*(ref for name in changed for ref in _names_in(name, before[name])), *lost_names]
    lost = {name: ref for name, ref in _names_of(former).items() if name not in kept}
    pair = tuple_(Identifier.kind, Identifier.folded)
    if lost:
        ours = Identifier.paper_id == paper.id
        session.execute(delete(Identifier).where(ours, pair.in_(list(lost))))
    wanted = _names_of(ref for name in changed for ref in _names_in(name, after[name]))
    # The address of a volume belongs to many: it leads to the first.
    known = known_names(session, wanted)
    given = [ref for name, ref in wanted.items() if name not in known]
    give_names(session, paper.id, given)
    names = {name for ref in lost.values() for name in list_waiting_names(ref)}
    names -= set(list_link_names(session, paper.id))
    mark_stale(session, release_links(session, names, paper.id) if names else [])
    return given, list(lost.values())


def _names_in(name: str, text: str) -> list[PaperRef]:
    """The identifiers that a fact gives a paper."""
    if not text:
        return []
    if name == "key":
        return list_record_identifiers(PaperRecord("", key=text))
    if name == "doi":
        return [PaperRef("doi", text)]
    if name == "arxiv_id":
        return [PaperRef("arxiv", text)]
    meant = parse_identifier(text)
    own = [] if meant is None or meant.kind == "url" else [meant.without_user()]
    return [*own, *addresses(PaperRecord("", url=text))]


def _names_of(refs: Iterable[PaperRef]) -> dict[Name, PaperRef]:
    return {name_of(ref): ref for ref in refs}
