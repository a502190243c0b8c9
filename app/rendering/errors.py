"""What a render says when it cannot do what was written.

Or when it can do it only in part.
"""

from __future__ import annotations

from dataclasses import dataclass


class RenderError(ValueError):
    """A text that is refused whole.

    Too long, or nested or marked up beyond the caps.

    Attributes:
        line: the 1-based line of the source where it went too far, or None.
        message: one plain sentence for the writer.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message, line)
        self.message = message
        self.line = line

    def __str__(self) -> str:
        return self.message if self.line is None else f"Line {self.line}: {self.message}"


class RendererBusy(RenderError):
    """A text that the server had no time to look at."""


@dataclass(frozen=True)
class Problem:
    """Something in an accepted text that its writer should look at.

    Attributes:
        line: the 1-based line in the source, or None.
        message: one plain sentence in the writer's words.
        about: 'formula', 'link' or 'picture'.
    """

    line: int | None
    message: str
    about: str
