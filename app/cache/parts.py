"""Parts of pages, the same for all readers, such as the row of a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from sys import getsizeof
from typing import Any

from app.cache.log import Read
from app.cache.names import NAME_BYTES

_OVERHEAD_BYTES = 1000  # of a part, for its key and the objects that hold it
_NUMBER_BYTES = 32


@dataclass(frozen=True)
class PagePart:
    """A piece of HTML that is filled in by whoever puts it into a page.

    Attributes:
        html: with marks where something is still to be filled in.
        names: what it stands on.
        expires_at: seconds since 1970 at which it says something else, `None` for never.
        facts: what has to be known to fill it in.
        more_bytes: about how much memory objects among the facts take that do not say their `size`.
        reads: see `CachedPage`; none where the names say all that it stands on.
        digest: what they answered.
    """

    html: str
    names: frozenset[str]
    expires_at: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    more_bytes: int = 0
    reads: tuple[Read, ...] = ()
    digest: bytes = b""

    @cached_property
    def size(self) -> int:
        read = sum(len(statement) + estimate_bytes(values) for statement, values in self.reads)
        names = NAME_BYTES * len(self.names)
        facts = estimate_bytes(self.facts) + self.more_bytes
        return _OVERHEAD_BYTES + getsizeof(self.html) + names + facts + read


def estimate_bytes(value: Any) -> int:
    """About how much memory texts, numbers and collections of them take.

    Of anything else only what it says itself counts, as its `size`.
    """
    if isinstance(value, str | bytes):
        return getsizeof(value)
    if isinstance(value, dict):
        return getsizeof(value) + sum(map(estimate_bytes, (*value.keys(), *value.values())))
    if isinstance(value, tuple | list | set | frozenset):
        return getsizeof(value) + sum(map(estimate_bytes, value))
    size: int = getattr(value, "size", _NUMBER_BYTES)
    return size
