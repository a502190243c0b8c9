"""What a service refuses, in words that a form can show beside its field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Checked = TypeVar("Checked")
# To a form that was opened before a merge: sent again, it arrives at the other paper.
JUST_MERGED = "This paper was just merged with a duplicate. Submit again."


class PaperExists(Exception):
    """A paper of this identifier is in the library already.

    `key` is its key.
    """

    def __init__(self, key: str) -> None:
        super().__init__(f"Already in the library: {key}.")
        self.key = key


class Refusal(ValueError):
    """Input that cannot be taken.

    `field` is the name of the argument at fault; `line` the one of a text with which `message`
    begins, if it does. `further` are those of the same input that are to be told with it.
    """

    further: tuple[Refusal, ...] = ()

    def __init__(self, field: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.line = line

    @property
    def all(self) -> tuple[Refusal, ...]:
        """This one and those that are told with it."""
        return (self, *self.further)


class Refusals:
    """Collects all that is refused of one input."""

    def __init__(self) -> None:
        self._found: list[Refusal] = []

    def check(self, check: Callable[..., Checked], instead: Any, *args: Any) -> Checked:
        """What a check returns for its arguments; what to go on with if it refuses."""
        try:
            return check(*args)
        except Refusal as refused:
            self.add(refused.all)
            answer: Checked = instead
            return answer

    def add(self, refused: Iterable[Refusal]) -> None:
        self._found += refused

    def raise_first(self) -> None:
        """Raise the first refusal with all others, if there is any.

        Raises:
            Refusal: which has the others in `further`.
        """
        if self._found:
            first, *others = self._found
            first.further = tuple(others)
            raise first
