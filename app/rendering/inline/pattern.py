"""The base of our inline patterns."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor

# What stands there instead (None for nothing), and from where to where the text is used up.
Found = tuple[Element | str | None, int, int]


class InlinePattern(InlineProcessor):
    """A pattern of Python-Markdown, under a name that follows our conventions."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 the base's name; its result is untyped
        self, m: re.Match[str], data: str
    ) -> Found:
        return self.match(m, data)

    def match(self, m: re.Match[str], data: str) -> Found:
        """Reads what the regular expression found; to be overridden.

        Args:
            m: the match.
            data: the whole text; what earlier patterns found stands in it as marks.
        """
        raise NotImplementedError
