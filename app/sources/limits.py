"""How much of what somebody pastes is read, in bytes and in marks of TeX."""

from __future__ import annotations

from app.text.tex import count_marks

MAX_PASTED_BYTES = 64_000
# Each takes some 44 µs of the interpreter to read. The entries of a hundred papers have fewer.
MAX_PASTED_MARKS = 3000
TOO_MANY_MARKS = (
    f"there is too much TeX in what you pasted (at most {MAX_PASTED_MARKS:,} accents, braces and"
    " other marks are read), so this and what follows were left out"
)


def is_too_long(text: str) -> bool:
    """Whether a text has more bytes than one may paste."""
    return len(text.encode("utf-8", "replace")) > MAX_PASTED_BYTES


class MarksLeft:
    """Counts down the marks of TeX in the values that are read of one text."""

    def __init__(self, most: int = MAX_PASTED_MARKS) -> None:
        self.left = most

    def takes(self, text: str) -> bool:
        """Whether the marks of one more value may be read; once not, never again."""
        if self.left >= 0:
            self.left -= count_marks(text, self.left + 1)
        return self.left >= 0
