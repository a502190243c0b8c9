"""Parts of pages, the same for all readers, such as the row of a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.cache.log import Read

_OVERHEAD_BYTES = 500  # of a part, for its names and key


@dataclass(frozen=True)
class PagePart:
    """A piece of HTML that is filled in by whoever puts it into a page.

    Attributes:
        html: with marks where something is still to be filled in.
        names: what it stands on.
        expires_at: seconds since 1970 at which it says something else, `None` for never.
        facts: what has to be known to fill it in.
        more_bytes: about how much memory the facts take, where that is much.
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

    @property
    def size(self) -> int:
        read = sum(len(statement) for statement, _ in self.reads)
        return _OVERHEAD_BYTES + len(self.html) + self.more_bytes + read
