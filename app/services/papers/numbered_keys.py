"""Keys with a number, for papers whose own key is another's."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.models.papers.paper import MAX_IDENTIFIER
from app.queries.identifiers import known_keys
from app.references.identifiers import PaperRef

FIRST = 32  # numbers that are asked for at once; few keys have more


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
    known = known_keys(session, refs.values())
    return {number for number, ref in refs.items() if ref in known}
