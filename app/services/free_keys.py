"""Keys with a number, for papers whose own key is another's."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.models.paper import MAX_IDENTIFIER
from app.rendering import PaperRef
from app.services.texts import known_keys

FIRST = 32  # numbers that are asked for at once; few keys have more


def numbered(key: str, number: int) -> str:
    """The key itself for 1, else with the number: `smith2010-2`."""
    return key if number == 1 else f"{key[: MAX_IDENTIFIER - 10]}-{number}"


def free_key(session: Session, key: str) -> str:
    """The key, with a number when papers go by it. Asks a few times, however many there are."""
    taken = _taken(session, key, range(1, FIRST + 1))
    for number in range(1, FIRST + 1):
        if number not in taken:
            return numbered(key, number)
    low, high = FIRST, 2 * FIRST
    while _taken(session, key, [high]):
        low, high = high, 2 * high
    while high - low > 1:  # `low` is taken and `high` is free
        middle = (low + high) // 2
        low, high = (middle, high) if _taken(session, key, [middle]) else (low, middle)
    return numbered(key, high)


def _taken(session: Session, key: str, numbers: Iterable[int]) -> set[int]:
    refs = {number: PaperRef("key", numbered(key, number)) for number in numbers}
    known = known_keys(session, refs.values())
    return {number for number, ref in refs.items() if ref in known}
