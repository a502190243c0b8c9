"""What a service refuses, in words that a form can show beside its field."""

from __future__ import annotations


class PaperExists(Exception):
    """A paper of this identifier is in the library already.

    `key` is its key.
    """

    def __init__(self, key: str) -> None:
        super().__init__(f"This paper is here already, as {key}.")
        self.key = key


class Refusal(ValueError):
    """Input that cannot be taken.

    `field` is the name of the argument at fault; `line` the one of a text with which `message`
    begins, if it does.
    """

    def __init__(self, field: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.line = line
