"""What every outside source of papers offers; `registry.py` lists them.

A source is a module with these names. It asks through the `Fetch` that it is given and nothing
else, so that it can reach no other host than its own, and can be tested without any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from app.sources.record import PaperRecord

# Asks a host for a path with a query, and returns the body; `None` when there is nothing of this
# name. Raises `SourceUnavailable`.
Fetch = Callable[[str, str, Mapping[str, str]], bytes | None]
Search = Callable[[str, Fetch], list[PaperRecord]]

MAX_FOUND_PAPERS = 5  # papers by a title


class SourceUnavailable(Exception):
    """A source gave no answer that can be used.

    The message goes on after its name: "did not answer in time."
    """


class RateLimited(SourceUnavailable):
    """We did not even ask a source, which wants us to go slowly.

    Others are being asked for.
    """


class PaperSource(Protocol):
    """A module of this package, one for each service."""

    @property
    def NAME(self) -> str:  # noqa: N802
        """How readers call the service."""

    @property
    def HOSTS(self) -> Mapping[str, float]:  # noqa: N802
        """The hosts that it asks, and the seconds that lie between two questions to each."""

    @property
    def KIND(self) -> str:  # noqa: N802
        """The kind of identifiers that it knows: `doi`, `arxiv`, `key`, `openreview`, `acl`."""

    def find(self, value: str, fetch: Fetch) -> PaperRecord | None:
        """The paper of an identifier in normal form, `None` when there is none.

        Raises:
            SourceUnavailable: when the service does not say.
        """

    @property
    def search_title(self) -> Search | None:
        """Finds papers by title, best first.

        At most `MAX_FOUND_PAPERS`. Raises `SourceUnavailable`; it is `None` at a service without a
        search.
        """
